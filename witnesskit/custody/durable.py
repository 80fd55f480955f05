"""Put bytes on the disk so that a crash leaves the old file or the new one, never half of one."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from witnesskit.custody_limits import LOG_MAX
from witnesskit.errors.custody import JournalDamaged, JournalExists, LogNotWritten
from witnesskit.limits import FIXED_TIME

_TEMPORARY = ".new"


def read_whole(path: Path, what: str) -> bytes:
    """The bytes of a file of the log; raises JournalDamaged, which names ``what`` and never the path.

    A vault may come from somebody else: a link, a pipe or a device in the place of the file is not read.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as stream:
            found = os.fstat(handle)
            if stat.S_ISREG(found.st_mode) and found.st_size <= LOG_MAX:
                return stream.read(found.st_size)
    except OSError:
        pass
    raise JournalDamaged(what)


def append_durably(path: Path, data: bytes) -> None:
    """Append and flush to the disk; raises LogNotWritten, and then the file may end in a torn line."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        try:
            _write_all(handle, data)
            os.fdatasync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise LogNotWritten(_reason(error)) from None


def replace_durably(path: Path, data: bytes, *, exclusive: bool = False) -> None:
    """Write to a temporary name, flush, rename, flush the folder; raises LogNotWritten, JournalExists."""
    if exclusive and path.exists():
        raise JournalExists
    temporary = path.with_name(path.name + _TEMPORARY)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        handle = os.open(temporary, flags, 0o600)
        try:
            _write_all(handle, data)
            with contextlib.suppress(PermissionError):
                os.utime(handle, (FIXED_TIME, FIXED_TIME))
            os.fsync(handle)
        finally:
            os.close(handle)
        temporary.replace(path)
        flush_folder(path.parent)
    except OSError as error:
        raise LogNotWritten(_reason(error)) from None


def flush_folder(folder: Path) -> None:
    """Flush a folder's entries to the disk; raises OSError."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _reason(error: OSError) -> str:
    """What the system said, without the path."""
    return error.strerror or type(error).__name__
