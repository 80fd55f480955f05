"""One link in the worker's hands, and the head of each stream it tells once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from witnesskit.capture.assignment import Assignment
from witnesskit.capture.budget import Budget
from witnesskit.capture.messages import Attempt, Document, Media, Message
from witnesskit.capture.page_signs import HTML, PAGE_START_MAX, looks_like_page
from witnesskit.capture.plan import FILE, SEGMENTS, StreamPlan
from witnesskit.capture.requestlog import RequestLog
from witnesskit.capture.transport import Answer, Patience
from witnesskit.limits import DOCUMENTS_MAX


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


def kind_of(answer: Answer) -> str:
    """The media type of an answer, without its parameters."""
    return answer.header("Content-Type").partition(";")[0].strip()


class Head:
    """Tells the head of a stream once: at its first good answer, or without one."""

    def __init__(self, job: Job, number: int, plan: StreamPlan, pieces: int = 0, version: int = 1) -> None:
        self._job, self._number, self._plan, self._version = job, number, plan, version
        self.pieces = pieces  # as the list names them; 0 for a file
        self.told = False
        self._called_page = False  # by the server
        self._first = bytearray()
        self.start = 0  # bytes that an earlier attempt holds

    def __call__(self, answer: Answer, size: int | None) -> None:
        """The first good answer and the length it names (fetch.OnHead)."""
        if self.told:
            return
        kind = kind_of(answer)
        self._called_page = kind.lower() in HTML
        last = self._job.log.newest
        self._tell(kind, None if self.pieces else size, answer, last)

    def see(self, data: bytes) -> None:
        """Bytes of the stream: its first ones may show what its header does not."""
        self._first += data[: max(0, PAGE_START_MAX - len(self._first))]

    @property
    def is_page(self) -> bool:
        """The server sent a page where media should be, as its header says or its first bytes show."""
        return self._called_page or looks_like_page(bytes(self._first))

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
