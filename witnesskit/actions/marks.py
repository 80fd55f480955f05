"""``mark``: how sensitive an item is, by the newest mark; whether it leaves, its audience's policy says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from witnesskit.actions import catalogue
from witnesskit.actions.item_files import chosen
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.session import Session
from witnesskit.actions.statements import MARK, Statement, checked_text, log_statements, statements
from witnesskit.errors.leaving import BadStatement
from witnesskit.formats.short_id import short_id
from witnesskit.model import VaultKind
from witnesskit.vault import layout
from witnesskit.vault.layout import Vault

LEVELS: Final = ("public", "restricted", "secret")
BECAUSE: Final = (
    "personal_information_visible", "graphic_violence", "deleted_by_source", "deceptive_or_misleading",
    "minor", "perpetrator_produced", "vantage_identifiable",
)  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """One mark of an item; ``level``: of LEVELS, or empty where nobody marked it."""

    item: str = ""  # short id
    level: str = ""
    because: tuple[str, ...] = ()  # of BECAUSE
    why: str = ""
    day: str = ""


def mark(vault: Vault, passphrase: str, shorts: Sequence[str], made: Mark) -> tuple[Mark, ...]:
    """Mark items; raises BadStatement, WrongVaultKind and the leaves of short ids."""
    layout.demand(vault, VaultKind.DESK)
    if made.level not in LEVELS or not set(made.because) <= set(BECAUSE):
        raise BadStatement("a word that is no mark")
    if not shorts:
        raise BadStatement("no item was named")
    said = {"level": made.level, "because": list(made.because), "why": checked_text(made.why, "the reason")}
    with open_for_saving(vault, passphrase) as session:
        items = chosen(session.state, shorts)
        log_statements(session, MARK, [(item, said) for item in items])
        catalogue.set_sensitivity(session, dict.fromkeys(items, made.level))
        found = marks(session)
    return tuple(found[item] for item in items)


def history(vault: Vault, passphrase: str, shorts: Sequence[str]) -> tuple[Mark, ...]:
    """Every mark of these items, or of all, oldest first; nothing is logged."""
    layout.demand(vault, VaultKind.DESK)
    with open_for_saving(vault, passphrase) as session:
        items = set(chosen(session.state, shorts))
        return tuple(_mark(one) for one in statements(session, MARK) if one.item in items)


def marks(session: Session) -> dict[str, Mark]:
    """The newest mark of every item that has one; raises StatementsShut."""
    return newest(statements(session, MARK))


def newest(found: Iterable[Statement]) -> dict[str, Mark]:
    """The same from statements that were read already, oldest first."""
    return {one.item: _mark(one) for one in found if one.kind == MARK}


def mark_note(item: str, found: Mark) -> str:
    """What a report for the desk says of it."""
    because = f" ({', '.join(found.because)})" if found.because else ""
    return f"Item {short_id(item)}: marked {found.level}{because} on {found.day}."


def _mark(one: Statement) -> Mark:
    """A level that is not known here stays: no policy lists it, so that it keeps the item back."""
    level = one.text("level") or "unreadable"
    return Mark(short_id(one.item), level, one.words("because"), one.text("why"), one.day)
