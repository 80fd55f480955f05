"""``queue run``: one link after the other, the most endangered first, no site asked too often, none twice.

The order of writing that survives a kill: what is running, capture, how it ended, record and log, the job's end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Protocol

from witnesskit.actions.add import Watch
from witnesskit.actions.archive import Tap, archive_one
from witnesskit.actions.assigning import Asked, assignment, check
from witnesskit.actions.finishing import Gathered
from witnesskit.actions.queue_rules import AGAIN, INTERRUPTED, Attempted, after, not_counted, signals
from witnesskit.actions.queue_store import Queue
from witnesskit.actions.resume import resume_from
from witnesskit.actions.saving import SavedItem
from witnesskit.actions.screenshot import shoot_for
from witnesskit.actions.session import Session
from witnesskit.actions.spares import Spares
from witnesskit.capture.messages import Attempt, Done, Message
from witnesskit.capture.pace import Hosts, Pace, host_of
from witnesskit.capture.triage import Ranked, rank
from witnesskit.capture.worker import Worker
from witnesskit.errors.capture import BadUrl, UnlistedDirect
from witnesskit.formats.queue_record import WAITING, Job, rule_word
from witnesskit.limits import (
    HOST_BACKOFF_MAX,
    MIB,
    QUEUE_ATTEMPTS_MAX,
    QUEUE_SPARES,
    QUEUE_WAIT_MAX,
    RETRY_AFTER_MAX,
    SILENT_SITES,
)
from witnesskit.model import UNREACHED, Json, Outcome
from witnesskit.vault import room

_LEAST_ROOM = 16 * MIB  # bytes that must be free before a link is asked for
_SLICE = 1.0  # seconds of waiting between two looks of the person at the clock
_FAR = 2 * max(RETRY_AFTER_MAX, HOST_BACKOFF_MAX)  # seconds; a later time says that the clock was set back


class QueueWatch(Watch, Protocol):
    """Who is told how far a queue is."""

    def began(self, job: Job) -> None:
        """Its capture begins."""
        ...

    def ended(self, job: Job, saved: SavedItem) -> None:
        """Its capture has ended, and the job is as it is now."""
        ...

    def pausing(self, seconds: float) -> None:
        """Nothing may be asked before so many seconds."""
        ...


@dataclass(frozen=True)
class RunWish:
    """What the person asked for."""

    allow_local: bool = False
    limit: int = 0  # links; 0: all
    seconds: float = 0  # 0: until all is done
    only: frozenset[int] | None = None  # numbers; None: whatever waits
    attempts_max: int = QUEUE_ATTEMPTS_MAX
    wait_max: float = QUEUE_WAIT_MAX  # seconds until the next link, at most
    stop_when_silent: bool = True
    pace: Pace = field(default_factory=Pace)
    countries: Mapping[str, int] = field(default_factory=dict)  # averaged probability in parts of 10,000
    unlisted: bool = False  # links that are keys may be asked for over a direct connection
    screenshot: bool | None = None  # None: where the policy requires one

    @property
    def asked(self) -> Asked:
        """As for single links."""
        return Asked(self.allow_local, self.unlisted, screenshot=self.screenshot)


@dataclass
class RunDone:
    """What one run did. ``stopped``: empty when nothing waits, else network | limit | time | later | interrupted."""

    taken: tuple[int, ...]  # numbers of the jobs that were waiting at the start
    refused: tuple[int, ...] = ()  # of them, those that this run may not ask for
    attempts: int = 0
    answered: bool = False  # any answer at all
    stopped: str = ""
    next_in: int = 0  # seconds until the next one may be asked; only when ``stopped`` is "later"


def order_of(
    queue: Queue, now: int, countries: Mapping[str, int], only: frozenset[int] | None = None
) -> tuple[Ranked, ...]:
    """Waiting jobs, the first to be saved first; the id of each is its number."""
    waiting = [job for job in queue.of(WAITING) if only is None or job.number in only]
    return rank([signals(job, now) for job in waiting], countries, now)


def run_queue(session: Session, queue: Queue, running: Worker, wish: RunWish, watch: QueueWatch) -> RunDone:
    """Save what waits, until Ctrl-C at most; raises what the vault and the disk raise. Nothing is lost by either."""
    run = _Run(session, queue, running, wish, watch)
    try:
        run.until_the_end()
    except KeyboardInterrupt:
        run.done.stopped = "interrupted"
    finally:
        run.close()
    return run.done


class _Run:
    """One run: the order, the sites, and who was silent."""

    def __init__(self, session: Session, queue: Queue, running: Worker, wish: RunWish, watch: QueueWatch) -> None:
        self._session, self._queue, self._running = session, queue, running
        self._wish, self._watch = wish, watch
        self._clock = wish.pace.clock
        self._until = self._clock() + wish.seconds if wish.seconds else 0.0
        ranked = order_of(queue, int(self._clock()), wish.countries, wish.only)
        numbers = tuple(int(one.id) for one in ranked)
        refused = tuple(number for number in numbers if not self._may_ask(queue.jobs[number]))
        self._order = [number for number in numbers if number not in set(refused)]
        self.done = RunDone(numbers, refused)
        self._hosts = Hosts(wish.pace)
        self._host = {number: host_of(queue.jobs[number].url) for number in self._order}
        self._spares = Spares(session.vault.work, QUEUE_SPARES if len(self._order) > 1 else 0)
        self._silent: dict[str, list[Job]] = {}  # by site, since the last answer: jobs as they were before
        for number in self._order:
            if (due := self._due(queue.jobs[number])) > self._clock():
                self._hosts.hold(self._host[number], due)

    def until_the_end(self) -> None:
        """Take one after the other until nothing is left, or something says to stop."""
        while not self.done.stopped:
            number, at = self._next()
            if number == 0:
                return
            if self._wish.limit and self.done.attempts >= self._wish.limit:
                self.done.stopped = "limit"
            elif self._until and max(at, self._clock()) >= self._until:
                self.done.stopped = "time"
            elif at > self._clock():
                self._pause(at)
            else:
                self._take(self._queue.jobs[number])

    def close(self) -> None:
        """End what was made ready."""
        self._spares.close()

    def _may_ask(self, job: Job) -> bool:
        try:
            check(self._session.vault, self._wish.asked, job.url)
        except (BadUrl, UnlistedDirect):
            return False
        return True

    def _due(self, job: Job) -> float:
        return job.next_at if job.next_at <= self._clock() + _FAR else 0

    def _next(self) -> tuple[int, float]:
        """(number, when): the first of the order that may be asked now, else the soonest; 0 when nothing waits."""
        now, best = self._clock(), (0, float("inf"))
        self._order = [number for number in self._order if self._queue.jobs[number].state == WAITING]
        for number in self._order:
            at = max(self._due(self._queue.jobs[number]), self._hosts.ready(self._host[number]))
            if at <= now:
                return number, at
            if at < best[1]:
                best = number, at
        return best

    def _pause(self, at: float) -> None:
        if (left := at - self._clock()) > self._wish.wait_max:
            self.done.stopped, self.done.next_in = "later", round(left)
            return
        self._watch.pausing(left)
        self._wish.pace.sleep(min(left, _SLICE))

    def _take(self, job: Job) -> None:
        room.require(self._session.vault.path, _LEAST_ROOM)
        tap = _Tap(self._queue, job)
        tap.shoot = shoot_for(self._session, self._wish.asked)
        held = tuple(one for one in map(resume_from, job.resume) if one)
        if held:
            tap.retry_of = job.item
        tap.spare = self._spares.take(len(self._order))
        self._queue.begin(job, tap.item)
        self._watch.began(job)
        try:
            wanted = assignment(self._session.policy, self._wish.asked, job.url, held)
            saved = archive_one(self._session, wanted, self._running, self._watch, tap)
        finally:
            self._spares.back(tap.spare)
        ended = self._ended(job, tap, saved)
        self._queue.put(ended)
        self.done.attempts += 1
        self.done.answered = self.done.answered or tap.answered
        self._watch.ended(ended, saved)
        if saved.interrupted:
            raise KeyboardInterrupt
        if self._wish.stop_when_silent and self._is_dead(job, tap, saved.outcome):
            self._stop()

    def _ended(self, job: Job, tap: _Tap, saved: SavedItem) -> Job:
        wait = 0
        broken_off = saved.interrupted and not tap.rule  # not in the shot, when all had been told
        if saved.outcome in AGAIN and not broken_off:
            wait = self._hosts.refused(self._host[job.number], job.tries, tap.retry_after)
        else:
            self._hosts.asked(self._host[job.number])
        rule = INTERRUPTED if broken_off else tap.rule
        attempted = Attempted(int(self._clock()), tap.item, saved.outcome, rule, wait, tuple(tap.resume))
        return after(job, attempted, self._wish.attempts_max)

    def _is_dead(self, job: Job, tap: _Tap, outcome: Outcome) -> bool:
        """Whether it is the network that fails: the proxy is gone, or one site after the other is silent."""
        if outcome not in UNREACHED or tap.answered:
            self._silent.clear()
            return False
        self._silent.setdefault(self._host[job.number], []).append(job)
        waiting = {self._host[number] for number in self._order}
        return outcome is Outcome.PROXY_DOWN or len(self._silent) >= min(SILENT_SITES, len(waiting))

    def _stop(self) -> None:
        """What was tried without an answer costs nothing, unless others answered and one site alone is silent."""
        self.done.stopped = "network"
        if self.done.answered and len(self._silent) < SILENT_SITES:
            return
        first = {job.number: job for jobs in reversed(self._silent.values()) for job in reversed(jobs)}
        self._queue.put(*(not_counted(self._queue.jobs[number], before) for number, before in first.items()))


class _Tap(Tap):
    """What the queue must know of one capture while it runs."""

    def __init__(self, queue: Queue, job: Job) -> None:
        super().__init__()
        self._queue, self._job = queue, job
        self.rule = ""
        self.retry_after = 0
        self.answered = False
        self.resume: list[Json] = []

    def told(self, message: Message) -> None:
        if isinstance(message, Attempt):
            self.answered = self.answered or message.status > 0
        elif isinstance(message, Done):
            self.rule = rule_word(message.result.evidence.rule)
            self.retry_after = message.result.evidence.retry_after

    def ending(self, gathered: Gathered) -> None:
        self.resume = [asdict(one) for one in gathered.resume]
        self._queue.noted(self._job, self.item, str(gathered.outcome))
