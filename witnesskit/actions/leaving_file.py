"""A file that leaves a desk in clear: for its owner alone, under its name only when it is whole, telling no time.

So neither a full disk nor a kill leaves a half of it, and another user of this computer gets nothing.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from witnesskit.actions.part_file import PartFile
from witnesskit.errors.cli import NoFolder, OutputExists
from witnesskit.errors.sealing import DiskFull, NotWritten
from witnesskit.model import Audience
from witnesskit.vault.synced import refuse_synced

_FULL: Final = (errno.ENOSPC, errno.EDQUOT)


def check_place(out: Path, audience: Audience, why: str = "") -> None:
    """Before anything is logged or opened: raises OutputExists (with ``why``), NoFolder, CloudFolder.

    What is for the public may lie in a folder that is copied elsewhere.
    """
    try:
        if out.exists() or out.is_symlink():
            raise OutputExists(why)
        if not out.parent.is_dir():
            raise NoFolder
    except OSError as error:  # a name that is too long
        raise NoFolder(os.strerror(error.errno or 0).lower()) from None
    if audience is not Audience.PUBLIC:
        refuse_synced(out.parent)


@contextmanager
def leaving_file(out: Path) -> Iterator[BinaryIO]:
    """A stream that becomes ``out``, or nothing if what is done with it raises.

    Raises OutputExists, NoFolder, DiskFull, NotWritten.
    """
    part = PartFile(out.parent, _unwatched)
    try:
        with part.stream() as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.keep(out)
    except OSError as error:
        raise written_badly(error) from None
    finally:
        part.destroy()
        part.close()


def written_badly(error: OSError) -> DiskFull | NotWritten:
    """Why something could not be written, without its path."""
    return (DiskFull if error.errno in _FULL else NotWritten)(os.strerror(error.errno or 0).lower())


def _unwatched(_size: int) -> None:
    """Nobody waits for it."""
