"""One stream of a capsule, read as if its pieces were one file."""

from __future__ import annotations

import io
import os
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from typing import Any

from witnesskit.errors.sealing import NotReadable
from witnesskit.model import SeekableReader


class PieceReader(io.RawIOBase):
    """Bytes of (offset, size) pieces of ``reader`` in order; raises what ``reader`` raises."""

    def __init__(self, reader: SeekableReader, pieces: Iterable[tuple[int, int]]) -> None:
        super().__init__()
        self._reader = reader
        self._pieces = [piece for piece in pieces if piece[1]]
        self._starts = [0, *accumulate(size for _, size in self._pieces)]
        self._position = 0

    @property
    def size(self) -> int:
        """Length in bytes of all pieces."""
        return self._starts[-1]

    def read_at(self, offset: int, length: int, /) -> bytes:
        """Up to ``length`` bytes from ``offset``; shorter only at the end."""
        parts: list[bytes] = []
        length = min(length, self.size - offset)
        while length > 0:
            parts.append(self._within(offset, length))
            offset += len(parts[-1])
            length -= len(parts[-1])
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def readinto(self, buffer: Any, /) -> int:
        """Fill ``buffer`` from the position; returns the number of bytes, 0 at the end."""
        with memoryview(buffer).cast("B") as place:
            data = self.read_at(self._position, len(place))
            place[: len(data)] = data
        self._position += len(data)
        return len(data)

    def readall(self) -> bytes:
        """All that is left."""
        data = self.read_at(self._position, self.size)
        self._position += len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Move; raises NotReadable before the start."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position}.get(whence, self.size)
        if start + offset < 0:
            raise NotReadable("a place before the start was asked for")
        self._position = start + offset
        return self._position

    def tell(self) -> int:
        """The place of the next ``read``."""
        return self._position

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def _within(self, offset: int, length: int) -> bytes:
        index = bisect_right(self._starts, offset) - 1
        start, size = self._pieces[index]
        skipped = offset - self._starts[index]
        data = self._reader.read_at(start + skipped, min(length, size - skipped))
        if not data:
            raise NotReadable("it became shorter while it was read")
        return data
