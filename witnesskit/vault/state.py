"""The state file: opaque ids, ciphertext digests and delivery marks; no URL, time, name or size of plaintext."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from witnesskit.errors.formats import BadJson, NewerFormat
from witnesskit.errors.vault import BadState
from witnesskit.formats import strict_json
from witnesskit.limits import STATE_DEPTH_MAX, STATE_MAX
from witnesskit.model import Json, Role, SealedCapsule
from witnesskit.vault import durable
from witnesskit.vault.layout import Vault

FORMAT = "witnesskit.state/1"
_FAMILY = re.compile(r"witnesskit\.state/[0-9]{1,4}", re.ASCII)
_HEX32 = re.compile(r"[0-9a-f]{32}", re.ASCII)
_HEX64 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_VKEY = re.compile(r"[\x21-\x7e]{0,200}", re.ASCII)


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


@dataclass(frozen=True)
class State:
    """Everything a vault keeps in clear beside its capsules, keys and log."""

    items: Mapping[str, ItemState] = field(default_factory=dict)
    bundles: Mapping[str, BundleState] = field(default_factory=dict)
    closed: tuple[str, ...] = ()  # ids of closed logs, 64 hex digits

    def capsules(self) -> dict[str, SealedCapsule]:
        """Every listed capsule by its id."""
        return {capsule.id: capsule for item in self.items.values() for capsule in item.capsules}


def load_state(vault: Vault) -> State:
    """Read the state file, empty if there is none; raises BadState, NewerFormat, StorageFault."""
    data = durable.read(vault.state, STATE_MAX)
    return State() if data is None else parse_state(data)


def save_state(vault: Vault, state: State) -> None:
    """Replace the state file in one step; raises NoRoom, StorageFault, BadState for a value it cannot hold."""
    durable.replace(vault.state, dump_state(state))


def with_item(state: State, item: str, found: ItemState) -> State:
    """The state with one item added or replaced."""
    return replace(state, items={**state.items, item: found})


def with_capsules(state: State, item: str, *capsules: SealedCapsule) -> State:
    """The state with further capsules of an item; it counts as undelivered again."""
    known = state.items.get(item, ItemState(()))
    return with_item(state, item, ItemState(known.capsules + capsules, paper=known.paper))


def with_paper(state: State, capsule: SealedCapsule) -> State:
    """The state with one more paper."""
    return with_item(state, capsule.item, ItemState((capsule,), paper=True))


def delivered(state: State, bundle: str, facts: BundleState) -> State:
    """The state after ``bundle`` was written with every capsule of its items: they point to it."""
    facts = replace(facts, counts=tuple(len(state.items[item].capsules) for item in facts.items))
    items = {item: replace(state.items[item], delivered=bundle) for item in facts.items}
    return replace(state, items={**state.items, **items}, bundles={**state.bundles, bundle: facts})


def receipted(state: State, bundle: str, copies: int) -> State:
    """The state after a complete receipt that states ``copies``.

    An item that gained capsules after the bundle stays unconfirmed, also if a later bundle carried them.
    """
    facts = replace(state.bundles[bundle], copies=copies)
    carried = dict(zip(facts.items, facts.counts, strict=False))
    items = {
        item: replace(found, receipted=bundle)
        for item, found in state.items.items()
        if carried.get(item) == len(found.capsules)
    }
    return replace(state, items={**state.items, **items}, bundles={**state.bundles, bundle: facts})


def without_items(state: State, *gone: str) -> State:
    """The state without forgotten items."""
    return replace(state, items={item: found for item, found in state.items.items() if item not in gone})


def dump_state(state: State) -> bytes:
    """Canonical JSON and a line feed; raises BadState for a value that ``parse_state`` would refuse."""
    try:
        items = {_text(item, _HEX32): _item_json(item, found) for item, found in state.items.items()}
        bundles = {_text(bundle, _HEX32): _bundle_json(found) for bundle, found in state.bundles.items()}
        document = {"format": FORMAT, "items": items, "bundles": bundles, "closed": _texts(state.closed, _HEX64)}
    except (TypeError, ValueError):
        raise BadState("a value of another type") from None
    return strict_json.canonical(document) + b"\n"


def parse_state(data: bytes) -> State:
    """Read what ``dump_state`` wrote; raises BadState, NewerFormat."""
    try:
        document = strict_json.loads(data, max_size=STATE_MAX, max_depth=STATE_DEPTH_MAX)
    except BadJson as error:
        raise BadState(str(error)) from None
    found = document.get("format") if isinstance(document, dict) else None
    if isinstance(found, str) and found != FORMAT and _FAMILY.fullmatch(found):
        raise NewerFormat("state")
    try:
        return _state(document)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BadState("a member is missing, too many or of another type") from None


def _item_json(item: str, found: ItemState) -> Json:
    if any(each.item != item for each in found.capsules):
        raise ValueError
    return {
        "capsules": [_capsule_json(each) for each in found.capsules],
        "delivered": _text(found.delivered, _HEX32, empty=True),
        "receipted": _text(found.receipted, _HEX32, empty=True),
        "paper": found.paper,
    }


def _capsule_json(found: SealedCapsule) -> Json:
    return {
        "id": _text(found.id, _HEX32),
        "role": Role(found.role).value,
        "part": _number(found.part, 1),
        "size": _number(found.size, 0),
        "sha256": _text(found.sha256, _HEX64),
    }


def _bundle_json(found: BundleState) -> Json:
    return {
        "counter": _number(found.counter, 0),
        "previous": _text(found.previous, _HEX64, empty=True),
        "sha256": _text(found.sha256, _HEX64, empty=True),
        "meta_sha256": _text(found.meta_sha256, _HEX64),
        "items": _texts(found.items, _HEX32),
        "sender": _text(found.sender, _VKEY),
        "copies": _number(found.copies, 0),
        "counts": [_number(count, 0) for count in found.counts],
    }


def _state(document: Any) -> State:
    _only(document, "format", "items", "bundles", "closed")
    _text(document["format"], re.compile(re.escape(FORMAT)))
    return State(
        {_text(item, _HEX32): _item(item, found) for item, found in document["items"].items()},
        {_text(bundle, _HEX32): _bundle(found) for bundle, found in document["bundles"].items()},
        tuple(_texts(document["closed"], _HEX64)),
    )


def _item(item: str, found: Any) -> ItemState:
    _only(found, "capsules", "delivered", "receipted", "paper")
    if not isinstance(found["paper"], bool):
        raise TypeError
    return ItemState(
        tuple(_capsule(item, each) for each in found["capsules"]),
        _text(found["delivered"], _HEX32, empty=True),
        _text(found["receipted"], _HEX32, empty=True),
        found["paper"],
    )


def _capsule(item: str, found: Any) -> SealedCapsule:
    _only(found, "id", "role", "part", "size", "sha256")
    return SealedCapsule(
        id=_text(found["id"], _HEX32),
        item=item,
        role=Role(found["role"]),
        part=_number(found["part"], 1),
        size=_number(found["size"], 0),
        sha256=_text(found["sha256"], _HEX64),
    )


def _bundle(found: Any) -> BundleState:
    _only(found, "counter", "previous", "sha256", "meta_sha256", "items", "sender", "copies", "counts")
    return BundleState(
        counter=_number(found["counter"], 0),
        previous=_text(found["previous"], _HEX64, empty=True),
        sha256=_text(found["sha256"], _HEX64, empty=True),
        meta_sha256=_text(found["meta_sha256"], _HEX64),
        items=tuple(_texts(found["items"], _HEX32)),
        sender=_text(found["sender"], _VKEY),
        copies=_number(found["copies"], 0),
        counts=tuple(_number(count, 0) for count in found["counts"]),
    )


def _only(found: Any, *names: str) -> None:
    if set(found.keys()) != set(names):
        raise ValueError


def _text(value: Any, rule: re.Pattern[str], *, empty: bool = False) -> str:
    if not (empty and value == "") and not rule.fullmatch(value):
        raise ValueError
    return str(value)


def _texts(values: Any, rule: re.Pattern[str]) -> list[str]:
    if not isinstance(values, list | tuple):
        raise TypeError
    return [_text(value, rule) for value in values]


def _number(value: Any, least: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError
    return value
