"""What opens a sealed file: an age identity, or a passphrase for key files."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from witnesskit.formats import age_keys
from witnesskit.sealing.hybrid import HybridKey


@dataclass(frozen=True)
class Identity:
    """An age identity: an X25519 private key or, where ``hybrid``, the seed of a post-quantum pair; 32 bytes both.

    Its text and repr never appear in messages.
    """

    secret: bytes = field(repr=False)
    hybrid: bool = False

    @classmethod
    def generate(cls, *, hybrid: bool = False) -> Identity:
        """A fresh one, from the system's random source."""
        return cls(os.urandom(32), hybrid)

    @classmethod
    def from_text(cls, untrusted_text: str) -> Identity:
        """From ``AGE-SECRET-KEY-1...`` or ``AGE-SECRET-KEY-PQ-1...``; raises BadKey."""
        return cls(*age_keys.parse_identity(untrusted_text.strip()))

    @property
    def text(self) -> str:
        """``AGE-SECRET-KEY-...``: the secret itself, for key files and sheets only."""
        return age_keys.encode_identity(self.secret, hybrid=self.hybrid)

    @cached_property
    def private(self) -> X25519PrivateKey:
        """The X25519 key as the cryptographic library holds it; of an identity that is not hybrid."""
        return X25519PrivateKey.from_private_bytes(self.secret)

    @cached_property
    def pair(self) -> HybridKey:
        """Both keys of a hybrid identity."""
        return HybridKey(self.secret)

    @cached_property
    def public(self) -> bytes:
        """The public half: 32 bytes, of a hybrid identity 1,216."""
        return self.pair.public if self.hybrid else self.private.public_key().public_bytes_raw()

    @cached_property
    def recipient(self) -> str:
        """The public half as ``age1...`` or ``age1pq1...``."""
        return age_keys.encode_recipient(self.public)


@dataclass(frozen=True)
class Passphrase:
    """A passphrase as typed; taken as UTF-8."""

    text: str = field(repr=False)


Unlocking = Identity | Passphrase
