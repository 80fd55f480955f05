"""``/m/NAME.mp4``: a film that is served as NAME of ``PLAYS`` or of ``ODD`` says; ``/p/NAME.html`` shows it."""

from __future__ import annotations

import gzip
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from .bodies import HALF, SIZE
from .handler import Handler

STEP = 150_000


@dataclass(frozen=True)
class Play:
    """One answer. ``end``: how it ends after ``limit`` bytes: close, reset or silence."""

    seed: int = 1
    size: int | None = None  # of the file, where it is shorter
    etag: str = '"v1"'
    limit: int | None = None
    end: str = "close"
    ranges: bool = True
    length: bool = True
    status: int = 0  # a page with this status in place of the film
    retry_after: str = ""

    def __call__(self, handler: Handler) -> None:
        data = handler.site.videos[self.seed][: self.size]
        if self.status:
            handler.error(self.status, **({"Retry_After": self.retry_after} if self.retry_after else {}))
        elif self.length:
            handler.media(data, etag=self.etag, limit=self.limit, ranges=self.ranges)
        else:
            handler.open_end("video/mp4")
            handler.part(data, 0, data[: self.limit])
        if self.end == "reset" and not self.status:
            handler.hard_reset()
        elif self.end == "silence":
            handler.silent()


GOOD = Play()
CUT = Play(limit=HALF)
BARE = Play(etag="", limit=HALF)
# NAME -> what the first request gets, and every later one
PLAYS: dict[str, tuple[Play, Play]] = {
    "good": (GOOD, GOOD),
    "second": (Play(2, etag='"second"'), Play(2, etag='"second"')),
    "cut": (CUT, GOOD),
    "drops": (Play(limit=STEP), Play(limit=STEP)),
    "dies": (CUT, Play(limit=0)),
    "reset": (Play(limit=HALF, end="reset"), GOOD),
    "resets": (Play(limit=STEP, end="reset"), Play(limit=STEP, end="reset")),
    "stall": (Play(limit=HALF, end="silence"), Play(limit=0, end="silence")),
    "stall-once": (Play(limit=HALF, end="silence"), GOOD),
    "no-length": (Play(length=False), Play(length=False)),
    "no-length-cut": (Play(length=False, limit=HALF), Play(length=False, limit=HALF)),
    "no-length-reset": (Play(length=False, limit=HALF, end="reset"), GOOD),
    "swap": (CUT, Play(2, etag='"v2"')),
    "swap-same-etag": (CUT, Play(2)),
    "swap-silent": (BARE, Play(2, etag="")),
    "swap-shorter": (BARE, Play(size=100_000, etag="")),
    "gone": (CUT, Play(status=410)),
    "gone-404": (CUT, Play(status=404)),
    "legal-later": (CUT, Play(status=451)),
    "forbidden-later": (CUT, Play(status=403)),
    "login-later": (CUT, Play(status=401)),
    "no-range": (Play(limit=HALF, ranges=False), Play(ranges=False)),
    "no-range-whole": (Play(etag="", ranges=False), Play(etag="", ranges=False)),
    "no-range-swap": (Play(etag="", limit=HALF, ranges=False), Play(2, etag="", ranges=False)),
    "busy-once": (Play(status=503), GOOD),
    "busy-later": (CUT, Play(status=429, retry_after="120")),
    "429": (Play(status=429, retry_after="120"), Play(status=429, retry_after="120")),
    **{str(one): (Play(status=one), Play(status=one)) for one in (401, 403, 404, 410, 451, 500, 503)},
}


def _film(handler: Handler) -> bytes:
    return handler.site.videos[1]


def _chunked(handler: Handler, *, whole: bool) -> None:
    handler.head(200, None, {"Content-Type": "video/mp4", "Transfer-Encoding": "chunked"})
    data = _film(handler)
    handler.part(data, 0, b"")
    for start in range(0, len(data) if whole else HALF, 100_000):
        handler.chunk(data[start : start + 100_000])
    if whole:
        handler.chunk(b"")
    handler.close_connection = True


def _slow(handler: Handler) -> None:
    data = _film(handler)
    handler.head(200, len(data), {"Content-Type": "video/mp4", "ETag": '"v1"'})
    handler.part(data, 0, b"")
    for start in range(0, len(data), 20_000):
        handler.give(data[start : start + 20_000])
        handler.wfile.flush()
        time.sleep(0.2)


def _endless(handler: Handler) -> None:
    handler.open_end("video/mp4")
    handler.give(_film(handler))
    for _ in range(2000):
        handler.give(bytes(100_000))


def _drip(handler: Handler) -> None:
    """A byte now and then: never a stall, never an end."""
    handler.head(200, SIZE, {"Content-Type": "video/mp4", "ETag": '"v1"'})
    handler.part(_film(handler), 0, b"")
    for byte in _film(handler)[:200]:
        handler.give(bytes([byte]))
        handler.wfile.flush()
        time.sleep(0.05)
    handler.close_connection = True


def _no_overlap(handler: Handler) -> None:
    """Cut once; the resume gives only what comes after the cut, and nothing vouches that it is the same file."""
    data, start = _film(handler), 0 if handler.time == 1 else HALF
    headers = {"Content-Type": "video/mp4"}
    if start:
        headers["Content-Range"] = f"bytes {start}-{SIZE - 1}/{SIZE}"
    handler.head(206 if start else 200, SIZE - start, headers)
    handler.part(data, start, data[start : None if start else HALF])
    handler.close_connection = True


