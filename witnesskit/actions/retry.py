"""``retry``: ask again for what is missing of archived items, and go on where the first attempt ended (desk).

Each attempt is an item of its own whose record names the one before (``source.retry_of``). When all parts of a file
are there, whoever brought them, and the custodian's key opens them, they are put together as one more item
(actions/assemble.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final, cast

from witnesskit.actions.access import CUSTODIAN, DESK, log_access
from witnesskit.actions.add import Watch
from witnesskit.actions.archive import Tap, archive_one
from witnesskit.actions.assemble import Chain, assemble
from witnesskit.actions.assigning import Asked, assignment, check
from witnesskit.actions.custodian import CustodianPaper, custodian_of
from witnesskit.actions.device_check import demand_quiet
from witnesskit.actions.item_files import ItemFiles
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.places import places_if_open
from witnesskit.actions.resume import resume_from
from witnesskit.actions.retry_items import LinkItems, link_of
from witnesskit.actions.saving import SavedItem
from witnesskit.actions.screenshot import shoot_for
from witnesskit.actions.session import Session
from witnesskit.actions.untrusted import mapping
from witnesskit.capture.assignment import MEDIA, Resume
from witnesskit.capture.worker import Worker
from witnesskit.errors import WitnesskitError
from witnesskit.errors.capture import BadUrl, UnlistedDirect
from witnesskit.errors.cli import Interrupted
from witnesskit.errors.retry import PartChanged
from witnesskit.formats.short_id import short_id
from witnesskit.limits import MIB
from witnesskit.model import VaultKind
from witnesskit.vault import layout, room
from witnesskit.vault.keyring import Keyring, desk_identities
from witnesskit.vault.layout import Vault

_LEAST_ROOM: Final = 16 * MIB  # bytes that must be free before a link is asked for
_PART_NAMES: Final = {"media": "media", "page": "html"}


@dataclass(frozen=True)
class RetryWish:
    """What the person asked for; without ``items`` what was left to get, and what is there in parts only."""

    items: tuple[str, ...] = ()
    part: str = ""  # media, page, screenshot, all; empty: what is missing
    asked: Asked = field(default_factory=Asked)
    custodian: CustodianPaper | None = None


@dataclass(frozen=True)
class Retried:
    """One item and what came of it."""

    before: str
    saved: SavedItem | None = None
    assembled: SavedItem | None = None  # the item that holds all parts as one
    refusal: WitnesskitError | None = None  # why it was not asked for, or its parts were not put together
    unopened: bool = False  # all parts are there, and no key that opens them


def retry(vault: Vault, passphrase: str, wish: RetryWish, running: Worker, watch: Watch) -> Iterator[Retried]:
    """Ask again, one after the other; yields each when it is done. Raises NotFromALink, Interrupted after Ctrl-C,

    CustodianKeyNeeded for a wrong sheet, and what ``archive`` raises; what ails one item alone is its refusal.
    """
    layout.demand(vault, VaultKind.DESK)
    with open_for_saving(vault, passphrase) as session:
        demand_quiet(session.policy, vault.path)
        keyring = cast(Keyring, session.keyring)
        custodian = custodian_of(keyring, wish.custodian)
        known = LinkItems(session, (*desk_identities(keyring), *custodian), places_if_open(session))
        asking = _Asking(session, known, wish, running, watch, opens=bool(custodian))
        for files in known.named(wish.items) if wish.items else known.unfinished():
            done = asking.one(files)
            yield done
            if done.saved and done.saved.interrupted:
                raise Interrupted("what came is sealed and logged")


@dataclass(frozen=True)
class _Asking:
    """One run; ``opens``: whether the custodian's key is there."""

    session: Session
    known: LinkItems
    wish: RetryWish
    running: Worker
    watch: Watch
    opens: bool

    def one(self, files: ItemFiles) -> Retried:
        """Ask again for an item, unless all of its file is there already."""
        done = Retried(files.item)
        chain = self.known.unjoined(files)
        if chain is None:
            try:
                check(self.session.vault, self.wish.asked, link_of(files))
            except (BadUrl, UnlistedDirect) as error:
                return replace(done, refusal=_of_item(error, files.item))
            done = replace(done, saved=self._again(files))
            if done.saved and not done.saved.interrupted:
                chain = self.known.unjoined(self.known.read(done.saved.item))
        return self._joined(done, chain) if chain else done

    def _joined(self, done: Retried, chain: Chain) -> Retried:
        if not self.opens:
            return replace(done, unopened=True)
        who = CUSTODIAN if self.wish.custodian else DESK
        log_access(self.session, chain.items, who=who, why="parts put together", policy=self.session.policy.id)
        try:
            return replace(done, assembled=assemble(self.session, chain))
        except PartChanged as error:
            return replace(done, refusal=_of_item(error, done.before))

    def _again(self, files: ItemFiles) -> SavedItem:
        room.require(self.session.vault.path, _LEAST_ROOM)
        asked, part = self.wish.asked, self.wish.part
        wanted = assignment(self.session.policy, asked, link_of(files), _resume(files))
        if not _wants_media(files, part):
            wanted = wanted.without(MEDIA)
        tap = Tap()
        picture = True if part in ("screenshot", "all") else asked.screenshot
        tap.shoot = shoot_for(self.session, replace(asked, screenshot=picture))
        tap.retry_of, tap.place = files.item, files.locality
        return archive_one(self.session, wanted, self.running, self.watch, tap)


def _of_item(error: WitnesskitError, item: str) -> WitnesskitError:
    """Which one it is; a link is never named."""
    error.detail = f"{short_id(item)}: {error.detail}" if error.detail else short_id(item)
    return error


def _wants_media(files: ItemFiles, part: str) -> bool:
    if part:
        return part in ("media", "all")
    return "media" in _missing(files) or not _missing(files)


def _missing(files: ItemFiles) -> tuple[str, ...]:
    completeness = mapping(mapping(files.record.get("capture")).get("completeness"))
    return tuple(part for part, name in _PART_NAMES.items() if completeness.get(name) != "ok")


def _resume(files: ItemFiles) -> tuple[Resume, ...]:
    rows = files.record.get("capture", {}).get("resume", ())
    found = (resume_from(row) for row in (rows if isinstance(rows, list) else ()))
    return tuple(one for one in found if one)
