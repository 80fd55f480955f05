"""The state file: opaque ids, ciphertext digests and delivery marks; no URL, time, name or size of plaintext."""

from __future__ import annotations

from dataclasses import replace

from witnesskit.limits import STATE_MAX
from witnesskit.model import SealedCapsule
from witnesskit.vault import durable
from witnesskit.vault.layout import Vault
from witnesskit.vault.state_json import dump_state, parse_state, sealed_files
from witnesskit.vault.state_records import BundleState, ItemState, State

__all__ = [
    "BundleState",
    "ItemState",
    "State",
    "answered",
    "delivered",
    "load_sealed_files",
    "load_state",
    "receipted",
    "save_state",
    "with_capsules",
    "with_item",
    "with_paper",
    "without_capsules",
    "without_items",
]


def load_state(vault: Vault) -> State:
    """Read the state file, empty if there is none; raises BadState, NewerFormat, StorageFault."""
    data = durable.read(vault.state, STATE_MAX)
    return State() if data is None else parse_state(data)


def save_state(vault: Vault, state: State) -> None:
    """Replace the state file in one step; raises NoRoom, StorageFault, BadState for a value it cannot hold."""
    durable.replace(vault.state, dump_state(state))


def load_sealed_files(vault: Vault) -> list[tuple[str, str, int]]:
    """(id, SHA-256, size) of every listed capsule; raises BadState, NewerFormat, StorageFault."""
    data = durable.read(vault.state, STATE_MAX)
    return [] if data is None else sealed_files(data)


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
    """The state after ``bundle`` was written with every capsule of its items: they point to it.

    ``facts.counts`` is filled in unless it is given: a set may carry fewer capsules than its items have by now.
    """
    counts = facts.counts or tuple(len(state.items[item].capsules) for item in facts.items)
    facts = replace(facts, counts=counts)
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


def answered(state: State, bundle: str) -> State:
    """The state after another desk answered ``bundle``; one that is not known here changes nothing."""
    facts = state.bundles.get(bundle)
    if facts is None or not facts.awaited:
        return state
    return replace(state, bundles={**state.bundles, bundle: replace(facts, awaited=False)})


def without_capsules(state: State, item: str, *gone: str) -> State:
    """The state without capsules that were erased; the item stays listed, also without any."""
    found = state.items[item]
    kept = tuple(capsule for capsule in found.capsules if capsule.id not in gone)
    return with_item(state, item, replace(found, capsules=kept))


def without_items(state: State, *gone: str) -> State:
    """The state without forgotten items."""
    return replace(state, items={item: found for item, found in state.items.items() if item not in gone})
