"""``strip FILE --out COPY``: a plain copy, kept only if the second look at it is clean."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from witnesskit.actions.examine import Copy, copy_source, inspect_source
from witnesskit.actions.part_file import PartFile
from witnesskit.errors.cli import FileUnreadable, OutputExists
from witnesskit.errors.strip import CopyNotClean, UnknownFormat
from witnesskit.jail.run import Given
from witnesskit.model import Finding, Json


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
    part = PartFile(out, progress)
    try:
        copy = copy_source(source, original, part)
        if copy.finding is not Finding.CLEAN:
            raise CopyNotClean(str(copy.finding))
        part.keep()
    finally:
        part.destroy()
        part.close()
    return Stripped(copy)
