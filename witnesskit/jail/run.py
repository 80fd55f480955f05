"""The parent's half: start the child, hand it the request, take its output and its reply.

Nothing telling is in the child's arguments or environment: the request, the key and the stream's name go
over a pipe, the bytes by an inherited read-only descriptor. The child's words are never repeated.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Final

from witnesskit.errors.formats import BadJson
from witnesskit.errors.jail import JailDied, JailGarbage, JailMemory, JailRefused, JailTimeout, NoJail
from witnesskit.formats import strict_json
from witnesskit.jail import frames, wrap
from witnesskit.limits import (
    JAIL_CPU_SECONDS,
    JAIL_MEMORY,
    JAIL_OUTPUT_MAX,
    JAIL_REPLY_MAX,
    JAIL_REQUEST_MAX,
    JAIL_WALL_SECONDS,
    MIB,
)
from witnesskit.model import Json, Sink

_WORD: Final = re.compile(r"[A-Za-z0-9_-]{1,60}")
_LEVELS: Final = ("full", "limits-only")
_BY_SIGNAL: Final = 128
_FROM_FOLDER: Final = "import runpy,sys;sys.path.insert(0,sys.argv[1]);runpy.run_module(sys.argv[2],None,'__main__')"


@dataclass(frozen=True)
class Cell:
    """Where a call runs: the module to run with ``-m``, and the limits of the child."""

    module: str
    folder: str = ""  # searched first; for a module that is not installed
    memory: int = JAIL_MEMORY  # bytes of address space
    cpu_seconds: int = JAIL_CPU_SECONDS
    wall_seconds: float = JAIL_WALL_SECONDS
    output_max: int = JAIL_OUTPUT_MAX  # bytes


@dataclass(frozen=True)
class Keyed:
    """How to read a sealed source: its age file key and the stream's name in the capsule."""

    file_key: bytes = field(repr=False)  # 16 bytes
    prefix: str = field(repr=False)


@dataclass(frozen=True)
class Given:
    """One source for the child: a descriptor open for reading only, and how to open it if it is sealed."""

    descriptor: int
    keyed: Keyed | None = None


@dataclass(frozen=True)
class Reply:
    """What the child answered, and under which level it did so."""

    value: Json
    level: str  # "full" | "limits-only"
    layers: tuple[str, ...]
    output: int  # bytes that went to the sink


def run(cell: Cell | str, call: str, params: Json, sources: Sequence[Given] = (), sink: Sink | None = None) -> Reply:
    """Start a child for one call and wait for its answer.

    Raises JailDied, JailTimeout, JailMemory, JailGarbage, JailRefused or NoJail (errors/jail.py); what the sink got
    before an error is worth nothing.
    """
    with start(cell, sources) as jailed:
        return jailed.call(call, params, sink)


@contextlib.contextmanager
def start(cell: Cell | str, sources: Sequence[Given] = ()) -> Iterator[Jailed]:
    """Start a child ahead of its call, so that its start costs no waiting; ends it on the way out."""
    jailed = Jailed(cell, sources)
    try:
        yield jailed
    finally:
        jailed.end()


