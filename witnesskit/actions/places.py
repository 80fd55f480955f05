"""``place``: town or district where an item was made, as the desk says; the newest counts, each stays in the log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from witnesskit.actions import catalogue
from witnesskit.actions.item_files import ItemFiles, chosen
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.session import Session
from witnesskit.actions.statements import PLACE, Statement, localities, log_statements, statements
from witnesskit.errors.leaving import BadStatement, StatementsShut
from witnesskit.formats import locality
from witnesskit.formats.short_id import short_id
from witnesskit.model import VaultKind
from witnesskit.vault import layout
from witnesskit.vault.layout import Vault


@dataclass(frozen=True)
class PlaceSaid:
    """One statement; ``locality`` is empty where it was taken back."""

    item: str  # short id
    locality: str
    day: str


def place(vault: Vault, passphrase: str, shorts: Sequence[str], untrusted_text: str) -> tuple[PlaceSaid, ...]:
    """Say where items were made; an empty text takes back what was said.

    Raises PlaceTooFine, BadStatement, WrongVaultKind.
    """
    layout.demand(vault, VaultKind.DESK)
    if not shorts:
        raise BadStatement("no item was named")
    said = {"locality": locality.checked(untrusted_text) if untrusted_text else ""}
    with open_for_saving(vault, passphrase) as session:
        items = chosen(session.state, shorts)
        log_statements(session, PLACE, [(item, said) for item in items])
        catalogue.read_again(session, items)
        found = {one.item: _told(one) for one in statements(session, PLACE)}
    return tuple(found[item] for item in items)


def history(vault: Vault, passphrase: str, shorts: Sequence[str]) -> tuple[PlaceSaid, ...]:
    """Every statement about these items, or about all, oldest first; nothing is logged."""
    layout.demand(vault, VaultKind.DESK)
    with open_for_saving(vault, passphrase) as session:
        items = set(chosen(session.state, shorts))
        return tuple(_told(one) for one in statements(session, PLACE) if one.item in items)


def with_places(session: Session, items: Iterable[ItemFiles]) -> tuple[ItemFiles, ...]:
    """The items, each with what the desk said of it; raises StatementsShut."""
    said = localities(statements(session, PLACE))
    return tuple(replace(files, place=said.get(files.item, "")) for files in items)


def places_if_open(session: Session) -> dict[str, str]:
    """Item -> what the desk said of it; nothing where the statements are shut: then the records' own is used."""
    try:
        return localities(statements(session, PLACE))
    except StatementsShut:
        return {}


def _told(one: Statement) -> PlaceSaid:
    return PlaceSaid(short_id(one.item), locality.read(one.said.get("locality")), one.day)
