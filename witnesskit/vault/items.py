"""Capsules on their way from ``work/`` to ``capsules/``, and what a crash left between.

Order: seal in ``work/``, ``flush``, log and sign, save the state that lists the capsule, then ``adopt``. So a
capsule is either listed, or still under the name that tells its item, role and part.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from witnesskit.digest import sha256_stream
from witnesskit.errors.vault import CapsuleChanged, CapsuleMissing
from witnesskit.limits import FIXED_TIME
from witnesskit.model import Role, SealedCapsule
from witnesskit.vault import durable
from witnesskit.vault.layout import Vault, checked_id
from witnesskit.vault.state import State

_NAME = re.compile(r"([0-9a-f]{32})\.(original|record)\.([1-9][0-9]{0,8})", re.ASCII)
_ITEM = re.compile(r"[0-9a-f]{32}", re.ASCII)


@dataclass(frozen=True)
class WorkFile:
    """A capsule under ``work/``, from its name alone."""

    path: Path
    id: str
    item: str
    role: Role
    part: int


def work_path(vault: Vault, item: str, capsule: str, role: Role, part: int) -> Path:
    """Where to seal a capsule; its folder is made. Raises NoRoom, StorageFault."""
    folder = vault.work / checked_id(item)
    durable.make_folder(folder)
    return folder / f"{checked_id(capsule)}.{role}.{part}"


def flush(vault: Vault, item: str) -> None:
    """Make the names of an item's capsules durable, before an event commits them. Raises StorageFault."""
    durable.flush_folder(vault.work / checked_id(item))


def adopt(vault: Vault, capsule: SealedCapsule) -> Path:
    """Move a sealed capsule to ``capsules/ab/<id>``: flushed, read-only, its time fixed. Once more is nothing.

    Raises CapsuleMissing, CapsuleChanged (another size, or another file already there), NoRoom, StorageFault.
    """
    source = work_path(vault, capsule.item, capsule.id, capsule.role, capsule.part)
    target = vault.capsule_path(capsule.id)
    if source.is_symlink() or not source.is_file():
        _tidy(source.parent)
        if target.is_file():
            return target
        raise CapsuleMissing
    if source.stat().st_size != capsule.size or target.exists():
        raise CapsuleChanged("size" if not target.exists() else "a file of this id is already there")
    place(source, target)
    _tidy(source.parent)
    return target


def place(source: Path, target: Path) -> None:
    """Flush a finished capsule file and rename it to its place, 0400, with the fixed time."""
    with durable.faults():
        descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW)
    place_open(descriptor, source, target)


def place_open(descriptor: int, source: Path, target: Path) -> None:
    """The same for a file that is still open as ``descriptor``, which is closed whatever happens."""
    try:
        durable.make_folder(target.parent)
        with durable.faults():
            with contextlib.suppress(PermissionError):  # sticks without owners
                os.fchmod(descriptor, 0o400)
                os.utime(descriptor, (FIXED_TIME, FIXED_TIME))
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
    durable.move(source, target)


def settle(vault: Vault, state: State) -> int:
    """Adopt what the state lists and a crash left in ``work/``; returns how many. Raises as ``adopt``."""
    listed = state.capsules()
    found = [capsule for file in work_files(vault) if (capsule := listed.get(file.id))]
    for capsule in found:
        adopt(vault, capsule)
    return len(found)


def orphans(vault: Vault, state: State) -> tuple[SealedCapsule, ...]:
    """Capsules in ``work/`` that the state does not list, with the digest and size of what reached the disk.

    Most are cut: log them as partial, list them in the state, then ``adopt``. Raises StorageFault.
    """
    listed = state.capsules()
    return tuple(_measured(file) for file in work_files(vault) if file.id not in listed)


def work_files(vault: Vault) -> Iterator[WorkFile]:
    """Everything under ``work/`` that has the name of a capsule; links are passed over."""
    with durable.faults():
        folders = sorted(path for path in vault.work.iterdir() if _ITEM.fullmatch(path.name) and path.is_dir())
        paths = [path for folder in folders if not folder.is_symlink() for path in sorted(folder.iterdir())]
    for path in paths:
        match = _NAME.fullmatch(path.name)
        if match and path.is_file() and not path.is_symlink():
            yield WorkFile(path, match[1], path.parent.name, Role(match[2]), int(match[3]))


def open_orphan(vault: Vault, capsule: SealedCapsule) -> BinaryIO:
    """A capsule that still lies in ``work/``; the caller closes it. Raises StorageFault."""
    path = work_path(vault, capsule.item, capsule.id, capsule.role, capsule.part)
    with durable.faults():
        return open(path, "rb", buffering=0, opener=_no_link)


def discard(vault: Vault, file: WorkFile) -> None:
    """Erase an orphan that holds nothing (no whole header, say). Raises StorageFault."""
    durable.remove(vault.work / file.item / file.path.name)
    _tidy(file.path.parent)


def _measured(file: WorkFile) -> SealedCapsule:
    with durable.faults(), open(file.path, "rb", buffering=0, opener=_no_link) as stream:
        digest, size = sha256_stream(stream)
    return SealedCapsule(file.id, file.item, file.role, file.part, size, digest)


def _no_link(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW)


def _tidy(folder: Path) -> None:
    """Remove an item's work folder once it is empty."""
    with contextlib.suppress(OSError):
        folder.rmdir()
        durable.flush_folder(folder.parent)
