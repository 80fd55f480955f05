"""Sealed content in aligned blocks of 1 MiB; a damaged chunk costs itself, not its neighbours."""

from __future__ import annotations

from collections.abc import Iterator

from witnesskit.errors.sealing import FileCut, PayloadFailure
from witnesskit.limits import AGE_CHUNK, BUNDLE_BAD_CHUNKS_MAX, READ_BLOCK
from witnesskit.model import SeekableReader

Piece = tuple[int, int, memoryview | str]  # start, end, and the bytes or the code of what is wrong with them


class Blocks:
    """Reads ``reader``; remembers the last block and every bad chunk."""

    def __init__(self, reader: SeekableReader) -> None:
        self._reader = reader
        self._start = -1
        self._data = b""
        self._bad: dict[int, str] = {}  # chunk number -> code

    def holds(self, start: int, length: int) -> bool:
        """Whether these bytes lie in the last block read."""
        return self._start <= start and start + length <= self._start + len(self._data)

    def at_once(self, start: int, length: int) -> bytes | None:
        """These bytes where they lie in one block without damage, the common case; None says nothing."""
        offset = start % READ_BLOCK
        if start - offset != self._start:
            self._load(start - offset)
        end = offset + length
        return self._data[offset:end] if end <= len(self._data) and not self._bad else None

    def pieces(self, start: int, end: int) -> Iterator[Piece]:
        """Everything from ``start`` to before ``end`` in order, good or bad; raises NotReadable."""
        while start < end:
            block = start - start % READ_BLOCK
            stop = min(end, block + READ_BLOCK)
            self._load(block)
            yield from self._of_block(start, stop)
            start = stop

    def exactly(self, start: int, length: int) -> bytes | None:
        """These bytes (few), None where one of them does not verify or is not there; raises NotReadable."""
        found = b""
        for _, _, data in self.pieces(start, start + length):
            if isinstance(data, str):
                return None
            found += data
        return found

    def _of_block(self, start: int, stop: int) -> Iterator[Piece]:
        view = memoryview(self._data)
        if not self._bad and stop <= self._start + len(view):
            yield start, stop, view[start - self._start : stop - self._start]
            return
        while start < stop:
            number = start // AGE_CHUNK
            end = min(stop, (number + 1) * AGE_CHUNK)
            there = view[start - self._start : end - self._start]
            code = self._bad.get(number) or ("" if len(there) == end - start else FileCut.code)
            yield start, end, code or there
            start = end

    def _load(self, block: int) -> None:
        if block == self._start:
            return
        try:
            self._data = self._reader.read_at(block, READ_BLOCK)
        except PayloadFailure as error:
            self._data = self._by_chunks(block, error)
        self._start = block

    def _by_chunks(self, block: int, failure: PayloadFailure) -> bytes:
        """The block with zeros for what does not verify; past the maximum no chunk is looked for any more."""
        found = bytearray()
        for place in range(block, block + READ_BLOCK, AGE_CHUNK):
            try:
                if len(self._bad) >= BUNDLE_BAD_CHUNKS_MAX:
                    raise failure
                if place // AGE_CHUNK not in self._bad:
                    found += self._reader.read_at(place, AGE_CHUNK)
            except PayloadFailure as error:
                self._bad[place // AGE_CHUNK] = error.code
            found += bytes(place - block + AGE_CHUNK - len(found))
        return bytes(found)
