"""Spare volumes, against sticks that are lost: any k of k + n equal files give the set (Reed-Solomon, zfec)."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final

from witnesskit.bundle.pack import check_room
from witnesskit.bundle.plan import random_name
from witnesskit.errors.parity import BadParity, NoRepair, ParityFailed, ParityMissing
from witnesskit.errors.sealing import NotReadable
from witnesskit.formats.spare import HEAD_SIZE, SpareHead, head_bytes, parse_head, tie_of
from witnesskit.limits import FIXED_TIME, KIB, VOLUME_MAX

SUFFIX: Final = ".spare"
MOST: Final = 256  # volumes and spares of one set; what the field of the code holds
_STEP: Final = 64 * KIB  # bytes of each file that are in memory


def write_spares(volumes: Sequence[Path], header_digests: Sequence[str], folders: Sequence[Path]) -> list[Path]:
    """One spare in each of ``folders``, each of the size of a volume and 64 bytes; read back by nobody but a repair.

    Raises ParityMissing, ParityFailed, NoRoom, NotReadable.
    """
    encoder, needed, whole = _zfec(), len(volumes), len(volumes) + len(folders)
    if whole > MOST:
        raise ParityFailed(f"at most {MOST} volumes and spares")
    size, tie = volumes[0].stat().st_size, tie_of(header_digests)
    for folder in dict.fromkeys(folders):
        check_room(folder, (size + HEAD_SIZE) * list(folders).count(folder))
    paths = [folder / f"{random_name().removesuffix('.age')}{SUFFIX}" for folder in folders]
    code = encoder.Encoder(needed, whole)
    numbers = list(range(needed, whole))
    with _opened(volumes) as sources, _made(paths) as outs:
        for out, number in zip(outs, numbers, strict=True):
            _write(out, head_bytes(SpareHead(needed, whole, number, tie)))
        for blocks in _steps(sources, size):
            for out, block in zip(outs, code.encode(blocks, numbers), strict=True):
                _write(out, block)
    return paths


def head_of(path: Path) -> SpareHead:
    """What a spare says of itself; raises BadParity, NewerFormat, NotReadable."""
    with _opened([path]) as (stream,):
        return parse_head(_read(stream, HEAD_SIZE))


def plain_file(path: Path) -> BinaryIO:
    """A file on somebody's stick, unbuffered; raises OSError, also for a device and a pipe: it must not hold us."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a file")
    return os.fdopen(descriptor, "rb", buffering=0)


def recovered(volumes: Mapping[int, Path], spares: Sequence[Path], work: Path) -> dict[int, Path]:
    """The volumes that are not among ``volumes`` (by number, from 1), made in ``work``.

    Whether they are the right ones their seals tell; the caller compares ``tie`` with all headers. A spare that is
    there twice is one. Raises ParityMissing, NoRepair, BadParity, NoRoom, NotReadable, ParityFailed.
    """
    first, heads = head_of(spares[0]), {head_of(path): path for path in reversed(spares)}
    if any((head.needed, head.whole, head.tie) != (first.needed, first.whole, first.tie) for head in heads):
        raise BadParity("spares of several sets")
    lost = [number for number in range(1, first.needed + 1) if number not in volumes]
    blocks = [(number - 1, path, 0) for number, path in volumes.items()]
    blocks += [(head.index, path, HEAD_SIZE) for head, path in heads.items()]
    if len(blocks) < first.needed:
        raise NoRepair(f"{len(blocks)} of the {first.needed} files that are needed are here")
    chosen = sorted(blocks)[: first.needed]
    decoder = _zfec().Decoder(first.needed, first.whole)
    paths = {number: work / f"volume-{number}.age" for number in lost}
    with _opened([path for _index, path, _skip in chosen]) as sources, _made(list(paths.values())) as outs:
        size = _size(sources, [skip for _index, _path, skip in chosen])
        check_room(work, size * len(lost))
        for found in _steps(sources, size):
            whole = decoder.decode(found, [index for index, _path, _skip in chosen])
            for number, out in zip(lost, outs, strict=True):
                _write(out, whole[number - 1])
    return paths


def _size(sources: Sequence[BinaryIO], heads: Sequence[int]) -> int:
    """Bytes of the shortest of these files behind their heads, where each stands afterwards; raises BadParity."""
    size = min(os.fstat(source.fileno()).st_size - head for source, head in zip(sources, heads, strict=True))
    if not 0 < size <= VOLUME_MAX:
        raise BadParity("not of the size of a volume")
    for source, head in zip(sources, heads, strict=True):
        source.seek(head)
    return size


def _zfec() -> Any:
    try:
        import zfec
    except ImportError:
        raise ParityMissing from None
    return zfec


def _steps(sources: Sequence[BinaryIO], size: int) -> Iterator[list[bytes]]:
    for place in range(0, size, _STEP):
        length = min(_STEP, size - place)
        blocks = [_read(source, length) for source in sources]
        if any(len(block) != length for block in blocks):
            raise NotReadable("a volume is shorter than the others")
        yield blocks


def _read(source: BinaryIO, length: int) -> bytes:
    try:
        return source.read(length)
    except OSError as error:
        raise NotReadable(error.strerror or "") from None


@contextlib.contextmanager
def _opened(paths: Sequence[Path]) -> Iterator[list[BinaryIO]]:
    with contextlib.ExitStack() as stack:
        try:
            sources = [stack.enter_context(plain_file(path)) for path in paths]
        except OSError as error:
            raise NotReadable(error.strerror or "") from None
        yield sources


@contextlib.contextmanager
def _made(paths: Sequence[Path]) -> Iterator[list[Any]]:
    """Files that are flushed at the end and get their names then; none of them stays after an error."""
    parts = [path.with_name(path.name + ".part") for path in paths]
    try:
        with contextlib.ExitStack() as stack:
            outs = [stack.enter_context(part.open("xb", buffering=0)) for part in parts]
            yield outs
            for out in outs:
                os.fsync(out.fileno())
        for part, path in zip(parts, paths, strict=True):
            with contextlib.suppress(PermissionError):  # a medium that keeps no owner may refuse
                part.chmod(0o600)
                os.utime(part, (FIXED_TIME, FIXED_TIME))
            part.rename(path)
    except OSError as error:
        raise ParityFailed(error.strerror or "") from None
    finally:
        for part in parts:
            part.unlink(missing_ok=True)


def _write(out: Any, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[out.write(view) :]
