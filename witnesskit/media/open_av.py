"""How PyAV is given a source for looking only: our reader, named containers, one thread, nothing else opened.

Importing this loads every part of PyAV that it would load later, when the child may no longer open a file. It shares
no code with the makers of derivatives (docs/decisions/0003-inspection-shares-no-code.md).
"""

from __future__ import annotations

import contextlib
import importlib
import io
import pkgutil
from collections.abc import Iterator
from typing import Any, Final

import av
from av.container import InputContainer

from witnesskit.media_limits import FILM_PIXELS_MAX
from witnesskit.model import SeekableReader

_CONTAINERS: Final = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,mpeg,avi,ogg,flac,mp3,wav,aac,aiff,amr,asf,flv,caf"
_STRICT_METADATA: Final = int(av.__version__.partition(".")[0]) < 19
# every way in which PyAV is known to answer for a broken file
AV_ERRORS: Final = (av.FFmpegError, ValueError, LookupError, ArithmeticError, RuntimeError, TypeError)

for _part in pkgutil.walk_packages(av.__path__, "av."):
    if _part.name.rpartition(".")[2] not in ("__main__", "datasets", "device"):
        importlib.import_module(_part.name)


class LookedAt(io.RawIOBase):
    """A SeekableReader as a file object."""

    def __init__(self, reader: SeekableReader) -> None:
        self._reader = reader
        self._place = 0

    def readinto(self, buffer: Any) -> int:
        """Fill ``buffer`` from the position; 0 at the end."""
        data = self._reader.read_at(self._place, len(buffer))
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move the position; returns it."""
        self._place = max(0, offset + (0, self._place, self._reader.size)[whence])
        return self._place

    def tell(self) -> int:
        """The position."""
        return self._place

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True


@contextlib.contextmanager
def looked_at(reader: SeekableReader) -> Iterator[InputContainer]:
    """The container in ``reader``; its streams are used inside the block only. Raises one of AV_ERRORS."""
    more: dict[str, Any] = {"metadata_errors": "surrogateescape"} if _STRICT_METADATA else {}
    options = {"format_whitelist": _CONTAINERS, "protocol_whitelist": "file"}
    with av.open(LookedAt(reader), "r", options=options, **more) as container:
        for stream in container.streams:
            if stream.codec_context is not None:
                stream.codec_context.thread_count = 1
                stream.codec_context.options = {"max_pixels": str(FILM_PIXELS_MAX)}
        yield container
