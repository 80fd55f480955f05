"""One item at a desk: its record, its openings, and its opened files, read from sealed capsules when needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, BinaryIO, Final, cast

from witnesskit.actions.openings import OPENINGS, OpeningLine, line_from, parse_lines
from witnesskit.actions.untrusted import mapping
from witnesskit.digest import sha256_stream
from witnesskit.errors import WitnesskitError
from witnesskit.errors.actions import NoSuchItem
from witnesskit.errors.capsule import BadCapsule
from witnesskit.errors.sealing import WrongKey
from witnesskit.formats import locality, media_record, strict_json
from witnesskit.formats.capsule import CapsuleHeader
from witnesskit.formats.record_shape import check_derived, check_original, check_stub
from witnesskit.formats.short_id import resolve as resolve_short
from witnesskit.model import Json, Role, SealedCapsule
from witnesskit.sealing.capsule import CapsuleReader
from witnesskit.sealing.identity import Identity
from witnesskit.vault import store
from witnesskit.vault.layout import Vault
from witnesskit.vault.state import State

PAGE_HELD_BACK: Final = "the page names the internet address that it was asked from"
RECORD, ORIGINAL, STUB, DERIVED = "record.json", "original.json", "stub.json", "derived.json"


@dataclass(frozen=True)
class OpenedFile:
    """A file inside a capsule: a copy, a page or served media."""

    prefix: str  # "copy/1"
    capsule: str
    size: int
    open: Callable[[], BinaryIO] = field(repr=False)

    def has(self, facts: Mapping[str, Json]) -> bool:
        """Whether its bytes are of the size and digest that ``facts`` name."""
        with self.open() as stream:
            return self.size == facts["size"] and sha256_stream(stream) == (facts["sha256"], facts["size"])


@dataclass(frozen=True)
class ItemFiles:
    """What a desk can read of one item; ``record`` is the newest one.

    ``faults``: codes of what is there and cannot be read, each once; it says so, and hides nothing else.
    """

    item: str
    capsules: tuple[SealedCapsule, ...]
    record: Mapping[str, Json] = field(default_factory=dict, repr=False)
    original: Mapping[str, Json] = field(default_factory=dict, repr=False)
    lines: tuple[OpeningLine, ...] = field(default=(), repr=False)
    files: tuple[OpenedFile, ...] = ()
    derived: tuple[Mapping[str, Json], ...] = field(default=(), repr=False)
    faults: tuple[str, ...] = ()
    stub: Mapping[str, Json] = field(default_factory=dict, repr=False)  # of a capture that was killed: all there is
    place: str = field(default="", repr=False)  # what the desk said; empty: nothing

    @property
    def locality(self) -> str:
        """Town or district: what the desk said last, else what the record says or a stub; empty for none."""
        told = (locality.read(mapping(one.get("place")).get("locality")) for one in (self.record, self.stub))
        return self.place or next(filter(None, told), "")

    def streams(self, kind: str) -> Iterator[OpenedFile]:
        """Files whose prefix begins with ``kind`` ("copy", "media", "page")."""
        return (file for file in self.files if file.prefix.split("/")[0] == kind)

    @property
    def names_collector(self) -> bool:
        """Whether the page holds the address it was asked from: it goes to nobody but the desk."""
        return mapping(mapping(self.record.get("capture")).get("html")).get("names_collector") is True

    @property
    def copies(self) -> tuple[Mapping[str, Json], ...]:
        """Facts of the clean copies: those of the record, then those that were derived later."""
        return (*(copy for copy in self.record.get("copies", ()) if "sha256" in copy), *self.derived)

    def file_of(self, facts: Mapping[str, Json]) -> OpenedFile | None:
        """The file of a copy, if its bytes are those that ``facts`` name; a record is a device's word."""
        named = f"copy/{facts['stream']}"
        return next((file for file in self.files if file.prefix == named and file.has(facts)), None)

    @property
    def media(self) -> tuple[Mapping[str, Json], ...]:
        """Facts of the served media."""
        capture = self.record.get("capture", {})
        return tuple(capture.get("media", ()))


