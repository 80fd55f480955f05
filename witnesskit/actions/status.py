"""``status``: counts from the state alone; nothing is opened, and nothing telling is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from witnesskit.actions import quarantine, received
from witnesskit.actions.counted import counted
from witnesskit.formats.short_id import short_id
from witnesskit.model import VaultKind
from witnesskit.vault import items, room
from witnesskit.vault.layout import Vault
from witnesskit.vault.state import State, load_state

_LITTLE_ROOM = 1 << 30  # bytes; below it a long video may not fit


@dataclass(frozen=True)
class ItemLine:
    """One item as the person may see it."""

    short: str
    delivered: bool
    confirmed: bool

    @property
    def words(self) -> str:
        """State in words."""
        return "confirmed" if self.confirmed else "packed" if self.delivered else "waiting"


@dataclass(frozen=True)
class VaultStatus:
    """What ``status`` prints."""

    kind: str
    counts: Mapping[str, int]
    items: tuple[ItemLine, ...]
    warnings: tuple[str, ...]
    trusted: bool

    @property
    def sentence(self) -> str:
        """One line for the person."""
        count = self.counts
        if self.kind == VaultKind.DESK:
            text = f"desk vault: {counted(count['items'], 'item')}, {counted(count['bundles'], 'bundle')}"
            return f"{text}, {count['received']} of them from other desks" if count["received"] else text
        if not self.trusted:
            return "field vault: no desk is trusted yet; run `witnesskit trust add INVITE`"
        return (
            f"field vault: {counted(count['items'], 'item')} · {count['waiting']} waiting · "
            f"{count['packed']} packed · {count['confirmed']} confirmed by the desk"
        )


def status(vault: Vault) -> VaultStatus:
    """Count; raises BadState, StorageFault."""
    state = load_state(vault)
    lines = tuple(
        _line(state, item) for item, found in sorted(state.items.items()) if found.capsules and not found.paper
    )
    counts = {
        "items": len(lines),
        "waiting": sum(line.words == "waiting" for line in lines),
        "packed": sum(line.words == "packed" for line in lines),
        "confirmed": sum(line.confirmed for line in lines),
        "bundles": len(state.bundles),
        "unanswered": sum(bundle.awaited for bundle in state.bundles.values()),
        "interrupted": len({file.item for file in items.work_files(vault) if file.id not in state.capsules()}),
    }
    if vault.config.kind is VaultKind.DESK:
        counts |= {"received": received.kept(vault), "set_aside": len(quarantine.set_aside(vault))}
    warnings = (*_unanswered(state), *_warnings(vault, counts))
    return VaultStatus(str(vault.config.kind), counts, lines, warnings, vault.config.rings is not None)


def _unanswered(state: State) -> tuple[str, ...]:
    """One sentence that names the bundles whose answer never came."""
    waiting = [(bundle.counter, short_id(name)) for name, bundle in state.bundles.items() if bundle.awaited]
    if not waiting:
        return ()
    named = ", ".join(short for _counter, short in sorted(waiting))
    return (f"sent, not acknowledged: bundle {named}; ask whoever got it for the answer, then `witnesskit receipt`",)


def _line(state: State, item: str) -> ItemLine:
    found = state.items[item]
    return ItemLine(short_id(item), bool(found.delivered), bool(found.receipted))


def _warnings(vault: Vault, counts: Mapping[str, int]) -> tuple[str, ...]:
    found = []
    if counts["interrupted"]:
        found.append(f"{counts['interrupted']} saves were interrupted; the next save or bundle logs and keeps them")
    if aside := counts.get("set_aside"):
        found.append(
            f"{aside} bundles of lost devices were set aside in the folder quarantine; nothing of them counts"
        )
    if room.free(vault.path) < _LITTLE_ROOM:
        found.append("less than 1 GB is free on this disk")
    return tuple(found)
