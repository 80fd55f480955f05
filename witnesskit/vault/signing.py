"""A field vault's signing key: raw, for its owner alone, or wrapped with a generated passphrase."""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from witnesskit.custody.signer import SEED_BYTES, Signer
from witnesskit.errors.vault import BadKeyring, VaultLocked
from witnesskit.limits import AGE_HEADER_MAX
from witnesskit.sealing.identity import Identity
from witnesskit.sealing.open import open_with_passphrase
from witnesskit.sealing.seal import seal_with_passphrase
from witnesskit.vault import durable
from witnesskit.vault.layout import Vault
from witnesskit.vault.passphrase import typed_passphrase

SIGNING_KEY: Final = "keys/signing.key"
_WRAPPED = b"age-encryption.org/"


def signing_file(signer: Signer, passphrase: str = "") -> bytes:
    """Bytes of ``keys/signing.key``: 32 raw ones, or an age file under the printed ``passphrase``."""
    return seal_with_passphrase(signer.to_bytes(), passphrase) if passphrase else signer.to_bytes()


def is_locked(vault: Vault) -> bool:
    """Whether signing needs a passphrase (a desk always does). Raises StorageFault."""
    data = durable.read(vault.path / SIGNING_KEY, AGE_HEADER_MAX)
    return data is None or data.startswith(_WRAPPED)


def load_signer(vault: Vault, untrusted_passphrase: str = "") -> Signer:
    """The field vault's signer; raises VaultLocked, WrongPassphrase, BadKeyring, StorageFault."""
    data = durable.read(vault.path / SIGNING_KEY, AGE_HEADER_MAX)
    if data is not None and data.startswith(_WRAPPED):
        if not untrusted_passphrase:
            raise VaultLocked
        data = open_with_passphrase(data, typed_passphrase(untrusted_passphrase))
    if data is None or len(data) != SEED_BYTES:
        raise BadKeyring("signing key")
    signer = Signer(vault.config.origin, data)
    if signer.vkey != vault.config.key:
        raise BadKeyring("the signing key is not the one vault.toml names")
    return signer


def queue_identity(signer: Signer, *, hybrid: bool = False) -> Identity:
    """What opens the sealed files of a field vault: HKDF-SHA256 over its signing seed, which the passphrase wraps.

    It is of the kind of the desk's keys, which open the same files.
    """
    info = b"sealed-files-hybrid" if hybrid else b"sealed-files"
    derived = HKDF(SHA256(), SEED_BYTES, b"witnesskit/signer/v1", info).derive(signer.to_bytes())
    return Identity(derived, hybrid)
