"""Seal, export and import one file, against hashlib's SHA-256 of the same file, in processor time; and peak memory.

Sizes in MiB as arguments; without, 256 and 1024. These are sizes of padded content: a file in the middle of the class
is 15/16 of it, and what is sealed is the whole.
"""

from __future__ import annotations

import shutil
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import inputs
from measure import HERE, Row, Run, child, compared, paired, tell

BARS = {"seal": 2.1, "export": 2.1, "import": 2.3}
MEMORY_BAR = 64  # MiB
_WHAT = {
    "encrypt": "age file alone",
    "seal": "seal as a capsule (two SHA-256)",
    "export": "export",
    "import": "import",
}


def job(name: str, source: Path, target: Path) -> Run:
    """One job in a process of its own, without what an earlier run left."""
    clear(target)
    return child([sys.executable, HERE / "jobs.py", name, source, target])


def clear(target: Path) -> None:
    shutil.rmtree(target) if target.is_dir() else target.unlink(missing_ok=True)


@dataclass(frozen=True)
class Measured:
    """Pair by pair: processor seconds of the job and of SHA-256, seconds of the job by the clock; MiB at its peak."""

    job: list[float]
    hashing: list[float]
    wall: list[float]
    peak: float


def against_hash(name: str, source: Path, target: Path, hashed: Path) -> Measured:
    """A job against SHA-256 over ``hashed``."""
    ours: Callable[[], Run] = lambda: job(name, source, target)  # noqa: E731
    mine, hashes = paired(ours, lambda: job("hash", hashed, hashed.with_name("nothing")))
    (job_cpu, wall), (hash_cpu, _) = (
        zip(*(map(float, run.out.split()) for run in side), strict=True) for side in (mine, hashes)
    )
    return Measured([*job_cpu], [*hash_cpu], [*wall], statistics.median(run.peak for run in mine))


def rows(size: int, folder: Path) -> list[Row]:
    length = size * 15 // 16
    source = inputs.noise(folder / "source", length * inputs.MIB)
    volume = folder / "volume"
    made = []
    for name, what in _WHAT.items():
        given, target = (volume, folder / "desk") if name == "import" else (source, folder / f"{name}.out")
        target = volume if name == "export" else target
        found = against_hash(name, given, target, source)
        made.append(compared(f"{what}, {length} MiB, processor", found.job, found.hashing, BARS.get(name)))
        if name in ("export", "import"):  # on two cores
            made.append(compared(f"{what}, {length} MiB, clock to its processor time", found.wall, found.job, 1.0))
        peak = f"{found.peak:.0f} MiB"
        made.append(Row(f"{what}, {length} MiB, peak", peak, f"{MEMORY_BAR} MiB", found.peak / MEMORY_BAR, 1.0))
        if name != "export":
            clear(target)
    return made


def main() -> None:
    for size in [int(word) for word in sys.argv[1:]] or [256, 1024]:
        with inputs.folder(4 * size * inputs.MIB) as folder:
            tell(rows(size, folder))


if __name__ == "__main__":
    main()
