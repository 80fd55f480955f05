"""``retry``: ask again for what is missing of archived items, and go on where the first attempt ended (desk).

Each attempt is an item of its own whose record names the one before (``source.retry_of``). When all parts of a file
are there and the custodian's key opens them, they are put together as one more item (actions/assemble.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, cast

from witnesskit.actions.access import CUSTODIAN, DESK, log_access
from witnesskit.actions.add import Watch
from witnesskit.actions.archive import Tap, archive_one
from witnesskit.actions.assemble import assemble, part_chain
from witnesskit.actions.assigning import Asked, assignment, check
from witnesskit.actions.custodian import CustodianPaper, custodian_of
from witnesskit.actions.item_files import ItemFiles, chosen, read_item
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.resume import resume_from
from witnesskit.actions.saving import SavedItem
from witnesskit.actions.screenshot import shoot_for
from witnesskit.actions.session import Session
from witnesskit.actions.untrusted import mapping
from witnesskit.capture.assignment import MEDIA, Resume
from witnesskit.capture.worker import Worker
from witnesskit.errors.cli import Interrupted
from witnesskit.errors.retry import NotFromALink
from witnesskit.limits import MIB
from witnesskit.model import IN_PART, UNREACHED, Outcome, VaultKind
from witnesskit.sealing.identity import Identity
from witnesskit.vault import layout, room
from witnesskit.vault.keyring import Keyring, desk_identities
from witnesskit.vault.layout import Vault

PARTS: Final = ("media", "page", "screenshot", "all")
_LEAST_ROOM: Final = 16 * MIB  # bytes that must be free before a link is asked for
# outcomes after which it is worth asking again without being told to
_AGAIN: Final = IN_PART | UNREACHED | {Outcome.RATE_LIMITED, Outcome.BLOCKED, Outcome.UNKNOWN}
_PART_NAMES: Final = {"media": "media", "page": "html"}


@dataclass(frozen=True)
class RetryWish:
    """What the person asked for; without ``items`` everything whose last attempt left something to get."""

    items: tuple[str, ...] = ()
    part: str = ""  # of PARTS; empty: what is missing
    asked: Asked = field(default_factory=Asked)
    custodian: CustodianPaper | None = None


@dataclass(frozen=True)
class Retried:
    """One item and what came of it; ``assembled``: the item that holds all parts as one."""

    before: str
    saved: SavedItem | None = None
    assembled: SavedItem | None = None


def retry(vault: Vault, passphrase: str, wish: RetryWish, running: Worker, watch: Watch) -> Iterator[Retried]:
    """Ask again, one after the other; yields each when it is done. Raises NotFromALink, Interrupted after Ctrl-C,

    CustodianKeyNeeded for a wrong sheet, and what ``archive`` raises.
    """
    layout.demand(vault, VaultKind.DESK)
    with open_for_saving(vault, passphrase) as session:
        keyring = cast(Keyring, session.keyring)
        custodian = custodian_of(keyring, wish.custodian)
        every = _Items(session, (*desk_identities(keyring), *custodian))
        for files in every.to_retry(wish):
            yield _one(session, every, files, wish, (running, watch), opens=bool(custodian))


@dataclass
class _Items:
    """Items of links, read once; ``later``: who was retried by whom."""

    session: Session
    identities: Sequence[Identity]
    known: dict[str, ItemFiles] = field(default_factory=dict)

    def read(self, item: str) -> ItemFiles:
        """One item."""
        if item not in self.known:
            self.known[item] = read_item(self.session.vault, self.session.state, item, self.identities)
        return self.known[item]

    def to_retry(self, wish: RetryWish) -> list[ItemFiles]:
        """Those named, or the last attempts that left something to get; raises NotFromALink."""
        if wish.items:
            found = [self.read(item) for item in chosen(self.session.state, wish.items)]
            if any(not _link(files) for files in found):
                raise NotFromALink
            return found
        items = [item for item, one in self.session.state.items.items() if one.capsules and not one.paper]
        links = [files for files in map(self.read, items) if _link(files)]
        later = {str(files.record["source"].get("retry_of")) for files in links}
        return [files for files in links if files.item not in later and _left(files)]


def _one(
    session: Session, every: _Items, files: ItemFiles, wish: RetryWish, at_work: tuple[Worker, Watch], *, opens: bool
) -> Retried:
    chain = part_chain(files, every.read)
    saved, last = None, files
    if not (chain and chain.whole):
        saved = _again(session, files, wish, *at_work)
        if saved.interrupted:
            raise Interrupted("what came is sealed and logged")
        last = every.read(saved.item)
        chain = part_chain(last, every.read)
    if chain is None or not (chain.whole and opens):
        return Retried(files.item, saved)
    who = CUSTODIAN if wish.custodian else DESK
    items = [part.files.item for part in chain.parts]
    log_access(session, items, who=who, why="parts put together", policy=session.policy.id)
    return Retried(files.item, saved, assemble(session, chain))


def _again(session: Session, files: ItemFiles, wish: RetryWish, running: Worker, watch: Watch) -> SavedItem:
    room.require(session.vault.path, _LEAST_ROOM)
    url = _link(files)
    check(session.vault, wish.asked, url)
    wanted = assignment(session.policy, wish.asked, url, _resume(files))
    if not _wants_media(files, wish.part):
        wanted = wanted.without(MEDIA)
    tap = Tap()
    picture = True if wish.part in ("screenshot", "all") else wish.asked.screenshot
    tap.shoot = shoot_for(session, replace(wish.asked, screenshot=picture))
    tap.retry_of = files.item
    return archive_one(session, wanted, running, watch, tap)


def _wants_media(files: ItemFiles, part: str) -> bool:
    if part:
        return part in ("media", "all")
    return "media" in _missing(files) or not _missing(files)


def _missing(files: ItemFiles) -> tuple[str, ...]:
    completeness = mapping(mapping(files.record.get("capture")).get("completeness"))
    return tuple(part for part, name in _PART_NAMES.items() if completeness.get(name) != "ok")


def _left(files: ItemFiles) -> bool:
    capture = files.record.get("capture", {})
    return str(capture.get("outcome")) in _AGAIN and capture.get("rule") != "media-not-asked"


def _link(files: ItemFiles) -> str:
    source = files.record.get("source", {})
    url = source.get("url")
    return url if source.get("kind") == "url" and isinstance(url, str) else ""


def _resume(files: ItemFiles) -> tuple[Resume, ...]:
    rows = files.record.get("capture", {}).get("resume", ())
    found = (resume_from(row) for row in (rows if isinstance(rows, list) else ()))
    return tuple(one for one in found if one)
