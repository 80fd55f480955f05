"""The parent's own count of what arrived; it decides the outcome, whatever the worker says or however it ends."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Final

from witnesskit.capture import control as controls
from witnesskit.capture import phrases
from witnesskit.capture.egress import Egress, comes_from_the_server
from witnesskit.capture.messages import (
    Attempt,
    Control,
    Document,
    Failed,
    Media,
    MediaEnd,
    Message,
    Page,
    PageEnd,
    Piece,
    WireEnd,
)
from witnesskit.capture.outcome import GONE, AttemptResult, Evidence, Said, Seen, StreamEnd, decide
from witnesskit.capture.page_signs import Signs, is_login_address, signs_of
from witnesskit.capture.times import seconds_until
from witnesskit.capture.vouching import said_by_proxy, way_is_safe
from witnesskit.errors.capture import WorkerGarbage
from witnesskit.limits import DOCUMENTS_MAX, MESSAGE_TEXT_MAX, PAGE_MAX, PIECES_MAX, SIGNS_MAX
from witnesskit.model import Json

_HEX32: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_MEDIA: Final = ("media", "segment", "playlist", "key")
_WAITING: Final = (429, 503)  # answers that may say when to come back (RFC 9110, 10.2.3)


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
    text: str = ""  # what the extractor said went wrong
    answered: bool = False
    last: Attempt | None = None
    last_refusal: Attempt | None = None  # newest answer of 400 and above for media
    control: Control | None = None
    retry_after: int = 0
    _count: int = 0  # streams of every role
    _pieces: int = 0
    _documents: int = 0
    _role: str = ""
    _instead: Media | None = None  # the first stream: where all are pages, this one speaks
    _instead_head: bytearray = field(default_factory=bytearray, repr=False)
    _head: bytearray = field(default_factory=bytearray, repr=False)  # of the page
    _wire: int = 0  # bytes of the page before decoding
    _wire_ended: bool = False
    _hasher: hashlib._Hash = field(default_factory=hashlib.sha256, repr=False)

    def see(self, message: Message) -> None:  # noqa: C901 - one line for each kind of message
        """Count one message of the worker."""
        if isinstance(message, Attempt):
            self._attempt(message)
        elif isinstance(message, Page):
            self._begin_page(message)
        elif isinstance(message, PageEnd):
            self.page_ended = True
        elif isinstance(message, WireEnd):
            self._end_wire(message)
        elif isinstance(message, Media):
            self._begin_stream(message)
        elif isinstance(message, MediaEnd):
            self._end_stream(message)
        elif isinstance(message, Failed):
            self.failure, self.text = message.kind, message.text[:MESSAGE_TEXT_MAX]
        elif isinstance(message, Piece):
            self._piece(message)
        elif isinstance(message, Document):
            self._documents += 1
            if self._documents > DOCUMENTS_MAX:
                raise WorkerGarbage("too many lists")
        elif isinstance(message, Control):
            if self.control is not None:
                raise WorkerGarbage("two controls")
            self.control = message

    def see_wire_bytes(self, data: bytes) -> None:
        """Count bytes of the page as they came."""
        self._wire += len(data)
        packed = self.page is not None and self.page.decoded and self.page_ended and not self._wire_ended
        if not packed or self._wire > PAGE_MAX:
            raise WorkerGarbage("undecoded bytes of no page")

    def _end_wire(self, end: WireEnd) -> None:
        if not self._wire or self._wire_ended or end.size != self._wire:
            raise WorkerGarbage("the end of other undecoded bytes")
        self._wire_ended = True

    def see_page_bytes(self, data: bytes) -> None:
        """Count bytes of the page."""
        if self.page_ended:
            raise WorkerGarbage("bytes of no page")
        self._hasher.update(data)
        self._head += data[: max(0, SIGNS_MAX - len(self._head))]

    def see_media_bytes(self, stream: int, data: bytes) -> None:
        """Count bytes of a stream."""
        if not self.open_stream or stream != self.open_stream:
            raise WorkerGarbage("bytes of no stream")
        self.size += len(data)
        if self._instead is not None and self._instead.stream == stream:
            self._instead_head += data[: max(0, SIGNS_MAX - len(self._instead_head))]

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
        said, login = self._said(), self._login()
        found = self._evidence()
        seen = Seen(
            page_status=self.page.status if self.page else 0,
            answered=self.answered,
            streams=tuple(self.streams),
            failure=self.failure,
            vouched=self._vouched(),
            proxy_said=self._proxy_said(found),
            said=said,
            login=login,
            control=controls.judge(self.control, self._deciding_url(), found.body_sha256),
            retry_after=self.retry_after,
        )
        outcome, rule = decide(seen)
        phrase = said if said and rule.startswith(f"phrase-{said.id}") else None
        evidence = replace(
            self._evidence(media=rule.startswith("media-")),
            rule=rule,
            finished_at=finished_at,
            phrase=phrase.id if phrase else "",
            removed_by=phrase.by if phrase else "",
            message=self.text,
            retry_after=self.retry_after,
            control=self._control(seen.control),
        )
        return AttemptResult(outcome, evidence, sum(end.size for end in self.streams), len(self.streams))

    def _said(self) -> Said | None:
        """What the extractor said of the item itself; else what the page shows in its place."""
        phrase = phrases.in_message(self.url, self.text)
        instead = self._page_for_media()
        if instead is not None:
            phrase = phrases.in_page(instead.final_url or instead.url, self._instead_signs) or phrase
        elif phrase is None and self.page and self.page.status and self._head:
            phrase = phrases.in_page(self.page.final_url or self.url, self._signs)
        return Said(phrase.id, phrase.outcome, phrase.by) if phrase else None

    def _login(self) -> str:
        instead = self._page_for_media()
        if instead is not None:
            if is_login_address(instead.final_url or instead.url, instead.url):
                return "address"
            return "form" if self._instead_signs.has_password else ""
        if self.page is None or not self.page.status:
            return ""
        if is_login_address(self.page.final_url, self.url):
            return "address"
        return "form" if self._signs.has_password and not self._signs.has_media else ""

    def _page_for_media(self) -> Media | None:
        """Of the page that came where media should be, its head; None where anything else came."""
        pages = bool(self.streams) and all(end.reason == "not-media" for end in self.streams)
        return self._instead if pages else None

    @cached_property
    def _instead_signs(self) -> Signs:
        return signs_of(bytes(self._instead_head), self._instead.media_type if self._instead else "")

    @cached_property
    def _signs(self) -> Signs:
        headers = self.page.headers if self.page else ()
        kind = next((value for name, value in headers if name.lower() == "content-type"), "")
        return signs_of(bytes(self._head), kind)

    def _control(self, result: str) -> Mapping[str, Json]:
        if self.control is None:
            return {}
        told = {name: value for name, value in asdict(self.control).items() if value}
        return {**told, "result": result}

    def _attempt(self, attempt: Attempt) -> None:
        if attempt.purpose == "control":
            return
        self.last = attempt
        self.answered = self.answered or attempt.status > 0
        if attempt.status >= 400 and attempt.purpose in _MEDIA:
            self.last_refusal = attempt
        if attempt.status in _WAITING:
            named = next((value for name, value in attempt.headers if name.lower() == "retry-after"), "")
            self.retry_after = seconds_until(named)

    def _piece(self, piece: Piece) -> None:
        """A piece ends where its stream has come to; a key that is told is one of AES-128."""
        self._pieces += 1
        if piece.stream != self.open_stream or piece.size < 0 or piece.offset < 0:
            raise WorkerGarbage("a piece of no stream")
        if piece.offset + piece.size != self.size or self._pieces > PIECES_MAX:
            raise WorkerGarbage("a piece of another place")
        for name in ("key", "iv"):
            if "key" in piece.key and not _HEX32.fullmatch(str(piece.key.get(name))):
                raise WorkerGarbage("a key that is none")

    def _begin_page(self, page: Page) -> None:
        if self.page is not None:
            raise WorkerGarbage("two pages")
        self.page = page
        self.page_ended = not page.by

    def _begin_stream(self, media: Media) -> None:
        if self.open_stream or media.stream != self._count + 1:
            raise WorkerGarbage("streams out of order")
        self._count, self._role = media.stream, media.role
        self.open_stream, self.size = media.stream, 0
        if self._instead is None and media.role == "original":
            self._instead = media

    def _end_stream(self, end: MediaEnd) -> None:
        if end.stream != self.open_stream or end.size != self.size:
            raise WorkerGarbage("the end of another stream")
        if self._role == "original":
            self.streams.append(StreamEnd(end.complete, end.reason, end.size))
        self.open_stream = 0

    def _vouched(self) -> bool:
        """Whether nobody on the way can have made the deciding answer, nor the way to it (vouching.py)."""
        ways: list[tuple[str, Attempt | Page]] = [(self.url, self.page)] if self.page and self.page.status else []
        if self.streams and self.last_refusal:
            ways.append((self.last_refusal.url, self.last_refusal))
        if not ways:
            return comes_from_the_server(self.url, self.egress)
        return all(way_is_safe(asked, answer, self.egress) for asked, answer in ways)

    def _proxy_said(self, found: Evidence) -> bool:
        return said_by_proxy(found.status, found.headers, self._deciding_url(), self.egress)

    def _deciding_url(self) -> str:
        """Where the answer that decides came from."""
        deciding = self.last_refusal if self.streams else self.page
        return (deciding.final_url or deciding.url) if deciding else self.url

    def _evidence(self, *, media: bool = True) -> Evidence:
        """Of the deciding answer: a refusal of media where there were any, else the page."""
        found = Evidence("", self.url, self.started_at, "")
        page, refusal = self.page, self.last_refusal
        if self.streams and refusal and media:
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
