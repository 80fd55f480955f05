"""The text of age keys: X25519 and the post-quantum hybrid mlkem768x25519 (C2SP age.md, "Native recipient types").

One file is never sealed to both kinds: the weaker one would be all that is worth attacking.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from witnesskit.errors.formats import BadKey
from witnesskit.errors.sealing import MixedRecipients
from witnesskit.formats import bech32

MLKEM_PUBLIC: Final = 1184  # bytes; in a hybrid public key they come first
X25519_SIZE: Final = 32
_SECRET_SIZE: Final = 32
_RECIPIENT: Final = "age"
_HYBRID_RECIPIENT: Final = "age1pq"
_IDENTITY: Final = "age-secret-key-"
_HYBRID_IDENTITY: Final = "age-secret-key-pq-"
_SIZES: Final = {_RECIPIENT: X25519_SIZE, _HYBRID_RECIPIENT: MLKEM_PUBLIC + X25519_SIZE}


def is_hybrid(recipient: str) -> bool:
    """Whether a recipient's text is of the post-quantum kind (``age1pq1...``)."""
    return recipient.startswith(_HYBRID_RECIPIENT + "1")


def demand_one_kind(recipients: Iterable[str]) -> None:
    """Refuse classical and hybrid recipients beside each other; raises MixedRecipients."""
    if len({is_hybrid(recipient) for recipient in recipients}) > 1:
        raise MixedRecipients


def parse_recipient(untrusted_text: str) -> bytes:
    """Public key of ``age1...`` (X25519, 32 bytes) or ``age1pq1...`` (ML-KEM-768, X25519: 1,216); raises BadKey."""
    return _public(untrusted_text)


def encode_recipient(public: bytes) -> str:
    """Text of a public key; its length (32 or 1,216 bytes) tells the kind."""
    return bech32.encode(_RECIPIENT if len(public) == X25519_SIZE else _HYBRID_RECIPIENT, public)


def parse_identity(untrusted_text: str) -> tuple[bytes, bool]:
    """(32 secret bytes, whether hybrid) of ``AGE-SECRET-KEY-1...`` or ``AGE-SECRET-KEY-PQ-1...``.

    Raises BadKey, which never holds the text.
    """
    found, secret = bech32.decode(untrusted_text)
    if found not in (_IDENTITY, _HYBRID_IDENTITY) or len(secret) != _SECRET_SIZE:
        raise BadKey("another kind of key, or of another length")
    if not untrusted_text.isupper():
        raise BadKey("in the wrong case")
    return secret, found == _HYBRID_IDENTITY


def encode_identity(secret: bytes, *, hybrid: bool = False) -> str:
    """``AGE-SECRET-KEY-1...`` of an X25519 private key, or ``AGE-SECRET-KEY-PQ-1...`` of a hybrid seed (32 bytes)."""
    return bech32.encode(_HYBRID_IDENTITY if hybrid else _IDENTITY, secret).upper()


@lru_cache(maxsize=64)  # a hybrid key's text takes longer to read than to seal to, and every capsule asks again
def _public(untrusted_text: str) -> bytes:
    found, public = bech32.decode(untrusted_text)
    if _SIZES.get(found) != len(public):
        raise BadKey("another kind of key, or of another length")
    if not untrusted_text.islower():
        raise BadKey("in the wrong case")
    return public
