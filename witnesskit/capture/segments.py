"""A stream in pieces (DASH, HLS): each piece fetched like a file, joined as served, every gap named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from witnesskit.capture import hls
from witnesskit.capture.fetch import Fetched, fetch
from witnesskit.capture.messages import MediaEnd
from witnesskit.capture.outcome import NETWORK
from witnesskit.capture.plan import PLAYLIST, Segment, StreamPlan
from witnesskit.capture.ranges import RangeLog
from witnesskit.capture.telling import Head, Job
from witnesskit.capture.transport import Answer, Transport, Wanted
from witnesskit.limits import PLAYLIST_MAX
from witnesskit.model import Json


@dataclass(frozen=True)
class _Pieces:
    number: int
    headers: Mapping[str, str]
    pieces: tuple[Segment, ...]


@dataclass
class _Joined:
    size: int = 0
    requests: int = 0
    verified: bool = True
    gaps: list[Mapping[str, Json]] = field(default_factory=list)
    ranges: RangeLog = field(default_factory=RangeLog)

    def add(self, fetched: Fetched) -> None:
        self.size += fetched.size
        self.requests += fetched.requests
        self.verified = self.verified and fetched.verified
        self.ranges.take(fetched.ranges, fetched.ranges_dropped)


def stream(job: Job, transport: Transport, number: int, plan: StreamPlan) -> None:
    """Tell one stream: Media, its bytes, MediaEnd."""
    pieces, ended = plan.segments, True
    if plan.kind == PLAYLIST:
        try:
            pieces, ended = _playlist(job, transport, number, plan)
        except hls.NotJoinable as error:
            Head(job, number, plan, 1).tell_missing()
            job.output.message(MediaEnd(number, complete=False, reason=error.reason, size=0))
            return
    head = Head(job, number, plan, len(pieces))
    joined = _join(job, transport, _Pieces(number, plan.headers, pieces), head)
    head.tell_missing()
    reason = "not-media" if head.is_page else _reason(joined, ended=ended)
    complete = reason in ("", "unverified-length")
    ranges = tuple(joined.ranges.told), joined.ranges.dropped
    job.output.message(MediaEnd(number, complete, reason, joined.size, joined.requests, tuple(joined.gaps), *ranges))


def _reason(joined: _Joined, *, ended: bool) -> str:
    if joined.gaps:
        return "gaps" if joined.size else str(joined.gaps[0]["reason"])
    if not ended:
        return "live"
    return "" if joined.verified else "unverified-length"


def _join(job: Job, transport: Transport, wanted: _Pieces, head: Head) -> _Joined:
    """Fetch one piece after the other; what came of a broken piece is kept. A dead network ends it."""
    joined = _Joined()
    for place, piece in enumerate(wanted.pieces, 1):
        one = Wanted(piece.url, wanted.headers, "segment", wanted.number, piece.start, piece.end)
        fetched = fetch(transport, one, lambda data: job.output.media(wanted.number, data), head, job.patience)
        joined.add(fetched)
        if fetched.complete:
            continue
        gap: dict[str, Json] = {"segment": place, "reason": fetched.reason, "kept": fetched.size}
        if fetched.reason in NETWORK:
            joined.gaps.append({**gap, "to": len(wanted.pieces)})
            break
        joined.gaps.append(gap)
    return joined


def _playlist(job: Job, transport: Transport, number: int, plan: StreamPlan) -> tuple[tuple[Segment, ...], bool]:
    """The pieces an HLS playlist names; raises NotJoinable, also when the playlist does not come."""
    text, url = bytearray(), plan.url

    def on_head(answer: Answer, _size: int | None) -> None:
        nonlocal url
        url = answer.final_url

    def emit(data: bytes) -> None:
        if len(text) + len(data) > PLAYLIST_MAX:
            raise hls.NotJoinable("playlist-too-long")
        text.extend(data)

    fetched = fetch(transport, Wanted(plan.url, plan.headers, "playlist", number), emit, on_head, job.patience)
    if not fetched.complete:
        raise hls.NotJoinable(fetched.reason)
    return hls.parse(text.decode("utf-8", "replace"), url)
