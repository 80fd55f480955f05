"""The custodian's keys at a desk: a lone researcher's own, else those of the paper that somebody brought."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from witnesskit.actions.given_file import given_text
from witnesskit.actions.key_shares import shares_of_files
from witnesskit.errors.actions import CustodianKeyNeeded
from witnesskit.formats.key_share import join_shares
from witnesskit.formats.sheet import SheetKind, parse_sheet
from witnesskit.limits import SHEET_TEXT_MAX
from witnesskit.sealing import rings
from witnesskit.sealing.identity import Identity
from witnesskit.vault.keyring import Keyring, custodian_identities


@dataclass(frozen=True)
class CustodianPaper:
    """Files with the custodian sheet, or with the shares that it was split into; never both."""

    sheet: Path | None = None
    shares: tuple[Path, ...] = ()


def custodian_of(keyring: Keyring, paper: CustodianPaper | None) -> tuple[Identity, ...]:
    """Keys that open originals; none where this desk holds none and no paper was brought.

    Raises CustodianKeyNeeded for the paper of another desk, and what a sheet or a share that cannot be read raises.
    """
    if paper is None:
        return custodian_identities(keyring)
    seed = _seed(paper)
    if rings.custodian_identity(seed, rings.OWN, hybrid=keyring.hybrid).recipient != keyring.own.custodian:
        raise CustodianKeyNeeded
    numbers = (*(invite.number for invite in keyring.issued), rings.OWN)
    return tuple(rings.custodian_identity(seed, number, hybrid=keyring.hybrid) for number in numbers)


def _seed(paper: CustodianPaper) -> bytes:
    """From shares it is in memory only: no sheet is written."""
    if paper.sheet is None:
        return join_shares(shares_of_files(paper.shares))
    return parse_sheet(given_text(paper.sheet, SHEET_TEXT_MAX), SheetKind.CUSTODIAN)
