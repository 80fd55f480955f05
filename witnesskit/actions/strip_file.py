"""``strip FILE --out COPY``: a plain copy, kept only if the second look at it is clean."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from witnesskit.actions.examine import Copy, copy_source, inspect_source
from witnesskit.errors.cli import FileUnreadable, OutputExists
from witnesskit.errors.sealing import DiskFull
from witnesskit.errors.strip import CopyNotClean, UnknownFormat
from witnesskit.jail.run import Given
from witnesskit.model import Finding, Json, Sink

FIXED_TIME = (0, 0)  # the copy's times tell nothing


@dataclass(frozen=True)
class Stripped:
    """What was written."""

    copy: Copy

    @property
    def removed(self) -> int:
        """Number of removed parts."""
        return len(self.copy.facts["removed"])

    @property
    def kept(self) -> tuple[str, ...]:
        """What stays in the copy and must be said."""
        return tuple(self.copy.facts["kept"])

    @property
    def jail(self) -> str:
        """Level of the jail."""
        return self.copy.jail

    def facts(self) -> Mapping[str, Json]:
        """For ``--json``."""
        return {**self.copy.facts, "finding": str(self.copy.finding), "jail": self.copy.jail}


class _PartFile:
    """The copy beside its final name, until it is known to be clean."""

    def __init__(self, out: Path, progress: Callable[[int, int | None], None]) -> None:
        self._out = out
        self.part = out.with_name(f"{out.name}.part")
        self._progress = progress
        self._done = 0
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        try:
            self._descriptor = os.open(self.part, flags, 0o600)
        except OSError as error:
            raise OutputExists(os.strerror(error.errno or 0)) from None
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
        self._done += len(data)
        self._progress(self._done, None)
        return len(data)

    def source(self) -> Given:
        """The written copy, read back."""
        os.fsync(self._descriptor)
        return Given(self._reading)

    def keep(self) -> None:
        """Give it its name; never over another file."""
        os.utime(self.part, FIXED_TIME)
        if self._out.exists() or self._out.is_symlink():
            raise OutputExists
        self.part.rename(self._out)

    def destroy(self) -> None:
        """Remove the unfinished name."""
        self.part.unlink(missing_ok=True)

    def close(self) -> None:
        """Close both descriptors."""
        os.close(self._descriptor)
        os.close(self._reading)


def strip_file(path: Path, out: Path, progress: Callable[[int, int | None], None]) -> Stripped:
    """Write a clean copy of ``path`` to ``out``.

    Raises UnknownFormat, CopyNotClean (the copy is deleted), OutputExists, and the jail's leaves.
    """
    if out.exists() or out.is_symlink():
        raise OutputExists
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise FileUnreadable(os.strerror(error.errno or 0)) from None
    try:
        return _strip(Given(descriptor), out, progress)
    finally:
        os.close(descriptor)


def _strip(source: Given, out: Path, progress: Callable[[int, int | None], None]) -> Stripped:
    original, _level = inspect_source(source)
    if original.finding is Finding.UNKNOWN:
        raise UnknownFormat(original.reason)
    part = _PartFile(out, progress)
    try:
        copy = copy_source(source, original, part)
        if copy.finding is not Finding.CLEAN:
            raise CopyNotClean(str(copy.finding))
        part.keep()
    finally:
        part.destroy()
        part.close()
    return Stripped(copy)
