"""The state: opaque ids, ciphertext digests and delivery marks; no URL, time, name or size of plaintext.

A device's is one file. A desk's is in rows, and the file says so: it grows for decades, and every import changes it.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from witnesskit.errors.vault import BadState
from witnesskit.limits import STATE_MAX
from witnesskit.model import SealedCapsule, VaultKind
from witnesskit.vault import durable
from witnesskit.vault.layout import Vault
from witnesskit.vault.state_json import IN_ROWS, dump_state, parse_state, sealed_files
from witnesskit.vault.state_layers import RowState
from witnesskit.vault.state_records import BundleState, ItemState, State
from witnesskit.vault.state_rows import Rows

__all__ = [
    "BundleState",
    "ItemState",
    "State",
    "answered",
    "delivered",
    "load_sealed_files",
    "load_state",
    "look_at",
    "open_state",
    "receipted",
    "save_state",
    "with_capsules",
    "with_item",
    "with_paper",
    "without_capsules",
    "without_items",
]


def load_state(vault: Vault) -> State:
    """All of the state as it is now, in memory; empty if there is none.

    Raises BadState, NewerFormat, StorageFault, VaultBusy.
    """
    data = durable.read(vault.state, STATE_MAX)
    if data != IN_ROWS:
        return State() if data is None else parse_state(data)
    with contextlib.closing(_rows(vault)) as rows, rows.one_look():
        return State(dict(rows.items()), dict(rows.bundles()))


@contextlib.contextmanager
def look_at(vault: Vault) -> Iterator[State]:
    """The state for who asks little of it and changes nothing; raises what ``load_state`` raises."""
    if durable.read(vault.state, STATE_MAX) != IN_ROWS:
        yield load_state(vault)
        return
    with contextlib.closing(RowState.of(_rows(vault))) as state, state.rows.one_look():
        yield state


def open_state(vault: Vault) -> State:
    """The state of a vault that is locked for writing; to be closed. A desk's is put into rows if it is not yet.

    Raises what ``load_state`` raises, NoRoom.
    """
    if vault.config.kind is not VaultKind.DESK:
        return load_state(vault)
    if durable.read(vault.state, STATE_MAX) != IN_ROWS:
        _store_rows(vault, load_state(vault))
    return RowState.of(_rows(vault, write=True))


def save_state(vault: Vault, state: State) -> None:
    """Write what was changed in one step; raises NoRoom, StorageFault, BadState for a value it cannot hold."""
    if isinstance(state, RowState):
        state.save()
    elif vault.config.kind is VaultKind.DESK:
        _store_rows(vault, state)
    else:
        durable.replace(vault.state, dump_state(state))


def load_sealed_files(vault: Vault) -> list[tuple[str, str, int]]:
    """(id, SHA-256, size) of every listed capsule; raises BadState, NewerFormat, StorageFault."""
    data = durable.read(vault.state, STATE_MAX)
    if data != IN_ROWS:
        return [] if data is None else sealed_files(data)
    with contextlib.closing(_rows(vault)) as rows:
        return rows.sealed_files()


def _rows(vault: Vault, *, write: bool = False) -> Rows:
    """The rows that the state file tells of; what a kill left half written is undone, also by who only reads."""
    path = _place(vault)
    if not path.is_file():
        raise BadState("its rows")
    return Rows(path, write=write or path.with_name(f"{path.name}-journal").exists())


def _place(vault: Vault) -> Path:
    return vault.path / "state.sqlite"


def _store_rows(vault: Vault, state: State) -> None:
    """All of a state into new rows; the file says that they count when they are whole."""
    if state.closed:
        raise BadState("a desk closes no log")
    part = vault.path / f".part-{secrets.token_hex(8)}"
    with contextlib.closing(Rows(part, write=True)) as rows:
        rows.write(state.items, state.bundles)
    durable.fix_time(part)
    durable.move(part, _place(vault))
    durable.replace(vault.state, IN_ROWS)


def with_item(state: State, item: str, found: ItemState) -> State:
    """The state with one item added or replaced."""
    return state.with_items({item: found})


def with_capsules(state: State, item: str, *capsules: SealedCapsule) -> State:
    """The state with further capsules of an item; it counts as undelivered again."""
    known = state.items.get(item, ItemState(()))
    return with_item(state, item, ItemState(known.capsules + capsules, paper=known.paper, events=known.events))


def with_paper(state: State, capsule: SealedCapsule, *events: str) -> State:
    """The state with one more paper, which holds openings of ``events``."""
    return with_item(state, capsule.item, ItemState((capsule,), paper=True, events=tuple(dict.fromkeys(events))))


def delivered(state: State, bundle: str, facts: BundleState) -> State:
    """The state after ``bundle`` was written with every capsule of its items: they point to it.

    ``facts.counts`` is filled in unless it is given: a set may carry fewer capsules than its items have by now.
    """
    counts = facts.counts or tuple(len(state.items[item].capsules) for item in facts.items)
    items = {item: replace(state.items[item], delivered=bundle) for item in facts.items}
    return state.with_items(items).with_bundle(bundle, replace(facts, counts=counts))


def receipted(state: State, bundle: str, copies: int) -> State:
    """The state after a complete receipt that states ``copies``.

    An item that gained capsules after the bundle stays unconfirmed, also if a later bundle carried them.
    """
    facts = replace(state.bundles[bundle], copies=copies)
    items = {
        item: replace(state.items[item], receipted=bundle)
        for item, count in zip(facts.items, facts.counts, strict=False)
        if item in state.items and count == len(state.items[item].capsules)
    }
    return state.with_items(items).with_bundle(bundle, facts)


def answered(state: State, bundle: str) -> State:
    """The state after another desk answered ``bundle``; one that is not known here changes nothing."""
    facts = state.bundles.get(bundle)
    if facts is None or not facts.awaited:
        return state
    return state.with_bundle(bundle, replace(facts, awaited=False))


def without_capsules(state: State, item: str, *gone: str) -> State:
    """The state without capsules that were erased; the item stays listed, also without any."""
    found = state.items[item]
    kept = tuple(capsule for capsule in found.capsules if capsule.id not in gone)
    return with_item(state, item, replace(found, capsules=kept))


def without_items(state: State, *gone: str) -> State:
    """The state without forgotten items."""
    return state.without_items(gone)
