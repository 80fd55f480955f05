"""``panic``: destroy a vault now. No question, no passphrase, nothing that has to be read first.

In this order, so that each moment leaves less: whoever has it open is stopped; the heads of all capsules, without
which nobody opens them, the desk neither; keys; the log; everything else. Then all of it is unlinked.
"""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from witnesskit.actions.holders import holders
from witnesskit.errors.actions import PanicAtDesk
from witnesskit.limits import READ_BLOCK
from witnesskit.model import VaultKind
from witnesskit.vault.layout import CONFIG

_HEAD: Final = 64 * 1024  # bytes; an age header with sixteen post-quantum recipients has some thirty thousand
# (folders, bytes of each file or all of it), in this order; "" is the vault: what is in none of the others
_SEALED: Final = ("work", "capsules", "arriving", "received", "quarantine")
_ORDER: Final = ((_SEALED, _HEAD), (("keys",), None), (("custody",), None), (("",), None))


def panic(place: Path, *, desk: bool = False) -> int:
    """Destroy the vault in this folder; returns how many files were left because they could not be destroyed.

    Raises PanicAtDesk for a desk's vault unless ``desk``; a vault whose kind cannot be read is a device's.
    """
    vault = Path(os.path.realpath(place))
    if not desk and _kind(vault) == VaultKind.DESK:
        raise PanicAtDesk
    _stop_users(vault)
    done, left = set[Path](), set[Path]()
    for names, most in _ORDER:
        paths = [path for name in names for path in _files(vault / name) if path not in done]
        left |= _overwrite(paths, most)
        done.update(paths)
    return len(left | _unlink(vault))


def _kind(vault: Path) -> str:
    try:
        return str(tomllib.loads((vault / CONFIG).read_text(encoding="utf-8")).get("kind", ""))
    except (OSError, ValueError):
        return ""


def _stop_users(vault: Path) -> None:
    """End the processes that write here or wait to; their own children end with them."""
    for process in holders(vault):
        with contextlib.suppress(OSError):
            os.kill(process, signal.SIGKILL)


def _files(folder: Path) -> Iterator[Path]:
    """Ordinary files below a folder; no link is followed, nor is the folder if it is one."""
    if folder.is_symlink():
        return
    for place, _folders, names in os.walk(folder):
        for name in names:
            path = Path(place) / name
            with contextlib.suppress(OSError):
                if stat.S_ISREG(path.lstat().st_mode):
                    yield path


def _overwrite(paths: Iterable[Path], most: int | None = None) -> set[Path]:
    """Random bytes over the first ``most`` bytes of each, or all; returns those that could not be written."""
    left = set()
    for path in paths:
        try:
            with os.fdopen(_writable(path), "r+b", buffering=0) as stream:
                size = os.fstat(stream.fileno()).st_size
                size = size if most is None else min(size, most)
                for start in range(0, size, READ_BLOCK):
                    stream.write(os.urandom(min(READ_BLOCK, size - start)))
                os.fdatasync(stream.fileno())
        except OSError:
            left.add(path)
    return left


def _writable(path: Path) -> int:
    """A descriptor for writing: what is finished is 0400, which only an administrator opens for writing as it is."""
    flags = os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, os.O_RDONLY | flags)
    try:
        with contextlib.suppress(PermissionError):
            os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)
    return os.open(path, os.O_RDWR | flags)


def _unlink(vault: Path) -> set[Path]:
    """Names, then folders, the vault's own last; returns what stayed, and what lies on behind a link."""
    left = set()
    for place, folders, names in os.walk(vault, topdown=False):
        for name in [*names, *folders]:
            path = Path(place) / name
            try:
                if path.is_symlink() and path.exists():
                    left.add(path)
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
            except OSError:
                left.add(path)
    with contextlib.suppress(OSError):
        vault.rmdir()
    return left
