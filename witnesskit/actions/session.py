"""Everything that one command holds of an opened vault."""

from __future__ import annotations

from dataclasses import dataclass

from witnesskit.custody.journal import Journal
from witnesskit.custody.signer import Signer
from witnesskit.model import RecipientSet
from witnesskit.policy.schema import Policy
from witnesskit.vault.keyring import Keyring
from witnesskit.vault.layout import Vault
from witnesskit.vault.state import State


@dataclass
class Session:
    """Everything a command needs to add to a vault; ``keyring`` only at a desk."""

    vault: Vault
    state: State
    journal: Journal
    signer: Signer
    recipients: RecipientSet
    policy: Policy
    keyring: Keyring | None = None
    recovered: int = 0
    anchored: bool | None = None  # whether the log was anchored when that was asked first
