"""Hash sealed files again with two workers: small ones in processes, big ones in threads; no key is needed.

A small file costs more in Python than in SHA-256, which holds the interpreter; a big one leaves it alone.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from multiprocessing.pool import Pool
from typing import Final, NamedTuple

from witnesskit.limits import KIB, MIB

MISSING, CHANGED, UNREADABLE = "missing", "changed", "unreadable"
WORKERS: Final = 2
_BIG: Final = 4 * MIB  # bytes from which a thread is as good as a process
_TOGETHER: Final = 64  # small files that a process is given at once
_BLOCK: Final = 256 * KIB  # stays in the cache of a core
_FEW: Final = 256  # small files below which no process is worth its start
_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Target(NamedTuple):
    """A sealed file: its opaque id, where it lies, the digest and the size that the vault's list has.

    A tuple, since thousands of them go to another process.
    """

    id: str
    path: str
    sha256: str
    size: int


Looked = tuple[str, str, int]  # id, what is wrong or nothing, bytes
Tick = Callable[[int], None]  # bytes that were read since the last call


class Checker:
    """Workers that are started once; ``check`` may be called for one batch after the other."""

    def __init__(self, pool: Pool | None) -> None:
        self._pool = pool

    def check(self, targets: Sequence[Target], tick: Tick) -> dict[str, str]:
        """id -> what is wrong with it; what is as it was is not named."""
        small = [one for one in targets if one.size < _BIG]
        big = [one for one in targets if one.size >= _BIG]
        wrong: dict[str, str] = {}
        for size, problems in self._small(small):
            tick(size)
            wrong |= problems
        lock = threading.Lock()

        def counted(size: int) -> None:
            with lock:
                tick(size)

        with ThreadPoolExecutor(WORKERS) as threads:
            for name, problem, _size in threads.map(lambda one: _look(one, counted), big):
                wrong |= {name: problem} if problem else {}
        return wrong

    def _small(self, targets: Sequence[Target]) -> Iterator[tuple[int, dict[str, str]]]:
        batches = _batches(targets)
        return map(_look_at, batches) if self._pool is None else self._pool.imap_unordered(_look_at, batches)


@contextmanager
def checker(count: int) -> Iterator[Checker]:
    """Workers for about ``count`` small files; they are forked before there is any thread."""
    if count < _FEW or "fork" not in multiprocessing.get_all_start_methods():
        yield Checker(None)
        return
    with multiprocessing.get_context("fork").Pool(WORKERS, _quietly) as pool:
        yield Checker(pool)


def small_ones(targets: Iterable[Target]) -> int:
    """How many of them a process would hash."""
    return sum(one.size < _BIG for one in targets)


def _quietly() -> None:
    """The parent is who is interrupted."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _batches(targets: Sequence[Target]) -> Iterator[list[Target]]:
    rest = iter(targets)
    while batch := list(islice(rest, _TOGETHER)):
        yield batch


def _look_at(targets: Sequence[Target]) -> tuple[int, dict[str, str]]:
    """Bytes that were read, and id -> what is wrong."""
    found = [_look(one, None) for one in targets]
    return sum(size for _name, _problem, size in found), {name: problem for name, problem, _size in found if problem}


def _look(target: Target, tick: Tick | None) -> Looked:
    try:
        descriptor = os.open(target.path, _FLAGS)
    except FileNotFoundError:
        return target.id, MISSING, 0
    except OSError:
        return target.id, UNREADABLE, 0
    try:
        return _hashed(target, descriptor, tick)
    except OSError:
        return target.id, UNREADABLE, 0
    finally:
        os.close(descriptor)


def _hashed(target: Target, descriptor: int, tick: Tick | None) -> Looked:
    """A buffer that is used again costs a tenth of one that the system gives anew for every block."""
    hasher, done = hashlib.sha256(), 0
    buffer = memoryview(bytearray(min(_BLOCK, target.size + 1)))
    while count := os.readv(descriptor, [buffer]):
        hasher.update(buffer[:count])
        done += count
        if tick:
            tick(count)
    same = done == target.size and hasher.hexdigest() == target.sha256
    return target.id, "" if same else CHANGED, done
