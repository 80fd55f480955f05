"""How often one site is asked: an interval with jitter between two links, and patience after a refusal."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from witnesskit.limits import HOST_BACKOFF, HOST_BACKOFF_MAX, HOST_INTERVAL, HOST_JITTER


@dataclass(frozen=True)
class Pace:
    """``clock`` gives seconds since 1970; a test gives a clock and a sleep of its own."""

    interval: float = HOST_INTERVAL  # seconds between two links of one site
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.SystemRandom().random  # 0 to 1


def host_of(url: str) -> str:
    """The site of a link that was checked; with its port, for two services may share a name."""
    return urlsplit(url).netloc.lower()


def backoff(pace: Pace, failures: int, retry_after: int = 0) -> int:
    """Seconds to wait after ``failures`` refusals in a row, never less than the site asked for."""
    doubled: int = min(HOST_BACKOFF * 2 ** min(max(failures, 1) - 1, 20), HOST_BACKOFF_MAX)
    return max(retry_after, round(doubled * (1 + pace.chance() / 4)))


class Hosts:
    """When each site may be asked again."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._ready: dict[str, float] = {}
        self._failures: dict[str, int] = {}

    def ready(self, host: str) -> float:
        """Seconds since 1970."""
        return self._ready.get(host, 0.0)

    def asked(self, host: str) -> None:
        """It was asked just now, and answered."""
        self._failures.pop(host, None)
        jitter = 1 + HOST_JITTER * (2 * self._pace.chance() - 1)
        self.hold(host, self._pace.clock() + self._pace.interval * jitter)

    def refused(self, host: str, tries: int, retry_after: int) -> int:
        """It did not answer, or wants fewer requests: returns the seconds that it is left alone."""
        failures = self._failures[host] = max(self._failures.get(host, 0), tries) + 1
        wait = backoff(self._pace, failures, retry_after)
        self.hold(host, self._pace.clock() + wait)
        return wait

    def hold(self, host: str, until: float) -> None:
        """Not before ``until``; what an earlier run was told holds for every link of the site."""
        self._ready[host] = max(self.ready(host), until)
