"""Step 19, told as findings: items present, altered, missing, withheld, deleted; and what nobody committed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from witnesskit.verify.case import CaseFiles
from witnesskit.verify.files import (
    ALTERED,
    DELETED,
    MISSING,
    PRESENT,
    RECORD,
    THINGS,
    WITHHELD,
    Committed,
    Shelf,
    committed_by,
    lie_there,
)
from witnesskit.verify.log_view import LogView
from witnesskit.verify.openings import Opened, OpenedEvent, longest
from witnesskit.verify.times import interval, later
from witnesskit.verify.verdict import FAIL, OK, UNKNOWN, WARN, CheckResult, ItemResult, ItemState, Tally, Thing

_ENTERED = re.compile(
    rb'"item":"([0-9a-f]{32})","log":"[0-9a-f]{64}","n":([0-9]{1,15}),[^\n]*"type":"(ingest|derive)"'
)


@dataclass
class Inventory:
    """The items of a case while they are compared with what lies there."""

    case: CaseFiles
    shelf: Shelf
    items: list[ItemResult] = field(default_factory=list)
    backing: list[OpenedEvent] = field(default_factory=list)  # attested events whose things are here
    recorded: set[str] = field(default_factory=set)  # items whose record capsule, with its copies, is here
    accounted: set[str] = field(default_factory=set)  # capsule ids and digests that an event commits
    # item -> the last attested event of its deletion by log, and by whether it tells of more than openings
    deleted: dict[str, dict[tuple[str, bool], OpenedEvent]] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)

    def deletions(self, item: str, view: LogView, n: int) -> list[OpenedEvent]:
        """What records that ``item``, of event ``n``, was erased: later, in its log or in one that received it."""
        held = self.deleted.get(item, {}).values()
        return [one for one in held if any(log.log == one.view.log and m < one.n for log, m in later(view, n))]


def check_items_found(inventory: Inventory, opened: Opened) -> Iterator[CheckResult]:
    """Compare each opened event that commits things; a derive's copy may lie in its parent's record."""
    for entry in sorted(opened.values(), key=lambda entry: entry.n):
        if entry.event.type == "delete" and entry.attested and entry.text("item"):
            key = (entry.view.log, entry.text("scope") in ("file", "both"))
            inventory.deleted.setdefault(entry.text("item"), {})[key] = entry
    for wanted in ("observe", "ingest", "derive"):
        for entry in opened.values():
            if entry.event.type == wanted and (wanted != "observe" or not THINGS.isdisjoint(entry.fields)):
                yield from _check_item(inventory, entry)


def _check_item(inventory: Inventory, entry: OpenedEvent) -> Iterator[CheckResult]:
    committed, well_formed = committed_by(entry)
    things = tuple(_compare(inventory, one) for one in committed)
    things = _pair_strangers(inventory.shelf, entry.item, things)
    state = _state(inventory, entry, things)
    if state is MISSING and inventory.case.expected.everything:
        things = _demanded(things)
    result = ItemResult(
        entry.item, entry.view.log, entry.n, entry.event.type, entry.day, state, things, interval(entry.view, entry.n)
    )
    inventory.items.append(result)
    if not well_formed:
        yield CheckResult(19, "VALUE", UNKNOWN, entry.item, f"event {entry.n} commits a value we cannot read")
    yield from _tell(result, inventory.deletions(entry.item, entry.view, entry.n))
    if not entry.attested and any(entry.n in lines for lines in entry.view.doubtful):
        sentence = f"event {entry.n} is not proven to be older than the theft of the key"
        yield CheckResult(15, "REVOKED", UNKNOWN, entry.item, sentence)
    elif not entry.attested and entry.view.voucher:
        yield CheckResult(18, "TAIL", UNKNOWN, entry.item, f"event {entry.n} stands on nobody's word")
    elif entry.attested and state is PRESENT:
        inventory.backing.append(entry)


def _compare(inventory: Inventory, committed: Committed) -> Thing:
    inventory.accounted.update(committed)
    thing = inventory.shelf.compare(committed)
    if thing is None:
        listed = not inventory.case.expected.listed.isdisjoint(committed)
        thing = Thing(committed.sha256, MISSING if listed else WITHHELD, committed.capsule)
    return thing


def _pair_strangers(shelf: Shelf, item: str, things: tuple[Thing, ...]) -> tuple[Thing, ...]:
    """A file filed under the item that matches nothing stands in the place of one that is not here."""
    paired = list(things)
    absent = [place for place, one in enumerate(things) if not one.capsule and one.state in (MISSING, WITHHELD)]
    for place, stranger in zip(absent, shelf.strange(item), strict=False):
        paired[place] = replace(things[place], state=ALTERED, found_sha256=stranger.sha256)
    return tuple(paired)


def _state(inventory: Inventory, entry: OpenedEvent, things: tuple[Thing, ...]) -> ItemState:
    state = lie_there(things)
    if any(one.capsule == RECORD and one.state is PRESENT for one in things):
        inventory.recorded.add(entry.item)
    gone = [
        one for item in (entry.item, entry.text("parent")) for one in inventory.deletions(item, entry.view, entry.n)
    ]
    if state in (MISSING, WITHHELD) and any(_covers(one, things) for one in gone):
        return DELETED
    if state is not WITHHELD or not things or not inventory.case.expected.everything:
        return state
    inside = entry.event.type == "derive" and entry.text("parent") in inventory.recorded
    return WITHHELD if inside else MISSING


def _covers(deletion: OpenedEvent, things: tuple[Thing, ...]) -> bool:
    """Whether it says that these are gone: one of openings alone erases records, and copies that lie in them."""
    kept = [one.state is PRESENT for one in things if one.capsule not in ("", RECORD)]
    return deletion.text("scope") in ("file", "both") or all(kept)


def _demanded(things: tuple[Thing, ...]) -> tuple[Thing, ...]:
    """Capsules that are not here are missing; opened files only of an item without capsules."""
    sealed = any(one.capsule for one in things)
    return tuple(
        replace(one, state=MISSING) if one.state is WITHHELD and bool(one.capsule) == sealed else one
        for one in things
    )


def _tell(result: ItemResult, gone: Sequence[OpenedEvent]) -> Iterator[CheckResult]:
    for thing in result.things:
        what = f"capsule {thing.capsule}" if thing.capsule else "file"
        if thing.state is ALTERED:
            sentence = f"{what}: event {result.n} commits {thing.sha256}, here is {thing.found_sha256}"
            yield CheckResult(19, "ALTERED", FAIL, result.item, sentence)
        elif thing.state is MISSING and result.state is not DELETED:
            sentence = f"{what} {thing.sha256} of event {result.n} is not here"
            yield CheckResult(19, "MISSING", FAIL, result.item, sentence)
    if result.state is PRESENT:
        yield CheckResult(19, "FILES", OK, result.item, f"as event {result.n} commits it")
    if result.state is DELETED:
        sentence = f"event {gone[-1].n} records its deletion" if gone else "it was deleted with what it was made of"
        yield CheckResult(19, "DELETED", OK, result.item, f"not here: {sentence}")
    if result.state is WITHHELD and result.type != "derive":
        sentence = f"event {result.n} is opened, but not all it commits is here"
        yield CheckResult(19, "WITHHELD", WARN, result.item, sentence)


def check_closed(inventory: Inventory, views: Sequence[LogView]) -> Iterator[CheckResult]:
    """Items that nobody opened here; where everything was expected, that forbids an answer. Counts all items."""
    entered = disclosed = erased = 0
    for view in longest(views).values():
        shown = [one for one in inventory.items if one.log == view.log and view.events[one.n].item]
        gone = _deleted_unseen(inventory, view, {one.item for one in shown})
        closed = view.entered - len(shown) - len(gone)
        ingests = [one for one in shown if one.type == "ingest"]
        entered += view.ingests
        erased += sum(one.state is DELETED for one in ingests) + gone.count(b"ingest")
        disclosed += sum(one.state is not DELETED for one in ingests)
        if closed > 0:
            state = UNKNOWN if inventory.case.expected.everything else WARN
            yield view.says(state, 19, "WITHHELD", f"{closed} items are not opened here")
    inventory.tally = Tally(entered, disclosed, erased, entered - disclosed - erased)


def _deleted_unseen(inventory: Inventory, view: LogView, shown: set[str]) -> list[bytes]:
    """Types of the lines whose items are not opened, and whose deletion is recorded."""
    wanted = {item.encode() for item in inventory.deleted if item not in shown}
    found = [match for match in (_ENTERED.finditer(view.files.log) if wanted else ()) if match[1] in wanted]
    return [one[3] for one in found if inventory.deletions(one[1].decode(), view, int(one[2]))]


def check_strangers(inventory: Inventory) -> Iterator[CheckResult]:
    """What lies there and nobody committed; what was listed and is nowhere."""
    here = set()
    for found in inventory.case.found:
        here.update({found.sha256, found.capsule or ""})
        if found not in inventory.shelf.matched:
            yield CheckResult(19, "UNLISTED", UNKNOWN, found.name, "no opened event commits it")
    for name in sorted(inventory.case.expected.listed - here - inventory.accounted):
        yield CheckResult(19, "MISSING", FAIL, name, "it is listed and not here")
    if not inventory.backing:
        yield CheckResult(19, "NOTHING", UNKNOWN, "case", "nothing here is tied to a word that you trust")
