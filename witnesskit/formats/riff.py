"""RIFF as the writers of copies read it: chunks of little-endian length, padded to even (RIFF, 1991)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from witnesskit.errors.media import MediaTooLarge
from witnesskit.limits import READ_BLOCK
from witnesskit.media_limits import RIFF_CHUNKS_MAX
from witnesskit.media_model import Removal
from witnesskit.model import SeekableReader

HEAD: Final = 8  # bytes of a chunk's name and length
UNTOLD: Final = 0xFFFFFFFF  # the length a recorder writes before it knows better


@dataclass(frozen=True)
class Chunk:
    """One chunk: its name, offset of its head, and its body ``[body, end)``, cut where the file ends.

    ``told`` is the length as it is written.
    """

    name: bytes
    start: int
    told: int
    end: int

    @property
    def body(self) -> int:
        """Offset of the first byte of the body."""
        return self.start + HEAD

    @property
    def size(self) -> int:
        """Bytes of the body that are there."""
        return self.end - self.body


def is_name(word: bytes) -> bool:
    """True for four printable characters, as every chunk's name has."""
    return len(word) == 4 and all(0x20 <= byte < 0x7F for byte in word)


def chunk_at(reader: SeekableReader, place: int, limit: int) -> Chunk | None:
    """The chunk whose head is at ``place``; ``None`` where no head is."""
    head = reader.read_at(place, HEAD)
    if len(head) < HEAD or place + HEAD > limit or not is_name(head[:4]):
        return None
    told = int.from_bytes(head[4:], "little")
    return Chunk(head[:4], place, told, min(place + HEAD + told, limit))


def chunks(reader: SeekableReader, place: int, limit: int) -> Iterator[Chunk]:
    """Chunks from ``place`` on as long as heads follow; a missing pad byte is passed over as players do.

    Raises ``MediaTooLarge`` for more than ``RIFF_CHUNKS_MAX``.
    """
    for _ in range(RIFF_CHUNKS_MAX):
        chunk = chunk_at(reader, place, limit)
        if chunk is None:
            return
        yield chunk
        place = behind(reader, chunk, limit)
    raise MediaTooLarge(f"more than {RIFF_CHUNKS_MAX} chunks")


def behind(reader: SeekableReader, chunk: Chunk, limit: int) -> int:
    """Offset of what follows ``chunk``: behind its pad byte, unless a head stands where the pad byte should."""
    if chunk.told % 2 == 0 or chunk.end >= limit:
        return chunk.end
    words = reader.read_at(chunk.end, 5)
    return chunk.end if words[:1] != b"\0" and is_name(words[:4]) and not is_name(words[1:5]) else chunk.end + 1


def removal(reader: SeekableReader, place: str, start: int, end: int) -> Removal:
    """What is removed, ``[start, end)`` of the file, hashed block by block."""
    hasher = hashlib.sha256()
    for at in range(start, end, READ_BLOCK):
        hasher.update(reader.read_at(at, min(READ_BLOCK, end - at)))
    return Removal(place, end - start, hasher.hexdigest())


def written(name: bytes, body: bytes) -> bytes:
    """A whole chunk with its head and a zero pad byte."""
    return name + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) % 2)