class Jailed:
    """A started child; it answers one call after another. Use ``start``, which also ends it, or call ``end``.

    ``ahead`` names the calls that will come: the child loads what they need, but gets no key before ``call``. Only
    calls named here can follow the first one. A child that has read one hostile file may lie about the next: what
    one child wrote must be judged by another.
    """

    def __init__(self, cell: Cell | str, sources: Sequence[Given], *ahead: str) -> None:
        if os.name != "posix":
            raise NoJail
        for given in sources:
            if fcntl.fcntl(given.descriptor, fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDONLY:
                raise ValueError("a source must be open for reading only")
        self._cell = Cell(cell) if isinstance(cell, str) else cell
        self._sources = tuple(sources)
        self._wrap = wrap.prefix(self._cell.folder)
        self._process = _spawn(self._cell, self._wrap, tuple(given.descriptor for given in sources))
        self._deadline = time.monotonic() + self._cell.wall_seconds
        for name in ahead:
            self._tell_ahead(name)

    def call(self, call: str, params: Json, sink: Sink | None = None, which: Sequence[int] | None = None) -> Reply:
        """Ask and wait; raises as ``run`` does. ``which``: numbers of the sources of this call; all if not given.

        After ``JailRefused`` the child lives and can be asked again; after anything else raised, end it.
        """
        self._deadline = time.monotonic() + self._cell.wall_seconds
        self._ask(call, params, self._sources if which is None else [self._sources[number] for number in which])
        locked = _level(frames.read(self._read))
        output = 0
        while True:
            kind, length = frames.read_head(self._read)
            if kind != frames.OUTPUT:
                return Reply(_reply(kind, self._read(length)), *locked, output)
            output += length
            if sink is None or output > self._cell.output_max:
                raise JailGarbage("output that was not asked for")
            self._pass_on(length, sink)

    def rename_sources(self, sources: Sequence[Given]) -> None:
        """The same descriptors, by what they have become since the start; nothing is told before ``call``."""
        if [given.descriptor for given in sources] != [given.descriptor for given in self._sources]:
            raise ValueError("other descriptors than the child has")
        self._sources = tuple(sources)

    def end(self) -> None:
        """Kill the child if it still lives, and forget it."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                _given(pipe).close()

    def _tell_ahead(self, call: str) -> None:
        try:
            self._write(frames.pack(frames.AHEAD, call.encode()))
        except BaseException:
            self.end()
            raise

    def _ask(self, call: str, params: Json, given_sources: Sequence[Given]) -> None:
        sources = [
            {"descriptor": given.descriptor, "keyed": True, "prefix": given.keyed.prefix}
            if given.keyed
            else {"descriptor": given.descriptor, "keyed": False, "prefix": ""}
            for given in given_sources
        ]
        request = {
            "call": call, "params": params, "sources": sources, "wrapped": self._wrap != (), "parent": os.getpid(),
            "memory": self._cell.memory, "cpu": self._cell.cpu_seconds,
        }  # fmt: skip
        asked = strict_json.canonical(request)
        if len(asked) > JAIL_REQUEST_MAX:
            raise JailRefused("REQUEST-SIZE")
        self._write(frames.pack(frames.REQUEST, asked))
        for given in given_sources:
            if given.keyed:
                self._write(frames.pack(frames.KEY, given.keyed.file_key))

    def _write(self, data: bytes) -> None:
        pipe = _given(self._process.stdin).fileno()
        view = memoryview(data)
        while view:
            self._wait(pipe, select.POLLOUT)
            try:
                view = view[os.write(pipe, view[: select.PIPE_BUF]) :]
            except BrokenPipeError:
                raise self._death() from None

    def _read(self, length: int) -> bytes:
        pipe = _given(self._process.stdout).fileno()
        view, got = memoryview(bytearray(length)), 0
        while got < length:
            self._wait(pipe, select.POLLIN)
            count = os.readv(pipe, [view[got:]])
            if not count:
                raise self._death()
            got += count
        return bytes(view)

    def _pass_on(self, left: int, sink: Sink) -> None:
        """As it comes: a frame that is gathered first costs two copies of its bytes."""
        pipe = _given(self._process.stdout).fileno()
        while left:
            self._wait(pipe, select.POLLIN)
            piece = os.read(pipe, left)
            if not piece:
                raise self._death()
            sink.write(piece)
            left -= len(piece)

    def _wait(self, pipe: int, event: int) -> None:
        poll = select.poll()
        poll.register(pipe, event)
        left = self._deadline - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            raise JailTimeout(f"{self._cell.wall_seconds:g} seconds")

    def _death(self) -> JailDied | JailTimeout:
        """The child closed its pipe: why? It has a second to be gone before it is killed."""
        try:
            status = self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return JailDied("closed its pipe")
        ended_by = status - _BY_SIGNAL if status > _BY_SIGNAL else -status  # bubblewrap says it as a shell does
        if ended_by == signal.SIGXCPU:
            return JailTimeout(f"{self._cell.cpu_seconds} seconds of processor time")
        return JailDied(f"signal {ended_by}" if ended_by > 0 else f"status {status}")


def _spawn(cell: Cell, wrapped: tuple[str, ...], descriptors: tuple[int, ...]) -> subprocess.Popen[bytes]:
    program = ["-c", _FROM_FOLDER, cell.folder, cell.module] if cell.folder else ["-m", cell.module]
    try:
        process = subprocess.Popen(
            [*wrapped, sys.executable, "-I", "-X", "utf8", *program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=descriptors,
            env={},
            cwd="/",
            start_new_session=True,
            bufsize=0,
        )
    except OSError as error:
        raise NoJail(os.strerror(error.errno or 0)) from None
    _enlarge(_given(process.stdout))
    return process


def _enlarge(pipe: IO[bytes]) -> None:
    """A pipe of 1 MiB where the system allows it: fewer waits between child and parent."""
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, MIB)


def _given(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise JailDied("no pipe")
    return pipe


def _level(frame: tuple[bytes, bytes]) -> tuple[str, tuple[str, ...]]:
    kind, payload = frame
    if kind != frames.LEVEL:
        _reply(kind, payload)  # an error before the lock raises here
        raise JailGarbage("no level")
    locked = _parse(payload)
    level, layers = locked.get("level"), locked.get("layers")
    if level not in _LEVELS or not isinstance(layers, list) or not all(_is_word(name) for name in layers):
        raise JailGarbage("unknown level")
    return level, tuple(layers)


def _reply(kind: bytes, payload: bytes) -> Json:
    if kind == frames.REPLY:
        return _parse(payload)
    if kind != frames.ERROR:
        raise JailGarbage("a frame out of order")
    failure = _parse(payload)
    if failure.get("kind") == "memory":
        raise JailMemory
    kind_of_failure, word = failure.get("kind"), failure.get("code")
    if kind_of_failure not in ("refused", "fault") or not _is_word(word):
        raise JailGarbage("unknown failure")
    raise JailRefused(str(word)) if kind_of_failure == "refused" else JailDied(str(word))


def _is_word(value: Json) -> bool:
    return isinstance(value, str) and _WORD.fullmatch(value) is not None


def _parse(payload: bytes) -> dict[str, Json]:
    try:
        value = strict_json.loads(payload, max_size=JAIL_REPLY_MAX)
    except BadJson:
        raise JailGarbage("not our JSON") from None
    if not isinstance(value, dict):
        raise JailGarbage("not an object")
    return value