def _comes_back(handler: Handler) -> None:
    """Cut at the half until the flag ``back``, with ``further`` at three quarters; with ``other`` another film then."""
    flags = handler.site.flags
    other = "other" in flags
    start = int(re.sub(r"\D.*", "", handler.headers.get("Range", "bytes=0-")[6:]) or 0)
    end = SIZE if "back" in flags else SIZE * 3 // 4 if "further" in flags else HALF
    handler.media(handler.site.videos[1 + other], etag='"v2"' if other else '"v1"', limit=max(0, end - start))


def _weak(handler: Handler) -> None:
    """A weak ETag that is another one with each answer, over the same bytes."""
    handler.media(_film(handler), etag=f'W/"{handler.time}"', limit=HALF if handler.time == 1 else None)


def _gzip(handler: Handler) -> None:
    """Packed, though nobody asked for that."""
    data = gzip.compress(_film(handler), mtime=0)
    handler.head(200, len(data), {"Content-Type": "video/mp4", "Content-Encoding": "gzip"})
    handler.part(data, 0, data)


def _after_a_cut(later: Callable[[Handler], None]) -> Callable[[Handler], None]:
    return lambda handler: CUT(handler) if handler.time == 1 else later(handler)


def _odd_range(content_range: str, shift: int = 0) -> Callable[[Handler], None]:
    """206 with a Content-Range as it likes, and the bytes from ``shift`` before the place asked for."""

    def answer(handler: Handler) -> None:
        start = (handler.range_asked('"v1"') or (0, 0))[0]
        said = content_range.format(start=start, far=start + 100_000, last=SIZE - 1, size=SIZE)
        data = _film(handler)[max(0, start - shift) :]
        named = {"Content-Range": said} if said else {}
        handler.head(206, len(data), {"Content-Type": "video/mp4", "ETag": '"v1"', **named})
        handler.give(data)

    return _after_a_cut(answer)


def _not_satisfied(content_range: str) -> Callable[[Handler], None]:
    """All bytes, but not the last word of their chunks; then 416 for ever."""

    def answer(handler: Handler) -> None:
        if handler.time > 1:
            handler.head(416, 0, {"Content-Range": content_range} if content_range else {})
            return
        handler.head(200, None, {"Content-Type": "video/mp4", "Transfer-Encoding": "chunked"})
        data = _film(handler)
        handler.part(data, 0, b"")
        handler.chunk(data)
        handler.close_connection = True

    return answer


def _length(declared: int) -> Callable[[Handler], None]:
    """Another length than the file has, in each answer."""

    def answer(handler: Handler) -> None:
        data, found = _film(handler), handler.range_asked('"v1"')
        start = found[0] if found else 0
        headers = {"Content-Type": "video/mp4", "ETag": '"v1"'}
        headers |= {"Content-Range": f"bytes {start}-{declared - 1}/{declared}"} if found else {}
        handler.head(206 if found else 200, declared - start, headers)
        handler.part(data, start, data[start:declared])
        handler.wfile.write(data[declared:])  # behind the end that the head names
        handler.close_connection = True

    return answer


def _two_lengths(handler: Handler) -> None:
    """Two lengths that contradict each other (RFC 9112, 6.3: not to be believed)."""
    lengths = f"Content-Length: {SIZE}\r\nContent-Length: {HALF}\r\n"
    handler.wfile.write(f"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n{lengths}\r\n".encode())
    handler.part(_film(handler), 0, _film(handler))
    handler.close_connection = True


def _page(handler: Handler, kind: str = "text/html; charset=utf-8") -> None:
    handler.send(200, b"<!doctype html><html><body><p>This video has been removed.</p></body></html>", kind)


def _login(handler: Handler) -> None:
    handler.html('<form action="/login"><input type="password"></form>')


def _empty(handler: Handler) -> None:
    handler.head(200, 0, {"Content-Type": "video/mp4"})


ODD: dict[str, Callable[[Handler], None]] = {
    "chunked": lambda handler: _chunked(handler, whole=True),
    "chunked-cut": lambda handler: _chunked(handler, whole=handler.time > 1),
    "chunked-dies": lambda handler: _chunked(handler, whole=False),
    "page-later": _after_a_cut(_page),
    "page": _page, "page-as-video": lambda handler: _page(handler, "video/mp4"), "login": _login, "empty": _empty,
    "slow": _slow, "endless": _endless, "drip": _drip, "no-overlap": _no_overlap, "weak": _weak, "comes-back": _comes_back, "gzip": _gzip,
    "range-lies": _odd_range("bytes {start}-{last}/{size}", shift=100_000),
    "range-ahead": _odd_range("bytes {far}-{last}/{size}"),
    "range-unnamed": _odd_range(""), "range-garbage": _odd_range("bytes all of it"),
    "416-complete": _not_satisfied(f"bytes */{SIZE}"), "416-shorter": _not_satisfied("bytes */1000"),
    "416-bare": _not_satisfied(""), "length-too-small": _length(HALF), "length-too-large": _length(900_000),
    "two-lengths": _two_lengths, "redirect": lambda handler: handler.redirect("/m/good.mp4"),
    "redirect-login": lambda handler: handler.redirect("/accounts/login?next=/m/good.mp4"),
    "redirect-gone": lambda handler: handler.redirect("/e/410"),
    "redirect-loop": lambda handler: handler.redirect("/m/redirect-loop.mp4"),
}  # fmt: skip


def route(handler: Handler, path: str) -> bool:
    """Answer for films and the pages that show them."""
    if found := re.fullmatch(r"/p/([a-z0-9-]+)\.html", path):
        handler.html(f'<video controls src="/m/{found[1]}.mp4"></video>')
        return True
    found = re.fullmatch(r"/m/([a-z0-9-]+)\.mp4", path)
    if found and found[1] in PLAYS:
        PLAYS[found[1]][handler.time > 1](handler)
    elif found and found[1] in ODD:
        ODD[found[1]](handler)
    else:
        return False
    return True
