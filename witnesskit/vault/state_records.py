"""What a vault keeps in clear beside its capsules, keys and log."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from witnesskit.model import SealedCapsule


@dataclass(frozen=True)
class ItemState:
    """One item: its capsules, and the bundle that carried them all and the one that a receipt named.

    A paper is no item of the person's: a capsule with the openings of events such as genesis and transfer.
    """

    capsules: tuple[SealedCapsule, ...]
    delivered: str = ""  # bundle id
    receipted: str = ""  # bundle id
    paper: bool = False
    events: tuple[str, ...] = field(default=(), compare=False)  # of a desk's paper: types of its events, if known


@dataclass(frozen=True)
class BundleState:
    """One bundle written here, or taken over here (then ``sender`` is its verifier key)."""

    counter: int
    previous: str  # meta_sha256 of the bundle before, or empty for the first
    sha256: str  # of the sealed file, or empty if it was not hashed
    meta_sha256: str  # of its bundle.json
    items: tuple[str, ...] = ()
    sender: str = ""
    copies: int = 0  # that the receipt states
    counts: tuple[int, ...] = ()  # capsules of each of ``items`` that the bundle carried; ``delivered`` fills it in
    awaited: bool = False  # written for another desk or a court that has not answered
    volumes: tuple[str, ...] = ()  # of a set taken over here: SHA-256 of each bundle.json, empty where none was seen
    again: tuple[str, ...] = ()  # items it carried whole that another bundle had brought


@dataclass(frozen=True)
class State:
    """Everything a vault keeps in clear beside its capsules, keys and log.

    A device's is in memory whole. A desk that is open has it in rows (state_rows.py), which answer the same.
    """

    items: Mapping[str, ItemState] = field(default_factory=dict)
    bundles: Mapping[str, BundleState] = field(default_factory=dict)
    closed: tuple[str, ...] = ()  # ids of closed logs, 64 hex digits

    def with_items(self, changed: Mapping[str, ItemState]) -> Self:
        """The state with items added or replaced."""
        return replace(self, items={**self.items, **changed})

    def with_bundle(self, bundle: str, facts: BundleState) -> Self:
        """The state with a bundle added or replaced."""
        return replace(self, bundles={**self.bundles, bundle: facts})

    def without_items(self, gone: Collection[str]) -> Self:
        """The state without items."""
        return replace(self, items={item: found for item, found in self.items.items() if item not in gone})

    def without_bundle(self, gone: str) -> Self:
        """The state without a bundle."""
        return replace(self, bundles={one: facts for one, facts in self.bundles.items() if one != gone})

    def capsules(self) -> Mapping[str, SealedCapsule]:
        """Every listed capsule by its id."""
        return {capsule.id: capsule for item in self.items.values() for capsule in item.capsules}

    def holding(self) -> tuple[str, ...]:
        """Items that are no papers and have capsules, in the order of their ids."""
        return tuple(sorted(item for item, found in self.items.items() if found.capsules and not found.paper))

    def tally(self) -> tuple[int, int, int]:
        """Of these items: (how many there are, of them written into a bundle, of them named by a receipt)."""
        held = [self.items[item] for item in self.holding()]
        return len(held), sum(bool(one.delivered) for one in held), sum(bool(one.receipted) for one in held)

    def papers(self, *events: str) -> Iterator[str]:
        """Papers that may hold openings of such events: those of which it is not known that they do not."""
        for item, found in self.items.items():
            if found.paper and (not found.events or not events or set(events) & set(found.events)):
                yield item

    def bundles_of(self, senders: Collection[str]) -> Iterator[tuple[str, BundleState]]:
        """Bundles of one device, under whatever name, without their items; "" is this vault."""
        for bundle, facts in self.bundles.items():
            if facts.sender in senders:
                yield bundle, replace(facts, items=())

    def brought_by(self, item: str) -> tuple[str, int] | None:
        """Bundle of a device that brought an item first, and the item's place in there; None for no bundle's."""
        for bundle, facts in self.bundles.items():
            if facts.sender and item in facts.items:
                return bundle, facts.items.index(item)
        return None

    def sender_of(self, item: str) -> str:
        """Verifier key of the device that brought an item first; empty for one that no device brought."""
        brought = self.brought_by(item)
        return self.bundles[brought[0]].sender if brought else ""

    def bytes_of(self, senders: Collection[str]) -> int:
        """Bytes of all capsules of the items that the bundles of a device brought."""
        items = {item for facts in self.bundles.values() if facts.sender in senders for item in facts.items}
        return sum(capsule.size for item in items & self.items.keys() for capsule in self.items[item].capsules)

    def mark(self) -> str:
        """Of what it is now; empty where that cannot be told."""
        return ""

    def changed_since(self, _mark: str) -> Iterable[str] | None:
        """Items that were changed after the state had this ``mark``; None where that cannot be told."""
        return None

    def close(self) -> None:
        """Give back what it holds open."""
