"""One link in the worker's hands, and the head of each stream it tells once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from witnesskit.capture.assignment import Assignment
from witnesskit.capture.messages import Attempt, Media, Message
from witnesskit.capture.plan import FILE, SEGMENTS, StreamPlan
from witnesskit.capture.requestlog import RequestLog
from witnesskit.capture.transport import Answer, Patience

_HTML = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True)
class Output:
    """Where everything goes: messages, raw bytes of the page, raw bytes of a stream."""

    message: Callable[[Message], object]
    page: Callable[[bytes], object]
    media: Callable[[int, bytes], object]


@dataclass(frozen=True)
class Job:
    """One link in the worker's hands."""

    wanted: Assignment
    output: Output
    patience: Patience
    log: RequestLog

    @property
    def url(self) -> str:
        """The link."""
        return self.wanted.url


class Head:
    """Tells the head of a stream once: at its first good answer, or without one."""

    def __init__(self, job: Job, number: int, plan: StreamPlan, pieces: int = 0) -> None:
        self._job, self._number, self._plan, self._pieces = job, number, plan, pieces
        self._told = False
        self.is_page = False  # the server sent a page where media should be

    def __call__(self, answer: Answer, size: int | None) -> None:
        """The first good answer and the length it names (fetch.OnHead)."""
        if self._told:
            return
        kind = answer.header("Content-Type").partition(";")[0].strip()
        self.is_page = kind.lower() in _HTML
        last = self._job.log.newest
        self._tell(kind, None if self._pieces else size, answer, last)

    def tell_missing(self) -> None:
        """No good answer came: the stream still has a head."""
        if not self._told:
            self._tell("", self._plan.declared_size, None, None)

    def _tell(self, kind: str, size: int | None, answer: Answer | None, last: Attempt | None) -> None:
        self._told = True
        plan = self._plan
        media = Media(
            stream=self._number,
            entry=plan.entry,
            format_id=plan.format_id,
            url=plan.url,
            media_type=kind,
            declared_size=size,
            kind=SEGMENTS if self._pieces else FILE,
            extension=plan.extension,
            final_url=answer.final_url if answer else "",
            status=answer.status if answer else 0,
            headers=last.headers if last else (),
            segments=self._pieces,
        )
        self._job.output.message(media)
