"""How long one link may take and how much may come of it; a site that never ends holds nobody."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

DEADLINE: Final = "deadline"
SIZE_CAP: Final = "size-cap"
REASONS: Final = frozenset({DEADLINE, SIZE_CAP})


@dataclass
class Budget:
    """Counts down; what had come by then is kept."""

    seconds: float
    size: int  # bytes of media that may still come
    clock: Callable[[], float] = time.monotonic
    _started: float = field(init=False)

    def __post_init__(self) -> None:
        """The time runs from here."""
        self._started = self.clock()

    def take(self, size: int) -> int:
        """How many of ``size`` bytes may still be kept."""
        allowed = min(size, self.size)
        self.size -= allowed
        return allowed

    @property
    def left(self) -> float:
        """Seconds, at least 0."""
        return max(0.0, self._started + self.seconds - self.clock())

    @property
    def spent(self) -> str:
        """Why nothing more may come; empty as long as it may."""
        if not self.left:
            return DEADLINE
        return "" if self.size > 0 else SIZE_CAP