def chosen(state: State, shorts: Sequence[str]) -> tuple[str, ...]:
    """Items named by short ids, or all; raises NoSuchItem, ShortIdUnknown, ShortIdAmbiguous."""
    every = state.holding()
    items = tuple(resolve_short(short, every) for short in shorts) or every
    if not items:
        raise NoSuchItem
    return items


def read_item(vault: Vault, state: State, item: str, identities: Sequence[Identity]) -> ItemFiles:
    """Open every capsule of an item that ``identities`` open; the others stay shut.

    What a capsule holds was written by a device: a document that is not in its form, and a capsule that is damaged,
    are told as faults of this item, and never keep the others from being read.
    """
    capsules = state.items[item].capsules
    found = _Read()
    for capsule in sorted(capsules, key=lambda one: (one.role, one.part)):
        try:
            reader = _reader(vault, capsule, identities)
        except WrongKey as error:  # originals are for the custodian ring; a record is for us
            found.faults += [error.code] if capsule.role is Role.RECORD else []
        except WitnesskitError as error:
            found.faults.append(error.code)
        else:
            found.capsule(reader, capsule.sha256, partial(_opener, vault, capsule, identities))
    record, original = found.documents.get(RECORD, {}), found.documents.get(ORIGINAL, {})
    faults = tuple(dict.fromkeys(found.faults))
    return ItemFiles(
        item, capsules, record, original, tuple(found.lines), tuple(found.files), tuple(found.derived), faults,
        found.documents.get(STUB, {}),
    )  # fmt: skip


@dataclass
class _Read:
    """What has been read of one item."""

    documents: dict[str, Mapping[str, Json]] = field(default_factory=dict)
    lines: list[OpeningLine] = field(default_factory=list)
    files: list[OpenedFile] = field(default_factory=list)
    derived: list[Mapping[str, Json]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def capsule(self, reader: CapsuleReader, sha256: str, opener: Callable[[str], Callable[[], BinaryIO]]) -> None:
        """Read the documents of a capsule whose sealed bytes have the digest ``sha256``; note its other files."""
        if not reader.complete and reader.failure:
            self.faults.append(reader.failure.code)
        for name in reader.names():
            if "/" in name:
                self.files.append(OpenedFile(name, reader.header.id, reader.size(name), opener(name)))
            else:
                self._document(name, reader, sha256)

    def _document(self, name: str, reader: CapsuleReader, sha256: str) -> None:
        try:
            if name == RECORD:
                self.documents[name] = media_record.load(reader.read(name))
            elif name == ORIGINAL:
                self.documents[name] = check_original(strict_json.loads(reader.read(name)))
                self.lines.extend(line_from(line) for line in self.documents[name].get("openings", ()))
            elif name == STUB:
                self.documents[name] = check_stub(strict_json.loads(reader.read(name)))
            elif name == DERIVED:
                facts = check_derived(strict_json.loads(reader.read(name)))
                self.derived.append({**facts, "record_sha256": sha256})
            elif name == OPENINGS:
                self.lines.extend(parse_lines(reader.read(name), sha256))
        except WitnesskitError as error:
            self.faults.append(error.code)


def _reader(vault: Vault, capsule: SealedCapsule, identities: Sequence[Identity]) -> CapsuleReader:
    """Raises CapsuleMissing, WrongKey, BadCapsule for one that was sealed as another, what CapsuleReader raises."""
    reader = CapsuleReader(store.open_capsule(vault, capsule.id), identities)
    if reader.header != CapsuleHeader(capsule.id, capsule.item, capsule.role, capsule.part):
        raise BadCapsule("it was sealed as another one")
    return reader


def _opener(
    vault: Vault, capsule: SealedCapsule, identities: Sequence[Identity], name: str
) -> Callable[[], BinaryIO]:
    def opened() -> BinaryIO:
        reader: Any = CapsuleReader(store.open_capsule(vault, capsule.id), identities).stream(name)
        return cast(BinaryIO, reader)

    return opened
