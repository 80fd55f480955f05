"""One connection: requests are noted, routes answer, and whatever the other end does is part of the play."""

from __future__ import annotations

import re
import select
import socket
import struct
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

from .asked import Answered, Request, Site
from .bodies import LAST_MODIFIED, sha256

_BLOCK = 16_384
_UNLOGGED = ("/log.json", "/cases.json", "/reset")
FAR = 2**62


class Handler(BaseHTTPRequestHandler):
    """``routes`` are asked in turn; the first that answers says True."""

    protocol_version = "HTTP/1.1"
    server_version = "faults"
    sys_version = ""
    site: Site
    listener = "http"
    routes: tuple[Callable[[Handler, str], bool], ...] = ()
    answer = Answered()

    def do_GET(self) -> None:
        path = self._note()
        flags = self.site.flags
        if "down" in flags or self.listener == "dead" or ("taken-down" in flags and path != "/"):
            self.error(410)
        elif path in self.site.pages:
            self.html(self.site.pages[path])
        elif not any(route(self, path) for route in self.routes):
            self.error(404)

    def do_POST(self) -> None:
        self.do_GET()

    def do_HEAD(self) -> None:
        """Faults lie in bodies: who asks for heads alone is told to ask for the whole."""
        self._note()
        self.head(405, 0, {"Allow": "GET"})

    def _note(self) -> str:
        path, site = self.path.partition("?")[0], self.site
        self.answer = Answered(keep=site.keep)
        if path not in _UNLOGGED:
            peer = self.client_address[:2]
            through = "socks" if peer[1] in site.relayed else "direct"
            headers = dict(self.headers.items())
            site.requests.append(Request(self.path, headers, peer, self.listener, through, self.answer))
            if self.command == "GET":
                site.times[path] += 1
        return path

    @property
    def time(self) -> int:
        """The how-maniest request for this path it is, from 1."""
        return self.site.times[self.path.partition("?")[0]]

    # answers

    def html(self, inner: str, title: str = "") -> None:
        head = f"<title>{title or self.site.title}</title>"
        self.send(200, f"<!doctype html><html><head>{head}</head><body>{inner}</body></html>".encode())

    def packed(self, data: bytes) -> None:
        """A page that is packed already."""
        self.head(200, len(data), {"Content-Type": "text/html; charset=utf-8", "Content-Encoding": "gzip"})
        self.give(data)

    def error(self, status: int, **headers: str) -> None:
        data = f"<!doctype html><title>{status}</title><p>No.</p>".encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.send(status, data, headers=named)

    def redirect(self, to: str) -> None:
        self.head(302, 0, {"Location": to})

    def send(
        self, status: int, data: bytes, kind: str = "text/html; charset=utf-8", headers: dict[str, str] | None = None
    ) -> None:
        further = {"Content-Type": kind, "Set-Cookie": "visitor=secret-visitor-number", **(headers or {})}
        self.head(status, len(data), further)
        self.give(data)

    def head(self, status: int, length: int | None, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, **self.site.headers}.items():
            self.send_header(name, value)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def open_end(self, kind: str) -> None:
        """The head of an answer that ends with the connection."""
        self.head(200, None, {"Content-Type": kind, "Connection": "close"})
        self.close_connection = True

    def give(self, data: bytes) -> None:
        """Bytes of the body, counted."""
        for start in range(0, len(data), _BLOCK):
            block = data[start : start + _BLOCK]
            with self.answer.giving(block):
                self.wfile.write(block)

    def chunk(self, data: bytes) -> None:
        """A chunk of the body (RFC 9112, 7.1); its frame is not counted. Empty: the last one."""
        self.wfile.write(f"{len(data):x}\r\n".encode())
        self.give(data)
        self.wfile.write(b"\r\n")

    def media(self, data: bytes, *, etag: str = '"v1"', limit: int | None = None, ranges: bool = True) -> None:
        """Serve a file; ``limit`` bytes of the body, then the connection is cut."""
        start, end = (ranges and self.range_asked(etag)) or (None, FAR)
        headers = {"Content-Type": "video/mp4"}
        headers |= {"ETag": etag, "Last-Modified": LAST_MODIFIED} if etag else {}
        if start is not None and start >= len(data):
            self.head(416, 0, {**headers, "Content-Range": f"bytes */{len(data)}"})
            return
        if start is not None:
            headers["Content-Range"] = f"bytes {start}-{min(end, len(data) - 1)}/{len(data)}"
        rest = data[start or 0 : end + 1]
        self.head(200 if start is None else 206, len(rest), headers)
        self.part(data, start or 0, rest[:limit])
        if limit is not None and limit < len(rest):
            self.close_connection = True

    def part(self, whole: bytes, start: int, data: bytes) -> None:
        """Bytes of a file, from ``start`` on."""
        self.answer.file, self.answer.start = sha256(whole), start
        self.give(data)

    def range_asked(self, etag: str = "") -> tuple[int, int] | None:
        """First and last byte wanted; None for the whole, also where If-Range names another version."""
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        condition = self.headers.get("If-Range")
        if not found or (condition and condition not in (etag, LAST_MODIFIED if etag else "")):
            return None
        return int(found[1]), int(found[2] or FAR)

    # ends

    def silent(self) -> None:
        """Say nothing more, until the other end hangs up or ``site.silence`` is over."""
        self.wfile.flush()
        select.select([self.connection], [], [], self.site.silence)
        self.close_connection = True

    def hard_reset(self) -> None:
        """RST in place of FIN, after what was sent has had time to arrive."""
        self.wfile.flush()
        time.sleep(0.05)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    # of the library

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string((time.time() if timestamp is None else timestamp) + self.site.ahead)

    def log_request(self, code: object = 0, size: object = 0) -> None:
        self.answer.status = int(code) if isinstance(code, int) else 0

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
