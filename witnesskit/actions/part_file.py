"""A copy beside its final name, until it is known to be clean."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from witnesskit.errors.cli import OutputExists
from witnesskit.errors.sealing import DiskFull
from witnesskit.jail.run import Given
from witnesskit.model import Sink

FIXED_TIME = (0, 0)  # the copy's times tell nothing


class PartFile:
    """The unfinished file, mode 0600; takes bytes, gives them back to the jail, then gets its name or is removed."""

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
