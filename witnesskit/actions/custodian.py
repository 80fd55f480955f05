"""The custodian's keys at a desk: a lone researcher's own, else those of the sheet that somebody brought."""

from __future__ import annotations

from pathlib import Path

from witnesskit.actions.given_file import given_text
from witnesskit.errors.actions import CustodianKeyNeeded
from witnesskit.formats.sheet import SheetKind, parse_sheet
from witnesskit.limits import SHEET_TEXT_MAX
from witnesskit.sealing import rings
from witnesskit.sealing.identity import Identity
from witnesskit.vault.keyring import Keyring, custodian_identities


def custodian_of(keyring: Keyring, sheet: Path | None) -> tuple[Identity, ...]:
    """Keys that open originals; none where this desk holds none and no sheet was brought.

    Raises CustodianKeyNeeded for the sheet of another desk, and what a sheet that cannot be read raises.
    """
    if sheet is None:
        return custodian_identities(keyring)
    seed = parse_sheet(given_text(sheet, SHEET_TEXT_MAX), SheetKind.CUSTODIAN)
    if rings.custodian_identity(seed, rings.OWN).recipient != keyring.own.custodian:
        raise CustodianKeyNeeded
    numbers = (*(invite.number for invite in keyring.issued), rings.OWN)
    return tuple(rings.custodian_identity(seed, number) for number in numbers)
