"""The zlib stream of a PNG picture, inflated piece by piece and never kept: its end, and whether all is shown."""

from __future__ import annotations

import zlib
from typing import Final

from witnesskit.errors.media import BadMedia, MediaCut
from witnesskit.errors.strip import HiddenInPicture
from witnesskit.limits import KIB

_FED: Final = 64 * KIB
_PRESET: Final = 0x20  # the flag of a preset dictionary (RFC 1950 clause 2.2); PNG allows none


class Inflater:
    """Inflates ``stream`` on demand; a bomb gives no more than was asked for."""

    def __init__(self, stream: memoryview) -> None:
        if len(stream) > 1 and stream[1] & _PRESET:
            raise BadMedia("a preset dictionary")
        self._stream, self._fed, self._pending = stream, 0, b""
        self._inner = zlib.decompressobj()

    def take(self, size: int) -> bytes:
        """The next ``size`` bytes; raises ``MediaCut`` or ``BadMedia``."""
        parts = []
        while size:
            part = self._step(size)
            if not part and (self._inner.eof or self._exhausted()):
                raise MediaCut("the coded picture ends early")
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def finish(self) -> int:
        """Length of the stream in bytes; raises ``HiddenInPicture`` if it holds more than was taken, ``MediaCut``."""
        while not self._inner.eof:
            if self._step(1):
                raise HiddenInPicture("more coded data than pixels")
            if not self._inner.eof and self._exhausted():
                raise MediaCut("the coded picture ends early")
        return self._fed - len(self._inner.unused_data)

    def _step(self, most: int) -> bytes:
        if not self._pending:
            self._pending = bytes(self._stream[self._fed : self._fed + _FED])
            self._fed += len(self._pending)
        try:
            part = self._inner.decompress(self._pending, most)
        except zlib.error:
            raise BadMedia("the coded picture cannot be inflated") from None
        self._pending = self._inner.unconsumed_tail
        return part

    def _exhausted(self) -> bool:
        return not self._pending and self._fed >= len(self._stream)
