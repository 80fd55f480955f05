"""The page of a link: the extractor's own response where it read one, else one more request, and said so."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from witnesskit.capture.budget import DEADLINE, Budget
from witnesskit.capture.messages import Attempt, Document, Page, PageEnd, WireEnd
from witnesskit.capture.transport import Answer, Cut, NoAnswer, Transport
from witnesskit.limits import CAPTURE_FRAME_MAX, DOCUMENT_MAX, DOCUMENTS_MAX, PAGE_MAX

_MEDIA = ("video/", "audio/", "image/", "application/octet-stream", "application/ogg", "application/mp4")
_PLAYLISTS = ("mpegurl", "dash+xml")


@dataclass
class Kept:
    """One answer to a request for the page, with what the extractor read of it."""

    attempt: Attempt
    decoded: bool = False
    whole: bool = False
    pieces: list[bytes] = field(default_factory=list, repr=False)
    size: int = 0
    most: int = PAGE_MAX
    wire: list[bytes] = field(default_factory=list, repr=False)  # before the content encoding was undone

    def take(self, data: bytes, *, ended: bool) -> None:
        """Keep what was read, up to ``most`` bytes."""
        if data and self.size < self.most:
            self.pieces.append(data[: self.most - self.size])
        self.size += len(data)
        self.whole = self.whole or ended


class PageWatch:
    """Follows the requests of one extraction and keeps the answers to those for the page itself."""

    def __init__(self, url: str) -> None:
        self._urls = {url}
        self.kept: list[Kept] = []
        self._lists: list[Kept] = []
        self.direct_media = False

    def is_page(self, method: str, url: str) -> bool:
        """Whether a request is for the page or for where it led."""
        return method == "GET" and url in self._urls

    def list_answered(self, attempt: Attempt, response: Any) -> None:
        """An answer that is a playlist or a manifest: tee what is read of it."""
        kind = (response.headers.get("Content-Type") or "").lower()
        path = attempt.final_url.partition("?")[0].lower()
        if any(word in kind for word in _PLAYLISTS) or path.endswith((".m3u8", ".mpd")):
            kept = Kept(attempt, most=DOCUMENT_MAX)
            if len(self._lists) < DOCUMENTS_MAX:
                self._lists.append(kept)
                _tee(response, kept)

    @property
    def documents(self) -> list[Document]:
        """The playlists and manifests that the extractor read to their ends."""
        found = []
        for kept in self._lists:
            data = b"".join(kept.pieces)
            if kept.whole and kept.size == len(data):
                digest, url = hashlib.sha256(data).hexdigest(), kept.attempt.final_url
                kind = "playlist" if data.lstrip().startswith(b"#EXTM3U") else "manifest"
                found.append(Document(kind, url, digest, data.decode("utf-8", "replace")))
        return found

    def answered(self, attempt: Attempt, response: Any) -> None:
        """An answer to a request for the page: tee what is read of it."""
        self._urls.add(attempt.final_url)
        kind = (response.headers.get("Content-Type") or "").lower()
        if kind.startswith(_MEDIA) or any(word in kind for word in _PLAYLISTS):
            self.direct_media = True
            return
        kept = Kept(attempt, decoded=bool(response.headers.get("Content-Encoding")))
        self.kept.append(kept)
        _tee(response, kept)
        if kept.decoded:
            _tee_wire(response, kept)

    def refused(self, attempt: Attempt, body: bytes, *, decoded: bool) -> None:
        """An HTTP error for the page; ``body`` is what came with it."""
        self._urls.add(attempt.final_url)
        self.kept.append(Kept(attempt, decoded, whole=True, pieces=[body] if body else [], size=len(body)))

    def best(self) -> Kept | None:
        """The last whole page, else the last error; None when the extractor read none to its end."""
        whole = [kept for kept in self.kept if kept.whole]
        good = [kept for kept in whole if kept.attempt.status < 400]
        found = good or whole
        return found[-1] if found else None


def _tee(response: Any, kept: Kept) -> None:
    original = response.read

    def read(amount: int | None = None) -> bytes:
        data: bytes = original(amount)
        over = amount is None or amount < 0 or not data
        kept.take(data, ended=over and not getattr(response, "cut_short", False))
        return data

    response.read = read


def _tee_wire(response: Any, kept: Kept) -> None:
    """Keep what is read below the decoder, where the request handler lets it be reached (http.client)."""
    source = getattr(getattr(response, "fp", None), "_fp", None)
    for name in ("read", "read1"):
        if original := getattr(source, name, None):
            setattr(source, name, _keeping(original, kept.wire))


def _keeping(original: Callable[..., bytes], pieces: list[bytes]) -> Callable[..., bytes]:
    def read(*amount: int) -> bytes:
        data = original(*amount)
        if data:
            pieces.append(data)
        return data

    return read


@dataclass(frozen=True)
class Telling:
    """Where the page goes: messages, and raw bytes of at most 1 MiB, decoded and not."""

    message: Callable[[Page | PageEnd | WireEnd], object]
    raw: Callable[[bytes], object]
    wire: Callable[[bytes], object]


def tell_kept(url: str, kept: Kept, telling: Telling) -> None:
    """Hand over a page the extractor read itself."""
    attempt = kept.attempt
    telling.message(_page(url, attempt, by="extractor", decoded=kept.decoded))
    hasher, size = hashlib.sha256(), 0
    for piece in _framed(kept.pieces):
        hasher.update(piece)
        size += len(piece)
        telling.raw(piece)
    too_long = kept.size > size
    telling.message(PageEnd(not too_long, size, hasher.hexdigest(), "too-long" if too_long else ""))
    packed = sum(map(len, kept.wire))
    if packed and not too_long and packed <= PAGE_MAX:
        for piece in _framed(kept.wire):
            telling.wire(piece)
        telling.message(WireEnd(packed))


def request_page(
    url: str, transport: Transport, log_last: Callable[[], Attempt | None], telling: Telling, budget: Budget
) -> None:
    """One more GET for the page through the same egress; a media answer is left unread and said so."""
    try:
        answer = transport.open(url, {"Accept-Encoding": "identity"}, "page", 0)
    except NoAnswer as error:
        telling.message(Page(url, reason=f"no-answer-{error.kind}"))
        return
    try:
        kind = answer.header("Content-Type").lower()
        attempt = log_last()
        if attempt is None or (answer.status < 400 and kind.startswith(_MEDIA)):
            telling.message(Page(url, reason="direct-media"))
            return
        telling.message(_page(url, attempt, by="own-request", decoded=False))
        telling.message(_pass_on(answer, telling, budget))
    finally:
        answer.close()


def _pass_on(answer: Answer, telling: Telling, budget: Budget) -> PageEnd:
    hasher, size, reason = hashlib.sha256(), 0, ""
    try:
        while block := answer.read1(CAPTURE_FRAME_MAX):
            if size + len(block) > PAGE_MAX:
                reason = "too-long"
                break
            hasher.update(block)
            size += len(block)
            telling.raw(block)
            if not budget.left:
                reason = DEADLINE
                break
    except Cut:
        reason = "cut"
    declared = answer.header("Content-Length")
    if not reason and declared.isdigit() and not answer.chunked and size < int(declared):
        reason = "cut"
    return PageEnd(not reason, size, hasher.hexdigest(), reason)


def _page(url: str, attempt: Attempt, *, by: str, decoded: bool) -> Page:
    return Page(
        url, attempt.final_url, attempt.status, attempt.headers, attempt.headers_sha256, attempt.redirects,
        attempt.peer, attempt.tls, by, decoded,
    )  # fmt: skip


def _framed(pieces: list[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        for start in range(0, len(piece), CAPTURE_FRAME_MAX):
            yield piece[start : start + CAPTURE_FRAME_MAX]
