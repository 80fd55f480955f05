"""A running queue on the screen: on a terminal a table that stays in place, else one plain line for each link."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Iterable
from typing import TYPE_CHECKING

from witnesskit.cli.output import Answer, Output, duration, size, table
from witnesskit.cli.saving import WORDS, status_of
from witnesskit.cli.terminal import printable
from witnesskit.errors import ExitStatus, WitnesskitError

if TYPE_CHECKING:
    from witnesskit.actions.queue import Ran
    from witnesskit.actions.saving import SavedItem
    from witnesskit.formats.queue_record import Job

_LAST = 6  # finished links that stay on the table
_EVERY = 0.2  # seconds between two drawings
_LINK = 60  # characters of a link at a desk
STOPPED = {
    "network": "the network or the proxy does not answer; what waits is untouched",
    "limit": "the number that was asked for is reached",
    "time": "the time that was given is over",
    "later": "what waits may be asked for in {}; `witnesskit queue run` goes on then",
    "interrupted": "interrupted; nothing is lost",
}


class Board:
    """Takes what a run tells. Links are shown only where ``desk``."""

    def __init__(self, output: Output, answer: Answer, *, desk: bool) -> None:
        self._output, self._answer, self._desk = output, answer, desk
        self._counts: Counter[str] = Counter()
        self._last: deque[tuple[str, ...]] = deque(maxlen=_LAST)
        self._current: tuple[str, ...] = ()
        self._started = self._began = self._drawn = 0.0
        self._bytes = 0
        self._statuses: set[ExitStatus] = set()
        self._whole = 0
        self._again: set[int] = set()

    def expect(self, whole: int) -> None:
        """How many are to be taken at most."""
        self._whole = whole

    def began(self, job: Job) -> None:
        """The capture of a job begins."""
        self._began = time.monotonic()
        self._started = self._started or self._began
        self._current = (self._place(job), "0 B", "")
        self._draw(now=True)

    def progress(self, done: int, whole: int | None) -> None:
        """Bytes of the current link."""
        rate = done / max(time.monotonic() - self._began, 0.001)
        of = f" of {size(whole)}" if whole else ""
        self._current = (*self._current[:1], f"{size(done)}{of}", f"{size(rate)}/s")
        self._draw()

    def ended(self, job: Job, saved: SavedItem) -> None:
        """A capture has ended."""
        self._counts[str(saved.outcome)] += 1
        self._again.discard(job.number)
        if job.state == "waiting":
            self._again.add(job.number)
        self._bytes += saved.received
        self._statuses.add(status_of(saved))
        told = dict(saved.facts())
        told |= {"row": job.row, "queue_id": job.short, "state": job.state}
        self._answer.items.append(told)
        self._current = ()
        again = "  will be tried again" if job.state == "waiting" else ""
        self._last.append((self._place(job), str(saved.outcome) + again, saved.short))
        if self._output.terminal:
            self._draw(now=True)
        else:
            self._output.say(f"{self._place(job)}  {WORDS[saved.outcome]}{again}  {saved.short}")

    def pausing(self, seconds: float) -> None:
        """Nothing may be asked yet."""
        self._current = ("pause", duration(seconds), "")
        self._draw()

    def item(self, saved: SavedItem) -> None:
        """Told with its job."""

    def refused(self, error: WitnesskitError) -> None:
        """One was not taken."""
        self._answer.refuse(error)

    def known(self) -> None:
        """Nothing of a queue is known before."""

    def conclude(self, ran: Ran) -> None:
        """The status of the run, and the sentence that ends it."""
        self._output.end_block()
        waiting = self._answer.counts.get("waiting", 0)
        self._answer.status = self._status(ran, waiting)
        done = ran.done
        self._answer.data["run"] = {"attempts": done.attempts, "stopped": done.stopped, "next_in": done.next_in}
        if done.stopped:
            self._output.say(STOPPED[done.stopped].format(duration(done.next_in)))
        counted = ", ".join(f"{n} {name}" for name, n in self._answer.counts.items() if n and name != "in")
        self._output.say(f"{self._answer.counts['in']}: {counted or 'nothing waits'}")

    def _status(self, ran: Ran, waiting: int) -> ExitStatus:
        if ran.done.stopped == "network" and not ran.done.answered:
            return ExitStatus.NETWORK
        statuses = self._statuses | ({ExitStatus.PARTIAL} if waiting else set())
        if ran.done.refused and not ran.done.attempts:
            return ExitStatus.USAGE
        return statuses.pop() if len(statuses) == 1 else (ExitStatus.PARTIAL if statuses else ExitStatus.DONE)

    def _place(self, job: Job) -> str:
        place = f"row {job.row}" if job.row else job.short
        return f"{place}  {printable(job.url)[:_LINK]}" if self._desk else place

    def _draw(self, *, now: bool = False) -> None:
        at = time.monotonic()
        if not self._output.terminal or (not now and at - self._drawn < _EVERY):
            return
        self._drawn = at
        rows = [*self._last, self._current] if self._current else [*self._last]
        self._output.block([*table(rows), self._sums(at)])

    def _sums(self, at: float) -> str:
        done = sum(self._counts.values())
        left = max(self._whole - done + len(self._again), 0)
        counted = "  ".join(f"{count} {name}" for name, count in sorted(self._counts.items()))
        pace = (at - self._started) / done if done else 0
        rest = f"  about {duration(pace * left)} left" if pace and left else ""
        return f"{done} done, {left} waiting  {size(self._bytes)}  {counted}{rest}"


def listed(jobs: Iterable[Job], *, desk: bool) -> list[dict[str, object]]:
    """Jobs for ``--json``; their links at a desk only."""
    from witnesskit.formats.short_id import short_id

    return [
        {
            "id": job.short, "row": job.row, "state": job.state, "outcome": job.outcome, "tries": job.tries,
            "item": short_id(job.item) if job.item else "", **({"link": job.url} if desk else {}),
        }
        for job in jobs
    ]  # fmt: skip
