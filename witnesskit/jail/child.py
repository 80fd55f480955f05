"""The child's half: take a request, give up everything, call one function, answer; then the next request.

A module that is run with ``-m`` ends with ``serve(TABLE, NEEDS)`` (see run.py for the other half).
"""

from __future__ import annotations

import gc
import importlib
import io
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

from witnesskit.errors import WitnesskitError
from witnesskit.formats import strict_json
from witnesskit.jail import frames, lock
from witnesskit.limits import JAIL_FRAME_MAX, JAIL_REQUEST_MAX
from witnesskit.model import Json

# text in media comes in these; after the lock a codec can no longer be loaded
_CODECS: Final = ("ascii", "latin_1", "utf_8_sig", "utf_16", "utf_16_le", "utf_16_be", "cp1252")


class Source(io.RawIOBase):
    """The inherited descriptor: a binary stream with its own position, and a SeekableReader.

    Reads with pread, so the parent's position never moves. ``size`` is asked anew each time: the file may
    still be growing.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._position = 0

    @property
    def size(self) -> int:
        """Bytes in the file now."""
        return os.fstat(self._descriptor).st_size

    def read_at(self, offset: int, length: int, /) -> bytes:
        """Up to ``length`` bytes from ``offset``; fewer only at the end."""
        pieces = []
        while length > 0 and (piece := os.pread(self._descriptor, length, offset)):
            pieces.append(piece)
            offset += len(piece)
            length -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def readinto(self, buffer: Any) -> int:
        """Fill ``buffer`` from the position; returns the number of bytes, 0 at the end."""
        count = os.preadv(self._descriptor, [buffer], self._position)
        self._position += count
        return count

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move the position; returns it."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position}.get(whence)
        self._position = max(0, offset + (self.size if start is None else start))
        return self._position

    def tell(self) -> int:
        """The position."""
        return self._position

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True


class Output:
    """The sink of a call: its bytes go over the pipe to the parent's sink."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write(self, data: bytes, /) -> int:
        """Hand over all of ``data``."""
        view = memoryview(data).cast("B")
        for start in range(0, len(view), JAIL_FRAME_MAX):
            part = view[start : start + JAIL_FRAME_MAX]
            _write(self._descriptor, frames.head(frames.OUTPUT, len(part)))
            _write(self._descriptor, part)
        return len(view)


@dataclass(frozen=True)
class SourceGiven:
    """One source; ``file_key`` and ``prefix`` are set for a sealed one."""

    source: Source
    file_key: bytes = field(default=b"", repr=False)  # 16 bytes, or none: the source is a plain file
    prefix: str = ""  # the stream's name in the capsule, "media/1"


@dataclass(frozen=True)
class Request:
    """What a function of the table is given."""

    params: Json
    output: Output
    sources: tuple[SourceGiven, ...] = ()


Call = Callable[[Request], Json]


def serve(table: Mapping[str, Call], needs: Mapping[str, Sequence[str]] | None = None) -> NoReturn:
    """Answer requests on stdin with frames on stdout until stdin ends, then end the process.

    ``needs`` names, per call, the modules to import before the lock; afterwards no file opens, so a
    function that imports lazily must be listed here. The lock goes on with the first request: what a later one
    calls must have been named by ``AHEAD`` before.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pipe = os.dup(1)
    os.dup2(2, 1)  # what a library prints never reaches the pipe
    serving = _Serving(pipe, table, needs or {})
    while True:
        serving.answer()


@dataclass
class _Serving:
    """The state between two requests: under which lock they are answered."""

    pipe: int
    table: Mapping[str, Call]
    needs: Mapping[str, Sequence[str]]
    level: bytes = b""

    def answer(self) -> None:
        """Take one request and answer it; ends the process where there is none."""
        try:
            asked, keys = self._request()
            kind, payload = self._reply(asked, keys)
        except WitnesskitError as error:
            kind, payload = frames.ERROR, _failure("refused", error.code)
        except MemoryError:
            kind, payload = frames.ERROR, _failure("memory", "")
        except BaseException as error:  # noqa: BLE001 - every way a parser can fail must become an answer
            kind, payload = frames.ERROR, _failure("fault", type(error).__name__)
        _send(self.pipe, kind, payload)

    def _request(self) -> tuple[Json, list[bytes]]:
        kind, payload = frames.read(_read_stdin)
        while kind == frames.AHEAD:
            _load(self.needs.get(payload.decode(), ()))
            kind, payload = frames.read(_read_stdin)
        asked = strict_json.loads(payload, max_size=JAIL_REQUEST_MAX)
        return asked, [frames.read(_read_stdin)[1] if given["keyed"] else b"" for given in asked["sources"]]

    def _reply(self, asked: Json, keys: Sequence[bytes]) -> tuple[bytes, bytes]:
        call = self.table[asked["call"]]
        if not self.level:
            _load(self.needs.get(asked["call"], ()))
            lock.limit(asked["memory"], asked["cpu"])
            locked = lock.lock(asked["parent"], wrapped=asked["wrapped"])
            self.level = strict_json.canonical({"level": locked.level, "layers": list(locked.layers)})
        _send(self.pipe, frames.LEVEL, self.level)
        sources = tuple(
            SourceGiven(Source(given["descriptor"]), key, given["prefix"])
            for given, key in zip(asked["sources"], keys, strict=True)
        )
        return frames.REPLY, strict_json.canonical(call(Request(asked["params"], Output(self.pipe), sources)))


def _load(modules: Sequence[str]) -> None:
    gc.disable()  # everything loaded here stays: nothing is worth collecting, and looking costs a tenth of the start
    for module in (*modules, *(f"encodings.{codec}" for codec in _CODECS)):
        importlib.import_module(module)
    gc.freeze()
    gc.enable()


def _failure(kind: str, code: str) -> bytes:
    return strict_json.canonical({"kind": kind, "code": code})


def _read_stdin(length: int) -> bytes:
    pieces = []
    while length:
        piece = os.read(0, length)
        if not piece:
            os._exit(0)  # the parent has no more requests
        pieces.append(piece)
        length -= len(piece)
    return b"".join(pieces)


def _send(descriptor: int, kind: bytes, payload: bytes) -> None:
    _write(descriptor, frames.pack(kind, payload))


def _write(descriptor: int, data: bytes | memoryview) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
