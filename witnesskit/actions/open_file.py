"""``open ITEM``: one file of an item, given to the person who asked; the log says so before the first byte of it.

No program is started. A page, a drawing or a document could run or load something where it is opened by a click:
in a folder such a file gets a name that no browser takes, unless the person asks for its own.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, cast

from witnesskit.actions.access import CUSTODIAN, DESK, ORIGINAL, Access, log_one_access
from witnesskit.actions.custodian import CustodianPaper, custodian_of
from witnesskit.actions.item_files import OpenedFile, chosen, read_item
from witnesskit.actions.item_parts import ItemPart, parts_of
from witnesskit.actions.leaving_file import leaving_file
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.part_file import extension_of
from witnesskit.actions.session import Session
from witnesskit.errors.actions import CustodianKeyNeeded
from witnesskit.errors.catalogue import NoSuchFile
from witnesskit.errors.cli import NoFolder
from witnesskit.formats.short_id import short_id
from witnesskit.limits import READ_BLOCK
from witnesskit.media.probe import HEAD_SIZE, media_type
from witnesskit.model import Sink, VaultKind
from witnesskit.vault import layout
from witnesskit.vault.keyring import Keyring, desk_identities
from witnesskit.vault.layout import Vault
from witnesskit.vault.synced import refuse_synced

Report = Callable[[int, int | None], None]
_ACTIVE: Final = {".html": b"<", ".pdf": b"%PDF"}
_NEUTRAL: Final = {".html": ".txt", ".pdf": ".bin", ".svg": ".txt"}
_OF_ORIGINALS: Final = "media"


@dataclass(frozen=True)
class OpenWish:
    """``item``: a short id; ``file``: ``copy/1``, or empty where there is one that it can only be.

    ``to``: a folder, made if it is not there; None: the bytes go to ``sink``. ``own_name``: with the ending that its
    kind has, also where a browser would take it.
    """

    item: str
    file: str = ""
    to: Path | None = None
    sink: Sink | None = None
    why: str = ""
    custodian: CustodianPaper | None = None
    own_name: bool = False


@dataclass(frozen=True)
class OpenedPart:
    """What was given. ``as_recorded``: the bytes are those that the record names; None where it names none."""

    item: str
    name: str
    size: int
    sha256: str
    path: str
    as_recorded: bool | None
    active: bool  # a browser or viewer could run what is in it


def open_file(vault: Vault, passphrase: str, wish: OpenWish, report: Report) -> OpenedPart:
    """Log the access, then write the one file.

    Raises WrongVaultKind, the leaves of short ids, NoSuchFile, CustodianKeyNeeded, CloudFolder, NoFolder,
    OutputExists, DiskFull, and what a damaged capsule raises; then no file is left in the folder.
    """
    layout.demand(vault, VaultKind.DESK)
    if wish.to is not None:
        refuse_synced(wish.to)
    with open_for_saving(vault, passphrase) as session:
        (item,) = chosen(session.state, [wish.item])
        part, file, who = _found(session, item, wish)
        log_one_access(
            session, item, Access(who, wish.why or "open", ORIGINAL if part.kind == _OF_ORIGINALS else part.name)
        )
        return _given(item, part, file, wish, report)


def _found(session: Session, item: str, wish: OpenWish) -> tuple[ItemPart, OpenedFile, str]:
    """(the part, its bytes, who opens it); raises NoSuchFile, CustodianKeyNeeded."""
    keyring = cast(Keyring, session.keyring)
    custodian = custodian_of(keyring, wish.custodian)
    files = read_item(session.vault, session.state, item, (*desk_identities(keyring), *custodian))
    part = _chosen(parts_of(files), wish.file)
    if part.file is None:
        raise CustodianKeyNeeded if part.kind == _OF_ORIGINALS and not custodian else NoSuchFile(part.name)
    who = CUSTODIAN if wish.custodian and part.kind == _OF_ORIGINALS else DESK
    return part, part.file, who


def _chosen(parts: Sequence[ItemPart], name: str) -> ItemPart:
    """The one that is named; else the only copy; else the only file."""
    copies = [part for part in parts if part.kind == "copy"]
    found = [part for part in parts if part.name == name] if name else copies if len(copies) == 1 else parts
    if len(found) != 1:
        raise NoSuchFile(", ".join(part.name for part in parts[:20]) or "there are none here")
    return found[0]


def _given(item: str, part: ItemPart, file: OpenedFile, wish: OpenWish, report: Report) -> OpenedPart:
    with file.open() as stream:
        head = stream.read(HEAD_SIZE)
        ending, active = _ending(head, own_name=wish.own_name)
        if wish.to is None:
            digest, path = _copied(head, stream, cast(Sink, wish.sink), (file.size, report)), ""
        else:
            place = wish.to / f"{short_id(item)}-{part.name.replace('/', '-')}{ending}"
            with _private(place) as out:
                digest = _copied(head, stream, out, (file.size, report))
            path = str(place)
    same = digest == part.sha256 if part.sha256 else None
    return OpenedPart(short_id(item), part.name, file.size, digest, path, same, active)


def _ending(head: bytes, *, own_name: bool) -> tuple[str, bool]:
    """(ending of the name, whether something could run it): by the bytes, never by what a record calls them."""
    known = extension_of(media_type(head))
    if known != ".bin":
        return known, False
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")
    kind = next((ending for ending, mark in _ACTIVE.items() if start.startswith(mark)), "")
    if kind == ".html" and b"<svg" in head:
        kind = ".svg"
    if kind:
        return (kind if own_name else _NEUTRAL[kind]), True
    return ".bin", False


def _copied(head: bytes, stream: BinaryIO, sink: Sink, told: tuple[int, Report]) -> str:
    """All of it; returns its SHA-256."""
    whole, report = told
    hasher, done, block = hashlib.sha256(), 0, head
    while block:
        hasher.update(block)
        sink.write(block)
        done += len(block)
        report(done, whole)
        block = stream.read(READ_BLOCK)
    return hasher.hexdigest()


@contextmanager
def _private(place: Path) -> Iterator[Sink]:
    """A new file in a folder that is made if it is not there; whole, or there is none."""
    try:
        place.parent.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise NoFolder(os.strerror(error.errno or 0).lower()) from None
    with leaving_file(place) as stream:
        yield stream
