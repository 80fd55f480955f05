"""Refusals of parity: for sticks that rot (PAR2) and sticks that are lost (spare volumes)."""

from __future__ import annotations

from witnesskit.errors import ExitStatus, WitnesskitError


class ParityMissing(WitnesskitError):
    """The extra that brings par2 and zfec is not installed."""

    code = "PARITY-EXTRA"
    status = ExitStatus.USAGE
    message = "the programs for parity are not installed"
    hint = "nothing was changed; install them with `pip install 'witnesskit[parity]'`"


class ParityFailed(WitnesskitError):
    """par2 did not make what it was asked for."""

    code = "PARITY-FAILED"
    status = ExitStatus.STORAGE
    message = "parity could not be written"
    hint = "the bundle itself is whole and stays; free some room on the stick, or go without parity"


class NoRepair(WitnesskitError):
    """There is no parity for a file, or not enough of it."""

    code = "NO-REPAIR"
    status = ExitStatus.CANNOT_TELL
    message = "this file cannot be repaired from the parity that is there"
    hint = "nothing was changed; what is whole in it is imported without --repair, ask the sender for a fresh copy"


class BadParity(WitnesskitError):
    """A parity file is not ours, damaged, or of another set."""

    code = "PARITY-FORM"
    status = ExitStatus.CHANGED
    message = "a parity file does not belong to these bundles"
    hint = "nothing was changed; import the bundles without it"
