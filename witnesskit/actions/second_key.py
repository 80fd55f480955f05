"""``key post-quantum``: a second signature, of ML-DSA-44, under every checkpoint from now on."""

from __future__ import annotations

from dataclasses import replace

from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.own_checks import SECOND_KEY, Looked, log_check
from witnesskit.errors.cli import WrongVaultKind
from witnesskit.model import VaultKind
from witnesskit.vault import layout
from witnesskit.vault.keyring_file import save_keyring
from witnesskit.vault.layout import Vault


def switch_on(vault: Vault, passphrase: str) -> str:
    """The second verifier key; its first signature is under the checkpoint made here. Once more changes nothing."""
    layout.demand(vault, VaultKind.DESK)
    with open_for_saving(vault, passphrase) as session:
        if session.keyring is None:
            raise WrongVaultKind
        if not session.keyring.post_quantum:
            session.keyring = replace(session.keyring, post_quantum=True)
            save_keyring(vault, session.keyring)
            session.signer = session.keyring.signer(vault.config.origin)
            log_check(session, Looked(SECOND_KEY, ok=1, who=session.signer.second_key.text))
    return session.signer.second_key.text
