"""``copies``: how many copies of each item are known, and where, beside what the policy demands; no key is needed.

Known is what was verified when it was made: what an import copied to other storage, and what a desk's receipt states.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from witnesskit.actions.opening import policy_of
from witnesskit.errors.cli import NoFolder
from witnesskit.formats.short_id import short_id
from witnesskit.model import VaultKind
from witnesskit.vault import store
from witnesskit.vault.layout import Vault
from witnesskit.vault.state import BundleState, State, load_state


@dataclass(frozen=True)
class ItemCopies:
    """One item: whether all of it lies here, and the copies elsewhere of what a bundle carried of it."""

    item: str  # short id
    here: bool
    elsewhere: int
    enough: bool
    bundles: tuple[str, ...] = ()  # short ids of those that carried it

    @property
    def known(self) -> int:
        """All of them."""
        return self.here + self.elsewhere


@dataclass(frozen=True)
class BundleCopies:
    """One bundle: verified copies of it, and in which of the named folders a file of its name lies, unread."""

    bundle: str  # short id
    copies: int
    seen_in: tuple[str, ...] = ()


@dataclass(frozen=True)
class Copies:
    """``least``: what the policy demands of each item."""

    least: int
    items: tuple[ItemCopies, ...]
    bundles: tuple[BundleCopies, ...]

    @property
    def below(self) -> int:
        """Items with fewer."""
        return sum(not one.enough for one in self.items)


def copies(vault: Vault, folders: Sequence[Path] = ()) -> Copies:
    """Count; raises NoFolder, BadState, StorageFault. Nothing is hashed: ``audit`` does that."""
    if not all(folder.is_dir() for folder in folders):
        raise NoFolder
    present, least = load_state(vault), policy_of(vault).rules.copies_min
    carried = _carried(present)
    listed = sorted(item for item, found in present.items.items() if found.capsules and not found.paper)
    items = tuple(_item(vault, present, item, carried.get(item, ()), least) for item in listed)
    bundles = tuple(
        BundleCopies(short_id(name), facts.copies, tuple(_seen(name, folders)))
        for name, facts in sorted(present.bundles.items())
    )
    return Copies(least, items, bundles)


def _carried(present: State) -> dict[str, tuple[str, ...]]:
    """Item -> the bundles that carried it."""
    found: dict[str, list[str]] = {}
    for name, facts in present.bundles.items():
        for item in (*facts.items, *facts.again):
            found.setdefault(item, []).append(name)
    return {item: tuple(names) for item, names in found.items()}


def _item(vault: Vault, present: State, item: str, names: tuple[str, ...], least: int) -> ItemCopies:
    found, desk = present.items[item], vault.config.kind is VaultKind.DESK
    here = all(store.find(vault, capsule) for capsule in found.capsules)
    stated = (present.bundles[name] for name in (names if desk else (found.receipted,)) if name in present.bundles)
    elsewhere = max(_elsewhere(stated, desk=desk), default=0)
    shorts = tuple(sorted(map(short_id, names)))
    return ItemCopies(short_id(item), here, elsewhere, here + elsewhere >= least, shorts)


def _elsewhere(stated: Iterable[BundleState], *, desk: bool) -> Iterator[int]:
    """At a desk one of a bundle's copies is its own; for a device all of them are the desk's."""
    return (max(0, one.copies - desk) for one in stated)


def _seen(name: str, folders: Sequence[Path]) -> Iterator[str]:
    return (str(folder) for folder in folders if (folder / f"{name}.age").is_file())
