"""``examine_proof``: one line, its openings, the proof that a checkpoint covers it, and a file (spec: proof.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from witnesskit.formats.tlog_proof_read import TlogProof
from witnesskit.verify.answer import Told, answer
from witnesskit.verify.case import Found, Trust
from witnesskit.verify.evidence import Hearing
from witnesskit.verify.files import ALTERED, PRESENT, WITHHELD, committed_by
from witnesskit.verify.openings import OpenedEvent
from witnesskit.verify.proven_line import ProvenLine
from witnesskit.verify.times import interval
from witnesskit.verify.trust import read_keys
from witnesskit.verify.verdict import FAIL, OK, UNKNOWN, CheckResult, ItemResult, Tally, Thing, Verdict, decide


def examine_proof(proof: TlogProof, found: Found | None, trust: Trust) -> Verdict:
    """Answer for one line and, if one is given, the file it commits; never raises on what the proof holds."""
    keys, unreadable = read_keys(trust)
    line = ProvenLine(proof, keys)
    checks = [*unreadable, *line.checks]
    view, entry = line.view, line.entry
    if entry is None or line.signed is None:
        return Verdict(decide(checks), "", (), tuple(checks))
    checks += (replace(check, number=4) for check in Hearing(view, [line.signed], trust, keys).check())
    checks += _check_file(entry, found) if found else ()
    same = checks[-1].code == "FILES"
    things = (Thing(found.sha256, PRESENT if same else ALTERED),) if found else ()
    state = things[0].state if things else WITHHELD
    item = ItemResult(
        entry.item, entry.event.log, entry.n, entry.event.type, entry.day, state, things, interval(view, entry.n)
    )
    return answer(Told(sorted(checks, key=lambda check: check.number), (item,), (entry,), Tally()), 8)


def _check_file(entry: OpenedEvent, found: Found) -> Iterator[CheckResult]:
    """Step 7: the file has a digest that the line commits."""
    committed, _ = committed_by(entry)
    if found.sha256 in {one.sha256 for one in committed}:
        yield CheckResult(7, "FILES", OK, found.name, f"as event {entry.n} commits it")
    elif committed:
        yield CheckResult(7, "ALTERED", FAIL, found.name, f"event {entry.n} commits other files than this one")
    else:
        yield CheckResult(7, "NOTHING", UNKNOWN, found.name, f"no digest of a file is opened in event {entry.n}")
