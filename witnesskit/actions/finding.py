"""One thing that ``doctor`` looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

OK: Final = "ok"
LOOK: Final = "look"  # it works, and a person should know
BAD: Final = "bad"  # something that was promised is not kept


@dataclass(frozen=True)
class Finding:
    """``state`` is ok, look or bad; ``next`` is one step, empty for ok. It names no item and no place."""

    name: str
    state: str
    sentence: str
    next: str = ""
