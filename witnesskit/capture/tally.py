"""The parent's own count of what arrived; it decides the outcome, whatever the worker says or however it ends."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace

from witnesskit.capture.egress import Egress, comes_from_the_server
from witnesskit.capture.messages import Attempt, Failed, Media, MediaEnd, Message, Page, PageEnd
from witnesskit.capture.outcome import GONE, AttemptResult, Evidence, Seen, StreamEnd, decide
from witnesskit.errors.capture import WorkerGarbage


@dataclass
class Tally:
    """Counts one link's messages, in order; raises WorkerGarbage when they are out of order."""

    url: str
    egress: Egress
    started_at: str
    page: Page | None = None
    page_ended: bool = True
    streams: list[StreamEnd] = field(default_factory=list)
    open_stream: int = 0
    size: int = 0  # bytes of the open stream
    failure: str = ""
    answered: bool = False
    last: Attempt | None = None
    last_refusal: Attempt | None = None  # newest answer of 400 and above for media
    _hasher: hashlib._Hash = field(default_factory=hashlib.sha256, repr=False)

    def see(self, message: Message) -> None:
        """Count one message of the worker."""
        if isinstance(message, Attempt):
            self._attempt(message)
        elif isinstance(message, Page):
            self._begin_page(message)
        elif isinstance(message, PageEnd):
            self.page_ended = True
        elif isinstance(message, Media):
            self._begin_stream(message)
        elif isinstance(message, MediaEnd):
            self._end_stream(message)
        elif isinstance(message, Failed):
            self.failure = message.kind

    def see_page_bytes(self, data: bytes) -> None:
        """Count bytes of the page."""
        if self.page_ended:
            raise WorkerGarbage("bytes of no page")
        self._hasher.update(data)

    def see_media_bytes(self, stream: int, data: bytes) -> None:
        """Count bytes of a stream."""
        if not self.open_stream or stream != self.open_stream:
            raise WorkerGarbage("bytes of no stream")
        self.size += len(data)

    def broken_off(self, reason: str) -> list[Message]:
        """What the worker did not say any more: the end of an open page or stream."""
        self.failure = reason
        ends: list[Message] = []
        if not self.page_ended:
            self.page_ended = True
            ends.append(PageEnd(complete=False, size=0, sha256="", reason=reason))
        if self.open_stream:
            end = MediaEnd(self.open_stream, complete=False, reason=reason, size=self.size)
            self._end_stream(end)
            ends.append(end)
        return ends

    def result(self, finished_at: str) -> AttemptResult:
        """The outcome and what it stands on."""
        seen = Seen(
            page_status=self.page.status if self.page else 0,
            answered=self.answered,
            streams=tuple(self.streams),
            failure=self.failure,
            vouched=comes_from_the_server(self._deciding_url(), self.egress),
        )
        outcome, rule = decide(seen)
        evidence = replace(self._evidence(rule), finished_at=finished_at)
        return AttemptResult(outcome, evidence, sum(end.size for end in self.streams), len(self.streams))

    def _attempt(self, attempt: Attempt) -> None:
        self.last = attempt
        self.answered = self.answered or attempt.status > 0
        if attempt.status >= 400 and attempt.purpose in ("media", "segment", "playlist"):
            self.last_refusal = attempt

    def _begin_page(self, page: Page) -> None:
        if self.page is not None:
            raise WorkerGarbage("two pages")
        self.page = page
        self.page_ended = not page.by

    def _begin_stream(self, media: Media) -> None:
        if self.open_stream or media.stream != len(self.streams) + 1:
            raise WorkerGarbage("streams out of order")
        self.open_stream, self.size = media.stream, 0

    def _end_stream(self, end: MediaEnd) -> None:
        if end.stream != self.open_stream or end.size != self.size:
            raise WorkerGarbage("the end of another stream")
        self.streams.append(StreamEnd(end.complete, end.reason, end.size))
        self.open_stream = 0

    def _deciding_url(self) -> str:
        """Where the answer that decides came from."""
        deciding = self.last_refusal if self.streams else self.page
        return (deciding.final_url or deciding.url) if deciding else self.url

    def _evidence(self, rule: str) -> Evidence:
        found = Evidence(rule, self.url, self.started_at, "")
        page, refusal = self.page, self.last_refusal
        if self.streams and refusal and rule.startswith("media-"):
            return _with(found, refusal, refusal.body_sha256)
        if page and page.status:
            return _with(found, page, self._hasher.hexdigest())
        if self.last and self.last.status and (self.streams or self.last.status in GONE):
            return _with(found, self.last, self.last.body_sha256)
        kind = self.last.error_kind if self.last else ""
        return replace(found, error_kind=kind)


def _with(found: Evidence, answer: Attempt | Page, body_sha256: str) -> Evidence:
    return replace(
        found,
        status=answer.status,
        final_url=answer.final_url,
        headers=answer.headers,
        headers_sha256=answer.headers_sha256,
        body_sha256=body_sha256,
        peer=answer.peer,
        tls=answer.tls,
    )
