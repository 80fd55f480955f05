"""Verify a log of 100,000 items, against parsing and dumping the same lines with the standard library.

Run ``python benchmarks/verify_events.py [EVENTS]``. Prints the median of five paired runs; the bar is 3.0. The root
is computed from every line, so that one comparison proves the inclusion of every item; the second figure
also makes and checks an RFC 6962 inclusion proof for each.
"""

from __future__ import annotations

import json
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from witnesskit.custody import Journal, Signer, prepare
from witnesskit.formats import merkle
from witnesskit.verify import CaseFiles, CheckState, LogFiles, Trust, examine

RUNS = 5


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


def seconds(work: Callable[[], None]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def main() -> None:
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    log, note, vkey = make(events)
    plain, proved = [], []
    for _ in range(RUNS):
        base = seconds(lambda: parse_and_dump(log))
        mine = seconds(lambda: verify(log, note, vkey))
        plain.append(mine / base)
        proved.append((mine + seconds(lambda: prove_each(log))) / base)
    print(f"{events} events of {len(log) // events} bytes: {statistics.median(plain):.2f} x parse and dump (bar 3.0)")
    print(f"with a proof made and checked for each item: {statistics.median(proved):.2f} x")


if __name__ == "__main__":
    main()
