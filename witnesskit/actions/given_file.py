"""Files that a person names or somebody else made: plain files only, and never more than is asked for."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

from witnesskit.errors.cli import FileUnreadable


def open_given(path: Path) -> BinaryIO:
    """A file to read, unbuffered; raises FileUnreadable, also for a pipe, a device or a folder."""
    try:
        stream = open(path, "rb", buffering=0, opener=_without_waiting)  # noqa: SIM115 - the caller closes it
    except (OSError, ValueError) as error:
        raise FileUnreadable(getattr(error, "strerror", None) or "") from None
    if stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        return stream
    stream.close()
    raise FileUnreadable("not a file")


def given_bytes(path: Path, most: int) -> bytes:
    """A small file, at most ``most`` bytes of it; raises FileUnreadable."""
    with open_given(path) as stream:
        try:
            return stream.read(most)
        except OSError as error:
            raise FileUnreadable(error.strerror or "") from None


def given_text(path: Path, most: int) -> str:
    """The text of a small file, at most ``most`` bytes of it; raises FileUnreadable."""
    try:
        return given_bytes(path, most).decode("utf-8")
    except UnicodeDecodeError:
        raise FileUnreadable("not a text") from None


def _without_waiting(name: str, flags: int) -> int:
    """A pipe that nobody writes to must not hold us."""
    return os.open(name, flags | os.O_NONBLOCK | os.O_CLOEXEC)
