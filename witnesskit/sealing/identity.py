"""What opens a sealed file: an X25519 identity, or a passphrase for key files."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from witnesskit.formats import age


@dataclass(frozen=True)
class Identity:
    """An X25519 private key (32 bytes); its text and repr never appear in messages."""

    secret: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> Identity:
        """A fresh one, from the system's random source."""
        return cls(os.urandom(32))

    @classmethod
    def from_text(cls, untrusted_text: str) -> Identity:
        """From ``AGE-SECRET-KEY-1...``; raises BadKey."""
        return cls(age.parse_identity(untrusted_text.strip()))

    @property
    def text(self) -> str:
        """``AGE-SECRET-KEY-1...``: the secret itself, for key files and sheets only."""
        return age.encode_identity(self.secret)

    @cached_property
    def private(self) -> X25519PrivateKey:
        """The key as the cryptographic library holds it."""
        return X25519PrivateKey.from_private_bytes(self.secret)

    @cached_property
    def public(self) -> bytes:
        """The public half, 32 bytes."""
        return self.private.public_key().public_bytes_raw()

    @cached_property
    def recipient(self) -> str:
        """The public half as ``age1...``."""
        return age.encode_recipient(self.public)


@dataclass(frozen=True)
class Passphrase:
    """A passphrase as typed; taken as UTF-8."""

    text: str = field(repr=False)


Unlocking = Identity | Passphrase
