"""The opened form of encrypted pieces: AES-128-CBC with PKCS7, piece by piece (RFC 8216, 4.3.2.4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from witnesskit.capture.messages import Piece
from witnesskit.limits import READ_BLOCK
from witnesskit.media.probe import HEAD_SIZE
from witnesskit.model import Sink

_BLOCK_BITS = 128


class _Readable(Protocol):
    def read_at(self, offset: int, length: int, /) -> bytes: ...


def decrypt(source: _Readable, pieces: Iterable[Piece], sink: Sink) -> tuple[bytes, bool]:
    """Write the opened pieces to ``sink``; returns (the first bytes, whether every piece opened whole).

    A piece that was cut, or is not what its key opens, is opened as far as it goes.
    """
    head, whole = b"", True
    for piece in pieces:
        for block in _opened(source, piece):
            if block is None:
                whole = False
                continue
            sink.write(block)
            if len(head) < HEAD_SIZE:
                head += block[:HEAD_SIZE]
    return head, whole


def _opened(source: _Readable, piece: Piece) -> Iterable[bytes | None]:
    """Blocks of one piece in clear; None where its end is not what it should be."""
    if not piece.key:
        yield from _blocks(source, piece)
        return
    key, iv = bytes.fromhex(str(piece.key["key"])), bytes.fromhex(str(piece.key["iv"]))
    decryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    unpadder = PKCS7(_BLOCK_BITS).unpadder()
    for block in _blocks(source, piece):
        yield unpadder.update(decryptor.update(block))
    try:
        decryptor.finalize()
        yield unpadder.finalize()
    except ValueError:
        yield None


def _blocks(source: _Readable, piece: Piece) -> Iterable[bytes]:
    for place in range(piece.offset, piece.offset + piece.size, READ_BLOCK):
        yield source.read_at(place, min(READ_BLOCK, piece.offset + piece.size - place))
