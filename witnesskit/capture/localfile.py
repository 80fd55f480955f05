"""A file brought by hand: read block by block, never moved, never opened for writing; a change meanwhile is seen."""

from __future__ import annotations

import ctypes
import os
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from witnesskit.capture.facts import clean
from witnesskit.errors.capture import NotAFile
from witnesskit.errors.cli import FileUnreadable
from witnesskit.limits import READ_BLOCK

_EMPTY_PATH: Final = 0x1000  # AT_EMPTY_PATH
_BIRTH: Final = 0x800  # STATX_BTIME
_STATX_SIZE: Final = 256
_BIRTH_PLACE: Final = 80  # of stx_btime in struct statx


@dataclass(frozen=True)
class LocalFile:
    """An open ordinary file; ``name`` is telling and belongs into sealed places only."""

    name: str
    size: int  # bytes when it was opened
    _descriptor: int
    _first: os.stat_result

    def blocks(self) -> Iterator[bytes]:
        """The file from its start to its end, 1 MiB at a time; raises FileUnreadable."""
        place = 0
        while True:
            try:
                block = os.pread(self._descriptor, READ_BLOCK, place)
            except OSError:
                raise FileUnreadable(f"after {place} bytes") from None
            if not block:
                return
            place += len(block)
            yield block

    def read_at(self, place: int, length: int) -> bytes:
        """Up to ``length`` bytes from ``place``; shorter only at the end. Raises FileUnreadable."""
        try:
            return os.pread(self._descriptor, length, place)
        except OSError:
            raise FileUnreadable(f"at {place}") from None

    def unchanged(self, read: int) -> bool:
        """Whether ``read`` bytes are the whole file and nothing was written to it since it was opened."""
        now = os.fstat(self._descriptor)
        same = (now.st_size, now.st_mtime_ns, now.st_ctime_ns) == (
            self._first.st_size,
            self._first.st_mtime_ns,
            self._first.st_ctime_ns,
        )
        return same and read == self.size

    def times(self) -> Mapping[str, str]:
        """What the file system says, RFC 3339 UTC: modified, changed, and born where it knows."""
        found = {"modified": _utc(self._first.st_mtime_ns), "changed": _utc(self._first.st_ctime_ns)}
        born = _birth_ns(self._descriptor, self._first)
        return {**found, "born": _utc(born)} if born else found


@contextmanager
def open_local(path: Path) -> Iterator[LocalFile]:
    """Open an ordinary file for reading; raises NotAFile for links, folders, devices and pipes, FileUnreadable."""
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        if not stat.S_ISREG(path.lstat().st_mode):  # before opening: opening a device can act on it
            raise NotAFile
        descriptor = os.open(path, flags)
    except OSError as error:
        raise FileUnreadable(os.strerror(error.errno or 0).lower()) from None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise NotAFile
        yield LocalFile(str(clean(path.name)), found.st_size, descriptor, found)
    finally:
        os.close(descriptor)


def _birth_ns(descriptor: int, found: os.stat_result) -> int:
    """Time of birth in nanoseconds, 0 where the system does not tell."""
    known = getattr(found, "st_birthtime_ns", 0) or int(getattr(found, "st_birthtime", 0) * 10**9)
    if known or sys.platform != "linux":
        return int(known)
    buffer = ctypes.create_string_buffer(_STATX_SIZE)
    try:
        failed = ctypes.CDLL(None).statx(descriptor, b"", _EMPTY_PATH, _BIRTH, buffer)
    except (AttributeError, OSError):
        return 0
    if failed or not int.from_bytes(buffer.raw[:4], sys.byteorder) & _BIRTH:
        return 0
    seconds = int.from_bytes(buffer.raw[_BIRTH_PLACE : _BIRTH_PLACE + 8], sys.byteorder, signed=True)
    return seconds * 10**9 + int.from_bytes(buffer.raw[_BIRTH_PLACE + 8 : _BIRTH_PLACE + 12], sys.byteorder)


def _utc(nanoseconds: int) -> str:
    try:
        return datetime.fromtimestamp(nanoseconds // 10**9, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return ""
