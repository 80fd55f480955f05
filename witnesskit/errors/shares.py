"""Refusals about a custodian key that was split into shares."""

from __future__ import annotations

from witnesskit.errors import ExitStatus, WitnesskitError


class NoShares(WitnesskitError):
    """The library that splits is an extra and is not installed."""

    code = "NO-SHARES"
    status = ExitStatus.REFUSED
    message = "this installation cannot split or join keys"
    hint = "nothing was written; run: pip install 'witnesskit[shares]'"


class SplitUnfit(WitnesskitError):
    """A number of shares that protects nobody, or that nobody could handle; ``detail`` gives the bounds."""

    code = "SPLIT-UNFIT"
    status = ExitStatus.USAGE
    message = "a key cannot be split like this"
    hint = "nothing was written; 2 of 3 lets one share get lost and lets no custodian act alone"


class ShareTypo(WitnesskitError):
    """A share that was not typed as it is printed; ``detail`` names the share, never a word of it."""

    code = "SHARE-TYPO"
    status = ExitStatus.USAGE
    message = "a share was not typed as it is printed"
    hint = "nothing was shown or written; compare the named share with its paper, word by word"


class ShareDoubled(WitnesskitError):
    """One share twice; ``detail`` names both."""

    code = "SHARE-DOUBLED"
    status = ExitStatus.USAGE
    message = "one share was given twice"
    hint = "nothing was shown or written; leave one of the two out and bring another custodian's share"


class ShareForeign(WitnesskitError):
    """Shares that were not made together, or that were altered; ``detail`` names them."""

    code = "SHARE-FOREIGN"
    status = ExitStatus.CANNOT_TELL
    message = "these shares were not made together"
    hint = "nothing was shown or written; look for the one that begins with the same two words as the others"


class SharesTooFew(WitnesskitError):
    """Fewer than the key needs; ``detail`` counts."""

    code = "SHARES-TOO-FEW"
    status = ExitStatus.CANNOT_TELL
    message = "these shares are too few"
    hint = "nothing was shown or written; bring the shares of more custodians, each given once"


class SharesTooMany(WitnesskitError):
    """More than the key needs; ``detail`` counts."""

    code = "SHARES-TOO-MANY"
    status = ExitStatus.USAGE
    message = "these shares are more than the key needs"
    hint = "nothing was shown or written; give as many as are needed and put the others back"


class RingDiffers(WitnesskitError):
    """A key that is not the one of the ring that was named; ``detail`` says what gave it."""

    code = "RING-DIFFERS"
    status = ExitStatus.CANNOT_TELL
    message = "this key is not the one of this ring of custodians"
    hint = "nothing was shown or written; compare the thirty digits with those of `witnesskit key show` at the desk"


class BadRing(WitnesskitError):
    """Neither a recipient nor a fingerprint."""

    code = "RING"
    status = ExitStatus.USAGE
    message = "this is neither a public key (age1...) nor thirty digits"
    hint = "nothing was shown or written; `witnesskit key show` at the desk tells both for its ring of custodians"


class SplitFailed(WitnesskitError):
    """Shares that do not give the key back; found before any was shown."""

    code = "SPLIT-FAILED"
    status = ExitStatus.BUG
    message = "the shares that were made do not give the key back"
    hint = "nothing was shown or written; the sheet is as good as before: keep it, and run doctor --validate"
