"""The desk's own signing key: which one is in force, and what can change it.

The log alone decides. So a change that was cut short is either finished at the next start, or did not happen.
"""

from __future__ import annotations

from dataclasses import replace

from witnesskit.custody.journal import Journal
from witnesskit.custody.signer import Signer
from witnesskit.errors.actions import KeyFixed
from witnesskit.errors.vault import SheetWrong
from witnesskit.formats.sheet import SheetKind, parse_sheet
from witnesskit.sealing import rings
from witnesskit.vault import layout
from witnesskit.vault.keyring import Keyring
from witnesskit.vault.keyring_file import save_keyring
from witnesskit.vault.layout import Vault
from witnesskit.vault.sheet_test import is_own


def settle(vault: Vault, keyring: Keyring, journal: Journal) -> tuple[Vault, Keyring]:
    """Bring checkpoint, vault.toml and keyring, in this order, to the key that the log names; once more is nothing.

    Until the keyring is saved it holds both keys, so that a kill between leaves a vault that opens.
    Raises BadKeyring for a keyring without the log's key.
    """
    signer = keyring.signer_of(journal.vkey)
    if keyring.pending_seed is None:
        return vault, keyring
    if signer.to_bytes() == keyring.pending_seed:
        journal.checkpoint(signer)
    if vault.config.key != journal.vkey:
        vault = layout.with_config(vault, key=journal.vkey)
    settled = replace(keyring, signing_seed=signer.to_bytes(), pending_seed=None)
    save_keyring(vault, settled)
    return vault, settled


def sheet_authority(keyring: Keyring, journal: Journal, untrusted_sheet: str) -> tuple[Signer, str]:
    """The offline key that may authorise the next change of ``journal``'s key, and the digest of the one after it.

    Raises SheetTypo, SheetWrong, KeyFixed.
    """
    seed = parse_sheet(untrusted_sheet, SheetKind.RECOVERY)
    if not is_own(keyring, seed):
        raise SheetWrong("another desk's")
    if not authorises(journal, seed):
        raise KeyFixed
    number = len(journal.keys.changes)
    signer = Signer(rings.change_key(seed, number).name, rings.change_seed(seed, number))
    return signer, rings.change_digest(seed, number + 1)


def authorises(journal: Journal, recovery_seed: bytes) -> bool:
    """Whether the sheet's seed gives the very key whose digest the log names as ``next``."""
    return rings.change_digest(recovery_seed, len(journal.keys.changes)) == journal.keys.next
