"""The verbs of the queue on a vault: run, show, drop; and a list that is archived at once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from witnesskit.actions.device_check import demand_quiet
from witnesskit.actions.opening import needs_passphrase, open_for_saving
from witnesskit.actions.queue_add import Added, Said, add_links
from witnesskit.actions.queue_run import QueueWatch, RunDone, RunWish, order_of, run_queue
from witnesskit.actions.queue_store import Files, MemoryFiles, Queue
from witnesskit.actions.risk import countries
from witnesskit.actions.sealed_store import sealed_store
from witnesskit.actions.session import Session
from witnesskit.capture.pace import Pace
from witnesskit.capture.worker import Worker
from witnesskit.errors.queue import NoSuchJob
from witnesskit.errors.vault import NotWithoutPassphrase
from witnesskit.formats.link_list import LinkList
from witnesskit.formats.queue_record import DONE, GAVE_UP, RUNNING, WAITING, Job
from witnesskit.limits import ARCHIVE_WAIT_MAX
from witnesskit.model import IN_PART, Outcome
from witnesskit.vault.layout import Vault


@dataclass(frozen=True)
class Shown:
    """A queue as it is: jobs in the order of adding, and the order in which what waits would be fetched."""

    jobs: tuple[Job, ...] = field(repr=False)
    order: tuple[tuple[Job, str], ...] = field(repr=False)  # (job, why)


@dataclass(frozen=True)
class Ran:
    """One run: the jobs it was to take, as they are now."""

    done: RunDone
    jobs: tuple[Job, ...] = field(repr=False)


@dataclass(frozen=True)
class Started:
    """Who fetches, who is told, and how fast."""

    running: Worker
    watch: QueueWatch
    pace: Pace = field(default_factory=Pace)


@contextmanager
def open_queue(vault: Vault, passphrase: str) -> Iterator[tuple[Session, Queue]]:
    """The queue of a vault, locked; raises NotWithoutPassphrase before anything is asked."""
    demand_store(vault)
    with open_for_saving(vault, passphrase) as session:
        yield session, Queue(sealed_store(session))


def demand_store(vault: Vault) -> None:
    """Raises NotWithoutPassphrase where a vault keeps no link."""
    if not needs_passphrase(vault):
        raise NotWithoutPassphrase


def run(session: Session, queue: Queue, running: Worker, wish: RunWish, watch: QueueWatch) -> Ran:
    """Fetch what waits, in the order that the risk of their countries gives too; raises DeviceKeepsTraces."""
    demand_quiet(session.policy, session.vault.path)
    done = run_queue(session, queue, running, replace(wish, countries=_countries(session)), watch)
    return Ran(done, tuple(queue.jobs[number] for number in sorted(done.taken)))


def archive_list(vault: Vault, links: LinkList, said: Said, passphrase: str, started: Started) -> tuple[Added, Ran]:
    """Save a whole list. Where the vault keeps links, a kill loses none of it: the same command goes on.

    Without a passphrase the list is held in memory, and each link is asked for once.
    """
    with open_for_saving(vault, passphrase) as session:
        files = _files(session)
        kept = not isinstance(files, MemoryFiles)
        queue = Queue(files)
        added = add_links(queue, links, said)
        only = frozenset(added.queued + added.waiting)
        wish = RunWish(said.allow_local, only=only, wait_max=ARCHIVE_WAIT_MAX, pace=started.pace)
        wish = replace(wish, unlisted=said.unlisted, screenshot=said.screenshot)
        if not kept:
            wish = replace(wish, attempts_max=1, stop_when_silent=False)
        return added, run(session, queue, started.running, wish, started.watch)


def show(vault: Vault, passphrase: str) -> Shown:
    """What there is, and what comes next."""
    with open_queue(vault, passphrase) as (session, queue):
        order = order_of(queue, int(time.time()), _countries(session))
        return Shown(
            tuple(queue.jobs[number] for number in sorted(queue.jobs)),
            tuple((queue.jobs[int(one.id)], one.why) for one in order),
        )


def _countries(session: Session) -> Mapping[str, int]:
    """Of the tables of forecasts that this vault keeps; none where it keeps nothing sealed."""
    try:
        return countries(sealed_store(session))
    except NotWithoutPassphrase:
        return {}


def drop(vault: Vault, passphrase: str, shorts: Sequence[str], *, done: bool, everything: bool) -> int:
    """Forget links; what was saved of them stays. Returns how many. Raises NoSuchJob before any is dropped."""
    with open_queue(vault, passphrase) as (_session, queue):
        gone = {job.number for job in queue.jobs.values() if everything or (done and job.state == DONE)}
        gone |= {job.number for job in _named(queue, shorts)}
        queue.drop(gone)
        return len(gone)


def wait_again(vault: Vault, passphrase: str, shorts: Sequence[str], *, everything: bool) -> int:
    """Let links wait that were named, or all that came in part or were given up; returns how many.

    What came of their files is gone on with. Raises NoSuchJob before any is changed.
    """
    with open_queue(vault, passphrase) as (_session, queue):
        left = [job for job in queue.of(DONE, GAVE_UP) if job.state == GAVE_UP or job.outcome in IN_PART]
        meant = left if everything else [job for job in _named(queue, shorts) if job.state in (DONE, GAVE_UP)]
        queue.put(*(replace(job, state=WAITING, tries=0, next_at=0) for job in meant))
        return len(meant)


def _named(queue: Queue, shorts: Sequence[str]) -> list[Job]:
    found = []
    for short in shorts:
        jobs = [job for job in queue.jobs.values() if short and job.id.startswith(short.lower())]
        if len(jobs) != 1:
            raise NoSuchJob
        found += jobs
    return found


def counts_of(jobs: Iterable[Job]) -> Mapping[str, int]:
    """How many ended with which outcome, and how many still wait. They add up to the jobs."""
    found = Counter(job.outcome if job.state in (DONE, GAVE_UP) else WAITING for job in jobs)
    return {str(outcome): found[str(outcome)] for outcome in Outcome} | {WAITING: found[WAITING]}


def is_open(job: Job) -> bool:
    """Whether it still has to be fetched."""
    return job.state in (WAITING, RUNNING)


def _files(session: Session) -> Files:
    try:
        return sealed_store(session)
    except NotWithoutPassphrase:
        return MemoryFiles()
