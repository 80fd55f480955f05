"""Room on the disk: asked for before writing, and a part of it held back for the end of an item."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from witnesskit.errors.vault import NoRoom
from witnesskit.limits import MIB, ROOM_RESERVE
from witnesskit.vault import durable
from witnesskit.vault.layout import Vault

_HELD = ".part-reserve"


def free(path: Path) -> int:
    """Bytes that may still be written beside ``path``. Raises StorageFault."""
    with durable.faults():
        found = os.statvfs(path)
    return found.f_bavail * found.f_frsize


def require(path: Path, bytes_needed: int, reserve: int = ROOM_RESERVE) -> None:
    """Refuse before writing: raises NoRoom unless ``bytes_needed`` and ``reserve`` bytes are free."""
    there = free(path)
    if there < bytes_needed + reserve:
        raise NoRoom(f"{-(-(bytes_needed + reserve) // MIB)} MiB are needed, {there // MIB} MiB are free")


class Held:
    """Bytes taken from the disk so that record, log and checkpoint still fit when a download has filled it."""

    def __init__(self, path: Path) -> None:
        """Use ``held``."""
        self._path = path

    def release(self) -> None:
        """Give the bytes back, just before the record is written. Raises StorageFault."""
        with durable.faults():
            self._path.unlink(missing_ok=True)


@contextlib.contextmanager
def held(vault: Vault, size: int = ROOM_RESERVE) -> Iterator[Held]:
    """Hold ``size`` bytes in ``work/`` until ``release`` or the end. Raises NoRoom, StorageFault."""
    path = vault.work / _HELD
    reserve = Held(path)
    reserve.release()
    try:
        with durable.faults():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            try:
                os.posix_fallocate(descriptor, 0, size)
            finally:
                os.close(descriptor)
        yield reserve
    finally:
        reserve.release()
