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
from witnesskit.model import Json, Outcome, Role, SealedCapsule
from witnesskit.vault import durable
from witnesskit.vault.layout import Vault

FORMAT = "witnesskit.state/1"
_FAMILY = re.compile(r"witnesskit\.state/[0-9]{1,4}", re.ASCII)
_HEX32 = re.compile(r"[0-9a-f]{32}", re.ASCII)
_HEX64 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_VKEY = re.compile(r"[\x21-\x7e]{0,200}", re.ASCII)


@dataclass(frozen=True)
class ItemState:
    """One item: its capsules, and the newest bundle that carried them and that a receipt named."""

    outcome: Outcome
    capsules: tuple[SealedCapsule, ...]
    delivered: str = ""  # bundle id
    receipted: str = ""  # bundle id


@dataclass(frozen=True)
class BundleState:
    """One bundle written here, or taken over here (then ``sender`` is its verifier key)."""

    counter: int
    previous: str  # 64 hex digits, or empty for the first
    sha256: str  # of the sealed file
    items: tuple[str, ...]
    sender: str = ""


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
    data = dump_state(state)
    if parse_state(data) != state:
        raise BadState("a value of another type")
    durable.replace(vault.state, data)


def with_item(state: State, item: str, found: ItemState) -> State:
    """The state with one item added or replaced."""
    return replace(state, items={**state.items, item: found})


def with_capsules(state: State, item: str, outcome: Outcome, *capsules: SealedCapsule) -> State:
    """The state with further capsules of an item; it counts as undelivered again."""
    known = state.items[item].capsules if item in state.items else ()
    return with_item(state, item, ItemState(outcome, known + capsules))


def delivered(state: State, bundle: str, facts: BundleState) -> State:
    """The state after ``bundle`` was written: its items point to it."""
    items = {item: replace(state.items[item], delivered=bundle) for item in facts.items if item in state.items}
    return replace(state, items={**state.items, **items}, bundles={**state.bundles, bundle: facts})


def receipted(state: State, bundle: str) -> State:
    """The state after a complete receipt for ``bundle``: items that gained capsules since stay unconfirmed."""
    facts = state.bundles[bundle]
    confirmed = [item for item in facts.items if item in state.items and state.items[item].delivered]
    items = {item: replace(state.items[item], receipted=bundle) for item in confirmed}
    return replace(state, items={**state.items, **items})


def without_items(state: State, *gone: str) -> State:
    """The state without forgotten items."""
    return replace(state, items={item: found for item, found in state.items.items() if item not in gone})


def dump_state(state: State) -> bytes:
    """Canonical JSON and a line feed."""
    items = {item: _item_json(found) for item, found in state.items.items()}
    bundles = {bundle: _bundle_json(found) for bundle, found in state.bundles.items()}
    document = {"format": FORMAT, "items": items, "bundles": bundles, "closed": list(state.closed)}
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


def _item_json(found: ItemState) -> Json:
    capsules = [
        {"id": each.id, "role": each.role.value, "part": each.part, "size": each.size, "sha256": each.sha256}
        for each in found.capsules
    ]
    marks = {"delivered": found.delivered, "receipted": found.receipted}
    return {"outcome": found.outcome.value, "capsules": capsules, **marks}


def _bundle_json(found: BundleState) -> Json:
    return {
        "counter": found.counter, "previous": found.previous, "sha256": found.sha256,
        "items": list(found.items), "sender": found.sender,
    }  # fmt: skip


def _state(document: Any) -> State:
    _only(document, "format", "items", "bundles", "closed")
    _text(document["format"], re.compile(re.escape(FORMAT)))
    return State(
        {_text(item, _HEX32): _item(item, found) for item, found in document["items"].items()},
        {_text(bundle, _HEX32): _bundle(found) for bundle, found in document["bundles"].items()},
        tuple(_text(log, _HEX64) for log in document["closed"]),
    )


def _item(item: str, found: Any) -> ItemState:
    _only(found, "outcome", "capsules", "delivered", "receipted")
    capsules = tuple(_capsule(item, each) for each in found["capsules"])
    marks = [_text(found[name], _HEX32, empty=True) for name in ("delivered", "receipted")]
    return ItemState(Outcome(found["outcome"]), capsules, *marks)


def _capsule(item: str, found: Any) -> SealedCapsule:
    _only(found, "id", "role", "part", "size", "sha256")
    part, size = _number(found["part"], 1), _number(found["size"], 0)
    return SealedCapsule(
        _text(found["id"], _HEX32), item, Role(found["role"]), part, size, _text(found["sha256"], _HEX64)
    )


def _bundle(found: Any) -> BundleState:
    _only(found, "counter", "previous", "sha256", "items", "sender")
    previous, digest = _text(found["previous"], _HEX64, empty=True), _text(found["sha256"], _HEX64)
    items = tuple(_text(item, _HEX32) for item in found["items"])
    return BundleState(_number(found["counter"], 0), previous, digest, items, _text(found["sender"], _VKEY))


def _only(found: Any, *names: str) -> None:
    if set(found.keys()) != set(names):
        raise ValueError


def _text(value: Any, rule: re.Pattern[str], *, empty: bool = False) -> str:
    if not (empty and value == "") and not rule.fullmatch(value):
        raise ValueError
    return str(value)


def _number(value: Any, least: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError
    return value
