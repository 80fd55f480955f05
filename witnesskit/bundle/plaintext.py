"""The content of a volume on its way to be sealed: one buffer, no copy of large sources."""

from __future__ import annotations

from typing import Final

from witnesskit.limits import READ_BLOCK
from witnesskit.sealing.seal import SealedWriter

ZEROS: Final = bytes(READ_BLOCK)


class Plaintext:
    """Sources are read into ``free`` and counted by ``take``; ``size`` is all that was written."""

    def __init__(self, writer: SealedWriter) -> None:
        self.size = 0
        self._writer = writer
        self._buffer = memoryview(bytearray(READ_BLOCK))
        self._filled = 0

    def free(self) -> memoryview:
        """Where the next bytes go; never empty."""
        if self._filled == len(self._buffer):
            self.flush()
        return self._buffer[self._filled :]

    def take(self, count: int) -> memoryview:
        """Count ``count`` bytes put at ``free`` as written; returns them."""
        start, self._filled = self._filled, self._filled + count
        self.size += count
        return self._buffer[start : self._filled]

    def add(self, data: bytes) -> None:
        """Write ``data``."""
        end = self._filled + len(data)
        if end <= len(self._buffer):
            self._buffer[self._filled : end] = data
            self.take(len(data))
            return
        view = memoryview(data)
        while view:
            place = self.free()
            count = min(len(place), len(view))
            place[:count] = view[:count]
            self.take(count)
            view = view[count:]

    def add_zeros(self, count: int) -> None:
        """Write ``count`` zero bytes."""
        while count > 0:
            step = min(count, len(ZEROS))
            self.add(ZEROS[:step])
            count -= step

    def flush(self) -> None:
        """Hand over what was collected; raises DiskFull, NotWritten."""
        self._writer.write(self._buffer[: self._filled])
        self._filled = 0
