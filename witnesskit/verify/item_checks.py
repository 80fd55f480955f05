"""Step 16, told as findings: items present, altered, missing, withheld; and what nobody committed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from witnesskit.verify.case import CaseFiles
from witnesskit.verify.files import (
    ALTERED,
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
from witnesskit.verify.log_checks import FAIL, OK, UNKNOWN, WARN, LogView
from witnesskit.verify.openings import OpenedEvent
from witnesskit.verify.verdict import CheckResult, ItemResult, ItemState, Thing


@dataclass
class Inventory:
    """The items of a case while they are compared with what lies there."""

    case: CaseFiles
    shelf: Shelf
    items: list[ItemResult] = field(default_factory=list)
    backing: list[OpenedEvent] = field(default_factory=list)  # attested events whose things are here
    recorded: set[str] = field(default_factory=set)  # items whose record capsule, with its copies, is here
    accounted: set[str] = field(default_factory=set)  # capsule ids and digests that an event commits


def check_items_found(inventory: Inventory, opened: Mapping[tuple[str, int], OpenedEvent]) -> Iterator[CheckResult]:
    """16a-c: compare each opened event that commits things; a derive's copy may lie in its parent's record."""
    for wanted in ("observe", "ingest", "derive"):
        for entry in opened.values():
            if entry.event.type == wanted and (wanted != "observe" or not THINGS.isdisjoint(entry.fields)):
                yield from _check_item(inventory, entry)


def _check_item(inventory: Inventory, entry: OpenedEvent) -> Iterator[CheckResult]:
    committed, well_formed = committed_by(entry)
    things = tuple(_compare(inventory, one) for one in committed)
    item = entry.text("item") or entry.event.item
    things = _pair_strangers(inventory.shelf, item, things)
    state = _state(inventory, entry, things)
    if state is MISSING and inventory.case.expected.everything:
        things = _demanded(things)
    result = ItemResult(item, entry.view.log, entry.event.n, entry.event.type, entry.day, state, things)
    inventory.items.append(result)
    if not well_formed:
        yield CheckResult(16, "VALUE", UNKNOWN, item, f"event {entry.event.n} commits a value we cannot read")
    yield from _tell(result)
    if not entry.attested:
        if entry.view.voucher:
            yield CheckResult(15, "TAIL", UNKNOWN, item, f"event {entry.event.n} stands on nobody's word")
    elif state is PRESENT:
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
    item = entry.text("item") or entry.event.item
    if any(one.capsule == RECORD and one.state is PRESENT for one in things):
        inventory.recorded.add(item)
    if state is not WITHHELD or not things or not inventory.case.expected.everything:
        return state
    inside = entry.event.type == "derive" and entry.text("parent") in inventory.recorded
    return WITHHELD if inside else MISSING


def _demanded(things: tuple[Thing, ...]) -> tuple[Thing, ...]:
    """Capsules that are not here are missing; opened files only of an item without capsules."""
    sealed = any(one.capsule for one in things)
    return tuple(
        replace(one, state=MISSING) if one.state is WITHHELD and bool(one.capsule) == sealed else one
        for one in things
    )


def _tell(result: ItemResult) -> Iterator[CheckResult]:
    for thing in result.things:
        what = f"capsule {thing.capsule}" if thing.capsule else "file"
        if thing.state is ALTERED:
            sentence = f"{what}: event {result.n} commits {thing.sha256}, here is {thing.found_sha256}"
            yield CheckResult(16, "ALTERED", FAIL, result.item, sentence)
        elif thing.state is MISSING:
            sentence = f"{what} {thing.sha256} of event {result.n} is not here"
            yield CheckResult(16, "MISSING", FAIL, result.item, sentence)
    if result.state is PRESENT:
        yield CheckResult(16, "FILES", OK, result.item, f"as event {result.n} commits it")
    if result.state is WITHHELD and result.type != "derive":
        yield CheckResult(
            16, "WITHHELD", WARN, result.item, f"event {result.n} is opened, but not all it commits is here"
        )


def check_closed(inventory: Inventory, views: Sequence[LogView]) -> Iterator[CheckResult]:
    """16d: items that nobody opened here; where everything was expected, that forbids an answer."""
    told = {(result.log, result.n) for result in inventory.items}
    everything = inventory.case.expected.everything
    for view in views:
        closed = [brief for brief in view.briefs if brief.item and (view.log, brief.n) not in told]
        if everything:
            inventory.items += [
                ItemResult(brief.item, view.log, brief.n, brief.type, "", WITHHELD) for brief in closed
            ]
        if closed:
            state = UNKNOWN if everything else WARN
            yield CheckResult(16, "WITHHELD", state, view.subject, f"{len(closed)} items are not opened here")


def check_strangers(inventory: Inventory) -> Iterator[CheckResult]:
    """16e: what lies there and nobody committed; what was listed and is nowhere."""
    here = set()
    for found in inventory.case.found:
        here.update({found.sha256, found.capsule or ""})
        if found not in inventory.shelf.matched:
            yield CheckResult(16, "UNLISTED", UNKNOWN, found.name, "no opened event commits it")
    for name in sorted(inventory.case.expected.listed - here - inventory.accounted):
        yield CheckResult(16, "MISSING", FAIL, name, "it is listed and not here")
    if not inventory.backing:
        yield CheckResult(16, "NOTHING", UNKNOWN, "case", "nothing here is tied to a word that you trust")
