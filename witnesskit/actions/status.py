"""``status``: counts from the state, and when a desk's log was last anchored; nothing sealed is opened or shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from witnesskit.actions import quarantine, received
from witnesskit.actions.anchored import last_anchored
from witnesskit.actions.counted import counted
from witnesskit.errors import WitnesskitError
from witnesskit.formats.short_id import short_id
from witnesskit.model import VaultKind
from witnesskit.vault import arriving, items, room
from witnesskit.vault.arriving import Arriving
from witnesskit.vault.layout import Vault
from witnesskit.vault.state import State, look_at

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
    """What ``status`` prints; ``anchored``: day of a desk's last anchor, "" for never, None where it is not known."""

    kind: str
    counts: Mapping[str, int]
    items: tuple[ItemLine, ...]
    warnings: tuple[str, ...]
    trusted: bool
    anchored: str | None = None

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

    @property
    def anchor_sentence(self) -> str:
        """One more line at a desk whose log can be read; else empty."""
        if self.anchored is None:
            return ""
        if not self.anchored:
            return "never anchored: the times in this desk's log are one party's word; run `witnesskit anchor`"
        return f"last anchored on {self.anchored}"


def status(vault: Vault, *, lines: bool = True) -> VaultStatus:
    """Count, and with ``lines`` tell of each item; raises BadState, StorageFault."""
    with look_at(vault) as state:
        counts, unanswered = _counts(vault, state), _unanswered(state)
        told = tuple(_line(state, item) for item in state.holding()) if lines else ()
    if vault.config.kind is VaultKind.DESK:
        counts |= {"received": received.kept(vault), "set_aside": len(quarantine.set_aside(vault))}
    under_way = tuple(arriving.every(vault))
    counts |= {"incomplete": len(under_way)} if vault.config.kind is VaultKind.DESK else {}
    warnings = [*unanswered, *map(_incomplete, under_way), *_warnings(vault, counts)]
    anchored = _anchored(vault, warnings) if vault.config.kind is VaultKind.DESK else None
    return VaultStatus(
        str(vault.config.kind), counts, told, tuple(warnings), vault.config.rings is not None, anchored
    )


def _counts(vault: Vault, state: State) -> dict[str, int]:
    whole, packed, confirmed = state.tally()
    listed = state.capsules()
    return {
        "items": whole,
        "waiting": whole - packed,
        "packed": packed - confirmed,
        "confirmed": confirmed,
        "bundles": len(state.bundles),
        "unanswered": sum(bundle.awaited for _name, bundle in state.bundles_of([""])),
        "interrupted": len({file.item for file in items.work_files(vault) if listed.get(file.id) is None}),
    }


def _anchored(vault: Vault, warnings: list[str]) -> str | None:
    """The counts are told though the log is damaged."""
    try:
        return last_anchored(vault)
    except WitnesskitError:
        warnings.append("when this log was last anchored is not known, it cannot be read: run `witnesskit doctor`")
        return None


def _unanswered(state: State) -> tuple[str, ...]:
    """One sentence that names the bundles whose answer never came."""
    waiting = [(bundle.counter, short_id(name)) for name, bundle in state.bundles_of([""]) if bundle.awaited]
    if not waiting:
        return ()
    named = ", ".join(short for _counter, short in sorted(waiting))
    return (f"sent, not acknowledged: bundle {named}; ask whoever got it for the answer, then `witnesskit receipt`",)


def _incomplete(bundle: Arriving) -> str:
    """What of a bundle is not here."""
    text = f"PARTIAL: bundle {short_id(bundle.id)}"
    damaged = sum(len(one.missing) for one in bundle.arrived.values())
    lacking = f"{', '.join(map(bundle.named, bundle.lacking))} of {counted(bundle.volumes, 'volume')}"
    if not bundle.arrived:
        return f"{text} was broken off while it was taken in: import it again"
    told = [f"lacks {lacking}"] if bundle.lacking else []
    told += [f"has {counted(damaged, 'damaged file')}"] if damaged else []
    return f"{text} {' and '.join(told)}; what is whole is here"


def _line(state: State, item: str) -> ItemLine:
    found = state.items[item]
    return ItemLine(short_id(item), bool(found.delivered), bool(found.receipted))


def _warnings(vault: Vault, counts: Mapping[str, int]) -> tuple[str, ...]:
    found = []
    if counts["interrupted"]:
        saves = counted(counts["interrupted"], "save was", "saves were")
        found.append(f"{saves} interrupted; the next save or bundle logs and keeps what is there")
    if aside := counts.get("set_aside"):
        bundles = counted(aside, "bundle of a lost or unknown device was", "bundles of lost or unknown devices were")
        found.append(f"{bundles} set aside in the folder quarantine; nothing in there counts")
    if room.free(vault.path) < _LITTLE_ROOM:
        found.append("less than 1 GB is free on this disk")
    return tuple(found)
