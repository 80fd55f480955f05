"""What a vault keeps in clear beside its capsules, keys and log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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


@dataclass(frozen=True)
class State:
    """Everything a vault keeps in clear beside its capsules, keys and log."""

    items: Mapping[str, ItemState] = field(default_factory=dict)
    bundles: Mapping[str, BundleState] = field(default_factory=dict)
    closed: tuple[str, ...] = ()  # ids of closed logs, 64 hex digits

    def capsules(self) -> dict[str, SealedCapsule]:
        """Every listed capsule by its id."""
        return {capsule.id: capsule for item in self.items.values() for capsule in item.capsules}
