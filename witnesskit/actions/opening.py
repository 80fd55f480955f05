"""Open a vault for one command: find it, lock it, load its signer, its log and its rules."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from witnesskit.actions import own_key, successor
from witnesskit.actions.prestart import find_vault
from witnesskit.actions.recover import recover
from witnesskit.actions.session import Session
from witnesskit.custody.journal import Journal
from witnesskit.model import VaultKind
from witnesskit.policy import load
from witnesskit.policy.meet import stricter
from witnesskit.policy.schema import Policy
from witnesskit.vault import lock
from witnesskit.vault.keyring_file import open_keyring
from witnesskit.vault.layout import Vault
from witnesskit.vault.signing import is_locked, load_signer
from witnesskit.vault.state import open_state

__all__ = ["find_vault", "needs_passphrase", "open_for_saving", "policy_of"]

INVITE_POLICY = "invite.toml"


def policy_of(vault: Vault) -> Policy:
    """The rules in force: the vault's policy, tightened by its invite's."""
    own = vault.policies / f"{vault.config.policy}.toml"
    policy = load.load(own) if own.is_file() else load.shipped(vault.config.policy)
    from_invite = vault.policies / INVITE_POLICY
    return stricter(policy, load.load(from_invite)) if from_invite.is_file() else policy


@contextmanager
def open_for_saving(vault: Vault, passphrase: str) -> Iterator[Session]:
    """A session that may write: locked, its crash rules applied; raises NotTrusted before the invite."""
    recipients = vault.config.recipients
    with lock.writing(vault):
        vault = successor.finish(vault)
        keyring = open_keyring(vault, passphrase) if vault.config.kind is VaultKind.DESK else None
        journal = Journal.open(vault.custody, by=vault.config.kind.value)
        if keyring:
            vault, keyring = own_key.settle(vault, keyring, journal)
        signer = keyring.signer(vault.config.origin) if keyring else load_signer(vault, passphrase)
        with closing(open_state(vault)) as state:
            session = Session(vault, state, journal, signer, recipients, policy_of(vault), keyring)
            session.recovered = recover(session)
            if keyring and (vault.path / "audit").is_file():
                from witnesskit.actions.audit_file import log_unlogged

                log_unlogged(session)
            yield session


def needs_passphrase(vault: Vault) -> bool:
    """Whether saving in this vault needs a passphrase."""
    return vault.config.kind is VaultKind.DESK or is_locked(vault)
