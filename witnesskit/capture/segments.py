"""A stream in pieces (DASH, HLS): each fetched like a file, told with its digest, joined as served; gaps are named.

Encrypted pieces are kept as they were served, with their keys; who seals them can open them (actions/decrypted.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from witnesskit.capture import hls
from witnesskit.capture.fetch import Fetched, fetch
from witnesskit.capture.keys import Keys
from witnesskit.capture.messages import Document, MediaEnd, Piece
from witnesskit.capture.outcome import NETWORK
from witnesskit.capture.page_signs import HTML, PAGE_START_MAX, looks_like_page
from witnesskit.capture.plan import PLAYLIST, Segment, StreamPlan
from witnesskit.capture.ranges import RangeLog
from witnesskit.capture.telling import Head, Job, kind_of
from witnesskit.capture.transport import Answer, Transport, Wanted
from witnesskit.limits import DOCUMENT_MAX, LIVE_IDLE_TURNS, PLAYLIST_MAX
from witnesskit.model import Json

NOT_MEDIA: Final = "not-media"  # a page in the place of a piece


@dataclass
class _Joined:
    size: int = 0
    count: int = 0
    requests: int = 0
    verified: bool = True
    locked: bool = False  # a piece is encrypted in a way that its key does not open
    over: str = ""  # why no further piece was asked for
    gaps: list[Mapping[str, Json]] = field(default_factory=list)
    ranges: RangeLog = field(default_factory=RangeLog)

    def add(self, fetched: Fetched) -> None:
        self.size += fetched.size
        self.requests += fetched.requests
        self.verified = self.verified and fetched.verified
        self.ranges.take(fetched.ranges, fetched.ranges_dropped)


class Stream:
    """One stream on its way; use ``stream``."""

    def __init__(self, job: Job, transport: Transport, number: int, plan: StreamPlan) -> None:
        self._job, self._transport, self._number, self._plan = job, transport, number, plan
        self._keys = Keys(job, transport, number, plan.headers)
        self._joined = _Joined()
        self._head = Head(job, number, plan, max(1, len(plan.segments)))

    def run(self) -> None:
        """Tell Media, its bytes and pieces, MediaEnd."""
        try:
            ended = self._from_playlist() if self._plan.kind == PLAYLIST else self._join(self._plan.segments)
        except hls.NotJoinable as error:
            self._end(error.reason)
            return
        self._end(self._reason(ended=ended))

    def _from_playlist(self) -> bool:
        """The pieces that the playlist names, then those that it will name; whether all are here."""
        found = self._playlist()
        whole = found.from_start
        self._head.pieces = len(found.pieces)
        self._join(found.pieces)
        started, idle = self._job.budget.left, 0
        while not found.ended and not self._joined.over and idle < LIVE_IDLE_TURNS:
            if started - self._job.budget.left >= self._job.wanted.live_seconds:
                return False
            self._job.patience.pause(min(found.target / (2 if idle else 1), self._job.budget.left))
            following = self._playlist_or(found)
            new = _new_pieces(found, following)
            if new and new[0].sequence > found.next_sequence:
                whole = False
                self._gap(f"{found.next_sequence}-{new[0].sequence - 1}", "slid-away")
            idle = 0 if new else idle + 1
            self._join(new)
            found = following if following.next_sequence >= found.next_sequence else found
        return found.ended and whole

    def _join(self, pieces: tuple[Segment, ...]) -> bool:
        """Fetch one piece after the other; what came of a broken piece is kept. A dead network ends it."""
        for piece in pieces:
            if self._joined.over:
                return False
            self._joined.count += 1
            if piece.absent:
                self._gap(self._joined.count, "absent")
                continue
            fetched = self._piece(piece)
            if fetched.complete:
                continue
            gap: dict[str, Json] = {"segment": self._joined.count, "reason": fetched.reason, "kept": fetched.size}
            if fetched.reason in NETWORK or self._job.budget.spent:
                self._joined.over = fetched.reason
                gap["to"] = max(self._joined.count, len(self._plan.segments) or len(pieces))
            self._joined.gaps.append(gap)
        return True

    def _piece(self, piece: Segment) -> Fetched:
        """One piece, and what is told of it."""
        hasher, offset, first = hashlib.sha256(), self._joined.size, bytearray()
        answers: list[Answer] = []

        def emit(data: bytes) -> None:
            hasher.update(data)
            first.extend(data[: max(0, PAGE_START_MAX - len(first))])
            self._job.output.media(self._number, data)

        def on_head(answer: Answer, size: int | None) -> None:
            answers.append(answer)
            self._head(answer, size)

        key = self._keys.of(piece)
        wanted = Wanted(piece.url, self._plan.headers, "segment", self._number, piece.start, piece.end)
        fetched = fetch(self._transport, wanted, emit, on_head, self._job.patience, self._job.budget)
        if fetched.complete and (looks_like_page(bytes(first)) or (answers and kind_of(answers[0]).lower() in HTML)):
            fetched = replace(fetched, complete=False, reason=NOT_MEDIA)  # kept in its place, and named
        self._joined.add(fetched)
        self._joined.locked = self._joined.locked or bool(piece.key and not piece.key.opens)
        newest = self._job.log.newest
        told = Piece(
            self._number, self._joined.count, piece.url, offset, fetched.size, hasher.hexdigest(),
            answers[0].status if answers else 0, newest.headers if newest and answers else (), fetched.declared,
            fetched.reason, key,
        )  # fmt: skip
        if self._head.told:
            self._job.output.message(told)
        return fetched

    def _reason(self, *, ended: bool) -> str:
        joined = self._joined
        if joined.over and joined.over not in NETWORK:
            return joined.over
        if joined.gaps:
            if len(joined.gaps) == joined.count and all(gap["reason"] == NOT_MEDIA for gap in joined.gaps):
                return NOT_MEDIA
            return "gaps" if joined.size else str(joined.gaps[0]["reason"])
        if joined.locked:
            return "encrypted"
        if self._keys.missing:
            return "key-missing"
        if not ended:
            return "live"
        return "" if joined.verified else "unverified-length"

    def _end(self, reason: str) -> None:
        self._head.tell_missing()
        joined = self._joined
        ranges = tuple(joined.ranges.told), joined.ranges.dropped
        complete = reason in ("", "unverified-length")
        self._job.output.message(
            MediaEnd(self._number, complete, reason, joined.size, joined.requests, tuple(joined.gaps), *ranges)
        )

    def _gap(self, which: Json, reason: str) -> None:
        self._joined.gaps.append({"segment": which, "reason": reason, "kept": 0})

    def _playlist_or(self, before: hls.Playlist) -> hls.Playlist:
        """What the playlist names now; what it named before where it does not come."""
        try:
            return self._playlist()
        except hls.NotJoinable:
            return before

    def _playlist(self) -> hls.Playlist:
        """What the playlist names now; raises NotJoinable, also when it does not come."""
        text, url = bytearray(), self._plan.url

        def on_head(answer: Answer, _size: int | None) -> None:
            nonlocal url
            url = answer.final_url

        def emit(data: bytes) -> None:
            if len(text) + len(data) > PLAYLIST_MAX:
                raise hls.NotJoinable("playlist-too-long")
            text.extend(data)

        wanted = Wanted(self._plan.url, self._plan.headers, "playlist", self._number)
        fetched = fetch(self._transport, wanted, emit, on_head, self._job.patience, self._job.budget)
        if not fetched.complete:
            raise hls.NotJoinable(fetched.reason)
        words = text.decode("utf-8", "replace")
        found = hls.parse(words, url)
        kept = bytes(text[:DOCUMENT_MAX]).decode("utf-8", "replace")
        self._job.document(Document("playlist", url, hashlib.sha256(text).hexdigest(), kept, self._number))
        return found


def _new_pieces(before: hls.Playlist, now: hls.Playlist) -> tuple[Segment, ...]:
    """Pieces behind those that were known, each with the initialisation section it needs."""
    return tuple(
        piece
        for piece in now.pieces
        if piece.sequence >= before.next_sequence and not (piece.is_map and piece in before.pieces)
    )


def stream(job: Job, transport: Transport, number: int, plan: StreamPlan) -> None:
    """Tell one stream: Media, its bytes and pieces, MediaEnd."""
    Stream(job, transport, number, plan).run()
