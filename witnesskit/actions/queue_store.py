"""The queue in sealed segments: what one command holds of it, and what it writes when one job changes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final, Protocol

from witnesskit.errors.vault import BadSealedFile
from witnesskit.formats import queue_record
from witnesskit.formats.queue_record import RUNNING, WAITING, Job, Running
from witnesskit.limits import QUEUE_SEGMENT

NOW: Final = "queue-now"
_SEGMENT: Final = re.compile(r"queue-([0-9]{6})", re.ASCII)


class Files(Protocol):
    """Small files that are replaced whole: vault/sealed_files.py, or memory."""

    def read(self, name: str) -> bytes | None:
        """The content; None if there is none."""
        ...

    def write(self, name: str, content: bytes) -> None:
        """Replace it in one step."""
        ...

    def remove(self, name: str) -> None:
        """Take it away, if it is there."""
        ...

    def names(self) -> tuple[str, ...]:
        """Of the files there are."""
        ...


class MemoryFiles:
    """For one command of a vault that keeps no link: gone with it."""

    def __init__(self) -> None:
        self._held: dict[str, bytes] = {}

    def read(self, name: str) -> bytes | None:
        """The content; None if there is none."""
        return self._held.get(name)

    def write(self, name: str, content: bytes) -> None:
        """Replace it."""
        self._held[name] = content

    def remove(self, name: str) -> None:
        """Take it away, if it is there."""
        self._held.pop(name, None)

    def names(self) -> tuple[str, ...]:
        """Of the files there are."""
        return tuple(sorted(self._held))


class Queue:
    """Every job by its number."""

    def __init__(self, files: Files) -> None:
        """Read all of it; raises BadSealedFile, NewerFormat, StorageFault."""
        self._files = files
        self.jobs: dict[int, Job] = {}
        for name in files.names():
            if found := _SEGMENT.fullmatch(name):
                self.jobs |= _numbered(read_segment(files, int(found[1])), int(found[1]))
        self._next = max(self.jobs, default=0) + 1

    def fresh_number(self) -> int:
        """The next number, never given twice by one command."""
        self._next += 1
        return self._next - 1

    def put(self, *jobs: Job) -> None:
        """Add or replace; each segment that changes is written once."""
        self.jobs |= {job.number: job for job in jobs}
        self._write({segment_of(job.number) for job in jobs})

    def drop(self, numbers: Iterable[int]) -> None:
        """Take jobs out; what was saved of them stays in the vault."""
        gone = set(numbers) & self.jobs.keys()
        for number in gone:
            del self.jobs[number]
        self._write({segment_of(number) for number in gone})

    def begin(self, job: Job, item: str) -> None:
        """Say what is about to run, before anything is sent. It is on the disk when this returns."""
        self._files.write(NOW, queue_record.dump_running(Running(job.number, job.id, item)))
        self.jobs[job.number] = replace(job, state=RUNNING, item=item)

    def noted(self, job: Job, item: str, outcome: str) -> None:
        """Say how it ended, before it is logged."""
        self._files.write(NOW, queue_record.dump_running(Running(job.number, job.id, item, outcome)))

    def of(self, *states: str) -> list[Job]:
        """Jobs in these states, in the order of adding."""
        return [job for _number, job in sorted(self.jobs.items()) if job.state in states]

    def _write(self, segments: set[int]) -> None:
        for segment in sorted(segments):
            numbers = range(segment * QUEUE_SEGMENT, (segment + 1) * QUEUE_SEGMENT)
            write_segment(self._files, segment, [self.jobs[number] for number in numbers if number in self.jobs])


def read_segment(files: Files, segment: int) -> tuple[Job, ...]:
    """Jobs of one segment. Raises BadSealedFile, NewerFormat, StorageFault."""
    name = _name(segment)
    data = files.read(name)
    return () if data is None else queue_record.parse_segment(data, name)


def write_segment(files: Files, segment: int, jobs: Iterable[Job]) -> None:
    """Replace one segment; without a job there is none. Raises BadSealedFile, NoRoom, StorageFault."""
    kept = [replace(job, state=WAITING) if job.state == RUNNING else job for job in jobs]
    if kept:
        data = queue_record.dump_segment(kept)
        queue_record.parse_segment(data, _name(segment))  # what could not be read again is never written
        files.write(_name(segment), data)
    else:
        files.remove(_name(segment))


def segment_of(number: int) -> int:
    """The segment that holds a job."""
    return number // QUEUE_SEGMENT


def _numbered(jobs: Iterable[Job], segment: int) -> dict[int, Job]:
    found = {job.number: job for job in jobs}
    if any(segment_of(number) != segment for number in found):
        raise BadSealedFile(_name(segment))
    return found


def _name(segment: int) -> str:
    return f"queue-{segment:06d}"
