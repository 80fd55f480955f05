"""Which processes use a vault now: those that hold its lock, and those that wait with its keys in memory (Linux)."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Final

from witnesskit.vault.lock import NAME

_LOCKS: Final = Path("/proc/locks")


def holders(vault: Path) -> set[int]:
    """Process numbers, without this one; empty where the system does not tell.

    A writer locks the vault's file ``lock``, whoever only waits the vault's folder.
    """
    places = {place for path in (vault / NAME, vault) if (place := _as_linux_names(path))}
    found = set()
    with contextlib.suppress(OSError):
        for line in _LOCKS.read_text(encoding="ascii").splitlines():
            words = line.split()
            if len(words) > 5 and words[1] == "FLOCK" and words[5] in places and words[4].isdecimal():
                found.add(int(words[4]))
    return found - {0, os.getpid()}  # 0: of another namespace, out of reach


def _as_linux_names(path: Path) -> str:
    try:
        found = path.stat()
    except OSError:
        return ""
    return f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
