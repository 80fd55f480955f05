"""One link in the worker's hands, and the head of each stream it tells once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from witnesskit.capture.assignment import Assignment
from witnesskit.capture.budget import Budget
from witnesskit.capture.messages import Attempt, Document, Media, Message
from witnesskit.capture.plan import FILE, SEGMENTS, StreamPlan
from witnesskit.capture.requestlog import RequestLog
from witnesskit.capture.transport import Answer, Patience
from witnesskit.limits import DOCUMENTS_MAX

_HTML = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True)
class Output:
    """Where everything goes: messages, raw bytes of the page, raw bytes of a stream, the page before decoding."""

    message: Callable[[Message], object]
    page: Callable[[bytes], object]
    media: Callable[[int, bytes], object]
    wire: Callable[[bytes], object]


@dataclass(frozen=True)
class Job:
    """One link in the worker's hands."""

    wanted: Assignment
    output: Output
    patience: Patience
    log: RequestLog
    budget: Budget
    documents: list[Document] = field(default_factory=list)  # told so far

    @property
    def url(self) -> str:
        """The link."""
        return self.wanted.url

    def document(self, document: Document) -> None:
        """Tell a playlist or manifest once in each of its forms; of many the first ones."""
        known = {one.sha256 for one in self.documents}
        if document.sha256 not in known and len(self.documents) < DOCUMENTS_MAX:
            self.documents.append(document)
            self.output.message(document)


class Head:
    """Tells the head of a stream once: at its first good answer, or without one."""

    def __init__(self, job: Job, number: int, plan: StreamPlan, pieces: int = 0, version: int = 1) -> None:
        self._job, self._number, self._plan, self._version = job, number, plan, version
        self.pieces = pieces  # as the list names them; 0 for a file
        self.told = False
        self.is_page = False  # the server sent a page where media should be
        self.start = 0  # bytes that an earlier attempt holds

    def __call__(self, answer: Answer, size: int | None) -> None:
        """The first good answer and the length it names (fetch.OnHead)."""
        if self.told:
            return
        kind = answer.header("Content-Type").partition(";")[0].strip()
        self.is_page = kind.lower() in _HTML
        last = self._job.log.newest
        self._tell(kind, None if self.pieces else size, answer, last)

    def tell_missing(self) -> None:
        """No good answer came: the stream still has a head."""
        if not self.told:
            self._tell("", self._plan.declared_size, None, None)

    def _tell(self, kind: str, size: int | None, answer: Answer | None, last: Attempt | None) -> None:
        self.told = True
        plan = self._plan
        media = Media(
            stream=self._number,
            entry=plan.entry,
            format_id=plan.format_id,
            url=plan.url,
            media_type=kind,
            declared_size=size,
            kind=SEGMENTS if self.pieces else FILE,
            extension=plan.extension,
            final_url=answer.final_url if answer else "",
            status=answer.status if answer else 0,
            headers=last.headers if last else (),
            segments=self.pieces,
            role=plan.role,
            language=plan.language,
            version=self._version,
            start=self.start,
        )
        self._job.output.message(media)
