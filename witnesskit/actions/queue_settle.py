"""After a crash: what became of the running job, told by the disk alone (docs/spec/queue.md, "Exactly once").

This must be settled before recovery logs what the crash left: afterwards an item that was saved whole and one that
was cut look alike.
"""

from __future__ import annotations

import time
from contextlib import suppress

from witnesskit.actions.queue_rules import CUT, Attempted, after
from witnesskit.actions.queue_store import NOW, read_segment, segment_of, write_segment
from witnesskit.actions.sealed_store import sealed_store
from witnesskit.actions.session import Session
from witnesskit.errors.formats import NewerFormat
from witnesskit.errors.sealing import WrongKey
from witnesskit.errors.vault import BadSealedFile, NotWithoutPassphrase
from witnesskit.formats import queue_record
from witnesskit.formats.queue_record import Job, Running
from witnesskit.model import Outcome
from witnesskit.vault import items


def settle_queue(session: Session) -> None:
    """Give the running job its end, if there is one. A queue that is damaged keeps nobody from saving.

    Raises NoRoom, StorageFault.
    """
    with suppress(NotWithoutPassphrase, BadSealedFile, NewerFormat, WrongKey):
        files = sealed_store(session)
        data = files.read(NOW)
        if data is None:
            return
        running = queue_record.parse_running(data, NOW)
        jobs = {job.number: job for job in read_segment(files, segment_of(running.number))}
        job = jobs.get(running.number)
        if job is not None and job.id == running.id and _is_news(job, running):
            settled = _settled(session, job, running)
            if settled != job:
                write_segment(files, segment_of(job.number), (jobs | {job.number: settled}).values())
        files.remove(NOW)


def _is_news(job: Job, running: Running) -> bool:
    return all(tried.item != running.item for tried in job.attempts)


def _settled(session: Session, job: Job, running: Running) -> Job:
    """Logged: its outcome was noted before. Begun: it is cut, and recovery keeps what came. Else nothing happened."""
    now = int(time.time())
    if session.journal.holds_item(running.item) or running.item in session.state.items:
        outcome = Outcome(running.outcome or Outcome.UNKNOWN)
        return after(job, Attempted(now, running.item, outcome, "logged"))
    if any(file.item == running.item and file.path.stat().st_size for file in items.work_files(session.vault)):
        return after(job, Attempted(now, running.item, Outcome.PARTIAL, CUT))
    return job
