"""``anchor --every HOURS``: at fixed hours of UTC, also when nothing is new: it tells nobody when a desk works."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from witnesskit.errors.vault import VaultBusy

_NAP = 30.0  # seconds: a computer that slept or whose clock was set is noticed so soon
_TRIES = 20  # naps that another command may hold the vault


class Clock(Protocol):
    """Time as the schedule needs it."""

    def now(self) -> float:
        """POSIX seconds."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait; KeyboardInterrupt passes through."""
        ...


class SystemClock:
    """This computer's."""

    def now(self) -> float:
        """POSIX seconds."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


def following(now: float, hours: int) -> int:
    """The next multiple of so many hours since 1970-01-01T00:00:00Z, after ``now``, in POSIX seconds."""
    step = hours * 3600
    return (int(now) // step + 1) * step


def keep_time(hours: int, run: Callable[[], object], told: Callable[[int], object], clock: Clock) -> None:
    """Call ``run`` at each multiple, for ever; ``told`` with each next one. What was slept through is run once."""
    while True:
        due = following(clock.now(), hours)
        told(due)
        while (left := due - clock.now()) > 0:
            clock.sleep(min(left, _NAP))
        run()


def when_free(run: Callable[[], object], clock: Clock) -> None:
    """Call ``run``, and again while another command writes, for ten minutes; then raises VaultBusy."""
    for left in reversed(range(_TRIES)):
        try:
            run()
            return
        except VaultBusy:
            if not left:
                raise
            clock.sleep(_NAP)
