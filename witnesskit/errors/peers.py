"""Refusals between desks: whom a desk trusts, what another desk answers, and histories that do not agree."""

from __future__ import annotations

from witnesskit.errors import ExitStatus, WitnesskitError


class PeerTaken(WitnesskitError):
    """A name or a key of another desk, a device or this desk; ``detail`` says which."""

    code = "PEER-TAKEN"
    status = ExitStatus.USAGE
    message = "this desk cannot be trusted under that name or key"
    hint = "nothing was changed; see `witnesskit trust peer --list`, remove what is old, and ask for their keys again"


class NoSuchPeer(WitnesskitError):
    """No desk of that name is trusted here."""

    code = "NO-PEER"
    status = ExitStatus.USAGE
    message = "no desk of that name is trusted here"
    hint = "nothing was changed; see `witnesskit trust peer --list`"


class BundleUnproven(WitnesskitError):
    """The verifier cannot tell whether another desk's bundle is unchanged; ``detail`` holds its codes."""

    code = "BUNDLE-UNPROVEN"
    status = ExitStatus.CANNOT_TELL
    message = "it cannot be told whether this bundle is unchanged"
    hint = "nothing of it was taken over; keep the file, and ask the other desk for a fresh bundle"


class HistoryForked(WitnesskitError):
    """Two histories of one log, each signed by its key: somebody made two; ``detail`` names the log."""

    code = "FORK"
    status = ExitStatus.CHANGED
    message = "two different histories of one log were shown"
    hint = "the proof is kept in the vault, in custody/seen/conflicts; tell the other desks before you trust this log"


class AnswerForeign(WitnesskitError):
    """An answer that is not by a trusted desk, or not about this log."""

    code = "ANSWER-FOREIGN"
    status = ExitStatus.CANNOT_TELL
    message = "this answer is not by a desk that is trusted here, or not about this desk's log"
    hint = "nothing was changed; compare the keys with `witnesskit trust peer --list`, and ask the other desk again"


class AnswerForged(WitnesskitError):
    """An answer under a trusted desk's name that its key did not sign, or that does not lead to what it signed."""

    code = "ANSWER-FORGED"
    status = ExitStatus.CHANGED
    message = "this answer bears the name of a trusted desk, and its key does not confirm it"
    hint = "nothing was changed; keep the file and ask the other desk by another channel"


class BadExchange(WitnesskitError):
    """A file of seen logs is not in the form of docs/spec/exchange.md."""

    code = "EXCHANGE-FORM"
    status = ExitStatus.CANNOT_TELL
    message = "this is not a file of seen logs in a form we know"
    hint = "nothing was changed; ask the other desk to write it again"


class ExchangeForged(WitnesskitError):
    """A file of seen logs that the desk it names did not sign as it is."""

    code = "EXCHANGE-SIGNATURE"
    status = ExitStatus.CHANGED
    message = "this file of seen logs is not what the desk it names signed"
    hint = "nothing was changed; keep the file and ask the other desk by another channel"


class ExchangeUnknown(WitnesskitError):
    """A file of seen logs by nobody who is trusted here."""

    code = "EXCHANGE-UNKNOWN"
    status = ExitStatus.CANNOT_TELL
    message = "this file of seen logs is by a desk that is not trusted here"
    hint = "nothing was changed; ask them for their keys over another channel, then `witnesskit trust peer NAME KEY`"
