"""``list`` and ``search``: pages of the desk's items, newest first."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from witnesskit.actions.catalogue import open_catalogue
from witnesskit.actions.corroboration import Corroboration, corroborated
from witnesskit.actions.given_file import open_given
from witnesskit.actions.item_files import chosen
from witnesskit.actions.opening import open_for_saving
from witnesskit.digest import sha256_stream
from witnesskit.errors.actions import NoSuchItem
from witnesskit.errors.catalogue import NoDigest
from witnesskit.formats.locality import spelled
from witnesskit.formats.short_id import short_id
from witnesskit.model import Json, VaultKind
from witnesskit.vault import layout
from witnesskit.vault.catalogue.port import Row, Search
from witnesskit.vault.layout import Vault

Report = Callable[[int, int], None]
_SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
# of a row: what a page shows, in this order, where it is not empty
FACTS: Final = (
    "captured", "imported", "source", "title", "url", "account", "place", "outcome", "missing", "sender",
    "sensitivity", "kind", "faults",
)  # fmt: skip


@dataclass(frozen=True)
class PageWish:
    """What is looked for; ``before`` and ``item`` are short ids: only older ones than the first, only the second."""

    search: Search
    before: str = ""
    item: str = ""


@dataclass(frozen=True)
class Page:
    """``rows`` of ``whole`` items that the desk has; ``more``: there are older ones that fit.

    ``read`` items were new to the catalogue; ``notices``: (code, sentence) of what must be said of it.
    """

    rows: tuple[Row, ...]
    whole: int
    more: bool
    read: int
    notices: tuple[tuple[str, str], ...] = ()
    others: Mapping[str, Corroboration] = field(default_factory=dict)  # by item, where others have its content


@dataclass(frozen=True)
class Reindexed:
    """A catalogue that was made anew."""

    items: int
    notices: tuple[tuple[str, str], ...] = field(default=())


def page(vault: Vault, passphrase: str, wish: PageWish, report: Report) -> Page:
    """One page; raises WrongVaultKind, NoSuchItem, the leaves of short ids, CatalogueFull."""
    layout.demand(vault, VaultKind.DESK)
    with open_for_saving(vault, passphrase) as session, open_catalogue(session, report) as found:
        only = chosen(session.state, [wish.item])[0] if wish.item else ""
        place = spelled(wish.search.place)
        search = replace(wish.search, limit=wish.search.limit + 1, item=only, place=place)
        if wish.before:
            last = found.rows.get(*chosen(session.state, [wish.before]))
            if last is None:
                raise NoSuchItem
            search = replace(search, before=last.seq)
        rows, most = found.rows.page(search), wish.search.limit
        others = {row.item: one for row in rows[:most] if (one := corroborated(found.rows, row.item)).items}
        return Page(rows[:most], found.rows.count(), len(rows) > most, found.read, tuple(found.notices), others)


def reindex(vault: Vault, passphrase: str, report: Report) -> Reindexed:
    """Make the catalogue anew from records and log; raises WrongVaultKind, CatalogueFull, the disk's leaves."""
    layout.demand(vault, VaultKind.DESK)
    with open_for_saving(vault, passphrase) as session, open_catalogue(session, report, anew=True) as found:
        return Reindexed(found.rows.count(), tuple(found.notices))


def digest_of(untrusted_text: str) -> str:
    """64 hex digits as they are, else the SHA-256 of the file of that name; raises NoDigest, FileUnreadable."""
    if _SHA256.fullmatch(untrusted_text.lower()):
        return untrusted_text.lower()
    if not (path := Path(untrusted_text)).exists():
        raise NoDigest
    with open_given(path) as stream:
        return sha256_stream(stream)[0]


def facts(row: Row, others: Corroboration | None = None) -> Mapping[str, Json]:
    """One row for ``--json``: what is not known is absent."""
    told = {name: value for name in FACTS if (value := getattr(row, name))}
    return {"id": short_id(row.item), "item": row.item, **told, **(_corroboration(others) if others else {})}


def _corroboration(others: Corroboration) -> Mapping[str, Json]:
    same = list(map(short_id, others.publication))
    return {
        "same_content": list(map(short_id, others.items)), "invites": others.invites, "same_publication": same
    }  # fmt: skip
