"""The test of the recovery sheet: a sealed file that only what was typed back from paper opens."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Final

from witnesskit.errors.sealing import WrongKey
from witnesskit.errors.vault import BadKeyring, SheetNotConfirmed, SheetWrong
from witnesskit.formats.sheet import SheetKind, parse_sheet
from witnesskit.limits import AGE_HEADER_MAX
from witnesskit.sealing.open import open_bytes
from witnesskit.sealing.rings import OWN, recovery_identity
from witnesskit.sealing.seal import seal_bytes
from witnesskit.vault import durable
from witnesskit.vault.keyring import Keyring
from witnesskit.vault.layout import Vault

SHEET_TEST: Final = "keys/test.age"


def sheet_test(keyring: Keyring) -> bytes:
    """Bytes of ``keys/test.age``: random ones, sealed as the desk's own originals are."""
    return seal_bytes(secrets.token_bytes(32), keyring.own_recipients.custodian)


def confirm_sheet(vault: Vault, keyring: Keyring, untrusted_typed: str) -> Keyring:
    """The keyring marked as confirmed, to be saved; raises SheetTypo, SheetWrong, BadKeyring, StorageFault."""
    seed = parse_sheet(untrusted_typed, SheetKind.RECOVERY)
    if not opens_test(vault, seed):
        raise SheetWrong("it does not open the test file")
    if not is_own(keyring, seed):
        raise SheetWrong("it opens the test file, but the keyring names another recovery key")
    return replace(keyring, sheet_confirmed=True)


def opens_test(vault: Vault, seed: bytes) -> bool:
    """Whether the recovery ``seed`` opens the test file; raises BadKeyring where there is none, StorageFault."""
    data = durable.read(vault.path / SHEET_TEST, AGE_HEADER_MAX)
    if data is None:
        raise BadKeyring("there is no test file for the sheet")
    try:
        open_bytes(data, [recovery_identity(seed, OWN, hybrid=kind) for kind in (False, True)])
    except WrongKey:
        return False
    return True


def is_own(keyring: Keyring, seed: bytes) -> bool:
    """Whether the recovery ``seed`` is the one whose public half the keyring names."""
    return recovery_identity(seed, OWN, hybrid=keyring.hybrid).recipient == keyring.own.recovery


def demand_confirmed(keyring: Keyring) -> None:
    """Refuse until the sheet was typed back: raises SheetNotConfirmed."""
    if not keyring.sheet_confirmed:
        raise SheetNotConfirmed
