"""The parent's own count of what arrived; it decides the outcome, whatever the worker says or however it ends.

The worker keeps one too (child.py): by the same rules it knows when to ask for a control.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final

from witnesskit.capture import verdict
from witnesskit.capture.egress import Egress
from witnesskit.capture.messages import (
    Attempt,
    Connection,
    Control,
    Failed,
    Media,
    MediaEnd,
    Message,
    Page,
    PageEnd,
)
from witnesskit.capture.outcome import AttemptResult, StreamEnd
from witnesskit.errors.capture import WorkerGarbage
from witnesskit.limits import PAGE_TEXT_MAX
from witnesskit.model import Json

_HTML: Final = ("text/html", "application/xhtml+xml")
_MEDIA: Final = ("media", "segment", "playlist")
_ORIGINAL: Final = "original"


@dataclass
class Tally:
    """Counts one link's messages, in order; raises WorkerGarbage when they are out of order."""

    url: str
    egress: Egress
    started_at: str
    page: Page | None = None
    page_ended: bool = True
    streams: list[StreamEnd] = field(default_factory=list)  # of the media themselves
    told: int = 0  # streams of every role
    open_stream: Media | None = None
    size: int = 0  # bytes of the open stream
    received: int = 0  # bytes of all streams
    failure: str = ""
    text: str = ""  # what the extractor said
    answered: bool = False
    last: Attempt | None = None
    last_refusal: Attempt | None = None  # newest answer of 400 and above for media
    last_extract: Attempt | None = None  # newest answer of 400 and above to the extractor, beside the page
    untrusted: str = ""  # link of the last connection whose certificate nobody vouched for
    presented: Json = None  # the certificates that came there
    control: Control | None = None
    head: bytearray = field(default_factory=bytearray, repr=False)  # of the page
    instead: Attempt | None = None  # the answer that was a page in place of media
    instead_head: bytearray = field(default_factory=bytearray, repr=False)
    _instead_hasher: hashlib._Hash = field(default_factory=hashlib.sha256, repr=False)
    _hasher: hashlib._Hash = field(default_factory=hashlib.sha256, repr=False)

    @property
    def page_sha256(self) -> str:
        """Of the page as far as it came."""
        return self._hasher.hexdigest()

    @property
    def instead_sha256(self) -> str:
        """Of the page in place of media, as far as it came."""
        return self._instead_hasher.hexdigest()

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
        else:
            self._note(message)

    def _note(self, message: Message) -> None:
        if isinstance(message, Failed):
            self.failure, self.text = message.kind, message.text
        elif isinstance(message, Control):
            self.control = message
        elif isinstance(message, Connection):
            self.presented = message.facts.get("presented") or self.presented

    def see_page_bytes(self, data: bytes) -> None:
        """Count bytes of the page."""
        if self.page_ended:
            raise WorkerGarbage("bytes of no page")
        self._hasher.update(data)
        if len(self.head) < PAGE_TEXT_MAX:
            self.head += data[: PAGE_TEXT_MAX - len(self.head)]

    def see_media_bytes(self, stream: int, data: bytes) -> None:
        """Count bytes of a stream."""
        if self.open_stream is None or stream != self.open_stream.stream:
            raise WorkerGarbage("bytes of no stream")
        self.size += len(data)
        if self.instead is not None and self.instead.stream == stream:
            self._instead_hasher.update(data)
            self.instead_head += data[: max(0, PAGE_TEXT_MAX - len(self.instead_head))]

    def broken_off(self, reason: str) -> list[Message]:
        """What the worker did not say any more: the end of an open page or stream."""
        self.failure = reason
        ends: list[Message] = []
        if not self.page_ended:
            self.page_ended = True
            ends.append(PageEnd(complete=False, size=0, sha256="", reason=reason))
        if self.open_stream is not None:
            end = MediaEnd(self.open_stream.stream, complete=False, reason=reason, size=self.size)
            self._end_stream(end)
            ends.append(end)
        return ends

    def result(self, finished_at: str) -> AttemptResult:
        """The outcome and what it stands on."""
        outcome, evidence = verdict.of(self, finished_at)
        return AttemptResult(outcome, evidence, self.received, self.told)

    def _attempt(self, attempt: Attempt) -> None:
        if attempt.purpose == "control":
            return
        self.last = attempt
        self.answered = self.answered or attempt.status > 0
        if attempt.error_kind == "certificate":
            self.untrusted = attempt.url
        if attempt.status >= 400 and attempt.purpose in _MEDIA:
            self.last_refusal = attempt
        if attempt.status >= 400 and attempt.purpose == "extract":
            self.last_extract = attempt

    def _begin_page(self, page: Page) -> None:
        if self.page is not None:
            raise WorkerGarbage("two pages")
        self.page = page
        self.page_ended = not page.by

    def _begin_stream(self, media: Media) -> None:
        if self.open_stream is not None or media.stream != self.told + 1:
            raise WorkerGarbage("streams out of order")
        self.open_stream, self.size, self.told = media, 0, media.stream
        last = self.last
        if self.instead is None and media.role == _ORIGINAL and media.media_type.lower() in _HTML:
            self.instead = last if last and (last.stream, last.status) == (media.stream, media.status) else None

    def _end_stream(self, end: MediaEnd) -> None:
        media = self.open_stream
        if media is None or end.stream != media.stream or end.size != self.size:
            raise WorkerGarbage("the end of another stream")
        if media.role == _ORIGINAL:
            self.streams.append(StreamEnd(end.complete, end.reason, end.size, media.start, media.version))
        self.received += end.size
        self.open_stream = None
