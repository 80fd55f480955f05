"""Seal, export and import one file, against hashlib's SHA-256 of the same file, in processor time; and peak memory.

Sizes in MiB as arguments; without, 256 and 1024. These are sizes of padded content: a file in the middle of the class
is 15/16 of it, and what is sealed is the whole.
"""

from __future__ import annotations

import shutil
import statistics
import sys
from collections.abc import Callable
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


def against_hash(name: str, source: Path, target: Path, hashed: Path) -> tuple[list[float], list[float], float]:
    """(processor seconds of the job, of SHA-256 over ``hashed``, peak MiB of the job), pair by pair."""
    ours: Callable[[], Run] = lambda: job(name, source, target)  # noqa: E731
    mine, hashes = paired(ours, lambda: job("hash", hashed, hashed.with_name("nothing")))
    columns = [[float(run.out) for run in side] for side in (mine, hashes)]
    return columns[0], columns[1], statistics.median(run.peak for run in mine)


def rows(size: int, folder: Path) -> list[Row]:
    length = size * 15 // 16
    source = inputs.noise(folder / "source", length * inputs.MIB)
    volume = folder / "volume"
    made = []
    for name, what in _WHAT.items():
        given, target = (volume, folder / "desk") if name == "import" else (source, folder / f"{name}.out")
        target = volume if name == "export" else target
        ours, peer, peak = against_hash(name, given, target, source)
        made.append(compared(f"{what}, {length} MiB, processor", ours, peer, BARS.get(name)))
        made.append(
            Row(f"{what}, {length} MiB, peak", f"{peak:.0f} MiB", f"{MEMORY_BAR} MiB", peak / MEMORY_BAR, 1.0)
        )
        if name != "export":
            clear(target)
    return made


def main() -> None:
    for size in [int(word) for word in sys.argv[1:]] or [256, 1024]:
        with inputs.folder(4 * size * inputs.MIB) as folder:
            tell(rows(size, folder))


if __name__ == "__main__":
    main()
