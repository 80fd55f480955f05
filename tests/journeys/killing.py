"""Kill a command at a chosen system call, watch what its processes show, and search what it left for anything readable."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from tests.journeys.program import WAIT, Folder, command

# calls after which the disk holds something else than before
CALLS = "openat,write,pwrite64,fsync,fdatasync,rename,unlink,unlinkat,mkdir,rmdir,fchmod,utimensat,ftruncate"
WINDOW = 32
EVERY = 4096
_ANCHOR = re.compile(b"s")  # windows begin with it; it is in every 4 KiB of a film, and in every page
_CALL = re.compile(r"^(?:\d+\s+)?(\w+)\(")


@dataclass(frozen=True)
class Point:
    """The ``number``-th call of a name by the command itself (its children are not counted)."""

    call: str
    number: int


@dataclass(frozen=True)
class Secrets:
    """What must not be readable anywhere; ``in_argument``: what the person typed as an argument of this command."""

    texts: tuple[str, ...]
    bodies: tuple[bytes, ...]
    in_argument: tuple[str, ...] = ()

    def found_in(self, data: bytes, *, arguments: bool = True) -> list[bytes]:
        """The texts, in two encodings, and the windows of the bodies that ``data`` holds."""
        every = [*self.texts, *(self.in_argument if arguments else ())]
        texts = [text.encode(how) for text in every for how in ("utf-8", "utf-16-le")]
        here = (data[match.start() : match.start() + WINDOW] for match in _ANCHOR.finditer(data))
        return [text for text in texts if text in data] + [window for window in here if window in self.windows]

    @cached_property
    def windows(self) -> frozenset[bytes]:
        """One window of 32 bytes in every 4 KiB of each body, where it begins with the byte that is looked for."""
        found = set()
        for body in self.bodies:
            for start in range(0, len(body), EVERY):
                match = _ANCHOR.search(body, start, start + EVERY)
                window = body[match.start() : match.start() + WINDOW] if match else b""
                if len(window) == WINDOW:
                    found.add(window)
        return frozenset(found)


@dataclass
class Killed:
    """A command that was killed, or ended before its point was reached."""

    status: int
    shown: set[bytes] = field(default_factory=set)  # command lines and environments of its processes

    @property
    def was_killed(self) -> bool:
        return self.status in (-signal.SIGKILL, 128 + signal.SIGKILL)


def strace_works() -> bool:
    strace = shutil.which("strace")
    if not strace:
        return False
    done = subprocess.run(
        [strace, "-qq", "-o", "/dev/null", "-e", "inject=getpid:signal=SIGKILL", "true"], check=False
    )
    return done.returncode in (0, -signal.SIGKILL, 128 + signal.SIGKILL)


def points(folder: Folder, arguments: Sequence[object], stdin: str) -> list[Point]:
    """Every call of one undisturbed run, from the moment the vault is locked."""
    trace = folder.path / "trace.txt"
    _run(folder, ["strace", "-qq", "-o", str(trace), "-e", f"trace={CALLS}"], arguments, stdin)
    seen: Counter[str] = Counter()
    found, begun = [], False
    for line in trace.read_text(errors="replace").splitlines():
        match = _CALL.match(line)
        if match:
            seen[match[1]] += 1
            begun = begun or '/lock"' in line
            if begun and not (match[1] == "openat" and "O_CREAT" not in line):
                found.append(Point(match[1], seen[match[1]]))
    trace.unlink()
    return found


def spread(found: Sequence[Point], count: int, shift: float) -> list[Point]:
    """``count`` of the points, spread over the run; ``shift`` in [0, 1) moves them between their neighbours."""
    return [found[int((number + shift) * len(found) / count)] for number in range(count)]


def kill_at(folder: Folder, point: Point, arguments: Sequence[object], stdin: str) -> Killed:
    inject = f"inject={point.call}:signal=SIGKILL:when={point.number}"
    strace = ["strace", "-qq", "-o", "/dev/null", "-e", f"trace={point.call}", "-e", inject]
    return _run(folder, strace, arguments, stdin)


def kill_after(folder: Folder, seconds: float, arguments: Sequence[object], stdin: str) -> Killed:
    return _run(folder, [], arguments, stdin, seconds)


def leaks(places: Iterable[Path], secrets: Secrets) -> list[str]:
    """Files under ``places`` that hold something readable, or whose name does."""
    found = []
    for place in places:
        for path in place.rglob("*"):
            data = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
            found += [f"{path}: {needle!r}" for needle in secrets.found_in(data + os.fsencode(path.name))]
    return found


def shown(killed: Killed, secrets: Secrets) -> list[bytes]:
    """What processes showed in their command line or environment, but for what the person typed there."""
    return [text for text in killed.shown if secrets.found_in(text, arguments=False)]


def _run(
    folder: Folder, prefix: Sequence[str], arguments: Sequence[object], stdin: str, kill_after_seconds: float = 0
) -> Killed:
    killed = Killed(0)
    process = subprocess.Popen(
        [*prefix, *command(), *map(str, arguments)],
        cwd=folder.path,
        env=folder.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    watcher = threading.Thread(target=_watch, args=(process, killed.shown), daemon=True)
    watcher.start()
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(stdin.encode())
        process.stdin.close()
    if kill_after_seconds:
        time.sleep(kill_after_seconds)
        process.kill()
    killed.status = process.wait(WAIT)
    watcher.join(5)
    return killed


def _watch(process: subprocess.Popen, seen: set[bytes]) -> None:
    while process.poll() is None:
        for pid in _tree(process.pid):
            for name in ("cmdline", "environ"):
                with contextlib.suppress(OSError):
                    seen.add(Path(f"/proc/{pid}/{name}").read_bytes())
        time.sleep(0.03)


def _tree(root: int) -> set[int]:
    """``root`` and every process below it."""
    below, parents = {root}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    while more := {pid for pid, parent in parents.items() if parent in below} - below:
        below |= more
    return below
