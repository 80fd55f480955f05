"""The signing key of one log: the only place where a private half lives."""

from __future__ import annotations

import secrets

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from witnesskit.errors.custody import SigningKeyDamaged
from witnesskit.formats import sshsig
from witnesskit.formats.checkpoint import note_bytes, signature_line
from witnesskit.keys import VerifierKey

SEED_BYTES = 32
_ORIGIN_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


def new_origin() -> str:
    """A random origin that names nobody: ``wk1/`` and 13 letters (65 bits)."""
    return "wk1/" + "".join(secrets.choice(_ORIGIN_LETTERS) for _ in range(13))


class Signer:
    """Signs notes under one name; its text forms never hold the key."""

    def __init__(self, origin: str, seed: bytes) -> None:
        """``seed`` is the 32-byte Ed25519 seed; raises SigningKeyDamaged."""
        if len(seed) != SEED_BYTES:
            raise SigningKeyDamaged(f"{len(seed)} bytes")
        self._seed = bytes(seed)
        self._private = Ed25519PrivateKey.from_private_bytes(self._seed)
        self.key = VerifierKey(origin, self._private.public_key().public_bytes_raw())

    @classmethod
    def generate(cls, origin: str) -> Signer:
        """A fresh key."""
        return cls(origin, secrets.token_bytes(SEED_BYTES))

    @classmethod
    def from_bytes(cls, origin: str, data: bytes) -> Signer:
        """The key stored by to_bytes; raises SigningKeyDamaged."""
        return cls(origin, data)

    def to_bytes(self) -> bytes:
        """The 32 bytes to store, 0600 or under a passphrase."""
        return self._seed

    @property
    def origin(self) -> str:
        """The name it signs under."""
        return self.key.name

    @property
    def vkey(self) -> str:
        """Text of the public half."""
        return self.key.text

    def sign_note(self, text: str) -> str:
        """The signature line, with its line feed, under ``text`` (which ends with a line feed)."""
        return signature_line(self.key, self._private.sign(text.encode()))

    def note(self, text: str) -> bytes:
        """The whole signed note over ``text``."""
        return note_bytes(text, self.sign_note(text))

    def ssh_signature(self, message: bytes) -> bytes:
        """An OpenSSH signature file over ``message``, in the namespace of checkpoints (docs/spec/sshsig.md)."""
        return sshsig.armored(self.key, self._private.sign(sshsig.signed_data(message)))

    def __repr__(self) -> str:
        return f"Signer({self.origin!r})"
