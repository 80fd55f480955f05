"""What of the chosen items leaves for an audience: values, and files whose bytes are those that the record names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import cast

from witnesskit.actions.access import CUSTODIAN, DESK, log_access
from witnesskit.actions.consents import EVERYBODY, standing
from witnesskit.actions.custodian import CustodianPaper, custodian_of
from witnesskit.actions.item_files import PAGE_HELD_BACK, ItemFiles, OpenedFile, read_item
from witnesskit.actions.marks import Mark, newest
from witnesskit.actions.part_file import extension_of
from witnesskit.actions.places import with_places
from witnesskit.actions.publish import may_be_published, publish
from witnesskit.actions.session import Session
from witnesskit.actions.shown_items import shown_copy, shown_item
from witnesskit.actions.statements import CONSENT, MARK, PLACE, Statement, by_item, localities, statements
from witnesskit.digest import sha256_stream
from witnesskit.errors.actions import CustodianKeyNeeded
from witnesskit.errors.leaving import NothingToHandOut
from witnesskit.formats.short_id import short_id
from witnesskit.model import Audience
from witnesskit.policy.schema import Policy
from witnesskit.report.handed import HandedFile, HandedItem
from witnesskit.report.model import Item
from witnesskit.sealing.identity import Identity
from witnesskit.vault.keyring import Keyring, desk_identities

_NOT_IT = "what is sealed is not the file that the record names"
_WARNINGS = ("graphic_violence", "perpetrator_produced", "deceptive_or_misleading")
_BESIDE = {"page": "text/html", "screenshot": "image/png"}


@dataclass(frozen=True)
class Chosen:
    """What is asked for: ids of items, the recipient's name, whether files and originals go too."""

    items: tuple[str, ...]
    recipient: str
    with_files: bool
    originals: bool
    custodian: CustodianPaper | None
    why: str


@dataclass
class Opened:
    """What leaves; ``logged``: item -> what of it, for the log."""

    items: list[HandedItem] = field(default_factory=list)
    held_back: list[str] = field(default_factory=list)
    logged: dict[str, str] = field(default_factory=dict)


class _Names:
    """Numbers in the order of the files, so that no name says anything of what it was called before."""

    def __init__(self) -> None:
        self._count = 0

    def file(self, kind: str, media_type: str, sha256: str, file: OpenedFile) -> HandedFile:
        self._count += 1
        name = f"{self._count:08d}{_extension(media_type)}"
        return HandedFile(name, kind, media_type, file.size, sha256, file.open)


@dataclass(frozen=True)
class _Collecting:
    """What is asked of every item, and where what is said of its files goes."""

    session: Session
    policy: Policy
    originals: bool
    held_back: list[str]
    names: _Names = field(default_factory=_Names)


def published_items(session: Session, policy: Policy, asked: Chosen) -> Opened:
    """Copies that may be published, each under a fresh id that the log has a ``derive`` event of.

    Raises NotForThePublic, NothingToHandOut.
    """
    said = by_item(statements(session, MARK, CONSENT))
    read = with_places(
        session, [read_item(session.vault, session.state, item, _identities(session)) for item in asked.items]
    )
    done = publish(session, policy, read)
    if not done.copies:
        raise NothingToHandOut("no clean copy")
    found, names = Opened(held_back=list(done.held_back)), _Names()
    day = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for copy in done.copies:
        files = [names.file("copy", str(copy.facts["media_type"]), str(copy.facts["sha256"]), copy.file)]
        shown = shown_copy(copy, policy, day)
        about = _for_the_public(_about(said, copy.parent, EVERYBODY)[0])
        found.items.append(_handed(shown, about, files if asked.with_files else ()))
        found.logged[copy.parent] = "copy"
    return found


def opened_items(session: Session, policy: Policy, asked: Chosen) -> Opened:
    """Items as the policy shows them, with the files it lets go.

    That originals are opened is on record first. Raises CustodianKeyNeeded where they are asked for and nobody
    brought the key.
    """
    keyring = cast(Keyring, session.keyring)
    identities = desk_identities(keyring)
    if asked.originals:
        custodian = custodian_of(keyring, asked.custodian)
        if not custodian:
            raise CustodianKeyNeeded
        who = CUSTODIAN if asked.custodian else DESK
        log_access(session, asked.items, who=who, why=asked.why, policy=policy.id)
        identities = (*identities, *custodian)
    every, found = statements(session, MARK, CONSENT, PLACE), Opened()
    said, places = by_item(every), localities(every)
    into = _Collecting(session, policy, asked.originals, found.held_back)
    for item in asked.items:
        files = replace(read_item(session.vault, session.state, item, identities), place=places.get(item, ""))
        leaving = tuple(_leaving(into, files)) if asked.with_files else ()
        found.items.append(_handed(shown_item(files, policy), _about(said, item, asked.recipient), leaving))
        found.logged[item] = ", ".join(dict.fromkeys(one.kind for one in leaving)) or "record"
    return found


def _leaving(found: _Collecting, files: ItemFiles) -> Iterator[HandedFile]:
    """Files of one item: copies, then originals where they are asked for, then for a court what lies beside."""
    allowed, refused = may_be_published(found.session, found.policy, [files])
    found.held_back.extend(refused)
    for _item, facts, file in allowed:
        yield found.names.file("copy", facts["media_type"], facts["sha256"], file)
    if found.originals:
        yield from _originals(files, found)
    if found.policy.rules.policy_audience is Audience.COURT:
        yield from _beside(files, found)


def _originals(files: ItemFiles, found: _Collecting) -> Iterator[HandedFile]:
    for facts in files.media:
        file = next((one for one in files.streams("media") if one.prefix == f"media/{facts['stream']}"), None)
        if file and file.has({"sha256": facts["sha256"], "size": facts["bytes"]}):
            yield found.names.file("original", facts["mime"], facts["sha256"], file)
        else:
            found.held_back.append(_NOT_IT)


def _beside(files: ItemFiles, found: _Collecting) -> Iterator[HandedFile]:
    """The page and its picture, for a court."""
    for kind, media_type in _BESIDE.items():
        if kind == "page" and files.names_collector:
            found.held_back.append(PAGE_HELD_BACK)
            continue
        for file in files.streams(kind):
            with file.open() as stream:
                yield found.names.file(kind, media_type, sha256_stream(stream)[0], file)


def _handed(shown: Item, about: tuple[Mark, str], files: Sequence[HandedFile]) -> HandedItem:
    mark, consent = about
    return HandedItem(shown.short, shown.values, shown.withheld, mark.level, mark.because, consent, tuple(files))


def _about(said: Mapping[str, Sequence[Statement]], item: str, recipient: str) -> tuple[Mark, str]:
    own = said.get(item, ())
    return newest(own).get(item, Mark(short_id(item))), standing(own, item, recipient)[0]


def _for_the_public(mark: Mark) -> tuple[Mark, str]:
    """What warns whoever looks; not that a person was asked, nor what would lead to who filmed or to the post."""
    return replace(mark, because=tuple(word for word in mark.because if word in _WARNINGS)), ""


def _identities(session: Session) -> tuple[Identity, ...]:
    return desk_identities(session.keyring) if session.keyring else ()


def _extension(media_type: str) -> str:
    return {"text/html": ".html", "application/pdf": ".pdf"}.get(media_type) or extension_of(media_type)
