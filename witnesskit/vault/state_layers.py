"""A desk's state while it is open: its rows, and above them what was changed and not saved yet."""

from __future__ import annotations

from collections.abc import Callable, Collection, ItemsView, Iterable, Iterator, Mapping, ValuesView
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Generic, Self, TypeVar

from witnesskit.model import SealedCapsule
from witnesskit.vault.state_records import BundleState, ItemState, State
from witnesskit.vault.state_rows import Rows

Value = TypeVar("Value")


@dataclass(frozen=True)
class Table(Generic[Value]):
    """How the rows of one kind are asked for."""

    get: Callable[[str], Value | None]
    each: Callable[[], Iterator[tuple[str, Value]]]
    count: Callable[[], int]


class Layered(Mapping[str, Value]):
    """Rows by id, and changes above them until they are saved; None is a row that is taken out."""

    def __init__(self, table: Table[Value], changes: Mapping[str, Value | None] | None = None) -> None:
        self._table = table
        self.changes: dict[str, Value | None] = dict(changes or {})

    def over(self, changed: Mapping[str, Value | None]) -> Layered[Value]:
        """The same with further changes."""
        return Layered(self._table, {**self.changes, **changed})

    def __getitem__(self, key: str) -> Value:
        found = self.changes[key] if key in self.changes else self._table.get(key)
        if found is None:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[str]:
        return (key for key, _found in self.pairs())

    def __len__(self) -> int:
        return self._table.count() if not self.changes else sum(1 for _one in self)

    def pairs(self) -> Iterator[tuple[str, Value]]:
        """Each of them with its id, in no order."""
        yield from ((key, found) for key, found in self._table.each() if key not in self.changes)
        yield from ((key, found) for key, found in self.changes.items() if found is not None)

    def items(self) -> ItemsView[str, Value]:
        """Read page by page, not one by one."""
        return _Items(self)

    def values(self) -> ValuesView[Value]:
        """Read page by page, not one by one."""
        return _Values(self)


class _Items(ItemsView[str, Value]):
    _mapping: Layered[Value]

    def __iter__(self) -> Iterator[tuple[str, Value]]:
        return self._mapping.pairs()


class _Values(ValuesView[Value]):
    _mapping: Layered[Value]

    def __iter__(self) -> Iterator[Value]:
        return (found for _key, found in self._mapping.pairs())


class Capsules(Mapping[str, SealedCapsule]):
    """The capsules of all rows, by their ids."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def __getitem__(self, key: str) -> SealedCapsule:
        found = self._rows.capsule(key)
        if found is None:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[str]:
        return (capsule.id for _item, found in self._rows.items() for capsule in found.capsules)

    def __len__(self) -> int:
        return self._rows.count("capsule")

    def values(self) -> ValuesView[SealedCapsule]:
        """Read page by page, not one by one."""
        return _AllCapsules(self)

    def pairs(self) -> Iterator[SealedCapsule]:
        """Each of them."""
        return (capsule for _item, found in self._rows.items() for capsule in found.capsules)


class _AllCapsules(ValuesView[SealedCapsule]):
    _mapping: Capsules

    def __iter__(self) -> Iterator[SealedCapsule]:
        return self._mapping.pairs()


@dataclass(frozen=True, eq=False)
class RowState(State):
    """The state of an open desk. While changes wait to be saved, its questions are answered the slow way."""

    items: Layered[ItemState]
    bundles: Layered[BundleState]
    rows: Rows = field(kw_only=True)

    @classmethod
    def of(cls, rows: Rows) -> RowState:
        """The state that the rows hold."""
        items = Table(rows.item, rows.items, partial(rows.count, "item"))
        bundles = Table(rows.bundle, rows.bundles, partial(rows.count, "bundle"))
        return cls(Layered(items), Layered(bundles), rows=rows)

    @property
    def is_saved(self) -> bool:
        """Whether the rows hold all of it."""
        return not self.items.changes and not self.bundles.changes

    def save(self) -> None:
        """Write what was changed, in one step; raises what ``Rows.write`` raises, and then all of it waits still."""
        if not self.is_saved:
            self.rows.write(self.items.changes, self.bundles.changes)
            self.items.changes.clear()
            self.bundles.changes.clear()

    def with_items(self, changed: Mapping[str, ItemState]) -> Self:
        """The state with items added or replaced."""
        return replace(self, items=self.items.over(changed))

    def with_bundle(self, bundle: str, facts: BundleState) -> Self:
        """The state with a bundle added or replaced."""
        return replace(self, bundles=self.bundles.over({bundle: facts}))

    def without_items(self, gone: Collection[str]) -> Self:
        """The state without items."""
        return replace(self, items=self.items.over(dict.fromkeys(gone)))

    def without_bundle(self, gone: str) -> Self:
        """The state without a bundle."""
        return replace(self, bundles=self.bundles.over({gone: None}))

    def capsules(self) -> Mapping[str, SealedCapsule]:
        """Every listed capsule by its id."""
        return Capsules(self.rows) if self.is_saved else super().capsules()

    def holding(self) -> tuple[str, ...]:
        """Items that are no papers and have capsules, in the order of their ids."""
        return self.rows.holding() if self.is_saved else super().holding()

    def tally(self) -> tuple[int, int, int]:
        """Of these items: (how many there are, of them written into a bundle, of them named by a receipt)."""
        return self.rows.tally() if self.is_saved else super().tally()

    def papers(self, *events: str) -> Iterator[str]:
        """Papers that may hold openings of such events."""
        return iter(self.rows.papers(*events)) if self.is_saved else super().papers(*events)

    def bundles_of(self, senders: Collection[str]) -> Iterator[tuple[str, BundleState]]:
        """Bundles of one device, under whatever name, without their items."""
        return iter(self.rows.bundles_of(senders)) if self.is_saved else super().bundles_of(senders)

    def brought_by(self, item: str) -> tuple[str, int] | None:
        """Bundle of a device that brought an item first, and its place in there."""
        return self.rows.brought_by(item) if self.is_saved else super().brought_by(item)

    def sender_of(self, item: str) -> str:
        """Verifier key of the device that brought an item first; empty for one that no device brought."""
        return self.rows.sender_of(item) if self.is_saved else super().sender_of(item)

    def bytes_of(self, senders: Collection[str]) -> int:
        """Bytes of all capsules of the items that the bundles of a device brought."""
        return self.rows.bytes_of(senders) if self.is_saved else super().bytes_of(senders)

    def mark(self) -> str:
        """Of what it is now; empty where that cannot be told."""
        return self.rows.mark() if self.is_saved else ""

    def changed_since(self, mark: str) -> Iterable[str] | None:
        """Items that were changed after the state had this ``mark``; None where that cannot be told."""
        return self.rows.changed_since(mark) if self.is_saved else None

    def close(self) -> None:
        """Give the database back."""
        self.rows.close()
