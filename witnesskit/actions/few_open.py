"""Many files to read, of which few are open at a time: a set may have more volumes than a process may have files."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, Final

from witnesskit.actions.given_file import open_given
from witnesskit.errors.cli import FileUnreadable

OPEN_MOST: Final = 32  # files; volumes are read one after the other, so few are enough


class FewOpen:
    """Opens and closes; the file that was read longest ago is closed first."""

    def __init__(self) -> None:
        self._open: dict[ManyTimes, BinaryIO] = {}

    def file(self, path: Path) -> BinaryIO:
        """A stream over ``path``; raises FileUnreadable."""
        found = ManyTimes(self, path)
        self.stream(found)
        return found  # type: ignore[return-value] # it reads and seeks, which is all that a reader of volumes asks for

    def stream(self, file: ManyTimes) -> BinaryIO:
        """What ``file`` reads from now; raises FileUnreadable."""
        stream = self._open.pop(file, None)
        while len(self._open) >= OPEN_MOST:
            self._open.pop(next(iter(self._open))).close()
        self._open[file] = stream = stream or open_given(file.path)
        return stream

    def close(self) -> None:
        """Close what is open."""
        while self._open:
            self._open.popitem()[1].close()


class ManyTimes:
    """One of the files. Opened again it may be another one: what is read of it is authenticated as all else."""

    def __init__(self, few: FewOpen, path: Path) -> None:
        self.path: Final = path
        self._few: Final = few
        self._place = 0

    def seek(self, offset: int, whence: int = 0) -> int:
        """As of any stream; raises OSError."""
        self._place = self._stream().seek(offset, whence)
        return self._place

    def read(self, size: int = -1) -> bytes:
        """As of any stream; raises OSError."""
        stream = self._stream()
        stream.seek(self._place)
        data = stream.read(size)
        self._place += len(data)
        return data

    def _stream(self) -> BinaryIO:
        try:
            return self._few.stream(self)
        except FileUnreadable as error:
            raise OSError(str(error)) from None
