"""Find a final chunk inside a longer piece, so that bytes added behind it are told from damage.

Poly1305 (RFC 8439, section 2.8) is a running sum: its value after every block is known in one pass, so each
length costs one more step and not one more pass. Only a diagnosis: nothing is released by it.
"""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20

from witnesskit.sealing.chunks import TAG, nonce

_PRIME: Final = (1 << 130) - 5
_CLAMP: Final = 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
_BLOCK: Final = 16


def final_length(key: bytes, number: int, piece: bytes) -> int:
    """Length of a final chunk number ``number``, tag included, at the start of ``piece``; 0 if there is none."""
    r, s = _one_time_key(key, number)
    total = 0
    for start in range(0, len(piece) - TAG, _BLOCK):
        for size in range(start, min(start + _BLOCK, len(piece) - TAG)):
            if _tag(total, r, s, piece[start:size], size) == piece[size : size + TAG]:
                return size + TAG
        total = (total + _number(piece[start : start + _BLOCK])) * r % _PRIME
    return 0


def _tag(total: int, r: int, s: int, rest: bytes, size: int) -> bytes:
    if rest:
        total = (total + _number(rest.ljust(_BLOCK, b"\0"))) * r % _PRIME
    lengths = _number((size << 64).to_bytes(_BLOCK, "little"))
    total = (total + lengths) * r % _PRIME
    return ((total + s) & ((1 << 128) - 1)).to_bytes(_BLOCK, "little")


def _number(block: bytes) -> int:
    return int.from_bytes(block, "little") | 1 << 8 * _BLOCK


def _one_time_key(key: bytes, number: int) -> tuple[int, int]:
    stream = Cipher(ChaCha20(key, bytes(4) + nonce(number, final=True)), None).encryptor().update(bytes(32))
    return int.from_bytes(stream[:16], "little") & _CLAMP, int.from_bytes(stream[16:], "little")
