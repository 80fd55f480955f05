"""Where one command finds this vault's sealed files: the queue, what is watched, tables of risk."""

from __future__ import annotations

from witnesskit.actions.session import Session
from witnesskit.errors.vault import NotWithoutPassphrase
from witnesskit.formats.age_keys import is_hybrid
from witnesskit.sealing import rings
from witnesskit.vault.sealed_files import SealedFiles, sealed_files
from witnesskit.vault.signing import is_locked, queue_identity


def sealed_store(session: Session) -> SealedFiles:
    """The store; raises NotWithoutPassphrase at a field vault that holds its signing key in clear.

    At a desk its own ring opens the files. On a field device the passphrase does, and the desk that it trusts.
    """
    vault, desk = session.vault, session.recipients.desk
    if session.keyring:
        return sealed_files(vault, desk, session.keyring.desk_identity(rings.OWN))
    if not is_locked(vault):
        raise NotWithoutPassphrase
    identity = queue_identity(session.signer, hybrid=is_hybrid(desk[0]))
    return sealed_files(vault, (identity.recipient, *desk), identity)
