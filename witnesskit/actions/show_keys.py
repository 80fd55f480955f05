"""``key show``: the keys that sign this desk's log, and what may replace them. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass

from witnesskit.actions.custodian_ring import ring_digits
from witnesskit.custody.journal import Journal
from witnesskit.model import VaultKind
from witnesskit.vault import layout
from witnesskit.vault.keyring_file import open_keyring
from witnesskit.vault.layout import Vault


@dataclass(frozen=True)
class ShownChange:
    """Event ``n`` replaced the key; ``since`` only of a revocation."""

    n: int
    op: str
    since: str
    key: str


@dataclass(frozen=True)
class ShownKeys:
    """Texts of verifier keys: of genesis, of each change, and the one in force; ``next`` is a digest."""

    key: str
    second_key: str  # empty where no second key signs
    next: str
    first: str
    changes: tuple[ShownChange, ...]
    custodian_ring: str  # age1...: what opens originals is compared with it

    @property
    def custodian_digits(self) -> str:
        """The thirty digits of the ring, to be read aloud."""
        return ring_digits(self.custodian_ring)


def show_keys(vault: Vault, passphrase: str) -> ShownKeys:
    """Read the log and the keyring; raises WrongVaultKind, WrongPassphrase, UnauthorisedChange, BadKeyring."""
    layout.demand(vault, VaultKind.DESK)
    keyring = open_keyring(vault, passphrase)
    keys = Journal.open(vault.custody, by=VaultKind.DESK.value).keys
    signer = keyring.signer_of(keys.key.text)
    changes = tuple(ShownChange(change.n, change.op, change.since, change.key.text) for change in keys.changes)
    second = signer.second_key.text if signer.post_quantum else ""
    return ShownKeys(keys.key.text, second, keys.next, keys.first.text, changes, keyring.own.custodian)
