"""One waiting link and the sealed files of a queue, as canonical JSON (docs/spec/queue.md, "witnesskit.queue/1")."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from witnesskit.errors.formats import BadJson, NewerFormat
from witnesskit.errors.vault import BadSealedFile
from witnesskit.formats import strict_json
from witnesskit.limits import (
    QUEUE_ATTEMPTS_KEPT,
    QUEUE_FLAGS_MAX,
    QUEUE_SEGMENT,
    QUEUE_SEGMENT_DEPTH_MAX,
    SEALED_FILE_MAX,
    URL_MAX,
)
from witnesskit.model import Json, Outcome

FORMAT: Final = "witnesskit.queue/1"
WAITING: Final = "waiting"
RUNNING: Final = "running"
DONE: Final = "done"
GAVE_UP: Final = "gave-up"
_FAMILY: Final = re.compile(r"witnesskit\.queue/[0-9]{1,4}", re.ASCII)
_ID: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_BATCH: Final = re.compile(r"[0-9a-f]{16}", re.ASCII)
_WORD: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,127}", re.ASCII)
_RULE: Final = re.compile(r"[\x21-\x7e]{0,200}", re.ASCII)
_COUNTRY: Final = re.compile(r"[A-Z]{3}", re.ASCII)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@dataclass(frozen=True)
class Tried:
    """One attempt; ``rule`` is the word on which the outcome stands."""

    at: int  # seconds since 1970
    item: str
    outcome: str
    rule: str


@dataclass(frozen=True)
class Job:
    """One link of the queue. Telling: sealed only. Times are seconds since 1970."""

    number: int  # from 1, in the order of adding
    id: str  # 32 hex digits, random
    url: str = field(repr=False)
    row: int  # of the person's list; 0: it came without one
    batch: str  # random, one for each list
    added_at: int
    priority: str = "normal"  # urgent | normal | later
    country: str = ""  # ISO 3166-1 alpha-3
    flags: tuple[str, ...] = ()
    deadline: str = ""  # YYYY-MM-DD
    state: str = WAITING
    attempts: tuple[Tried, ...] = ()  # the newest
    tries: int = 0  # attempts that count
    next_at: int = 0  # not before
    item: str = ""  # of the newest attempt
    outcome: str = ""  # of the newest attempt
    resume: tuple[Json, ...] = field(default=(), repr=False)  # what it holds of streams that are not whole

    @property
    def short(self) -> str:
        """For people and the command line."""
        return self.id[:8]


@dataclass(frozen=True)
class Running:
    """The job whose capture has begun. ``outcome``: empty until all has been told, just before it is logged."""

    number: int
    id: str
    item: str
    outcome: str = ""


def dump_segment(jobs: Iterable[Job]) -> bytes:
    """The bytes of one segment."""
    return strict_json.canonical({"format": FORMAT, "jobs": [_job_json(job) for job in jobs]})


def parse_segment(data: bytes, name: str) -> tuple[Job, ...]:
    """Read a segment; raises BadSealedFile, NewerFormat."""
    document = _document(data, name, "jobs")
    with _Shape(name):
        if not isinstance(document, list) or len(document) > QUEUE_SEGMENT:
            raise TypeError
        return tuple(map(_job, document))


def dump_running(running: Running) -> bytes:
    """The bytes of the file that says what is running."""
    members = {"number": running.number, "id": running.id, "item": running.item, "outcome": running.outcome}
    return strict_json.canonical({"format": FORMAT, "running": members})


def parse_running(data: bytes, name: str) -> Running:
    """Read it; raises BadSealedFile, NewerFormat."""
    found = _document(data, name, "running")
    with _Shape(name):
        _only(found, "number", "id", "item", "outcome")
        outcome = found["outcome"] and Outcome(found["outcome"]).value
        return Running(_number(found["number"]), _text(found["id"], _ID), _text(found["item"], _ID), outcome)


def rule_word(text: str) -> str:
    """A rule as an attempt may hold it."""
    return text if _RULE.fullmatch(text) else "other"


class _Shape:
    """Whatever is not in its form becomes BadSealedFile."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, KeyError | TypeError | ValueError | AttributeError):
            raise BadSealedFile(self._name) from None


def _document(data: bytes, name: str, member: str) -> Any:
    try:
        document = strict_json.loads(data, max_size=SEALED_FILE_MAX, max_depth=QUEUE_SEGMENT_DEPTH_MAX)
    except BadJson:
        raise BadSealedFile(name) from None
    found = document.get("format") if isinstance(document, dict) else None
    if isinstance(found, str) and found != FORMAT and _FAMILY.fullmatch(found):
        raise NewerFormat("queue")
    if found != FORMAT or set(document) != {"format", member}:
        raise BadSealedFile(name)
    return document[member]


def _job_json(job: Job) -> Json:
    return {
        "number": job.number, "id": job.id, "url": job.url, "row": job.row, "batch": job.batch,
        "added_at": job.added_at, "priority": job.priority, "country": job.country, "flags": list(job.flags),
        "deadline": job.deadline, "state": job.state, "tries": job.tries, "next_at": job.next_at,
        "item": job.item, "outcome": job.outcome, "resume": list(job.resume),
        "attempts": [
            {"at": one.at, "item": one.item, "outcome": one.outcome, "rule": one.rule} for one in job.attempts
        ],
    }  # fmt: skip


def _job(found: Any) -> Job:
    _only(found, "number", "id", "url", "row", "batch", "added_at", "priority", "country", "flags", "deadline",
          "state", "tries", "next_at", "item", "outcome", "resume", "attempts")  # fmt: skip
    if not isinstance(found["url"], str) or not 0 < len(found["url"]) <= URL_MAX:
        raise ValueError
    return Job(
        _number(found["number"]), _text(found["id"], _ID), found["url"], _number(found["row"]),
        _text(found["batch"], _BATCH), _number(found["added_at"]),
        _one_of(found["priority"], "urgent", "normal", "later"), _text(found["country"], _COUNTRY, empty=True),
        _each(found["flags"], lambda flag: _text(flag, _WORD), QUEUE_FLAGS_MAX),
        _text(found["deadline"], _DAY, empty=True), _one_of(found["state"], WAITING, RUNNING, DONE, GAVE_UP),
        _each(found["attempts"], _tried, QUEUE_ATTEMPTS_KEPT), _number(found["tries"]), _number(found["next_at"]),
        _text(found["item"], _ID, empty=True), found["outcome"] and Outcome(found["outcome"]).value,
        _each(found["resume"], dict, SEALED_FILE_MAX),
    )  # fmt: skip


def _tried(found: Any) -> Tried:
    _only(found, "at", "item", "outcome", "rule")
    outcome = Outcome(found["outcome"]).value
    return Tried(_number(found["at"]), _text(found["item"], _ID), outcome, _text(found["rule"], _RULE))


def _only(found: Any, *names: str) -> None:
    if set(found.keys()) != set(names):
        raise ValueError


def _text(value: Any, rule: re.Pattern[str], *, empty: bool = False) -> str:
    if not (empty and value == "") and not rule.fullmatch(value):
        raise ValueError
    return str(value)


def _one_of(value: Any, *words: str) -> str:
    if value not in words:
        raise ValueError
    return str(value)


def _each(values: Any, read: Callable[[Any], Any], most: int) -> tuple[Any, ...]:
    if not isinstance(values, list) or len(values) > most:
        raise TypeError
    return tuple(read(value) for value in values)


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError
    return value
