"""``lock``: end whatever holds this vault's keys in memory, so that only a passphrase opens it again.

Nothing is destroyed. No agent and no file keeps a key between two commands: the running ones are all there is.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from witnesskit.actions.holders import holders
from witnesskit.actions.opening import needs_passphrase
from witnesskit.errors.actions import StillOpen
from witnesskit.vault import lock
from witnesskit.vault.layout import Vault

_GRACE: Final = (
    5.0  # seconds to seal and log what has arrived; a kill after it loses nothing that was promised either
)
_GONE: Final = 2.0  # seconds for the system to end a killed process
_LOOK: Final = 0.05  # seconds between two looks


@dataclass(frozen=True)
class Locked:
    """How many commands ended as after Ctrl-C, how many had to be killed, and what is needed from now on."""

    ended: int
    killed: int
    passphrase: bool


def lock_vault(vault: Vault, told: Callable[[int], object]) -> Locked:
    """Stop all users of the vault and leave no half-written file; ``told`` gets their number at once.

    Raises StillOpen for a process that may not be ended, VaultBusy for one that began meanwhile.
    """
    found = holders(vault.path)
    _signal(found, signal.SIGINT)
    told(len(found))
    stubborn = _wait(vault.path, found, _GRACE)
    _signal(stubborn, signal.SIGKILL)
    if _wait(vault.path, stubborn, _GONE):
        raise StillOpen
    with lock.writing(vault):  # what was cut off is swept, and nobody else writes
        pass
    return Locked(len(found - stubborn), len(stubborn), needs_passphrase(vault))


def _signal(processes: Iterable[int], number: signal.Signals) -> None:
    for process in processes:
        try:
            with suppress(ProcessLookupError):
                os.kill(process, number)
        except PermissionError:
            raise StillOpen from None


def _wait(vault: Path, processes: set[int], seconds: float) -> set[int]:
    """Those that still hold the vault when the time is over."""
    until = time.monotonic() + seconds
    while (left := processes & holders(vault)) and time.monotonic() < until:
        time.sleep(_LOOK)
    return left
