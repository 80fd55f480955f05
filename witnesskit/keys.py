"""Public keys and their text form; private halves live in custody/signer.py and sealing/.

A verifier key is the C2SP signed-note text ``NAME+HASH+BASE64`` with HASH the first four bytes of
SHA-256(NAME || "\\n" || KIND || key) as hex, and BASE64 of KIND || key. KIND is one byte: 0x01 Ed25519 over the text
of a note, 0x04 Ed25519 cosignature/v1, 0x06 ML-DSA-44 (c2sp.org/signed-note, c2sp.org/tlog-cosignature).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Container
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from witnesskit.errors.formats import BadKey

ED25519, COSIGNATURE, ML_DSA_44 = b"\x01", b"\x04", b"\x06"
SIZES = {ED25519: 32, COSIGNATURE: 32, ML_DSA_44: 1312}  # bytes of a public key
NAME = re.compile(r"[a-z0-9/._-]{1,64}", re.ASCII)
LOG_NAME = re.compile(r"wk1/[a-z0-9]{13}", re.ASCII)  # a log's, and nobody else's: an operator vouches for no log


@dataclass(frozen=True)
class VerifierKey:
    """Name and public key of one signer; ``kind`` is what its signatures are made over."""

    name: str
    public: bytes
    kind: bytes = ED25519

    @property
    def key_hash(self) -> bytes:
        """Four bytes that name the key in a signature line."""
        return hashlib.sha256(self.name.encode() + b"\n" + self.kind + self.public).digest()[:4]

    @property
    def text(self) -> str:
        """The verifier key text."""
        encoded = base64.b64encode(self.kind + self.public).decode()
        return f"{self.name}+{self.key_hash.hex()}+{encoded}"

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether ``signature`` (64 bytes, of ML-DSA-44 2,420) is this key's over ``message``."""
        kind = MLDSA44PublicKey if self.kind == ML_DSA_44 else Ed25519PublicKey
        try:
            kind.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


def parse_verifier_key(untrusted_text: str, kinds: Container[bytes] = (ED25519,)) -> VerifierKey:
    """Read a verifier key of one of ``kinds``; raises BadKey, also when its hash does not match."""
    parts = untrusted_text.strip().split("+", 2)
    if len(parts) != 3 or not NAME.fullmatch(parts[0]):
        raise BadKey
    try:
        raw = base64.b64decode(parts[2], validate=True)
    except (binascii.Error, ValueError):
        raise BadKey("the base64 part is damaged") from None
    if raw[:1] not in kinds or len(raw) != 1 + SIZES.get(raw[:1], 0):
        raise BadKey("not a key of the kind that is wanted here")
    key = VerifierKey(parts[0], raw[1:], raw[:1])
    if key.text != untrusted_text.strip():
        raise BadKey("its check digits do not match")
    return key
