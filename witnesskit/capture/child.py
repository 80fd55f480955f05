"""The worker process: takes links on stdin, tells what happens on stdout (worker.py is the other half).

It is in its own session, undumpable, without core files, may not grow a file, and dies with its parent. Nothing
telling is in its arguments or environment, and it prints nothing.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import os
import secrets
import select
import signal
import sys
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NoReturn

from witnesskit.capture import encoding, frames, js_runtime, pipes
from witnesskit.capture.assignment import EVERYTHING, Assignment, from_json
from witnesskit.capture.egress import parse_egress
from witnesskit.capture.guard import Guard, hide_machine_number
from witnesskit.capture.messages import Failed, Message, Started
from witnesskit.capture.transport import Patience
from witnesskit.capture.user_agent import USER_AGENT
from witnesskit.formats import strict_json
from witnesskit.model import Json

if TYPE_CHECKING:
    from witnesskit.capture.requestlog import RequestLog
    from witnesskit.capture.ytdlp import Extractor

# what yt-dlp uses where it is installed and we do not want: a network stack of its own that the guard cannot see
# (curl_cffi), readers of browsers' secrets, writers of tags; cffi only makes the start slower
_LEFT_OUT: Final = ("curl_cffi", "websockets", "secretstorage", "sqlite3", "mutagen", "xattr", "cffi")
_PDEATHSIG, _DUMPABLE, _NO_NEW_PRIVS = 1, 4, 38


def harden(parent: int, *, starts_others: bool = False) -> None:
    """Before anything else: no core, no files, no debugger of the same user, no life after the parent.

    ``starts_others``: a program that is started from here may take the limit on files off for itself.
    """
    import resource

    most = resource.getrlimit(resource.RLIMIT_FSIZE)[1] if starts_others else 0
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, most))
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_DUMPABLE, 0, 0, 0, 0)
        libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0)
        libc.prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


class Pipe:
    """The way to the parent: whole frames, media without a copy."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def message(self, message: Message | None) -> None:
        """One message; None ends the job."""
        self._send(frames.MESSAGE, 0, encoding.encode(message))

    def page(self, data: bytes) -> None:
        """Bytes of the page."""
        self._send(frames.PAGE, 0, data)

    def wire(self, data: bytes) -> None:
        """Bytes of the page before its content encoding was undone."""
        self._send(frames.WIRE, 0, data)

    def media(self, stream: int, data: bytes) -> None:
        """Bytes of a stream, at most 1 MiB as ``fetch`` reads them."""
        self._send(frames.MEDIA, stream, data)

    def _send(self, kind: bytes, stream: int, data: bytes) -> None:
        pipes.write_all(self._descriptor, frames.head(kind, stream, len(data)), data)


class Child:
    """The worker: one configuration, then links one after the other, each with an Extractor of its own."""

    def __init__(self, settings: Json, pipe: Pipe) -> None:
        self._egress = parse_egress(settings["egress"])
        self._patience = Patience(settings["stall"], settings["retries"], settings["backoff"])
        self._js_runtime = str(settings["js_runtime"])
        self._guard = Guard(self._egress, allow_local=settings["allow_local"], js_runtime=self._js_runtime)
        self._pipe = pipe
        self._next: tuple[Extractor, RequestLog] | None = None

    def prepare(self) -> None:
        """Load yt-dlp, close the doors, and make ready for a link that has not come yet."""
        hide_machine_number()
        self._guard.install()
        modules: dict[str, Any] = sys.modules
        modules.update(dict.fromkeys(_LEFT_OUT))
        gc.disable()  # everything loaded here stays
        ytdlp = importlib.import_module("witnesskit.capture.ytdlp")
        ytdlp.look_at_every_host(self._guard.demand)
        if self._js_runtime:
            js_runtime.lead_into_the_room(self._js_runtime)
        self._next = self._ready()
        gc.freeze()
        gc.enable()
        self._next[0].warm_up(lambda: not select.select([0], [], [], 0)[0])

    def make_ready(self) -> None:
        """An extractor for the next link, while the parent still seals this one: half of a small link's time."""
        self._next = self._ready()

    def run(self, wanted: Assignment) -> None:
        """One link, told to the end."""
        from witnesskit.capture import job, ytdlp
        from witnesskit.capture.budget import Budget
        from witnesskit.capture.telling import Job, Output
        from witnesskit.capture.times import utc_now

        self._guard.admit_proxy()
        usual = self._next and self._next[0].parts == set(wanted.parts) and not wanted.cookies
        extractor, log = (self._next if usual else None) or self._ready(wanted)
        self._next = None
        self._pipe.message(
            Started(utc_now(), ytdlp.TOOL, USER_AGENT, str(self._egress), extractor.options, self._libraries())
        )
        output = Output(self._pipe.message, self._pipe.page, self._pipe.media, self._pipe.wire)
        budget = Budget(wanted.seconds, wanted.size_max)
        job.run(Job(wanted, output, self._patience, log, budget), extractor, extractor.extract(wanted.url, budget))

    def _libraries(self) -> dict[str, Json]:
        from witnesskit.capture import ytdlp

        runtime = {"js_runtime": js_runtime.told(self._js_runtime)} if self._js_runtime else {}
        return {**ytdlp.libraries(), **runtime}

    def _ready(self, wanted: Assignment | None = None) -> tuple[Extractor, RequestLog]:
        from witnesskit.capture import ytdlp
        from witnesskit.capture.presented import presented
        from witnesskit.capture.requestlog import RequestLog

        look = partial(presented, self._egress)
        log = RequestLog(self._pipe.message, bool(self._egress.proxy), look)
        parts, cookies = (wanted.parts, wanted.cookies) if wanted else (EVERYTHING, "")
        given = ytdlp.Given(self._egress.isolated(secrets.token_hex(8)), self._patience, cookies, self._js_runtime)
        return ytdlp.Extractor(log, given, parts), log


def main(arguments: Sequence[str]) -> NoReturn:
    """Serve until stdin ends; any fault of ours is told by its type only."""
    harden(int(arguments[0]), starts_others=True)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pipe = Pipe(os.dup(1))
    os.dup2(2, 1)  # what a library prints never reaches the pipe
    sys.excepthook = lambda *_: None
    try:
        settings = _next_job()
        if not settings["js_runtime"]:
            harden(int(arguments[0]))
        child = Child(settings, pipe)
        child.prepare()
        while job := _next_job():
            _serve(child, pipe, from_json(job))
            child.make_ready()
    except BaseException:  # noqa: BLE001 - nothing of it may be printed; the parent sees the pipe end
        os._exit(1)
    os._exit(0)


def _serve(child: Child, pipe: Pipe, wanted: Assignment) -> None:
    try:
        child.run(wanted)
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - the type alone is told
        pipe.message(Failed(f"worker-fault-{type(error).__name__}"))
    pipe.message(None)


def _next_job() -> Json:
    frame = frames.read(lambda length: pipes.read_exactly(0, length))
    return strict_json.loads(frame.payload) if frame else None


if __name__ == "__main__":
    main(sys.argv[1:])
