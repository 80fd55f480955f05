"""A worker that contacts nobody: it tells of each link what a test wrote down, in the order of a real one.

Its clock goes on only when somebody sleeps on it or a capture takes its time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from witnesskit.capture.assignment import Assignment
from witnesskit.capture.messages import Attempt, Done, Message, Page, Started
from witnesskit.capture.outcome import AttemptResult, Evidence
from witnesskit.capture.pace import Pace
from witnesskit.model import Outcome

SILENT = (Outcome.NETWORK_DOWN, Outcome.DNS, Outcome.REFUSED, Outcome.PROXY_DOWN, Outcome.TLS_INTERCEPTED)
TIME = "2026-01-02T03:04:05Z"


@dataclass
class Clock:
    """Seconds since 1970, and how long was slept in all."""

    now: float = 1_800_000_000.0
    slept: float = 0.0

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds
        self.slept += seconds

    def pace(self, interval: float = 2.0, chance: float = 0.5) -> Pace:
        return Pace(interval, lambda: self.now, self.sleep, lambda: chance)


@dataclass
class Scripted:
    """``answers``: outcomes of a link by its path, one for each attempt, the last one for ever."""

    clock: Clock = field(default_factory=Clock)
    answers: dict[str, list[Outcome]] = field(default_factory=dict)
    retry_after: int = 0
    takes: float = 0.0  # seconds of one capture
    asked: list[tuple[str, float]] = field(default_factory=list)  # (link, when)
    before: Callable[[str], None] = lambda _url: None

    def run(self, wanted: Assignment) -> Iterator[Message]:
        script = next((found for part, found in self.answers.items() if part in wanted.url), [Outcome.REMOVED])
        times = sum(url == wanted.url for url, _at in self.asked)
        outcome = script[min(times, len(script) - 1)]
        self.asked.append((wanted.url, self.clock.now))
        self.before(wanted.url)
        self.clock.now += self.takes
        status = 0 if outcome in SILENT else 429 if outcome is Outcome.RATE_LIMITED else 410
        yield Started(TIME, "scripted 1", "scripted", "direct")
        yield Attempt(1, "page", "GET", wanted.url, TIME, status=status)
        yield Page(wanted.url, reason="no-answer")
        evidence = Evidence("scripted", wanted.url, TIME, TIME, status, retry_after=self.retry_after)
        yield Done(AttemptResult(outcome, evidence))

    def close(self) -> None: ...

    @property
    def order(self) -> list[str]:
        return [url for url, _at in self.asked]
