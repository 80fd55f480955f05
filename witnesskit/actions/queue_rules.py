"""What becomes of a job after an attempt (docs/spec/queue.md, "After an attempt"); pure: every rule can be read.

An answer ends a job, also one that nobody hoped for. What says nothing about the link, or asks for patience, is tried
again. What came in part ends it too: it is kept, with all that a later attempt needs to go on from there.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from witnesskit.capture.triage import Signals
from witnesskit.formats.queue_record import DONE, GAVE_UP, WAITING, Job, Tried
from witnesskit.limits import QUEUE_ATTEMPTS_KEPT, QUEUE_ATTEMPTS_MAX
from witnesskit.model import UNREACHED, Json, Outcome

AGAIN: Final = UNREACHED | {Outcome.RATE_LIMITED, Outcome.BLOCKED}
CUT: Final = "power-lost"
INTERRUPTED: Final = "interrupted"
_NEAR: Final = timedelta(days=3)  # a deadline nearer than this is urgent


@dataclass(frozen=True)
class Attempted:
    """How one attempt ended."""

    at: int  # seconds since 1970
    item: str
    outcome: Outcome
    rule: str
    wait: int = 0  # seconds until the next one
    resume: tuple[Json, ...] = field(default=(), repr=False)


def after(job: Job, attempt: Attempted, attempts_max: int = QUEUE_ATTEMPTS_MAX) -> Job:
    """The job after an attempt; what the person broke off does not count as one."""
    tried = Tried(attempt.at, attempt.item, str(attempt.outcome), attempt.rule)
    tries = job.tries + (attempt.rule != INTERRUPTED)
    told = replace(
        job, attempts=(*job.attempts, tried)[-QUEUE_ATTEMPTS_KEPT:], tries=tries, item=attempt.item,
        outcome=str(attempt.outcome), resume=attempt.resume, next_at=0,
    )  # fmt: skip
    if attempt.outcome not in AGAIN and attempt.rule not in (CUT, INTERRUPTED):
        return replace(told, state=DONE)
    if tries >= attempts_max:
        return replace(told, state=GAVE_UP)
    return replace(told, state=WAITING, next_at=attempt.at + attempt.wait if attempt.wait else 0)


def not_counted(job: Job, before: Job) -> Job:
    """The job as if an attempt had cost nothing: it was the network that failed."""
    return replace(job, state=WAITING, tries=before.tries, next_at=before.next_at)


def signals(job: Job, now: int) -> Signals:
    """What triage looks at. Its id is the number, so that what is alike stays in the order of the list."""
    priority = "urgent" if job.deadline and _is_near(job.deadline, now) else job.priority
    return Signals(f"{job.number:012d}", job.added_at, priority, job.country, job.flags, job.tries)


def _is_near(deadline: str, now: int) -> bool:
    try:
        day = datetime.fromisoformat(deadline).replace(tzinfo=UTC)
    except ValueError:
        return False
    return day - datetime.fromtimestamp(now, UTC) <= _NEAR
