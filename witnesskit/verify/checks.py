"""The recipe: every step of a verification, in order, each a call of one small check.

Pure: bytes in, verdict out. Whatever the bytes are, the answer is a verdict; a failure is a finding. The
caller must (a) hash what lies there itself, (b) take ``Trust`` from outside the case.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from witnesskit.keys import VerifierKey
from witnesskit.verify.answer import Told, answer
from witnesskit.verify.case import CaseFiles, LogFiles, Trust
from witnesskit.verify.checkpoints import Signed, check_keys, check_notes
from witnesskit.verify.evidence import Hearing, join_authorities
from witnesskit.verify.files import Shelf
from witnesskit.verify.item_checks import Inventory, check_closed, check_items_found, check_strangers
from witnesskit.verify.log_view import LogView, check_lines, read_log
from witnesskit.verify.openings import Opened, check_openings, wanted_lines
from witnesskit.verify.times import check_revoked, check_unanchored, find_followed
from witnesskit.verify.trust import check_doubles, check_memory, check_receipts, check_signers, check_tail, read_keys
from witnesskit.verify.verdict import FAIL, OK, UNKNOWN, CheckResult, Verdict


def examine(case: CaseFiles, trust: Trust) -> Verdict:
    """Check a case and answer UNCHANGED, CHANGED or CANNOT TELL; never raises on what the case holds."""
    opened: Opened = {}
    inventory = Inventory(case, Shelf.of(case))
    views = _read(case)
    checks = [
        *_check_handed(case),  # 1
        *_check_chain(case, trust, views, opened),  # 2 to 18
        *check_items_found(inventory, opened),  # 19
        *check_closed(inventory, views),
        *check_strangers(inventory),
    ]
    for view in views:
        checks += check_unanchored(view)  # 20
    return answer(Told(checks, inventory.items, inventory.backing, inventory.tally), 20)


def examine_chain(case: CaseFiles, trust: Trust) -> tuple[CheckResult, ...]:
    """Steps 2 to 18 alone: logs, checkpoints, openings and trust, and no word about any file.

    For a receiver that judges a chain before it stores what came with it. It gives findings, never a verdict.
    """
    return tuple(_check_chain(case, trust, _read(case), {}))


def compare_logs(first: LogFiles, second: LogFiles) -> tuple[CheckResult, ...]:
    """Two copies of a log, each by itself, then against each other: the last finding says how they are related.

    FORK ok: the same, or one continues the other; FORK failing: two histories; LOGID unknown: not the same log.
    """
    views = [read_log(files, f"log {number}", {}, ()) for number, files in enumerate((first, second), 1)]
    found = [check for view in views for check in _check_log(view, frozenset(), []) if check.state is not OK]
    return (*found, _compared(*views))


def _compared(one: LogView, other: LogView) -> CheckResult:
    sizes = sorted((len(one.leaves), len(other.leaves)))
    if not one.keys or not other.keys or (one.log != other.log and one.origin != other.origin):
        return CheckResult(17, "LOGID", UNKNOWN, "copies", "they are not the same log")
    if one.leaves.root(sizes[0]) != other.leaves.root(sizes[0]):
        same = next(n for n in range(sizes[0]) if one.leaves.leaf(n) != other.leaves.leaf(n))
        return CheckResult(17, "FORK", FAIL, "copies", f"they tell two histories from event {same} on")
    longer = "they are the same" if sizes[0] == sizes[1] else f"one continues the other up to {sizes[1]}"
    return CheckResult(17, "FORK", OK, "copies", f"{sizes[0]} events are in both: {longer}")


def _read(case: CaseFiles) -> list[LogView]:
    wanted = wanted_lines(case.openings)
    digests = {hashlib.sha256(file.data).hexdigest() for files in case.logs for file in files.anchors}
    return [read_log(files, f"log {number}", wanted, digests) for number, files in enumerate(case.logs, 1)]


def _check_chain(case: CaseFiles, trust: Trust, views: Sequence[LogView], opened: Opened) -> Iterator[CheckResult]:
    keys, unreadable = read_keys(trust)
    signed: list[list[Signed]] = [[] for _ in views]
    # 2 to 11. each log and its checkpoints by themselves
    for view, held in zip(views, signed, strict=True):
        yield from _check_log(view, keys, held)
    # 12. what was opened
    yield from check_openings(views, case.openings, opened)
    # 13. whose word each log stands on
    yield from unreadable
    yield from check_signers(views, keys)
    # 14. what others say about the logs of trusted keys
    for view, held in zip(views, signed, strict=True):
        if view.direct:
            yield from Hearing(view, held, trust, keys).check()
    join_authorities(views)
    find_followed(views, opened.values())
    # 15. what a revoked key may have signed vouches for nobody; 16. receipts; then 15 again, which they may help
    for view in views:
        if view.direct:
            list(check_revoked(view))
    yield from check_receipts(views, opened.values())
    for view in views:
        if view.voucher:
            yield from check_revoked(view)
        # 17. it continues what we saw before, and two copies agree
        yield from check_memory(view, trust, whole=case.expected.everything)
    yield from check_doubles(views)
    # 18. where that word ends
    for view in views:
        yield from check_tail(view)


def _check_log(view: LogView, keys: frozenset[VerifierKey], signed: list[Signed]) -> Iterator[CheckResult]:
    yield from check_lines(view)  # 2 to 7
    yield from check_keys(view)  # 8
    yield from check_notes(view, keys, signed)  # 9 to 11


def _check_handed(case: CaseFiles) -> Iterator[CheckResult]:
    # 1. there is something to check; absence is never validity
    if case.logs and case.found:
        counts = f"{len(case.logs)} logs, {len(case.openings)} openings, {len(case.found)} files"
        yield CheckResult(1, "HANDED", OK, "case", counts)
    if not case.logs:
        yield CheckResult(1, "HANDED", UNKNOWN, "case", "there is no custody log")
    if not case.found:
        yield CheckResult(1, "HANDED", UNKNOWN, "case", "there is no file")
