"""Refusals of the writer of the custody chain."""

from __future__ import annotations

from witnesskit.errors import ExitStatus, WitnesskitError


class RolledBack(WitnesskitError):
    """The log does not begin with the lines its newest checkpoint signs."""

    code = "ROLLED-BACK"
    status = ExitStatus.CHANGED
    message = "the custody log is not the one its newest checkpoint signs"
    hint = "nothing was written; keep this vault as it is, begin a new one, and show both to the desk"


class JournalDamaged(WitnesskitError):
    """The folder holds no custody log that can be continued."""

    code = "JOURNAL-DAMAGED"
    status = ExitStatus.CHANGED
    message = "the custody log cannot be read"
    hint = "nothing was written; keep this vault as it is and begin a new one"


class JournalExists(WitnesskitError):
    """A custody log is already there; it is never overwritten."""

    code = "JOURNAL-EXISTS"
    status = ExitStatus.USAGE
    message = "there is already a custody log in this folder"
    hint = "nothing was changed; choose an empty folder"


class UnauthorisedChange(WitnesskitError):
    """A ``key`` event that the offline recovery key did not sign; ``detail`` names it."""

    code = "KEY-UNAUTHORISED"
    status = ExitStatus.CHANGED
    message = "the custody log changes its key, and the recovery key did not authorise that"
    hint = "nothing was written; somebody else had this desk's keys: keep this vault as it is and begin a new one"


class LogNotWritten(WitnesskitError):
    """The disk did not take a line or a checkpoint; the log may end in a torn line."""

    code = "LOG-NOT-WRITTEN"
    status = ExitStatus.STORAGE
    message = "the custody log could not be written"
    hint = "what was sealed is safe; make room on this disk and run the command again"


class NotCommittable(WitnesskitError):
    """A caller handed a type, field or value that the chain has no place for."""

    code = "NOT-COMMITTABLE"
    status = ExitStatus.BUG
    message = "an event was prepared that the custody log has no place for"
    hint = "nothing was written; this is our fault, please report the code and what you did"


class SigningKeyDamaged(WitnesskitError):
    """The stored signing key is not 32 bytes."""

    code = "SIGNING-KEY"
    status = ExitStatus.STORAGE
    message = "the signing key cannot be read"
    hint = "nothing was written; what was sealed can still be delivered, begin a new vault for new items"


class StampRefused(WitnesskitError):
    """An answer of a time authority or a calendar is not stored: it does not hold, or answers something else."""

    code = "STAMP-REFUSED"
    status = ExitStatus.NETWORK
    message = "what the time authority answered is not a timestamp of this checkpoint"
    hint = "nothing was stored, and the log is as it was; try again later, or give the root of this authority anew"


class OtsMissing(WitnesskitError):
    """The optional OpenTimestamps library is not installed."""

    code = "OTS-MISSING"
    status = ExitStatus.USAGE
    message = "this installation cannot write OpenTimestamps proofs"
    hint = "nothing was changed; run: pip install 'witnesskit[ots]', or anchor with a time authority only"
