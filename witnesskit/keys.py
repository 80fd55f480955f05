"""Public keys and their text form; private halves live in custody/signer.py and sealing/.

A verifier key is the C2SP signed-note text ``NAME+HASH+BASE64`` with HASH the first four bytes of
SHA-256(NAME || "\\n" || 0x01 || key) as hex, and BASE64 of 0x01 || 32 bytes of Ed25519 key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from witnesskit.errors.formats import BadKey

ED25519 = b"\x01"
_NAME = re.compile(r"[a-z0-9/._-]{1,64}", re.ASCII)


@dataclass(frozen=True)
class VerifierKey:
    """Name and Ed25519 key (32 bytes) of one signer."""

    name: str
    public: bytes

    @property
    def key_hash(self) -> bytes:
        """Four bytes that name the key in a signature line."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    @property
    def text(self) -> str:
        """The verifier key text."""
        encoded = base64.b64encode(ED25519 + self.public).decode()
        return f"{self.name}+{self.key_hash.hex()}+{encoded}"

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the text, six groups of five digits, for reading aloud."""
        return digit_groups(self.text.encode())

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether ``signature`` (64 bytes) is this key's over ``message``."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


def parse_verifier_key(untrusted_text: str) -> VerifierKey:
    """Read a verifier key; raises BadKey, also when its hash does not match."""
    parts = untrusted_text.strip().split("+", 2)
    if len(parts) != 3 or not _NAME.fullmatch(parts[0]):
        raise BadKey
    try:
        raw = base64.b64decode(parts[2], validate=True)
    except (binascii.Error, ValueError):
        raise BadKey("the base64 part is damaged") from None
    if len(raw) != 33 or raw[:1] != ED25519:
        raise BadKey("not an Ed25519 key")
    key = VerifierKey(parts[0], raw[1:])
    if key.text != untrusted_text.strip():
        raise BadKey("its check digits do not match")
    return key


def digit_groups(data: bytes) -> str:
    """Six groups of five digits (99.7 bits) of SHA-256(data), to be read aloud and typed."""
    number = int.from_bytes(hashlib.sha256(data).digest()) % 10**30
    digits = f"{number:030d}"
    return " ".join(digits[start : start + 5] for start in range(0, 30, 5))
