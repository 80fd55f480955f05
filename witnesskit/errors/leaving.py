"""Refusals of what a desk hands out: marks, consents, statements of people, exports."""

from __future__ import annotations

from witnesskit.errors import ExitStatus, WitnesskitError


class MarkKeepsBack(WitnesskitError):
    """An item bears a mark that does not leave for this audience; ``detail`` names items and marks."""

    code = "MARKED"
    status = ExitStatus.REFUSED
    message = "the mark of an item keeps it back"
    hint = "nothing was written; name other items, or see `witnesskit mark ITEM`; secret leaves only with --secret"


class ConsentWithdrawn(WitnesskitError):
    """A consent was withdrawn, or nobody can tell whether it was; ``detail`` names items."""

    code = "CONSENT-WITHDRAWN"
    status = ExitStatus.REFUSED
    message = "a consent was withdrawn, or it is not said for whom this is"
    hint = "nothing was written; name the recipient with --recipient, or leave these items out"


class NoConsent(WitnesskitError):
    """The policy demands a consent that is not recorded; ``detail`` names items."""

    code = "NO-CONSENT"
    status = ExitStatus.REFUSED
    message = "the policy demands a consent for this recipient, and none is recorded"
    hint = "nothing was written; record it with `witnesskit consent ITEM --recipient NAME --scope WHAT`"


class StatementsShut(WitnesskitError):
    """The log holds statements of people that cannot be read here: one of them may forbid what is asked."""

    code = "STATEMENTS-SHUT"
    status = ExitStatus.CANNOT_TELL
    message = "the log holds statements about items that cannot be opened here"
    hint = "nothing was written; bring the vault's missing sealed files back from the second copy"


class BadStatement(WitnesskitError):
    """A mark, consent or claim that cannot be recorded; ``detail`` says why, never what it holds."""

    code = "STATEMENT"
    status = ExitStatus.USAGE
    message = "this cannot be recorded about an item"
    hint = "nothing was recorded; see `witnesskit COMMAND --help` for what it may say"


class NotReadBack(WitnesskitError):
    """What was written is not what was meant; nothing of it stays."""

    code = "NOT-READ-BACK"
    status = ExitStatus.STORAGE
    message = "what was written does not read back as it was meant"
    hint = "nothing of it was left there; check the medium and export again, to another place"


class NothingToHandOut(WitnesskitError):
    """No item has anything that may leave in this form; ``detail`` says why."""

    code = "NOTHING-TO-HAND-OUT"
    status = ExitStatus.REFUSED
    message = "nothing of these items may leave in this form"
    hint = "nothing was written; make a copy that may leave (`witnesskit derive`) and answer for it first"
