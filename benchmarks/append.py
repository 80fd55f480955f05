"""Log events, each flushed to the disk, against the same flushes of files that just hold as many bytes.

Run ``python benchmarks/append.py [EVENTS]``. Wall time, many short paired runs (a disk's own pace changes from second to
second), once for events alone and once with a checkpoint after each, as after an item: the flush is the cost, and ours is
what we add to it, some 0.1 ms for an event and 0.3 ms with its checkpoint. A disk that flushes in 0.2 ms shows more of it.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from measure import compared, tell

from witnesskit.custody import Journal, Signer, prepare

BAR = 1.2
PAIRS = 25


def appended(folder: Path, events: int, *, checkpoints: bool) -> tuple[float, int]:
    """Seconds for all events, and bytes of one line."""
    signer = Signer.generate("wk1/benchmark0000")
    genesis = prepare("genesis", {}, x={"next": "0" * 64})
    journal = Journal.create(folder, signer=signer, by="field", genesis=genesis)
    before = len(journal.log_bytes())
    begin = time.perf_counter()
    for number in range(events):
        journal.append(prepare("observe", {"day": "2026-11-23", "outcome": "saved", "status": number}))
        if checkpoints:
            journal.checkpoint(signer)
    spent = time.perf_counter() - begin
    return spent, (len(journal.log_bytes()) - before) // events


def flushed(folder: Path, events: int, size: int, *, checkpoints: bool) -> float:
    """Seconds for as many flushes: of the grown file, and of a new small file, its name, and the old name's end."""
    folder.mkdir()
    path, data, note = folder / "log", b"x" * size, b"x" * 250
    path.touch()
    begin = time.perf_counter()
    for number in range(events):
        _flush(path, os.O_APPEND, data)
        if checkpoints:
            _flush(folder / "new", os.O_CREAT | os.O_TRUNC, note)
            (folder / "new").rename(folder / str(number))
            _flush_folder(folder)
            (folder / str(number - 1)).unlink(missing_ok=True)
            _flush_folder(folder)
    return time.perf_counter() - begin


def _flush(path: Path, flags: int, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC | flags, 0o600)
    os.write(handle, data)
    os.fdatasync(handle)
    os.close(handle)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    os.fsync(handle)
    os.close(handle)


def main() -> None:
    events = (int(sys.argv[1]) if len(sys.argv) > 1 else 2_000) // PAIRS
    for checkpoints, what in ((False, "an event"), (True, "an event and a checkpoint")):
        ours, empty = [], []
        with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as name:
            for number in range(PAIRS):
                spent, size = appended(Path(name) / f"custody-{number}", events, checkpoints=checkpoints)
                ours.append(spent / events * 1000)
                other = Path(name) / f"empty-{number}"
                empty.append(flushed(other, events, size, checkpoints=checkpoints) / events * 1000)
        tell([compared(f"log {what}, wall", ours, empty, BAR, "ms")])


if __name__ == "__main__":
    main()
