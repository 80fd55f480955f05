"""What a desk watches: links are added, listed and stopped here; nothing of this touches the network."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from witnesskit.actions.assigning import Asked, check
from witnesskit.actions.item_files import chosen, read_item
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.sealed_store import sealed_store
from witnesskit.actions.session import Session
from witnesskit.errors.vault import ShortIdUnknown
from witnesskit.errors.watch import NoLink, NotWatched, WatchFull
from witnesskit.formats import watch_list
from witnesskit.formats.short_id import resolve
from witnesskit.formats.watch_list import BY_PERSON, Watched
from witnesskit.limits import WATCHED_MAX
from witnesskit.model import Json, Outcome, VaultKind
from witnesskit.vault import layout
from witnesskit.vault.keyring import desk_identities
from witnesskit.vault.layout import Vault
from witnesskit.vault.sealed_files import SealedFiles

NAME: Final = "watch"  # of the sealed file
OF_MEDIA: Final = ("id", "title", "duration", "timestamp")  # what says that media is still the same


@dataclass(frozen=True)
class WatchWish:
    """What the person wants to have watched; links are telling."""

    links: tuple[str, ...] = field(default=(), repr=False)
    items: tuple[str, ...] = ()  # short ids of archived items
    every: int = 6 * 3600  # seconds between two looks
    asked: Asked = field(default_factory=Asked)


@dataclass(frozen=True)
class Added:
    """What became of the wish."""

    watched: tuple[Watched, ...]
    known: int = 0  # links that were watched before


class WatchList:
    """The list of one opened desk."""

    def __init__(self, files: SealedFiles) -> None:
        """Read it; raises BadSealedFile, NewerFormat, StorageFault."""
        self._files = files
        data = files.read(NAME)
        self.every: dict[str, Watched] = {one.item: one for one in watch_list.parse(data)} if data else {}

    def put(self, *watched: Watched) -> None:
        """Add or replace, in one step; raises WatchFull, NoRoom, StorageFault, BadSealedFile."""
        found = self.every | {one.item: one for one in watched}
        if len(found) > WATCHED_MAX:
            raise WatchFull
        self._files.write(NAME, watch_list.dump(tuple(found.values())))
        self.every = found

    def of(self, shorts: Sequence[str]) -> tuple[Watched, ...]:
        """Those with these short ids; raises NotWatched, ShortIdTypo, ShortIdAmbiguous."""
        try:
            return tuple(self.every[resolve(short, self.every)] for short in shorts)
        except ShortIdUnknown:
            raise NotWatched from None


@contextmanager
def open_watch(vault: Vault, passphrase: str) -> Iterator[tuple[Session, WatchList]]:
    """A session of a desk and its list; raises WrongVaultKind on a field device."""
    layout.demand(vault, VaultKind.DESK)
    with open_for_saving(vault, passphrase) as session:
        yield session, WatchList(sealed_store(session))


def add(vault: Vault, passphrase: str, wish: WatchWish) -> Added:
    """Watch links from now on; raises BadUrl, UnlistedDirect, NoLink, WatchFull, the leaves of short ids."""
    for link in wish.links:
        check(vault, wish.asked, link)
    now = int(time.time())
    with open_watch(vault, passphrase) as (session, watched):
        wanted = [Watched(secrets.token_hex(16), link.strip(), wish.every, now, now) for link in wish.links]
        if wish.items:
            wanted += [_of_item(session, item, wish, now) for item in chosen(session.state, wish.items)]
        by_url = {one.url: one for one in watched.every.values() if one.active}
        new = {one.url: one for one in wanted if one.url not in by_url}
        watched.put(*new.values())
        told = {one.url: by_url.get(one.url) or new[one.url] for one in wanted}
        return Added(tuple(told.values()), sum(one.url in by_url for one in told.values()))


def stop(vault: Vault, passphrase: str, shorts: Sequence[str], *, everything: bool = False) -> int:
    """Look at these no more; what was seen stays. Raises NotWatched, ShortIdTypo, ShortIdAmbiguous."""
    with open_watch(vault, passphrase) as (_session, watched):
        meant: Iterable[Watched] = watched.every.values() if everything else watched.of(shorts)
        ended = [replace(one, stopped=BY_PERSON) for one in meant if one.active]
        watched.put(*ended)
        return len(ended)


def listed(vault: Vault, passphrase: str) -> tuple[Watched, ...]:
    """Everything, the first to be looked at first, then what has stopped."""
    with open_watch(vault, passphrase) as (_session, watched):
        return tuple(sorted(watched.every.values(), key=lambda one: (not one.active, one.due_at, one.item)))


def facts_of(values: Mapping[str, Json]) -> dict[str, str]:
    """What says that the media is the same, as texts."""
    return {name: str(values[name])[:500] for name in OF_MEDIA if values.get(name) not in (None, "")}


def _of_item(session: Session, item: str, wish: WatchWish, now: int) -> Watched:
    """An archived item: what it was when it was saved is what later looks are compared with."""
    record = read_item(
        session.vault, session.state, item, desk_identities(session.keyring) if session.keyring else ()
    ).record
    source, capture = record.get("source", {}), record.get("capture", {})
    link = source.get("url")
    if not isinstance(link, str) or source.get("kind") != "url":
        raise NoLink
    check(session.vault, wish.asked, link)
    found = Watched(item, link.strip(), wish.every, now, now)
    if capture.get("outcome") != Outcome.SAVED:
        return found
    page = capture.get("html", {}).get("sha256", "")
    seen = record.get("collection", {}).get("finished_at", "")
    pages = (page,) if isinstance(page, str) and page else ()
    return replace(found, live_at=_posix(seen), pages=pages, facts=facts_of(source))


def _posix(untrusted_text: Json) -> int:
    try:
        return max(0, int(datetime.fromisoformat(str(untrusted_text)).timestamp()))
    except (ValueError, OverflowError):
        return 0
