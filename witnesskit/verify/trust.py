"""Steps 13 and 16 to 18: whose word a log stands on, what we saw of it before, and where that word ends."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from witnesskit.errors.formats import BadKey
from witnesskit.formats.checkpoint_read import root_text
from witnesskit.keys import ED25519, ML_DSA_44, VerifierKey, parse_verifier_key
from witnesskit.verify.case import Trust
from witnesskit.verify.log_view import LogView
from witnesskit.verify.openings import OpenedEvent
from witnesskit.verify.verdict import FAIL, OK, UNKNOWN, WARN, CheckResult, first


@dataclass(frozen=True)
class Receipt:
    """What a trusted log says it received of another: exact origin, id, size and base64 root."""

    entry: OpenedEvent
    voucher: str
    size: int

    @classmethod
    def of(cls, entry: OpenedEvent, voucher: str) -> Receipt | None:
        """The receipt that a desk's opened event tells; None for any other, and where size or root is not opened."""
        size, kind = entry.fields.get("size"), (entry.event.type, entry.event.by)
        if kind != ("receipt", "desk") or not entry.text("root") or type(size) is not int or size < 1:
            return None
        return cls(entry, voucher, size)

    def about(self, view: LogView) -> bool:
        """Whether it is a receipt of this log."""
        return (self.entry.text("origin"), self.entry.text("log")) == (view.origin, view.log)

    def check(self, view: LogView, number: int) -> CheckResult:
        """Whether the lines that were received are the log's first ones."""
        size, held = self.size, len(view.leaves)
        if size > held:
            return view.says(UNKNOWN, number, "RECEIPT", f"{self.voucher} received {first(size)}, only {held} here")
        if root_text(view.leaves.root(size)) != self.entry.text("root"):
            return view.says(FAIL, number, "RECEIPT", f"{self.voucher} received something else than {first(size)}")
        return view.says(OK, number, "RECEIPT", f"{self.voucher} received exactly {first(size)}")


def read_keys(trust: Trust) -> tuple[frozenset[VerifierKey], tuple[CheckResult, ...]]:
    """The trusted keys; a finding for each that cannot be read: it trusts nobody."""
    keys, bad = set(trust.policy.logs), []
    for text in trust.keys:
        try:
            keys.add(parse_verifier_key(text, (ED25519, ML_DSA_44)))
        except BadKey as error:
            bad.append(CheckResult(13, error.code, UNKNOWN, "trust", str(error)))
    return frozenset(keys), tuple(bad)


def check_signers(views: Sequence[LogView], keys: Collection[VerifierKey]) -> Iterator[CheckResult]:
    """Step 13: a log whose line of keys holds a trusted one that signed a checkpoint here stands on that key's word.

    Anybody can write a log that names a key; who signed a part of it committed what may replace the key.
    """
    for view in views:
        if any(key in keys for key in (view.signers if view.keys[1:] else (key for _, key in view.keys))):
            view.voucher = view.origin
            yield view.says(OK, 13, "UNTRUSTED", "its signer was given from outside")


def check_receipts(views: Sequence[LogView], opened: Iterable[OpenedEvent]) -> Iterator[CheckResult]:
    """Step 16: every other log is vouched for by a receipt of exactly its lines, in a directly trusted log."""
    told = [Receipt.of(entry, entry.view.voucher) for entry in opened if entry.attested]
    receipts = [receipt for receipt in told if receipt]
    for view in views:
        direct, best = view.direct, 0
        for receipt in receipts:
            if not receipt.about(view):
                continue
            result = receipt.check(view, 16)
            yield result
            if result.state is OK:
                view.received_in.append((receipt.entry.view, receipt.entry.n, receipt.size))
            if result.state is OK and not direct and receipt.size > best:
                best, view.voucher, view.received = receipt.size, receipt.voucher, receipt.entry.day
        view.attested = view.attested if direct else best
        if not view.voucher:
            sentence = "its signer is not among the keys given from outside, and no trusted log received it"
            yield view.says(UNKNOWN, 16, "UNTRUSTED", sentence)


def check_memory(view: LogView, trust: Trust, *, whole: bool) -> Iterator[CheckResult]:
    """Step 17: the log continues what we saw of it. ``whole``: the newest state should be here."""
    if not view.origin or view.origin not in trust.remembered:
        return
    size, root = trust.remembered[view.origin]
    if size > len(view.leaves):
        state, told = FAIL if whole else UNKNOWN, f"we saw {first(size)} before, only {len(view.leaves)} here"
        yield view.says(state, 17, "ROLLBACK", told)
    elif size < 1 or root_text(view.leaves.root(size)) != root:
        yield view.says(FAIL, 17, "FORK", f"we hold another history of {first(size)}")
    else:
        yield view.says(OK, 17, "FORK", f"it continues {first(size)}, seen before")


def check_doubles(views: Sequence[LogView]) -> Iterator[CheckResult]:
    """Step 17: two copies of one log tell one history, and a trusted key signs one log under its name."""
    first: dict[str, LogView] = {}
    for view in views:
        names = (view.log, view.origin) if view.direct and view.signers else (view.log,)
        for other in {id(one): one for one in (first.setdefault(name, view) for name in names)}.values():
            common = min(len(view.leaves), len(other.leaves))
            if view.leaves.root(common) != other.leaves.root(common):
                yield view.says(FAIL, 17, "FORK", "two copies of the log tell two histories")


def check_tail(view: LogView) -> Iterator[CheckResult]:
    """Step 18: events after the last one that somebody trusted covers."""
    tail = len(view.leaves) - view.attested
    if view.voucher and tail > 0:
        yield view.says(WARN, 18, "TAIL", f"from event {view.attested} on, {tail} in all, it stands on nobody's word")
