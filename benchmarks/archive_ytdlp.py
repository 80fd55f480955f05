"""Save 100 MB from loopback: the capture worker with SHA-256, and ``witnesskit archive``, against bare yt-dlp.

Whole processes, wall time, medians of paired runs. Run: python benchmarks/archive_ytdlp.py [FIELD_VAULT].
With a field vault that trusts a desk (a throw-away one: it grows by 100 MB a run), the whole command is measured too.
"""

import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PAIRS = 7
SIZE = 100_000_000
HERE = Path(sys.executable).parent
WORKER = """
import hashlib, sys
from witnesskit.capture.egress import parse_egress
from witnesskit.capture.worker import prestart
from witnesskit.capture.messages import Done, MediaBytes
hasher = hashlib.sha256()
with prestart(parse_egress("direct"), allow_local=True) as worker:
    for message in worker.run(sys.stdin.readline()):
        if isinstance(message, MediaBytes):
            hasher.update(message.data)
        elif isinstance(message, Done):
            sys.exit(str(message.result.outcome) != "saved")
"""


class Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def copyfile(self, source, outputfile):
        outputfile.flush()
        with contextlib.suppress(OSError):  # extractors look at the head only
            self.connection.sendfile(source)

    def log_message(self, *arguments):
        pass


def serve(folder):
    server = ThreadingHTTPServer(("127.0.0.1", 0), lambda *a: Handler(*a, directory=folder))
    child = os.fork()
    if not child:
        server.serve_forever()
    return child, f"http://127.0.0.1:{server.server_port}"


def timed(command, given="", cwd=None):
    start = time.perf_counter()
    subprocess.run(command, input=given.encode(), capture_output=True, check=False, cwd=cwd)
    return time.perf_counter() - start


def measure(url, folder, vault):
    out = Path(folder, "out")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    times = {"yt-dlp": timed([HERE / "yt-dlp", "-q", "--ignore-config", url], cwd=out)}
    if not any(path.stat().st_size == SIZE for path in out.iterdir()):
        raise SystemExit("yt-dlp saved nothing")
    times["worker"] = timed([sys.executable, "-c", WORKER], url)
    if vault:
        times["archive"] = timed([HERE / "witnesskit", "archive", "--allow-local", "--vault", vault], url + "\n")
    return times


def main():
    vault = sys.argv[1] if len(sys.argv) > 1 else ""
    with tempfile.TemporaryDirectory() as folder:
        head = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"
        Path(folder, "clip.mp4").write_bytes(head + os.urandom(SIZE - len(head)))
        Path(folder, "page.html").write_text('<html><title>x</title><video src="/clip.mp4"></video></html>')
        server, url = serve(folder)
        try:
            for path in ("clip.mp4", "page.html"):
                report(path, [measure(f"{url}/{path}", folder, vault) for _ in range(PAIRS)])
        finally:
            os.kill(server, 9)


def report(path, runs):
    for name in runs[0]:
        seconds = statistics.median(run[name] for run in runs)
        ratio = statistics.median(run[name] / run["yt-dlp"] for run in runs)
        print(f"{path:10} {name:8} {seconds:6.2f} s   ratio to yt-dlp {ratio:.2f}")


if __name__ == "__main__":
    main()
