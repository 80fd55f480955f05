"""The parent's half of the worker: start it early, hand it links, iterate what it tells, end it.

    worker = prestart(parse_egress("direct"))     # first thing: it loads its libraries meanwhile
    for message in worker.run(Assignment(url)): ...  # Started … Done, see messages.py
    worker.close()

The worker holds no key and writes nothing; only the parent hashes, seals and signs.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from witnesskit.capture import frames, pipes
from witnesskit.capture.assignment import Assignment, to_json
from witnesskit.capture.egress import Egress, check_url
from witnesskit.capture.js_runtime import kind_of
from witnesskit.capture.transport import Patience
from witnesskit.errors.capture import NoWorker, WorkerGarbage
from witnesskit.formats import strict_json
from witnesskit.limits import MIB, WORKER_SILENCE_SECONDS
from witnesskit.model import Json

if TYPE_CHECKING:  # loaded while the worker loads too
    from witnesskit.capture.messages import Message
    from witnesskit.capture.tally import Tally

_NOWHERE: Final = "/dev/null/none"
_ENVIRONMENT: Final = {
    "HOME": _NOWHERE,
    "XDG_CONFIG_HOME": _NOWHERE,
    "XDG_CACHE_HOME": _NOWHERE,
    "XDG_DATA_HOME": _NOWHERE,
    "TMPDIR": _NOWHERE,
    "PATH": _NOWHERE,
    "LC_ALL": "C.UTF-8",
    "YTDLP_NO_PLUGINS": "1",
}


def prestart(
    egress: Egress, *, allow_local: bool = False, patience: Patience | None = None, js_runtime: str = ""
) -> Worker:
    """Start a worker ahead of its first link. Call it from the main thread: the worker dies with its thread.

    ``allow_local`` admits addresses of this computer and of private networks; ``js_runtime`` is the program by which
    JavaScript of sites is solved, in a room of its own. Raises NoWorker, NoJsRuntime.
    """
    worker = Worker(egress, allow_local=allow_local, patience=patience or Patience(), js_runtime=js_runtime)
    worker.start()
    return worker


class Worker:
    """A worker process; started anew for the next link when it has died."""

    def __init__(self, egress: Egress, *, allow_local: bool, patience: Patience, js_runtime: str = "") -> None:
        if js_runtime:
            kind_of(js_runtime)
        self._js_runtime = js_runtime
        self.egress = egress
        self._allow_local = allow_local
        self._patience = patience
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """Process number; 0 when there is none."""
        return self._process.pid if self._process else 0

    def run(self, wanted: Assignment) -> Iterator[Message]:
        """Capture one link: messages up to Done, also when the worker dies or is silent for too long.

        Raises BadUrl and NoWorker before anything is sent. Leaving the iteration early kills the worker.
        """
        checked = replace(wanted, url=check_url(wanted.url, allow_local=self._allow_local))
        if self._process is None or self._process.poll() is not None:
            self.start()
        return self._messages(checked)

    def close(self) -> None:
        """End the worker; it holds nothing that would be lost."""
        process, self._process = self._process, None
        if process is not None:
            pipes.end(process)

    def start(self) -> None:
        """Start the process and hand it its settings; raises NoWorker."""
        self.close()
        command = [sys.executable, "-I", "-B", "-m", "witnesskit.capture.child", str(os.getpid())]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                cwd="/",
                env=_ENVIRONMENT,
                start_new_session=True,
            )
        except OSError:
            raise NoWorker from None
        _enlarge(self._process.stdout)
        settings = {
            "egress": str(self.egress),
            "allow_local": self._allow_local,
            "js_runtime": self._js_runtime,
            "stall": self._patience.stall_seconds,
            "retries": self._patience.retries,
            "backoff": self._patience.backoff_seconds,
        }
        try:
            self._send(settings)
        except _Ended:
            self.close()
            raise NoWorker from None

    def _send(self, value: Mapping[str, Json]) -> None:
        payload = strict_json.canonical(value)
        assert self._process is not None and self._process.stdin is not None  # noqa: S101 - started just before
        try:
            os.write(self._process.stdin.fileno(), frames.head(frames.JOB, 0, len(payload)) + payload)
        except OSError:
            raise _Ended("worker-died") from None

    def _messages(self, wanted: Assignment) -> Iterator[Message]:
        from witnesskit.capture.messages import Done
        from witnesskit.capture.tally import Tally
        from witnesskit.capture.times import utc_now

        tally = Tally(wanted.url, self.egress, utc_now())
        finished = False
        try:
            self._send(to_json(wanted))
            yield from self._until_end(tally)
            finished = True
        except (_Ended, WorkerGarbage) as end:
            reason = end.reason if isinstance(end, _Ended) else "worker-garbage"
            self.close()
            yield from tally.broken_off(reason)
        finally:
            if not finished:
                self.close()
        yield Done(tally.result(utc_now()))

    def _until_end(self, tally: Tally) -> Iterator[Message]:
        from witnesskit.capture import encoding
        from witnesskit.capture.messages import Failed, MediaBytes, PageBytes, WireBytes

        while True:
            frame = frames.read(self._read_up_to)
            if frame is None:
                raise _Ended("worker-died")
            if frame.kind == frames.MEDIA:
                tally.see_media_bytes(frame.stream, frame.payload)
                yield MediaBytes(frame.stream, frame.payload)
            elif frame.kind == frames.WIRE:
                tally.see_wire_bytes(frame.payload)
                yield WireBytes(frame.payload)
            elif frame.kind == frames.PAGE:
                tally.see_page_bytes(frame.payload)
                yield PageBytes(frame.payload)
            else:
                message = encoding.decode(frame.payload)
                if message is None:
                    return
                tally.see(message)
                if not isinstance(message, Failed):
                    yield message

    def _read_up_to(self, length: int) -> bytes:
        """``length`` bytes, fewer when the worker has gone; raises _Ended after too long a silence."""
        assert self._process is not None and self._process.stdout is not None  # noqa: S101
        descriptor = self._process.stdout.fileno()
        buffer = bytearray(length)
        view, got = memoryview(buffer), 0
        while got < length:
            if not select.select([descriptor], [], [], WORKER_SILENCE_SECONDS)[0]:
                raise _Ended("worker-silent")
            count = os.readv(descriptor, [view[got:]])
            if not count:
                break
            got += count
        return bytes(view[:got])


class _Ended(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _enlarge(stream: Any) -> None:
    """A pipe of 1 MiB where the system allows it: fewer waits between worker and parent."""
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):
            fcntl.fcntl(stream.fileno(), fcntl.F_SETPIPE_SZ, MIB)
