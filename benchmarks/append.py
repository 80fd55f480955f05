"""Log events one by one, each flushed to the disk, against the same flushes of a file that just grows by as many bytes.

Run ``python benchmarks/append.py [EVENTS]``. Wall time, paired runs: the flush is the cost, and ours is what we add to it.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from measure import PAIRS, compared, tell

from witnesskit.custody import Journal, Signer, prepare

BAR = 1.2


def appended(folder: Path, events: int) -> tuple[float, int]:
    """Seconds for all events, and bytes of one line."""
    signer = Signer.generate("wk1/benchmark0000")
    genesis = prepare("genesis", {}, x={"next": "0" * 64})
    journal = Journal.create(folder, signer=signer, by="desk", genesis=genesis)
    before = len(journal.log_bytes())
    begin = time.perf_counter()
    for number in range(events):
        journal.append(prepare("observe", {"day": "2026-11-23", "outcome": "saved", "status": number}))
    spent = time.perf_counter() - begin
    return spent, (len(journal.log_bytes()) - before) // events


def flushed(path: Path, events: int, size: int) -> float:
    """Seconds for as many flushes of ``size`` bytes each."""
    data = b"x" * size
    path.touch()
    begin = time.perf_counter()
    for _ in range(events):
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        os.write(handle, data)
        os.fdatasync(handle)
        os.close(handle)
    return time.perf_counter() - begin


def main() -> None:
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    ours, empty = [], []
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as name:
        for number in range(PAIRS):
            spent, size = appended(Path(name) / f"custody-{number}", events)
            ours.append(spent)
            empty.append(flushed(Path(name) / f"empty-{number}", events, size))
    tell([compared(f"log {events} events, a flush each, wall", ours, empty, BAR)])


if __name__ == "__main__":
    main()
