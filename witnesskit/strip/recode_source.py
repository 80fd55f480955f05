"""How PyAV is given a source: our reader in memory, named containers only, one thread, no file and no network.

Importing this loads every part of PyAV that it would load later, when the child may no longer open a file.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import pkgutil
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final

import av
from av.container import InputContainer

from witnesskit.errors.derive import DerivativeTooLarge, Undecodable
from witnesskit.media_limits import DERIVED_MAX, FILM_PIXELS_MAX
from witnesskit.model import SeekableReader

CONTAINERS: Final = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,mpeg,avi,ogg,flac,mp3,wav,aac,amr,asf,flv"
PROTOCOLS: Final = "file"  # for the reader itself; the child can open none
_NOT_LOADED: Final = ("__main__", "datasets", "device")
_STRICT_METADATA: Final = int(av.__version__.partition(".")[0]) < 19  # 19 has no argument and never raises


def _load_everything() -> None:
    for part in pkgutil.walk_packages(av.__path__, "av."):
        if part.name.rpartition(".")[2] not in _NOT_LOADED:
            importlib.import_module(part.name)


_load_everything()
FFMPEG_ERROR: Final = av.FFmpegError
DECODING_ERRORS: Final = (av.FFmpegError, ValueError, IndexError, OverflowError, RuntimeError)


class ReaderFile(io.RawIOBase):
    """A SeekableReader as the file object PyAV and Pillow read from."""

    def __init__(self, reader: SeekableReader) -> None:
        self._reader = reader
        self._position = 0

    def readinto(self, buffer: Any) -> int:
        """Fill ``buffer`` from the position; 0 at the end."""
        data = self._reader.read_at(self._position, len(buffer))
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move the position; returns it."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._reader.size}[whence]
        self._position = max(0, start + offset)
        return self._position

    def tell(self) -> int:
        """The position."""
        return self._position

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True


class Made(io.BytesIO):
    """A derivative in memory, bounded; a SeekableReader too."""

    def write(self, data: Any, /) -> int:
        """Take ``data``; raises DerivativeTooLarge."""
        if self.tell() + len(data) > DERIVED_MAX:
            raise DerivativeTooLarge
        return super().write(data)

    @property
    def size(self) -> int:
        """Bytes held."""
        return self.getbuffer().nbytes

    def read_at(self, offset: int, length: int, /) -> bytes:
        """Up to ``length`` bytes from ``offset``."""
        with self.getbuffer() as view:
            return bytes(view[offset : offset + length])


@contextlib.contextmanager
def opened(reader: SeekableReader) -> Iterator[InputContainer]:
    """The container in ``reader``; every use of it and its streams belongs into this block. Raises Undecodable."""
    options = {"format_whitelist": CONTAINERS, "protocol_whitelist": PROTOCOLS}
    more: dict[str, Any] = {"metadata_errors": "surrogateescape"} if _STRICT_METADATA else {}
    try:
        container = av.open(ReaderFile(reader), "r", options=options, **more)
    except (av.FFmpegError, ValueError):
        raise Undecodable from None
    with container:
        yield container


def fraction(ratio: Any, otherwise: Fraction | int = 1) -> Fraction:
    """A ratio of PyAV, which is a Fraction or None before 19 and its own kind from there on; never 0."""
    return Fraction(ratio.numerator, ratio.denominator) if ratio else Fraction(otherwise)


def bound(context: Any) -> None:
    """One thread, and no picture above the maximum."""
    context.thread_count = 1
    context.options = {"max_pixels": str(FILM_PIXELS_MAX)}


def engine(*encoders: str) -> dict[str, str]:
    """Which libraries coded anew: not the same bytes are promised of others."""
    return {"av": av.__version__, "ffmpeg": str(av.ffmpeg_version_info), "encoders": "+".join(encoders)}
