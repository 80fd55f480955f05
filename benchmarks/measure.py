"""Paired runs (A B A B), medians, and the rows of the table. Every bar is a ratio against something run beside it."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
PAIRS = 5
HERE = Path(__file__).resolve().parent
# posix_spawn lets a child begin with the peak of its parent; started from this small process, a peak is its own
_LAUNCHER = """
import json, os, resource, sys, time
argv, taken = sys.argv[2:], os.open(os.devnull, os.O_WRONLY)
got = os.memfd_create("got")
begin = time.perf_counter()
pid = os.posix_spawnp(argv[0], argv, os.environ, file_actions=[
    (os.POSIX_SPAWN_DUP2, got, 1), (os.POSIX_SPAWN_DUP2, taken if sys.argv[1] == "quiet" else 2, 2)])
_, status, used = os.wait4(pid, 0)
wall = time.perf_counter() - begin
text = os.pread(got, 1 << 20, 0).decode(errors="replace")
print(json.dumps({"status": os.waitstatus_to_exitcode(status), "wall": wall, "cpu": used.ru_utime + used.ru_stime,
                  "peak": used.ru_maxrss / 1024, "out": text}))
"""


@dataclass(frozen=True)
class Run:
    """One whole process with the children it waited for: seconds, and MiB of the largest of them."""

    wall: float
    cpu: float
    peak: float
    out: str


@dataclass(frozen=True)
class Row:
    """One line of the table. ``ratio`` must not be above ``bar``; without a bar it is only shown."""

    what: str
    ours: str
    peer: str
    ratio: float | None = None
    bar: float | None = None

    @property
    def verdict(self) -> str:
        if self.bar is None or self.ratio is None:
            return "not run" if self.ours.startswith("needs") else "shown"
        return "met" if self.ratio <= self.bar else "MISSED"


def child(argv: Sequence[str | Path], *, stdin: str = "", loud: bool = True) -> Run:
    """Run one process to its end; raises SystemExit where it fails."""
    words = [sys.executable, "-I", "-S", "-c", _LAUNCHER, "loud" if loud else "quiet", *map(str, argv)]
    done = subprocess.run(words, input=stdin, stdout=subprocess.PIPE, text=True, check=True)
    found = json.loads(done.stdout)
    if found["status"]:
        raise SystemExit(f"{Path(str(argv[0])).name} ended with status {found['status']}")
    return Run(found["wall"], found["cpu"], found["peak"], found["out"])


def paired(ours: Callable[[], T], peer: Callable[[], T], *, pairs: int = PAIRS) -> tuple[list[T], list[T]]:
    """Run both in turn, once before counting; returns the results of each, pair beside pair."""
    ours(), peer()
    both = [(ours(), peer()) for _ in range(pairs)]
    return [mine for mine, _ in both], [other for _, other in both]


def ratio(ours: Sequence[float], peer: Sequence[float]) -> float:
    """Median over the pairs of ours / peer."""
    return statistics.median(mine / other for mine, other in zip(ours, peer, strict=True))


def compared(what: str, ours: Sequence[float], peer: Sequence[float], bar: float | None, unit: str = "s") -> Row:
    """A row from two columns of figures."""
    shown = [f"{statistics.median(column):.3g} {unit}" for column in (ours, peer)]
    return Row(what, shown[0], shown[1], ratio(ours, peer), bar)


def tell(rows: Sequence[Row]) -> None:
    """Print rows for run.py, one JSON line each."""
    for row in rows:
        print(json.dumps(asdict(row)), flush=True)
