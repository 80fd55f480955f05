"""A copy on its way into a folder: without a name where the system can, until it is known to be clean.

So nothing of it stays whatever ends the program. Elsewhere it has a hidden name that only its owner reads.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final, cast

from witnesskit.actions.given_file import open_given
from witnesskit.digest import sha256_stream
from witnesskit.errors import WitnesskitError
from witnesskit.errors.cli import NoFolder, OutputExists
from witnesskit.errors.sealing import DiskFull
from witnesskit.jail.child import Source
from witnesskit.jail.run import Given
from witnesskit.model import Sink

FIXED_TIME: Final = (0, 0)  # the copy's times tell nothing
_NAMED: Final = re.compile(r"\.[0-9a-f]{16}\.part", re.ASCII)


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


def is_leftover(path: Path) -> bool:
    """Whether a run that was killed left this, by its name."""
    return _NAMED.fullmatch(path.name) is not None


def sweep(folder: Path) -> None:
    """Remove what a run that was killed left here, on systems where a copy has a name before it is finished."""
    for path in folder.iterdir():
        if is_leftover(path):
            path.unlink(missing_ok=True)


class PartFile:
    """The copy beside its final name, until it is known to be clean."""

    def __init__(self, folder: Path, wrote: Callable[[int], None]) -> None:
        self._wrote = wrote
        try:
            self._part, self._descriptor, self._reading = _nameless(folder) or _named(folder)
        except OSError as error:
            raise NoFolder(os.strerror(error.errno or 0)) from None

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

    def stream(self) -> BinaryIO:
        """The same as a file, for what writes at more than one place; its faults are OSError."""
        return os.fdopen(os.dup(self._descriptor), "wb")

    def source(self) -> Given:
        """The written copy, read back."""
        return Given(self._reading)

    def keep(self, out: Path, *, or_same: bool = False) -> bool:
        """Give it its name and a time that tells nothing; never over another file.

        Raises OutputExists, DiskFull. False where ``or_same`` lets the same bytes lie under that name already.
        """
        try:
            os.utime(self._descriptor, FIXED_TIME)
            self._name(out)
        except FileExistsError:
            if or_same and self._is(out):
                return False
            raise OutputExists from None
        except OSError as error:
            raise DiskFull(os.strerror(error.errno or 0)) from None
        return True

    def destroy(self) -> None:
        """Remove the unfinished name, if it has one."""
        if self._part is not None:
            self._part.unlink(missing_ok=True)

    def close(self) -> None:
        """Close both descriptors."""
        os.close(self._descriptor)
        os.close(self._reading)

    def _name(self, out: Path) -> None:
        if self._part is None:  # with a descriptor for the folder the link in /proc is followed to the file
            os.link(f"/proc/self/fd/{self._descriptor}", out, src_dir_fd=self._descriptor)
            return
        if out.exists() or out.is_symlink():
            raise FileExistsError
        self._part.rename(out)

    def _is(self, out: Path) -> bool:
        """Whether ``out`` has these very bytes; a run that lost its power can leave others under a good name."""
        if out.is_symlink():
            return False
        with contextlib.suppress(WitnesskitError, OSError), open_given(out) as there:
            return sha256_stream(there) == sha256_stream(cast(BinaryIO, Source(self._reading)))
        return False


_Opened = tuple[Path | None, int, int]  # its name, if it has one; descriptors for writing and for reading


def _nameless(folder: Path) -> _Opened | None:
    """A file without a name; None where the system or the file system has no such thing."""
    if not hasattr(os, "O_TMPFILE"):
        return None
    try:
        descriptor = os.open(folder, os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    except OSError:
        return None
    try:
        return None, descriptor, os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        os.close(descriptor)
        return None


def _named(folder: Path) -> _Opened:
    part = folder / f".{secrets.token_hex(8)}.part"
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        return part, descriptor, os.open(part, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        os.close(descriptor)
        part.unlink(missing_ok=True)
        raise
