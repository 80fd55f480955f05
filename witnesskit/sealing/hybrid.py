"""The post-quantum hybrid of age, mlkem768x25519: HPKE over ML-KEM-768 and X25519 (C2SP age.md, RFC 9180).

What is recorded today stays shut if only one of the two is broken one day.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from witnesskit.errors.formats import BadKey
from witnesskit.errors.sealing import HeaderMalformed
from witnesskit.formats.age_keys import MLKEM_PUBLIC

ENC_SIZE: Final = 1120  # bytes: ciphertext of ML-KEM-768, then the X25519 share
_MLKEM_ENC: Final = 1088
_MLKEM_SEED: Final = 64
_INFO: Final = b"age-encryption.org/mlkem768x25519"


class HybridKey:
    """Both private keys of one 32-byte seed."""

    def __init__(self, seed: bytes) -> None:
        expanded = hashlib.shake_256(seed).digest(_MLKEM_SEED + 32)
        mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[:_MLKEM_SEED])
        self._x25519 = X25519PrivateKey.from_private_bytes(expanded[_MLKEM_SEED:])
        self._both = hpke.MLKEM768X25519PrivateKey(mlkem, self._x25519)
        self.public = mlkem.public_key().public_bytes_raw() + self._x25519.public_key().public_bytes_raw()

    def opened(self, enc: bytes, body: bytes) -> bytes | None:
        """The file key, or None where the stanza is another key's; raises HeaderMalformed for a low-order share."""
        try:
            return _suite().decrypt(enc + body, self._both, _INFO)
        except InvalidTag:  # the library says the same of a share that gives no secret
            pass
        try:
            self._x25519.exchange(X25519PublicKey.from_public_bytes(enc[_MLKEM_ENC:]))
        except ValueError:
            raise HeaderMalformed("a share of low order") from None
        return None


def sealed_to(public: bytes, file_key: bytes) -> tuple[bytes, bytes]:
    """(enc, body) of a stanza for a public key of 1,216 bytes; raises BadKey for one that gives no secret."""
    try:
        mlkem = MLKEM768PublicKey.from_public_bytes(public[:MLKEM_PUBLIC])
        x25519 = X25519PublicKey.from_public_bytes(public[MLKEM_PUBLIC:])
        sealed = _suite().encrypt(file_key, hpke.MLKEM768X25519PublicKey(mlkem, x25519), _INFO)
    except ValueError:
        raise BadKey("not a key of ML-KEM-768, or a point of low order") from None
    return sealed[:ENC_SIZE], sealed[ENC_SIZE:]


@lru_cache(maxsize=1)
def _suite() -> hpke.Suite:
    return hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)
