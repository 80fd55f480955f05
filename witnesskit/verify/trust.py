"""Steps 13 to 15: whose word a log stands on, what we saw of it before, and where that word ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from witnesskit.errors.formats import BadKey
from witnesskit.formats.checkpoint import root_text
from witnesskit.keys import VerifierKey, parse_verifier_key
from witnesskit.verify.case import Trust
from witnesskit.verify.log_checks import FAIL, OK, UNKNOWN, WARN, LogView
from witnesskit.verify.openings import OpenedEvent
from witnesskit.verify.verdict import CheckResult


@dataclass(frozen=True)
class Receipt:
    """What a trusted log says it received of another: exact origin, id, size and base64 root."""

    origin: str
    log: str
    size: int
    root: str
    voucher: str
    day: str


def check_keys(trust: Trust, keys: set[VerifierKey]) -> Iterator[CheckResult]:
    """Step 13a: read the trusted keys into ``keys``; one that cannot be read trusts nobody."""
    for text in trust.keys:
        try:
            keys.add(parse_verifier_key(text))
        except BadKey as error:
            yield CheckResult(13, error.code, UNKNOWN, "trust", str(error))


def check_signers(views: Sequence[LogView], keys: set[VerifierKey]) -> None:
    """Step 13b: a log signed by a trusted key stands on that key's word."""
    for view in views:
        if view.key in keys:
            view.voucher = view.origin


def receipts_of(opened: Iterable[OpenedEvent]) -> tuple[Receipt, ...]:
    """The receipts that directly trusted logs hold; a vouched log vouches for no other."""
    found = []
    for entry in opened:
        if entry.event.type != "receipt" or not entry.attested:
            continue
        size = entry.fields.get("size")
        if type(size) is int and size > 0:
            origin, log, root = entry.text("origin"), entry.text("log"), entry.text("root")
            found.append(Receipt(origin, log, size, root, entry.view.voucher, entry.day))
    return tuple(found)


def check_receipts(views: Sequence[LogView], receipts: Sequence[Receipt]) -> Iterator[CheckResult]:
    """Step 13c: every log is trusted directly, or vouched for by a receipt of exactly its lines."""
    for view in views:
        direct = bool(view.voucher)
        vouched = 0
        for receipt in receipts:
            if (receipt.origin, receipt.log) != (view.origin, view.log):
                continue
            result, size = _check_receipt(view, receipt)
            yield result
            if size > vouched and not direct:
                vouched, view.voucher, view.attested = size, receipt.voucher, size
                view.received = receipt.day
        if not view.voucher:
            sentence = "its signer is not among the keys given from outside, and no trusted log received it"
            yield CheckResult(13, "UNTRUSTED", UNKNOWN, view.subject, sentence)
        elif direct:
            yield CheckResult(13, "UNTRUSTED", OK, view.subject, "its signer was given from outside")


def _check_receipt(view: LogView, receipt: Receipt) -> tuple[CheckResult, int]:
    size = receipt.size
    if size > view.tree.size:
        sentence = f"{receipt.voucher} received {size} events, {view.tree.size} are here"
        return CheckResult(13, "RECEIPT", UNKNOWN, view.subject, sentence), 0
    if root_text(view.tree.root(size)) != receipt.root:
        sentence = f"the first {size} events are not those {receipt.voucher} received"
        return CheckResult(13, "RECEIPT", FAIL, view.subject, sentence), 0
    sentence = f"{receipt.voucher} received exactly the first {size} events"
    return CheckResult(13, "RECEIPT", OK, view.subject, sentence), size


def check_memory(view: LogView, trust: Trust, *, whole: bool) -> Iterator[CheckResult]:
    """Step 14: the log continues what we saw of it. ``whole``: the newest state should be here."""
    remembered = trust.remembered.get(view.origin) if view.origin else None
    if remembered is None:
        return
    size, root = remembered
    if size > view.tree.size:
        sentence = f"we saw {size} events before, {view.tree.size} are here"
        yield CheckResult(14, "ROLLBACK", FAIL if whole else UNKNOWN, view.subject, sentence)
    elif size < 1 or root_text(view.tree.root(size)) != root:
        yield CheckResult(14, "FORK", FAIL, view.subject, f"we hold another history of its first {size} events")
    else:
        yield CheckResult(14, "FORK", OK, view.subject, f"it continues the {size} events we saw before")


def check_doubles(views: Sequence[LogView]) -> Iterator[CheckResult]:
    """Step 14b: two copies of one log tell one history."""
    first: dict[str, LogView] = {}
    for view in views:
        other = first.setdefault(view.log, view)
        common = min(view.tree.size, other.tree.size)
        if other is not view and view.tree.root(common) != other.tree.root(common):
            yield CheckResult(14, "FORK", FAIL, view.subject, "two copies of the log tell two histories")


def check_tail(view: LogView) -> Iterator[CheckResult]:
    """Step 15: events after the last one that somebody trusted covers."""
    tail = view.tree.size - view.attested
    if view.voucher and tail > 0:
        sentence = f"{tail} events from event {view.attested} on stand on nobody's word"
        yield CheckResult(15, "TAIL", WARN, view.subject, sentence)
