"""Seal and open whole files: the output appears whole, or what lay there before stays."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from witnesskit.errors.sealing import NotReadable, NotWritten, SamePath
from witnesskit.limits import READ_BLOCK
from witnesskit.sealing.identity import Unlocking
from witnesskit.sealing.open import open_sealed
from witnesskit.sealing.seal import Recipients, SealedWriter, full_or_refused

_PART = ".part"
Result = TypeVar("Result")


def seal_file(source: Path, target: Path, recipients: Recipients) -> tuple[str, int]:
    """Seal ``source`` to ``target`` (0600, replaced); returns SHA-256 (64 hex digits) and size of the sealed file.

    Raises SamePath before anything is touched; BadKey, NotReadable, DiskFull, NotWritten.
    """
    with _input(source, target) as stream:

        def fill(out: io.FileIO) -> SealedWriter:
            writer = SealedWriter(out, recipients)
            _copy(stream.readinto, writer.write)
            writer.close()
            return writer

        writer = _replace(target, fill)
    return writer.sealed_sha256, writer.sealed_size


def open_file(source: Path, target: Path, keys: Sequence[Unlocking]) -> int:
    """Open ``source`` to ``target`` (0600, replaced); returns the size of the plaintext.

    Raises SamePath before anything is touched, and what ``open_sealed`` and ``SealedReader`` raise; then, and after
    DiskFull or NotWritten, what lay at ``target`` before is still there.
    """
    with _input(source, target) as stream:
        reader = open_sealed(stream, keys)

        def fill(out: io.FileIO) -> int:
            return _copy(reader.readinto, lambda data: _write_whole(out, data))

        return _replace(target, fill)


def _input(source: Path, target: Path) -> io.FileIO:
    """The input, opened; refused where it is no plain file or the output's own."""
    try:
        if not stat.S_ISREG(source.stat().st_mode):
            raise NotReadable("not a plain file")
        stream = io.FileIO(os.open(source, os.O_RDONLY | os.O_CLOEXEC), "rb")
    except OSError as error:
        raise NotReadable(error.strerror or "") from None
    if _same(stream, target):
        stream.close()
        raise SamePath
    return stream


def _same(stream: io.FileIO, target: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(stream.fileno()), target.stat())
    except OSError:
        return False


def _replace(target: Path, fill: Callable[[io.FileIO], Result]) -> Result:
    """Write beside ``target``, flush to the disk, rename; nothing is left of a failed attempt."""
    part = target.with_name(target.name + _PART)
    with _create(part) as out:
        try:
            result = fill(out)
            os.fsync(out.fileno())
            part.replace(target)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise NotWritten(error.strerror or "") from None
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    _flush_folder(target.parent)
    return result


def _create(part: Path) -> io.FileIO:
    try:
        return io.FileIO(
            os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600), "wb"
        )
    except OSError as error:
        raise NotWritten(f"the unfinished output: {error.strerror}") from None


def _flush_folder(folder: Path) -> None:
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise NotWritten(error.strerror or "") from None


def _copy(read_into: Callable[[memoryview], int | None], write: Callable[[memoryview], object]) -> int:
    buffer = memoryview(bytearray(READ_BLOCK))
    total = 0
    while count := _read_some(read_into, buffer):
        write(buffer[:count])
        total += count
    return total


def _read_some(read_into: Callable[[memoryview], int | None], buffer: memoryview) -> int:
    try:
        return read_into(buffer) or 0
    except OSError as error:
        raise NotReadable(error.strerror or "") from None


def _write_whole(out: io.FileIO, data: memoryview) -> None:
    while data:
        data = data[full_or_refused(out.write, data) :]
