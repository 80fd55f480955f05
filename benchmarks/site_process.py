"""A loopback site in a process of its own: one page with one video for every file of a folder.

``python benchmarks/site.py FOLDER`` prints its port, then serves until its stdin ends.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_KINDS = {".mp4": "video/mp4", ".webm": "video/webm"}
_PAGE = '<!doctype html><html><head><title>A square</title></head><body><video src="/{}"></video></body></html>'


class Handler(BaseHTTPRequestHandler):
    """Files whole, by sendfile: the site costs as little as it can."""

    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.do_GET(body=False)

    def do_GET(self, *, body: bool = True) -> None:
        name = Path(self.path).name
        path = self.server.folder / name
        if path.suffix == ".html":
            page = _PAGE.format(path.stem).encode()
            self._head("text/html", len(page))
            self.wfile.write(page if body else b"")
        elif path.is_file():
            self._head(_KINDS[path.suffix], path.stat().st_size)
            if body:
                self.wfile.flush()
                self._send(path)
        else:
            self.send_error(404)

    def _send(self, path: Path) -> None:
        with path.open("rb") as file:
            try:
                self.connection.sendfile(file)
            except OSError:
                self.close_connection = True

    def _head(self, kind: str, size: int) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(size))
        self.send_header("ETag", '"1"')
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve ``folder``; yields the address."""
    site = subprocess.Popen(
        [sys.executable, __file__, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield f"http://127.0.0.1:{site.stdout.readline().strip()}"
    finally:
        site.stdin.close()
        site.wait()


def main() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.folder = Path(sys.argv[1])
    print(server.server_port, flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
