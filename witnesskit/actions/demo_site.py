"""The demo's site: a loopback server with real media, one video of which is taken down half-way."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_PAGE = """<!doctype html><html><head><title>Square, 16 December</title></head>
<body><h1>Square, 16 December</h1><video src="/{name}.mp4" controls></video></body></html>"""
GONE = b"<!doctype html><title>Gone</title><p>This video has been removed.</p>"


class Site:
    """What the handler serves, and whether the takedown has happened."""

    def __init__(self, clip: Path) -> None:
        self.clip = clip.read_bytes()
        self.taken_down = False

    def answer(self, path: str) -> tuple[int, str, bytes, int]:
        """(status, content type, body, bytes to send before the line is cut)."""
        if path.startswith("/doomed") and self.taken_down:
            return 410, "text/html", GONE, len(GONE)
        if path == "/doomed.mp4":
            self.taken_down = True
            return 200, "video/mp4", self.clip, len(self.clip) * 6 // 10
        if path == "/clip.mp4":
            return 200, "video/mp4", self.clip, len(self.clip)
        if path in ("/clip.html", "/doomed.html"):
            body = _PAGE.format(name=path[1:-5]).encode()
            return 200, "text/html", body, len(body)
        return 404, "text/html", GONE, len(GONE)


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body, sent = site.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", '"demo-1"')
            self.end_headers()
            self.wfile.write(body[:sent])

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
