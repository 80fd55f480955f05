"""The signing key of one log, or of an operator: the only place where a private half lives."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from witnesskit.errors.custody import SigningKeyDamaged
from witnesskit.formats import sshsig
from witnesskit.formats.checkpoint import note_bytes, parse_checkpoint, signature_line
from witnesskit.formats.cosignature import cosignature_line, message
from witnesskit.keys import ML_DSA_44, VerifierKey

SEED_BYTES = 32
_ORIGIN_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
_NO_TIME = 0  # a log's own second signature says nothing about time


def new_origin() -> str:
    """A random origin that names nobody: ``wk1/`` and 13 letters (65 bits)."""
    return "wk1/" + "".join(secrets.choice(_ORIGIN_LETTERS) for _ in range(13))


class Signer:
    """Signs notes under one name; its text forms never hold the key."""

    def __init__(self, origin: str, seed: bytes, *, post_quantum: bool = False) -> None:
        """``seed`` is the 32-byte Ed25519 seed; ``post_quantum`` signs checkpoints a second time.

        Raises SigningKeyDamaged.
        """
        if len(seed) != SEED_BYTES:
            raise SigningKeyDamaged(f"{len(seed)} bytes")
        self._seed = bytes(seed)
        self._private = Ed25519PrivateKey.from_private_bytes(self._seed)
        self.key = VerifierKey(origin, self._private.public_key().public_bytes_raw())
        self.post_quantum = post_quantum

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

    @property
    def second_key(self) -> VerifierKey:
        """The ML-DSA-44 key (kind 0x06) of the same name and seed, whether it signs or not."""
        return VerifierKey(self.origin, self._second().public_key().public_bytes_raw(), ML_DSA_44)

    def sign(self, data: bytes) -> bytes:
        """The bare Ed25519 signature (64 bytes) over ``data``."""
        return self._private.sign(data)

    def sign_note(self, text: str) -> str:
        """The signature line, with its line feed, under ``text`` (which ends with a line feed)."""
        return signature_line(self.key, self.sign(text.encode()))

    def note(self, text: str, operators: Sequence[Signer] = ()) -> bytes:
        """The whole signed note over the ``text`` of a checkpoint, with a line of each operator.

        Under ``post_quantum`` it bears a second line of this key; ``text`` is then read, and BadNote raised.
        """
        lines = [self.sign_note(text)]
        if self.post_quantum:
            lines.append(self._sign_again(text))
        return note_bytes(text, *lines, *(operator.sign_note(text) for operator in operators))

    def _sign_again(self, text: str) -> str:
        key = self.second_key
        signature = self._second().sign(message(key, parse_checkpoint(text), _NO_TIME))
        return cosignature_line(key, _NO_TIME, signature)

    def _second(self) -> MLDSA44PrivateKey:
        """Derived anew at each use (docs/spec/vault.md): most logs never need it."""
        derived = HKDF(algorithm=SHA256(), length=SEED_BYTES, salt=b"witnesskit/signer/v1", info=b"ml-dsa-44")
        return MLDSA44PrivateKey.from_seed_bytes(derived.derive(self._seed))

    def ssh_signature(self, message: bytes) -> bytes:
        """An OpenSSH signature file over ``message``, in the namespace of checkpoints (docs/spec/sshsig.md)."""
        return sshsig.armored(self.key, self._private.sign(sshsig.signed_data(message)))

    def __repr__(self) -> str:
        return f"Signer({self.origin!r})"
