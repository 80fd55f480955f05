"""Whether an age recipient is a key that gives a secret.

Apart from ``age_keys``: a capture starts before the cryptography library is loaded, and reads only the text of keys.
"""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from witnesskit.errors.formats import BadKey
from witnesskit.formats.age_keys import MLKEM_PUBLIC, X25519_SIZE, encode_recipient, parse_recipient

_FIELD_PRIME: Final = 2**255 - 19
_ANY_SCALAR: Final = X25519PrivateKey.from_private_bytes(b"\x08" + bytes(30) + b"\x40")


def is_usable(untrusted_text: str) -> bool:
    """Whether a text is a recipient in its one form, whose parts are keys that give a secret."""
    try:
        public = parse_recipient(untrusted_text)
        MLKEM768PublicKey.from_public_bytes(public[:MLKEM_PUBLIC]) if len(public) > X25519_SIZE else None
        point = public[-X25519_SIZE:]
        _ANY_SCALAR.exchange(X25519PublicKey.from_public_bytes(point))
    except (BadKey, ValueError):
        return False
    return encode_recipient(public) == untrusted_text and int.from_bytes(point, "little") < _FIELD_PRIME
