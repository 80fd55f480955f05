"""Verify a log of 100,000 items, against parsing and dumping the same lines with the standard library.

Run ``python benchmarks/verify_events.py [EVENTS]``. Medians of five paired runs in processor time. The root is computed
from every line, so that one comparison proves the inclusion of every item; the second figure also makes and checks an
RFC 6962 inclusion proof for each. Memory is measured in a run of its own.
"""

from __future__ import annotations

import json
import secrets
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from measure import PAIRS, compared, tell

from witnesskit.custody import Journal, Signer, prepare
from witnesskit.formats import merkle
from witnesskit.verify import CaseFiles, CheckState, LogFiles, Trust, examine

BAR = 3.0
BYTES_BAR = 64  # bytes for each item beside the log itself


def make(events: int) -> tuple[bytes, bytes, str]:
    signer = Signer.generate("wk1/benchmark0000")
    with tempfile.TemporaryDirectory() as name:
        genesis = prepare("genesis", {}, x={"next": "0" * 64})
        journal = Journal.create(Path(name) / "custody", signer=signer, by="field", genesis=genesis)
        batch = []
        for _ in range(events - 1):
            item = secrets.token_hex(16)
            batch.append((prepare("ingest", {"item": item, "day": "2026-11-23"}, item=item), {}))
        journal.append_all(batch)
        return journal.log_bytes(), journal.checkpoint(signer), signer.vkey


def parse_and_dump(log: bytes) -> None:
    for line in log.split(b"\n")[:-1]:
        json.dumps(json.loads(line), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def verify(log: bytes, note: bytes, vkey: str) -> None:
    verdict = examine(CaseFiles((LogFiles(log, (note,)),)), Trust((vkey,)))
    assert not verdict.codes(CheckState.FAIL)


def prove_each(log: bytes) -> None:
    tree = merkle.Tree(map(merkle.leaf_hash, log.split(b"\n")[:-1]))
    root = tree.root()
    for number in range(tree.size):
        merkle.check_inclusion(number, tree.size, tree.leaf(number), merkle.inclusion(tree, number), root)


def memory(log: bytes, note: bytes, vkey: str) -> int:
    """Bytes that a verification needs at most, beside the log; in a run of its own, for it slows everything."""
    tracemalloc.start()
    verify(log, note, vkey)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def seconds(work: Callable[[], None]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def main() -> None:
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    log, note, vkey = make(events)
    parsed, plain, proved = [], [], []
    for _ in range(PAIRS):
        parsed.append(seconds(lambda: parse_and_dump(log)))
        plain.append(seconds(lambda: verify(log, note, vkey)))
        proved.append(plain[-1] + seconds(lambda: prove_each(log)))
    print(f"memory beside the log: {memory(log, note, vkey) / events:.1f} bytes for each item, bar {BYTES_BAR}")
    tell(
        [
            compared(f"verify {events} events, processor", plain, parsed, BAR),
            compared("and make and check a proof for each", proved, parsed, None),
        ]
    )


if __name__ == "__main__":
    main()
