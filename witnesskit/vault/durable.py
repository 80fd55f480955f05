"""Files that are either the old ones or the new ones after any crash, and that tell no time."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from witnesskit.errors.vault import NoRoom, StorageFault
from witnesskit.limits import FIXED_TIME

_PART = ".part-"


@contextlib.contextmanager
def faults() -> Iterator[None]:
    """Every OSError inside becomes NoRoom or StorageFault, without its path."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoRoom from None
        raise StorageFault(errno.errorcode.get(error.errno or 0, "")) from None


def replace(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Write ``path`` whole: a new file, fsync, rename, fsync of the folder. Raises NoRoom, StorageFault."""
    part = path.with_name(_PART + secrets.token_hex(8))
    with faults():
        try:
            _write(part, data, mode)
            part.rename(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    flush_folder(path.parent)


def create(path: Path, data: bytes) -> None:
    """Write a new file, for its owner alone, under its name at once: nothing of it is ever under another.

    Raises NoRoom, StorageFault; nothing is left then, and a file that was there stays.
    """
    with faults():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            _fill(descriptor, data)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    flush_folder(path.parent)


def move(source: Path, target: Path) -> None:
    """Rename within one file system and flush both folders. Raises NoRoom, StorageFault."""
    old, new = source.parent, target.parent
    with faults():
        os.rename(source, target)  # noqa: PTH104 - ten thousand times an import; a Path costs more than the call
    flush_folder(new)
    if old != new:
        flush_folder(old)


def remove(path: Path) -> None:
    """Unlink ``path`` if it is there, and flush its folder. Raises StorageFault."""
    with faults():
        path.unlink(missing_ok=True)
    flush_folder(path.parent)


def make_folder(path: Path) -> None:
    """A folder for its owner alone (0700), if there is none. Raises NoRoom, StorageFault."""
    with faults():
        try:
            path.mkdir(mode=0o700)
        except FileExistsError:
            return
    flush_folder(path.parent)


def flush_folder(path: Path) -> None:
    """fsync a folder and set its times to the fixed ones. Raises StorageFault."""
    with faults():
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            with contextlib.suppress(PermissionError):
                os.utime(descriptor, (FIXED_TIME, FIXED_TIME))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def fix_time(path: Path) -> None:
    """Set the times of one file or folder to the fixed ones; another owner's is left as it is."""
    with faults(), contextlib.suppress(PermissionError, FileNotFoundError):
        os.utime(path, (FIXED_TIME, FIXED_TIME), follow_symlinks=False)


def read(path: Path, most: int) -> bytes | None:
    """Bytes of a regular file, links not followed; None if there is none. At most ``most`` + 1 are read."""
    with faults():
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            return None
        with os.fdopen(descriptor, "rb") as stream:
            return stream.read(most + 1)


def sweep(folder: Path) -> None:
    """Remove parts that a crash left in ``folder``. Raises StorageFault."""
    with faults():
        for left in folder.glob(_PART + "*"):
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left)
            else:
                left.unlink(missing_ok=True)


def write_all(stream: io.RawIOBase, data: bytes | memoryview) -> None:
    """Write all of ``data`` to an unbuffered file; raises OSError."""
    rest = memoryview(data)
    while rest:
        rest = rest[stream.write(rest) or 0 :]


def _write(path: Path, data: bytes, mode: int) -> None:
    _fill(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode), data)


def _fill(descriptor: int, data: bytes) -> None:
    """Write all, fix the times, flush, close."""
    with os.fdopen(descriptor, "wb", buffering=0) as stream:
        write_all(stream, data)
        os.utime(descriptor, (FIXED_TIME, FIXED_TIME))
        os.fsync(descriptor)
