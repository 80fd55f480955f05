"""A loopback site with every fault a takedown shows: cuts, resets, stalls, swaps, gaps, missing lengths.

``/p/NAME.html`` is a page with ``<video src="/m/NAME.mp4">``; ``/m/NAME.mp4`` is media with the behaviour NAME of
``BEHAVIOURS``; ``/e/410`` answers with that status; ``/h/NAME/list.m3u8`` and ``/d/manifest.mpd`` are in pieces.
"""

from __future__ import annotations

import gzip
import hashlib
import random
import re
import socket
import ssl
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

SIZE = 600_000
SEGMENTS = 6
LAST_MODIFIED = "Sat, 17 Dec 2011 08:00:00 GMT"


def body(seed: int = 1, size: int = SIZE) -> bytes:
    """Bytes that begin like an MP4 and are the same for the same seed."""
    return b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + random.Random(seed).randbytes(size - 24)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True)
class Request:
    path: str
    headers: dict[str, str]
    peer: tuple[str, int]


@dataclass
class Site:
    """What was asked, and what is served."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    times: Counter[str] = field(default_factory=Counter)  # requests for each path
    videos: dict[int, bytes] = field(default_factory=lambda: {1: body(1), 2: body(2)})
    ahead: int = 0  # seconds that the site's clock is ahead
    headers: dict[str, str] = field(default_factory=dict)  # further ones in every answer
    pages: dict[str, str] = field(default_factory=dict)  # pages of a test, by path
    flags: set[str] = field(default_factory=set)  # switches of a test: "down" answers 410 to everything

    @property
    def title(self) -> str:
        """Of every page."""
        return "Weather" if "another-title" in self.flags else "Square"

    def reset(self) -> None:
        self.requests.clear()
        self.times.clear()
        self.flags.clear()
        self.headers.clear()
        self.ahead = 0


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Site

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.site.requests.append(Request(self.path, dict(self.headers.items()), self.client_address[:2]))
        self.site.times[path] += 1
        if "down" in self.site.flags or ("taken-down" in self.site.flags and path != "/"):
            self.error(410)
        elif found := re.fullmatch(r"/m/([a-z0-9-]+)\.mp4", path):
            BEHAVIOURS[found[1]](self, self.site.times[path])
        else:
            self.document(path)

    def document(self, path: str) -> None:
        site = self.site
        if path in site.pages:
            self.html(site.pages[path])
        elif found := re.fullmatch(r"/p/([a-z0-9-]+)\.html", path):
            self.html(f'<video controls src="/m/{found[1]}.mp4"></video>')
        elif path == "/p/beside/film.html":
            self.html(
                '<video src="/m/good.mp4" poster="/b/poster.jpg"><track kind="subtitles" srclang="kk" src="/b/kk.vtt">'
                '<track kind="subtitles" srclang="ru" src="/b/ru.vtt"></video>'
            )
        elif found := re.fullmatch(r"/b/(kk|ru)\.vtt", path):
            if "no-subtitles" in site.flags:
                self.error(404)
            else:
                self.send(200, f"WEBVTT\n\n{found[1]}".encode(), "text/vtt")
        elif path == "/b/poster.jpg":
            self.send(200, b"\xff\xd8\xff" + body(3, 5000), "image/jpeg")
        elif path == "/packed.html":
            self.packed('<!doctype html><title>Square</title><video src="/m/good.mp4"></video>' + " " * 100_000)
        elif path == "/p/two/videos.html":
            self.html('<video src="/m/good.mp4"></video><video src="/m/second.mp4"></video>')
        elif found := re.fullmatch(r"/e/(\d{3})", path):
            self.error(int(found[1]))
        elif path == "/" and "front-down" not in site.flags:
            self.html("<h1>The front page of a living site</h1>")
        elif path == "/r/page":
            self.redirect("/p/good.html")
        elif path.startswith("/to/"):
            self.redirect(unquote(path[4:]))
        elif path == "/r/gone":
            self.redirect("/e/410")
        elif path == "/r/members":
            self.redirect("/accounts/login?next=/p/good.html")
        elif path.startswith("/accounts/login"):
            self.html("<p>Welcome back.</p>")
        elif path == "/nothing.html":
            self.html("<p>This video has been removed.</p>")
        elif path == "/login.html":
            self.html('<form action="/login"><input type="password"></form>')
        elif path == "/cut-page.html":
            self.head(200, 5000, {"Content-Type": "text/html"})
            self.wfile.write(b"<!doctype html><title>half</title>")
            self.close_connection = True
        elif path == "/endless.html":
            self.head(200, None, {"Content-Type": "text/html", "Connection": "close"})
            for _ in range(400):
                self.wfile.write(b"<p>" + b"and so on " * 100_000)
            self.close_connection = True
        elif path == "/bomb.html":
            data = bomb()
            self.head(200, len(data), {"Content-Type": "text/html", "Content-Encoding": "gzip"})
            self.wfile.write(data)
        elif path == "/drip.html":
            self.head(200, None, {"Content-Type": "text/html", "Connection": "close"})
            for _ in range(200):
                self.wfile.write(b"<p>")
                self.wfile.flush()
                time.sleep(0.05)
            self.close_connection = True
        elif path == "/hang":
            time.sleep(3)
        elif found := re.fullmatch(r"/h/([a-z-]+)/(list\.m3u8|key|\d+\.ts|\d+\.map)", path):
            HLS[found[1]](self, found[2])
        elif path == "/d/manifest.mpd":
            self.send(200, manifest(site.url).encode(), "application/dash+xml")
        elif found := re.fullmatch(r"/d/(video|audio)-(\d+)\.m4s", path):
            self.send(200, segment(int(found[2]), found[1]), "video/iso.segment")
        else:
            self.error(404)

    def html(self, inner: str) -> None:
        self.send(
            200,
            f"<!doctype html><html><head><title>{self.site.title}</title></head><body>{inner}</body></html>".encode(),
        )

    def packed(self, inner: str) -> None:
        data = gzip.compress(inner.encode(), mtime=0)
        self.head(200, len(data), {"Content-Type": "text/html; charset=utf-8", "Content-Encoding": "gzip"})
        self.wfile.write(data)

    def error(self, status: int) -> None:
        self.send(status, f"<!doctype html><title>{status}</title><p>No.</p>".encode())

    def redirect(self, to: str) -> None:
        self.head(302, 0, {"Location": to})

    def send(self, status: int, data: bytes, kind: str = "text/html; charset=utf-8") -> None:
        self.head(status, len(data), {"Content-Type": kind, "Set-Cookie": "visitor=secret-visitor-number"})
        self.wfile.write(data)

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string((time.time() if timestamp is None else timestamp) + self.site.ahead)

    def head(self, status: int, length: int | None, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, **self.site.headers}.items():
            self.send_header(name, value)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def media(self, data: bytes, *, etag: str = '"v1"', limit: int | None = None, ranges: bool = True) -> None:
        """Serve media; ``limit`` bytes of the body, then the connection is cut."""
        start, end = (ranges and self.range_asked(etag)) or (None, 2**62)
        headers = {"Content-Type": "video/mp4"}
        headers |= {"ETag": etag, "Last-Modified": LAST_MODIFIED} if etag else {}
        if start is not None and start >= len(data):
            self.head(416, 0, {**headers, "Content-Range": f"bytes */{len(data)}"})
            return
        if start is not None:
            headers["Content-Range"] = f"bytes {start}-{min(end, len(data) - 1)}/{len(data)}"
        rest = data[start or 0 : end + 1]
        self.head(200 if start is None else 206, len(rest), headers)
        self.wfile.write(rest[:limit])
        if limit is not None and limit < len(rest):
            self.close_connection = True

    def range_asked(self, etag: str) -> tuple[int, int] | None:
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        condition = self.headers.get("If-Range")
        if not found or (condition and condition not in (etag, LAST_MODIFIED if etag else "")):
            return None
        return int(found[1]), int(found[2] or 2**62)

    def hard_reset(self) -> None:
        self.wfile.flush()
        time.sleep(0.05)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def finish(self) -> None:
        try:
            super().finish()
        except OSError:
            return

    def handle(self) -> None:
        try:
            super().handle()
        except (OSError, ValueError):
            self.close_connection = True

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@cache
def bomb() -> bytes:
    """A page of 200 MB in some 900 KB; made once, for a client that waits is another case."""
    return gzip.compress(b"<!doctype html><html><body>" + b" " * 200_000_000, 1, mtime=0)


Behaviour = Callable[[_Handler, int], None]


def _video(handler: _Handler, seed: int = 1) -> bytes:
    return handler.site.videos[seed]


def _good(handler: _Handler, _time: int) -> None:
    handler.media(_video(handler))


def _second(handler: _Handler, _time: int) -> None:
    handler.media(_video(handler, 2), etag='"second"')


def _cut(handler: _Handler, time_: int) -> None:
    handler.media(_video(handler), limit=SIZE // 2 if time_ == 1 else None)


def _drops(handler: _Handler, _time: int) -> None:
    handler.media(_video(handler), limit=150_000)


def _dies(handler: _Handler, time_: int) -> None:
    handler.media(_video(handler), limit=SIZE // 2 if time_ == 1 else 0)


def _reset(handler: _Handler, time_: int) -> None:
    handler.media(_video(handler), limit=SIZE // 2 if time_ == 1 else None)
    if time_ == 1:
        handler.hard_reset()


def _stall(handler: _Handler, time_: int) -> None:
    handler.media(_video(handler), limit=SIZE // 2 if time_ == 1 else 0)
    handler.wfile.flush()
    time.sleep(4)


def _stall_once(handler: _Handler, time_: int) -> None:
    if time_ == 1:
        _stall(handler, time_)
    else:
        _good(handler, time_)


def _no_length(handler: _Handler, _time: int) -> None:
    handler.head(200, None, {"Content-Type": "video/mp4", "Connection": "close"})
    handler.wfile.write(_video(handler))
    handler.close_connection = True


def _no_length_reset(handler: _Handler, time_: int) -> None:
    if time_ > 1:
        _good(handler, time_)
        return
    handler.head(200, None, {"Content-Type": "video/mp4", "Connection": "close"})
    handler.wfile.write(_video(handler)[: SIZE // 2])
    handler.hard_reset()


def _chunked(handler: _Handler, time_: int, *, whole: bool = True) -> None:
    handler.head(200, None, {"Content-Type": "video/mp4", "Transfer-Encoding": "chunked"})
    data = _video(handler)
    for start in range(0, len(data) if whole else SIZE // 2, 100_000):
        piece = data[start : start + 100_000]
        handler.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
    if whole:
        handler.wfile.write(b"0\r\n\r\n")
    handler.close_connection = True


def _chunked_cut(handler: _Handler, time_: int) -> None:
    _chunked(handler, time_, whole=time_ > 1)


def _swap(handler: _Handler, time_: int) -> None:
    if time_ == 1:
        _cut(handler, 1)
    else:
        handler.media(_video(handler, 2), etag='"v2"')


def _swap_silent(handler: _Handler, time_: int) -> None:
    """Another file at the resume, and nothing in the headers says so."""
    handler.media(_video(handler, 1 if time_ == 1 else 2), etag="", limit=SIZE // 2 if time_ == 1 else None)


def _swap_shorter(handler: _Handler, time_: int) -> None:
    data = _video(handler)
    handler.media(data if time_ == 1 else data[:100_000], etag="", limit=SIZE // 2 if time_ == 1 else None)


def _comes_back(handler: _Handler, _time: int) -> None:
    """Cut at the half until the flag ``back``, with ``further`` at three quarters; with ``other`` another film then."""
    flags = handler.site.flags
    other = "other" in flags
    start = int(re.sub(r"\D.*", "", handler.headers.get("Range", "bytes=0-")[6:]) or 0)
    end = SIZE if "back" in flags else SIZE * 3 // 4 if "further" in flags else SIZE // 2
    handler.media(_video(handler, 2 if other else 1), etag='"v2"' if other else '"v1"', limit=max(0, end - start))


def _gone(handler: _Handler, time_: int) -> None:
    if time_ == 1:
        _cut(handler, 1)
    else:
        handler.error(410)


def _status(status: int) -> Behaviour:
    return lambda handler, _time: handler.error(status)


def _no_range(handler: _Handler, time_: int) -> None:
    """Cut once; then the server sends everything again from the start."""
    handler.media(_video(handler), limit=SIZE // 2 if time_ == 1 else None, ranges=False)


def _no_range_swap(handler: _Handler, time_: int) -> None:
    seed = 1 if time_ == 1 else 2
    handler.media(_video(handler, seed), etag="", limit=SIZE // 2 if time_ == 1 else None, ranges=False)


def _no_range_whole(handler: _Handler, _time: int) -> None:
    handler.media(_video(handler), etag="", ranges=False)


def _page(handler: _Handler, _time: int) -> None:
    handler.html("<p>This video has been removed.</p>")


def _empty(handler: _Handler, _time: int) -> None:
    handler.head(200, 0, {"Content-Type": "video/mp4"})


def _slow(handler: _Handler, _time: int) -> None:
    data = _video(handler)
    handler.head(200, len(data), {"Content-Type": "video/mp4", "ETag": '"v1"'})
    for start in range(0, len(data), 20_000):
        handler.wfile.write(data[start : start + 20_000])
        handler.wfile.flush()
        time.sleep(0.2)


def _busy_once(handler: _Handler, time_: int) -> None:
    _good(handler, time_) if time_ > 1 else handler.error(503)


def _endless(handler: _Handler, _time: int) -> None:
    """Bytes without an end and without a length."""
    handler.head(200, None, {"Content-Type": "video/mp4", "Connection": "close"})
    handler.wfile.write(_video(handler))
    for _ in range(2000):
        handler.wfile.write(bytes(100_000))
    handler.close_connection = True


def _drip(handler: _Handler, _time: int) -> None:
    """A byte now and then: never a stall, never an end."""
    handler.head(200, SIZE, {"Content-Type": "video/mp4", "ETag": '"v1"'})
    for byte in _video(handler)[:200]:
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()
        time.sleep(0.05)
    handler.close_connection = True


def _no_overlap(handler: _Handler, time_: int) -> None:
    """Cut once; the resume gives only what comes after the cut, and nothing vouches that it is the same file."""
    data, start = _video(handler), 0 if time_ == 1 else SIZE // 2
    headers = {"Content-Type": "video/mp4"}
    if time_ > 1:
        headers["Content-Range"] = f"bytes {start}-{SIZE - 1}/{SIZE}"
    handler.head(200 if time_ == 1 else 206, SIZE - start, headers)
    handler.wfile.write(data[start : SIZE // 2 if time_ == 1 else None])
    handler.close_connection = True


def _weak(handler: _Handler, time_: int) -> None:
    """A weak ETag that is another one with each answer, over the same bytes."""
    handler.media(_video(handler), etag=f'W/"{time_}"', limit=SIZE // 2 if time_ == 1 else None)


def _gzip(handler: _Handler, _time: int) -> None:
    """Packed, though nobody asked for that."""
    data = gzip.compress(_video(handler), mtime=0)
    handler.head(200, len(data), {"Content-Type": "video/mp4", "Content-Encoding": "gzip"})
    handler.wfile.write(data)


BEHAVIOURS: dict[str, Behaviour] = {
    "good": _good, "second": _second, "cut": _cut, "drops": _drops, "dies": _dies, "reset": _reset, "stall": _stall,
    "stall-once": _stall_once, "no-length": _no_length, "no-length-reset": _no_length_reset, "chunked": _chunked,
    "chunked-cut": _chunked_cut, "swap": _swap, "swap-silent": _swap_silent, "swap-shorter": _swap_shorter,
    "gone": _gone, "410": _status(410), "404": _status(404), "403": _status(403), "451": _status(451),
    "503": _status(503), "no-range": _no_range, "no-range-swap": _no_range_swap, "page": _page, "empty": _empty,
    "slow": _slow, "busy-once": _busy_once, "endless": _endless, "drip": _drip, "no-overlap": _no_overlap,
    "weak": _weak, "comes-back": _comes_back, "no-range-whole": _no_range_whole, "gzip": _gzip,
}  # fmt: skip


def segment(number: int, of: str = "hls") -> bytes:
    """One piece of a stream in pieces."""
    return random.Random(f"{of}-{number}").randbytes(30_000 + number)


def joined(of: str = "hls", leave_out: int = 0) -> bytes:
    """All pieces as one."""
    return b"".join(segment(number, of) for number in range(1, SEGMENTS + 1) if number != leave_out)


def _playlist(*, end: bool = True, key: bool = False) -> bytes:
    lines = ["#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-TARGETDURATION:2"]
    lines += ['#EXT-X-KEY:METHOD=AES-128,URI="key"'] if key else []
    for number in range(1, SEGMENTS + 1):
        lines += ["#EXTINF:2.0,", f"{number}.ts"]
    return "\n".join([*lines, *(["#EXT-X-ENDLIST"] if end else []), ""]).encode()


def _hls(*, end: bool = True, key: bool = False, missing: int = 0) -> Callable[[_Handler, str], None]:
    def serve(handler: _Handler, name: str) -> None:
        if name == "list.m3u8":
            handler.send(200, _playlist(end=end, key=key), "application/vnd.apple.mpegurl")
        elif name == f"{missing}.ts":
            handler.error(404)
        else:
            handler.send(200, segment(int(name[:-3])), "video/mp2t")

    return serve


KEY = bytes(range(16))


def _sealed(number: int, iv: bytes) -> bytes:
    """A piece as an encrypting site serves it: AES-128-CBC, PKCS7 (RFC 8216, 4.3.2.4)."""
    data = segment(number)
    data += bytes([16 - len(data) % 16]) * (16 - len(data) % 16)
    cipher = Cipher(algorithms.AES(KEY), modes.CBC(iv)).encryptor()
    return cipher.update(data) + cipher.finalize()


def _aes(*, iv: bytes = b"", method: str = "AES-128", key: bytes | None = KEY) -> Callable[[_Handler, str], None]:
    """Encrypted pieces from media sequence 40 on; ``iv`` empty: the sequence number."""

    def serve(handler: _Handler, name: str) -> None:
        if name == "list.m3u8":
            named = f",IV=0x{iv.hex()}" if iv else ""
            lines = [
                "#EXTM3U",
                "#EXT-X-TARGETDURATION:2",
                "#EXT-X-MEDIA-SEQUENCE:40",
                f'#EXT-X-KEY:METHOD={method},URI="key"{named}',
            ]
            lines += [line for number in range(1, SEGMENTS + 1) for line in ("#EXTINF:2.0,", f"{number}.ts")]
            handler.send(200, "\n".join([*lines, "#EXT-X-ENDLIST"]).encode(), "application/vnd.apple.mpegurl")
        elif name == "key":
            handler.error(403) if key is None else handler.send(200, key, "application/octet-stream")
        else:
            number = int(name[:-3])
            handler.send(200, _sealed(number, iv or (39 + number).to_bytes(16)), "video/mp2t")

    return serve


def sealed_pieces(iv: bytes = b"") -> bytes:
    """All encrypted pieces joined as served."""
    return b"".join(_sealed(number, iv or (39 + number).to_bytes(16)) for number in range(1, SEGMENTS + 1))


def _maps(handler: _Handler, name: str) -> None:
    """Two initialisation sections and a piece that the list itself says is missing."""
    if name == "list.m3u8":
        lines = [
            "#EXTM3U",
            "#EXT-X-TARGETDURATION:2",
            '#EXT-X-MAP:URI="1.map"',
            "1.ts",
            "2.ts",
            "#EXT-X-DISCONTINUITY",
            '#EXT-X-MAP:URI="2.map"',
            "3.ts",
        ]
        lines += ["#EXT-X-GAP", "4.ts"] if "gap" in handler.site.flags else []
        handler.send(200, "\n".join([*lines, "#EXT-X-ENDLIST"]).encode(), "application/vnd.apple.mpegurl")
    elif name.endswith(".map"):
        handler.send(200, segment(int(name[:-4]), "map"), "video/mp4")
    else:
        handler.send(200, segment(int(name[:-3])), "video/mp2t")


def _broadcast(*, window: int, kind: str = "", ends: bool = True, jump: int = 0) -> Callable[[_Handler, str], None]:
    """A broadcast whose list grows by a piece with each look; ``window``: pieces it names at a time."""

    def serve(handler: _Handler, name: str) -> None:
        if name != "list.m3u8":
            handler.send(200, segment(int(name[:-3])), "video/mp2t")
            return
        look = max(1, handler.site.times[handler.path.partition("?")[0]] - 3)  # an extractor looks thrice itself
        last = min(SEGMENTS, look + 1 + (jump if look > 1 else 0))
        first = max(1, last - window + 1)
        lines = ["#EXTM3U", "#EXT-X-TARGETDURATION:0", f"#EXT-X-MEDIA-SEQUENCE:{first - 1}"]
        lines += [f"#EXT-X-PLAYLIST-TYPE:{kind}"] if kind else []
        lines += [f"{number}.ts" for number in range(first, last + 1)]
        lines += ["#EXT-X-ENDLIST"] if ends and last == SEGMENTS else []
        handler.send(200, "\n".join([*lines, ""]).encode(), "application/vnd.apple.mpegurl")

    return serve


HLS = {
    "good": _hls(), "gap": _hls(missing=3), "live": _hls(end=False), "key": _hls(key=True), "aes": _aes(),
    "aes-iv": _aes(iv=bytes(range(16, 32))), "aes-nokey": _aes(key=None), "aes-badkey": _aes(key=b"<html>no</html>"),
    "sample-aes": _aes(method="SAMPLE-AES"), "maps": _maps, "event": _broadcast(window=99, kind="EVENT"),
    "sliding": _broadcast(window=2), "jumping": _broadcast(window=2, jump=2), "endless": _broadcast(window=2, ends=False),
}  # fmt: skip


def manifest(url: str) -> str:
    """A DASH manifest with one video and one audio stream."""
    sets = "".join(
        f'<AdaptationSet contentType="{kind}" mimeType="{kind}/mp4"><Representation id="{kind}" bandwidth="1000" '
        f'codecs="{codec}"><SegmentList>'
        + "".join(f'<SegmentURL media="{url}/d/{kind}-{n}.m4s"/>' for n in range(1, SEGMENTS + 1))
        + "</SegmentList></Representation></AdaptationSet>"
        for kind, codec in (("video", "avc1.64001f"), ("audio", "mp4a.40.2"))
    )
    return (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        f'mediaPresentationDuration="PT12S"><Period>{sets}</Period></MPD>'
    )


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *arguments: object) -> None:
        """Clients that go away are part of the play."""


@contextmanager
def serve(tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    """A site on a free loopback port; with TLS its name is ``localhost``."""
    site = Site()
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"site": site}))
    site.url = f"http://127.0.0.1:{server.server_port}"
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        site.url = f"https://localhost:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
