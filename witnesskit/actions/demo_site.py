"""The demo's site: a loopback server with real media, one video of which is taken down half-way."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PAGE = b"""<!doctype html><html><head><title>Square, 16 December</title></head>
<body><h1>Square, 16 December</h1><video src="/clip.mp4" controls></video></body></html>"""
GONE = b"<!doctype html><title>Gone</title><p>This video has been removed.</p>"


class Site:
    """What the handler serves, and whether the takedown has happened."""

    def __init__(self, clip: Path) -> None:
        self.clip = clip.read_bytes()
        self.doomed_served = False

    def answer(self, path: str) -> tuple[int, str, bytes, int]:
        """(status, content type, body, bytes to send before the line is cut)."""
        if path == "/doomed.mp4":
            if self.doomed_served:
                return 410, "text/html", GONE, len(GONE)
            self.doomed_served = True
            return 200, "video/mp4", self.clip, len(self.clip) * 6 // 10
        known = {"/video.html": ("text/html", PAGE), "/clip.mp4": ("video/mp4", self.clip)}
        kind, body = known.get(path, ("text/html", GONE))
        return (200 if path in known else 404), kind, body, len(body)


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body, sent = site.answer(self.path)
            self._answer(status, kind, len(body))
            self.wfile.write(body[:sent])

        def do_HEAD(self) -> None:
            status, kind, body, _sent = (
                (200, "video/mp4", site.clip, 0) if "mp4" in self.path else (200, "text/html", PAGE, 0)
            )
            self._answer(status, kind, len(body))

        def _answer(self, status: int, kind: str, length: int) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(length))
            self.send_header("ETag", '"demo-1"')
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Say nothing: the demo prints its own steps."""

    return Handler


@contextmanager
def serve(clip: Path) -> Iterator[str]:
    """Serve on a free loopback port; yields ``http://127.0.0.1:PORT``."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(Site(clip)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
