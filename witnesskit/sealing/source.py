"""Read ciphertext at any place, from a file, a seekable stream, or another reader."""

from __future__ import annotations

import io
import os
from typing import BinaryIO, Final, Protocol, cast

from witnesskit.errors.sealing import NotReadable
from witnesskit.model import SeekableReader


class Source(Protocol):
    """Ciphertext at any place; both raise NotReadable."""

    def length(self) -> int:
        """Bytes there are now."""
        ...

    def read_into(self, offset: int, place: memoryview, /) -> int:
        """Fill ``place`` from ``offset``; returns how much there was."""
        ...


def source_of(stream: BinaryIO | SeekableReader) -> Source:
    """How to read ``stream``: a file by its descriptor, a reader by ``read_at``, all else by seek and read."""
    if hasattr(stream, "read_at"):
        return _FromReader(cast(SeekableReader, stream))
    raw = stream.raw if isinstance(stream, io.BufferedReader | io.BufferedRandom) else stream
    if isinstance(raw, io.FileIO):
        return _FromFile(raw, stream)
    return _FromStream(stream)


class _FromFile:
    """Positioned reads: the file's own position is neither used nor moved."""

    def __init__(self, file: io.FileIO, stream: object) -> None:
        self._file: Final = file
        self._stream: Final = stream  # a buffered stream that is collected would close the file under us

    def length(self) -> int:
        try:
            return os.fstat(self._file.fileno()).st_size
        except (OSError, ValueError) as error:
            raise _refused(error) from None

    def read_into(self, offset: int, place: memoryview, /) -> int:
        done = 0
        try:
            while done < len(place):
                count = os.preadv(self._file.fileno(), [place[done:]], offset + done)
                if not count:
                    break
                done += count
        except (OSError, ValueError) as error:
            raise _refused(error) from None
        return done


class _FromStream:
    """Seek, then read until there is enough."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def length(self) -> int:
        try:
            return self._stream.seek(0, os.SEEK_END)
        except (OSError, ValueError) as error:
            raise _refused(error) from None

    def read_into(self, offset: int, place: memoryview, /) -> int:
        done = 0
        try:
            self._stream.seek(offset)
            while done < len(place):
                piece = self._stream.read(len(place) - done)
                if not piece:
                    break
                place[done : done + len(piece)] = piece
                done += len(piece)
        except (OSError, ValueError) as error:
            raise _refused(error) from None
        return done


class _FromReader:
    """Another reader of ours; its refusals pass through."""

    def __init__(self, reader: SeekableReader) -> None:
        self._reader = reader

    def length(self) -> int:
        return self._reader.size

    def read_into(self, offset: int, place: memoryview, /) -> int:
        try:
            piece = self._reader.read_at(offset, len(place))
        except OSError as error:
            raise _refused(error) from None
        place[: len(piece)] = piece
        return len(piece)


def _refused(error: Exception) -> NotReadable:
    return NotReadable(getattr(error, "strerror", "") or "it is closed or cannot be read at any place")
