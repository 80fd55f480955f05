"""The recipe: every step of a verification, in order, each a call of one small check.

Pure: bytes in, verdict out. Whatever the bytes are, the answer is a verdict; a failure is a finding. The
caller must (a) hash what lies there itself, (b) take ``Trust`` from outside the case.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from witnesskit.keys import VerifierKey
from witnesskit.verify.case import CaseFiles, Trust
from witnesskit.verify.files import Shelf
from witnesskit.verify.item_checks import (
    Inventory,
    check_closed,
    check_items_found,
    check_strangers,
)
from witnesskit.verify.log_checks import (
    OK,
    UNKNOWN,
    WARN,
    LogView,
    check_clock,
    check_genesis,
    check_items,
    check_lines,
    check_log_id,
    check_notes,
    check_sequence,
    read_log,
)
from witnesskit.verify.openings import OpenedEvent, check_openings, wanted_lines
from witnesskit.verify.trust import (
    check_doubles,
    check_keys,
    check_memory,
    check_receipts,
    check_signers,
    check_tail,
    receipts_of,
)
from witnesskit.verify.verdict import CheckResult, State, Verdict, decide


def examine(case: CaseFiles, trust: Trust) -> Verdict:
    """Check a case and answer UNCHANGED, CHANGED or CANNOT TELL; never raises on what the case holds."""
    opened: dict[tuple[str, int], OpenedEvent] = {}
    inventory = Inventory(case, Shelf.of(case))
    views = [read_log(files, number) for number, files in enumerate(case.logs, 1)]
    checks = [
        *_check_handed(case),  # 1
        *_check_chain(case, trust, views, opened),  # 2 to 15
        *check_items_found(inventory, opened),  # 16a-c
        *check_closed(inventory, views),  # 16d
        *check_strangers(inventory),  # 16e
        CheckResult(17, "TIME", WARN, "time", "unproven: no outside timestamp; every day is a signer's claim"),
    ]
    state = decide(checks)
    backing = inventory.backing if state is State.UNCHANGED else []
    days = {entry.word_day for entry in backing}
    since = max(days, default="") if "" not in days else ""
    word_of = tuple(sorted({entry.view.voucher for entry in backing}))
    return Verdict(state, since, word_of, tuple(checks), tuple(inventory.items))


def examine_chain(case: CaseFiles, trust: Trust) -> tuple[CheckResult, ...]:
    """Steps 2 to 15 alone: logs, checkpoints, openings and trust, and no word about any file.

    For a receiver that judges a chain before it stores what came with it. It gives findings, never a verdict.
    """
    views = [read_log(files, number) for number, files in enumerate(case.logs, 1)]
    return tuple(_check_chain(case, trust, views, {}))


def _check_chain(
    case: CaseFiles, trust: Trust, views: Sequence[LogView], opened: dict[tuple[str, int], OpenedEvent]
) -> Iterator[CheckResult]:
    yield from _check_logs(case, views)  # 2 to 11
    yield from check_openings(_by_log(views), case.openings, opened)  # 12
    yield from _check_trust(case, trust, views, opened)  # 13 to 15


def _check_handed(case: CaseFiles) -> Iterator[CheckResult]:
    # 1. there is something to check; absence is never validity
    if case.logs and case.found:
        counts = f"{len(case.logs)} logs, {len(case.openings)} openings, {len(case.found)} files"
        yield CheckResult(1, "HANDED", OK, "case", counts)
    if not case.logs:
        yield CheckResult(1, "HANDED", UNKNOWN, "case", "there is no custody log")
    if not case.found:
        yield CheckResult(1, "HANDED", UNKNOWN, "case", "there is no file")


def _check_logs(case: CaseFiles, views: Sequence[LogView]) -> Iterator[CheckResult]:
    wanted = wanted_lines(case.openings)
    for files, view in zip(case.logs, views, strict=True):
        # 2. every line is in the line profile
        yield from check_lines(view, wanted.get(view.log, frozenset()))
        # 3. the genesis event names the log and its key
        yield from check_genesis(view)
        # 4. no number is missing
        yield check_sequence(view)
        # 5. no line was brought from another log
        yield check_log_id(view)
        # 6. no item enters twice
        yield check_items(view)
        # 7. the claimed days do not run back
        yield check_clock(view)
        # 8-11. for each checkpoint: form, signature, size, root
        yield from check_notes(view, files.notes)


def _check_trust(
    case: CaseFiles, trust: Trust, views: Sequence[LogView], opened: dict[tuple[str, int], OpenedEvent]
) -> Iterator[CheckResult]:
    # 13. whose word each log stands on: a trusted key's own, or a trusted log's receipt
    keys: set[VerifierKey] = set()
    yield from check_keys(trust, keys)
    check_signers(views, keys)
    yield from check_receipts(views, receipts_of(opened.values()))
    # 14. it continues what we saw before, and two copies agree
    for view in views:
        yield from check_memory(view, trust, whole=case.expected.everything)
    yield from check_doubles(views)
    # 15. where that word ends
    for view in views:
        yield from check_tail(view)


def _by_log(views: Sequence[LogView]) -> dict[str, LogView]:
    """One view for each log id: of two copies, the longer."""
    return {view.log: view for view in sorted(views, key=lambda view: view.tree.size)}
