"""Write what is handed out: under ``NAME.part``, read back and compared, and only then under its name.

It is in clear: its owner alone reads it, and no time of a file tells when it was written.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from witnesskit.actions.leaving_file import check_place, written_badly
from witnesskit.digest import sha256_stream
from witnesskit.errors.cli import OutputExists
from witnesskit.errors.leaving import NotReadBack
from witnesskit.limits import READ_BLOCK
from witnesskit.model import Audience
from witnesskit.report.handed import Entry
from witnesskit.vault import durable

Report = Callable[[int, int | None], None]
_DATE: Final = (1980, 1, 1, 0, 0, 0)  # the first that the format knows: when it was written is in the log
_MODE: Final = 0o600 << 16


def part_of(out: Path) -> Path:
    """The name of what is not finished."""
    return out.with_name(out.name + ".part")


def check_free(out: Path, audience: Audience) -> None:
    """Before it is logged: raises as ``check_place``, and OutputExists for what a killed run left."""
    check_place(part_of(out), audience, "a run that was cut off left its .part: remove it")
    check_place(out, audience)


def write_folder(out: Path, entries: Sequence[Entry], report: Report) -> None:
    """A folder of ``entries``; raises OutputExists, NotWritten, NotReadBack, and then nothing of it is left."""
    with _finished(out) as part:
        part.mkdir(mode=0o700)
        done = _Done(entries, report)
        for one in entries:
            path = part / one.name
            path.parent.mkdir(mode=0o700, exist_ok=True)
            with _new(path) as stream:
                done.copy(one, stream)
                _flush(stream)
        for one in entries:
            with (part / one.name).open("rb") as stream:
                _compare(one, stream)
        found = {str(path.relative_to(part)) for path in part.rglob("*") if not path.is_dir()}
        if found != {one.name for one in entries}:
            raise NotReadBack("other files than were written")


def write_archive(out: Path, entries: Sequence[Entry], report: Report) -> None:
    """A zip of ``entries``, stored and flat; raises as ``write_folder``."""
    with _finished(out) as part:
        done = _Done(entries, report)
        with _new(part) as stream:
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
                for one in entries:
                    info = zipfile.ZipInfo(one.name, _DATE)
                    info.external_attr, info.file_size = _MODE, one.size
                    with archive.open(info, "w") as member:
                        done.copy(one, member)
            _flush(stream)
        with zipfile.ZipFile(part) as archive:
            if archive.namelist() != [one.name for one in entries]:
                raise NotReadBack("other files than were written")
            for one in entries:
                with archive.open(one.name) as member:
                    _compare(one, member)


def write_file(out: Path, entries: Sequence[Entry], report: Report) -> None:
    """The one file of ``entries``; raises as ``write_folder``."""
    (one,) = entries
    with _finished(out) as part:
        with _new(part) as stream:
            _Done(entries, report).copy(one, stream)
            _flush(stream)
        with part.open("rb") as stream:
            _compare(one, stream)


class _Done:
    """Bytes that were written of all."""

    def __init__(self, entries: Sequence[Entry], report: Report) -> None:
        self._done, self._whole, self._report = 0, sum(one.size for one in entries), report

    def copy(self, one: Entry, stream: object) -> None:
        """Bytes of one entry into ``stream``."""
        with one.open() as source:
            while block := source.read(READ_BLOCK):
                stream.write(block)  # type: ignore[attr-defined]
                self._done += len(block)
                self._report(self._done, self._whole)


@contextlib.contextmanager
def _finished(out: Path) -> Iterator[Path]:
    """The place to write to; it gets its name if all went well, and else nothing of it stays."""
    part = part_of(out)
    if os.path.lexists(part):
        raise OutputExists
    try:
        yield part
        _fix_times(part)
        if out.exists() or out.is_symlink():
            raise OutputExists
        part.rename(out)
        _flush_folder(out.parent)
    except OSError as error:
        _remove(part)
        raise written_badly(error) from None
    except BaseException:
        _remove(part)
        raise


def _new(path: Path) -> BinaryIO:
    return open(path, "xb", opener=_own)


def _own(name: str, flags: int) -> int:
    return os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def _fix_times(part: Path) -> None:
    for path in (*(part.rglob("*") if part.is_dir() else ()), part):
        durable.fix_time(path)


def _compare(one: Entry, stream: object) -> None:
    if sha256_stream(stream) != (one.sha256, one.size):  # type: ignore[arg-type]
        raise NotReadBack


def _flush(stream: BinaryIO) -> None:
    """To the medium, so that what is read back is not only memory."""
    stream.flush()
    os.fsync(stream.fileno())
    if hasattr(os, "posix_fadvise"):
        with contextlib.suppress(OSError):
            os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _flush_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # some sticks cannot
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _remove(part: Path) -> None:
    if part.is_dir() and not part.is_symlink():
        shutil.rmtree(part, ignore_errors=True)
    else:
        part.unlink(missing_ok=True)
