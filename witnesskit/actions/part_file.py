"""A copy on its way into a folder: a hidden name only its owner reads, until it is known to be clean."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

from witnesskit.errors.cli import NoFolder, OutputExists
from witnesskit.errors.sealing import DiskFull
from witnesskit.jail.run import Given
from witnesskit.model import Sink

FIXED_TIME: Final = (0, 0)  # the copy's times tell nothing


_EXTENSIONS: Final = {
    "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif", "image/tiff": "tif",
    "image/x-adobe-dng": "dng", "image/heic": "heic", "image/heif": "heif", "image/avif": "avif",
    "image/heic-sequence": "heics", "image/heif-sequence": "heifs",
    "video/mp4": "mp4", "video/quicktime": "mov", "video/x-matroska": "mkv", "video/webm": "webm",
    "video/x-msvideo": "avi", "video/mp2t": "ts", "video/ogg": "ogv", "application/ogg": "ogg",
    "audio/mpeg": "mp3", "audio/flac": "flac", "audio/ogg": "ogg", "audio/wav": "wav", "audio/mp4": "m4a",
    "audio/x-matroska": "mka", "audio/webm": "webm",
}  # fmt: skip


def extension_of(media_type: str) -> str:
    """``.jpg``, ``.mp4`` ...: of the kind that was found in the bytes, never of a name that was given."""
    return f".{_EXTENSIONS.get(media_type, 'bin')}"


class PartFile:
    """The copy beside its final name, until it is known to be clean."""

    def __init__(self, folder: Path, wrote: Callable[[int], None]) -> None:
        self.part = folder / f".{secrets.token_hex(8)}.part"
        self._wrote = wrote
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        try:
            self._descriptor = os.open(self.part, flags, 0o600)
        except OSError as error:
            raise NoFolder(os.strerror(error.errno or 0)) from None
        self._reading = os.open(self.part, os.O_RDONLY | os.O_CLOEXEC)

    def sink(self) -> Sink:
        """This file."""
        return self

    def write(self, data: bytes, /) -> int:
        """Every byte, or DiskFull."""
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self._descriptor, view) :]
            except OSError as error:
                raise DiskFull(os.strerror(error.errno or 0)) from None
        self._wrote(len(data))
        return len(data)

    def source(self) -> Given:
        """The written copy, read back."""
        return Given(self._reading)

    def keep(self, out: Path) -> None:
        """Give it its name and a time that tells nothing; raises OutputExists, never over another file."""
        os.utime(self.part, FIXED_TIME)
        if out.exists() or out.is_symlink():
            raise OutputExists
        self.part.rename(out)

    def destroy(self) -> None:
        """Remove the unfinished name."""
        self.part.unlink(missing_ok=True)

    def close(self) -> None:
        """Close both descriptors."""
        os.close(self._descriptor)
        os.close(self._reading)
