"""``show ITEM``: everything that a desk may know of one item. Times as days, unless finer ones are asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from witnesskit.actions.access import DESK, Access, log_one_access
from witnesskit.actions.case_vault import paper_openings
from witnesskit.actions.catalogue_rows import row_of
from witnesskit.actions.item_files import ItemFiles, chosen, read_item
from witnesskit.actions.item_parts import ItemPart, parts_of
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.openings import resolve
from witnesskit.actions.own_events import OpenedLine, opened_events
from witnesskit.actions.places import places_if_open
from witnesskit.actions.seen import seen_logs
from witnesskit.actions.session import Session
from witnesskit.actions.shown_items import shown_item
from witnesskit.actions.untrusted import line, mapping, objects
from witnesskit.formats.short_id import short_id
from witnesskit.model import Json, VaultKind
from witnesskit.policy import load
from witnesskit.vault import layout
from witnesskit.vault.catalogue.port import Row
from witnesskit.vault.keyring import desk_identities
from witnesskit.vault.layout import Vault

EXACT: Final = "exact times"  # what such an ``access`` event names
_POLICY: Final = "protect-filmer"  # what a desk may be shown
_TIME: Final = re.compile(  # RFC 3339, as cameras write it, and with any zone
    r"([0-9]{4}[-:][0-9]{2}[-:][0-9]{2})[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:[.,][0-9]+)?"
    r"(?: ?(?:Z|[+-][0-9]{2}:?[0-9]{2}))?",
    re.ASCII | re.IGNORECASE,
)
_TOLD: Final = (
    "outcome", "rule", "status", "finding", "result", "what", "who", "why", "scope", "authority", "how", "kind",
    "egress",
)  # fmt: skip
_TEXT_MAX: Final = 200  # characters of one value of an event
_TIMES: Final = ("event_claimed", "embedded", "published", "collected", "file")


@dataclass(frozen=True)
class ShowWish:
    """One item by its short id; ``exact`` times are logged as an access, with ``why``."""

    item: str
    exact: bool = False
    why: str = ""


@dataclass(frozen=True)
class ItemEvent:
    """One line of a log that tells of the item, as far as it is opened here."""

    log: str  # "desk", or the origin of a device's log
    n: int
    type: str
    day: str
    told: Mapping[str, str]


@dataclass(frozen=True)
class ShownItem:
    """``values``: by the names of policy/schema.py, ``times``: by those of the record."""

    row: Row
    values: Mapping[str, str]
    withheld: tuple[str, ...]
    parts: tuple[ItemPart, ...]
    times: Mapping[str, str]
    copies: tuple[Mapping[str, Json], ...]
    events: tuple[ItemEvent, ...]

    @property
    def short(self) -> str:
        """The id for people."""
        return short_id(self.row.item)

    @property
    def outcomes(self) -> tuple[str, ...]:
        """What each attempt ended with, the newest last."""
        attempts = (event for event in self.events if event.type in ("observe", "ingest"))
        return tuple(event.told["outcome"] for event in attempts if "outcome" in event.told)


def show_item(vault: Vault, passphrase: str, wish: ShowWish) -> ShownItem:
    """Raises WrongVaultKind, the leaves of short ids; NoRoom, StorageFault where an access cannot be logged."""
    layout.demand(vault, VaultKind.DESK)
    with open_for_saving(vault, passphrase) as session:
        (item,) = chosen(session.state, [wish.item])
        if wish.exact:
            log_one_access(session, item, Access(DESK, wish.why or "show", EXACT))
        identities = desk_identities(session.keyring) if session.keyring else ()
        files = read_item(session.vault, session.state, item, identities)
        files = replace(files, place=places_if_open(session).get(item, ""))
        return _shown(session, files, exact=wish.exact)


def _shown(session: Session, files: ItemFiles, *, exact: bool) -> ShownItem:
    shown = shown_item(files, load.shipped(_POLICY))
    coarse = (lambda text: text) if exact else _days
    told = {name: coarse(value) for name, value in shown.values.items()}
    recorded = mapping(files.record.get("times"))
    times = {name: coarse(text) for name in _TIMES if (text := _short(recorded.get(name)))}
    events = tuple(_event(session, one, exact=exact) for one in _events(session, files))
    return ShownItem(row_of(files), told, shown.withheld, parts_of(files), times, _copies(files), events)


def _copies(files: ItemFiles) -> tuple[Mapping[str, Json], ...]:
    """Each stream's copy, or why there is none."""
    names = ("stream", "sha256", "size", "media_type", "finding", "refused", "relation")
    copies = (*objects(files.record.get("copies")), *files.derived)
    return tuple({name: one[name] for name in names if isinstance(one.get(name), str | int)} for one in copies)


def _events(session: Session, files: ItemFiles) -> Iterator[OpenedLine]:
    """Of the item in every log here: what was sealed with it opens them, and the papers of this desk."""
    lines = [*files.lines, *(paper for paper in paper_openings(session) if files.item in paper.about())]
    logs = [session.journal.log_bytes(), *(log.lines for log in seen_logs(session.vault))]
    found = opened_events(resolve(lines, logs), logs)
    return (event for event in found if files.item in (event.about, event.source, event.fields.get("other_item")))


def _event(session: Session, event: OpenedLine, *, exact: bool) -> ItemEvent:
    day, at = (_short(event.fields.get(name)) for name in ("day", "at"))
    told = {name: text for name in _TOLD if (text := _short(event.fields.get(name)))}
    own = event.log == session.journal.log
    when = at if exact and at else day or at[:10]
    return ItemEvent("desk" if own else f"device {event.log[:8]}", event.n, event.type, when, told)


def _short(untrusted_value: Json) -> str:
    """A text or a number on one line; nothing for what is neither."""
    if type(untrusted_value) is int:
        return str(untrusted_value)
    return line(untrusted_value)[:_TEXT_MAX]


def _days(text: str) -> str:
    return _TIME.sub(r"\1", text)
