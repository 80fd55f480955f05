"""Children of the jail, started before their file has a byte: of many small links, that start is most of the time.

Each holds a descriptor of an empty file that becomes the next original: renamed to its place, it is still that file.
A child looks at one original and never at another. Whatever a crash leaves of it is empty and is swept.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

from witnesskit.actions.examine import inspector
from witnesskit.actions.lookout import Spare
from witnesskit.errors import WitnesskitError
from witnesskit.errors.vault import StorageFault
from witnesskit.vault import durable

_PART: Final = ".part-spare-"  # swept with all other parts when the vault is opened


class Spares:
    """At most ``most`` children that wait; call ``close`` at the end."""

    def __init__(self, work: Path, most: int) -> None:
        self._work, self._most = work, most
        self._waiting: list[Spare] = []

    def take(self, left: int) -> Spare | None:
        """One for the next item, and others started in its place, as many as ``left`` items can use."""
        while len(self._waiting) < min(self._most, left) and (found := _start(self._work)):
            self._waiting.append(found)
        return self._waiting.pop(0) if self._waiting else None

    def back(self, spare: Spare | None) -> None:
        """It was not needed: no media came."""
        if spare and not spare.used:
            self._waiting.insert(0, spare)

    def close(self) -> None:
        """End those that nobody needed."""
        while self._waiting:
            spare = self._waiting.pop()
            spare.end()
            with suppress(StorageFault):
                durable.remove(spare.path)


def _start(work: Path) -> Spare | None:
    """None where none can be started: then each stream gets a child of its own, as ever."""
    path = work / (_PART + secrets.token_hex(8))
    try:
        with durable.faults():
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except WitnesskitError:
        return None
    try:
        return Spare(path, descriptor, inspector(Spare.source(descriptor)))
    except WitnesskitError:
        os.close(descriptor)
        path.unlink(missing_ok=True)
        return None
