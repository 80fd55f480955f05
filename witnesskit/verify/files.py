"""Step 19: what the opened events commit is compared with what lies there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from witnesskit.custody_model import Json
from witnesskit.verify.case import CaseFiles, Found
from witnesskit.verify.openings import OpenedEvent
from witnesskit.verify.verdict import ItemState, Thing

THINGS = frozenset({"sealed", "record_sha256", "sha256", "media"})  # names whose values are digests of things
RECORD = "record"  # stands for the record capsule, whose id no event commits
PRESENT, ALTERED = ItemState.PRESENT, ItemState.ALTERED
MISSING, WITHHELD, DELETED = ItemState.MISSING, ItemState.WITHHELD, ItemState.DELETED


class Committed(NamedTuple):
    """One digest that an event commits; ``capsule`` is an id, "record", or empty for an opened file."""

    sha256: str
    capsule: str = ""


@dataclass
class Shelf:
    """What lies there, by capsule id and by digest; remembers what was matched."""

    by_capsule: dict[str, list[Found]] = field(default_factory=dict)
    by_sha256: dict[str, list[Found]] = field(default_factory=dict)
    by_item: dict[str, list[Found]] = field(default_factory=dict)
    matched: set[Found] = field(default_factory=set)

    @classmethod
    def of(cls, case: CaseFiles) -> Shelf:
        """Put everything found on the shelf."""
        shelf = cls()
        for found in case.found:
            shelf.by_sha256.setdefault(found.sha256, []).append(found)
            if found.capsule:
                shelf.by_capsule.setdefault(found.capsule, []).append(found)
            if found.item:
                shelf.by_item.setdefault(found.item, []).append(found)
        return shelf

    def compare(self, committed: Committed) -> Thing | None:
        """The thing as it lies there; None when nothing lies in its place."""
        sha256, capsule = committed
        here = [found for found in self.by_sha256.get(sha256, ()) if _may_be(found, capsule)]
        wrong = [found for found in self.by_capsule.get(capsule, ()) if found.sha256 != sha256]
        self.matched.update(here, wrong)
        if wrong:
            return Thing(sha256, ALTERED, capsule, wrong[0].sha256)
        return Thing(sha256, PRESENT, capsule) if here else None

    def strange(self, item: str) -> Iterator[Found]:
        """What is filed under ``item`` and matches nothing it commits."""
        for found in self.by_item.get(item, ()):
            if found not in self.matched:
                self.matched.add(found)
                yield found


def _may_be(found: Found, capsule: str) -> bool:
    """A capsule with an id is only taken for that capsule or for a record."""
    return not found.capsule or capsule in (RECORD, found.capsule)


def committed_by(entry: OpenedEvent) -> tuple[tuple[Committed, ...], bool]:
    """Digests that an opened ingest or derive commits; second: whether all were in their form."""
    well_formed = True
    things: list[Committed] = []
    for name, key in (("sealed", "capsule"), ("media", "")):
        for member in _list(entry.fields.get(name, [])):
            sha256, capsule = _text(member, "sha256"), _text(member, key) if key else ""
            well_formed &= bool(sha256) and bool(capsule) == bool(key)
            things.append(Committed(sha256, capsule))
    for name, capsule in (("record_sha256", RECORD), ("sha256", "")):
        if name in entry.fields:
            well_formed &= bool(entry.text(name))
            things.append(Committed(entry.text(name), capsule))
    return tuple(dict.fromkeys(thing for thing in things if thing.sha256)), well_formed


def lie_there(things: tuple[Thing, ...]) -> ItemState:
    """State of an item: unaltered, and all its capsules or all its opened files are here."""
    if any(thing.state is ALTERED for thing in things):
        return ALTERED
    if any(thing.state is MISSING for thing in things):
        return MISSING
    for sealed in (True, False):
        group = [thing.state is PRESENT for thing in things if bool(thing.capsule) == sealed]
        if group and all(group):
            return PRESENT
    return WITHHELD


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]


def _text(value: Json, key: str) -> str:
    member = value.get(key) if isinstance(value, Mapping) else None
    return member if isinstance(member, str) else ""
