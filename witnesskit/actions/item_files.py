"""One item at a desk: its record, its openings, and its opened files, read from sealed capsules when needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast

from witnesskit.actions.openings import OPENINGS, OpeningLine, line_from, parse_lines
from witnesskit.errors import WitnesskitError
from witnesskit.errors.actions import NoSuchItem
from witnesskit.formats import media_record, strict_json
from witnesskit.formats.short_id import resolve as resolve_short
from witnesskit.model import Json, Role, SealedCapsule
from witnesskit.sealing.capsule import CapsuleReader
from witnesskit.sealing.identity import Identity
from witnesskit.vault import store
from witnesskit.vault.layout import Vault
from witnesskit.vault.state import State

RECORD, ORIGINAL, STUB = "record.json", "original.json", "stub.json"


@dataclass(frozen=True)
class OpenedFile:
    """A file inside a capsule: a copy, a page or served media."""

    prefix: str  # "copy/1"
    capsule: str
    size: int
    open: Callable[[], BinaryIO] = field(repr=False)


@dataclass(frozen=True)
class ItemFiles:
    """What a desk can read of one item; ``record`` is the newest one."""

    item: str
    capsules: tuple[SealedCapsule, ...]
    record: Mapping[str, Json] = field(default_factory=dict, repr=False)
    original: Mapping[str, Json] = field(default_factory=dict, repr=False)
    lines: tuple[OpeningLine, ...] = field(default=(), repr=False)
    files: tuple[OpenedFile, ...] = ()

    def streams(self, kind: str) -> Iterator[OpenedFile]:
        """Files whose prefix begins with ``kind`` ("copy", "media", "page")."""
        return (file for file in self.files if file.prefix.split("/")[0] == kind)

    @property
    def copies(self) -> tuple[Mapping[str, Json], ...]:
        """Facts of the clean copies."""
        return tuple(copy for copy in self.record.get("copies", ()) if "sha256" in copy)

    @property
    def media(self) -> tuple[Mapping[str, Json], ...]:
        """Facts of the served media."""
        capture = self.record.get("capture", {})
        return tuple(capture.get("media", ()))


def chosen(state: State, shorts: Sequence[str]) -> tuple[str, ...]:
    """Items named by short ids, or all; raises NoSuchItem, ShortIdUnknown, ShortIdAmbiguous."""
    every = sorted(item for item, found in state.items.items() if not found.paper)
    items = tuple(resolve_short(short, every) for short in shorts) or tuple(every)
    if not items:
        raise NoSuchItem
    return items


def read_item(vault: Vault, state: State, item: str, identities: Sequence[Identity]) -> ItemFiles:
    """Open every capsule of an item that ``identities`` open; the others stay shut."""
    capsules = state.items[item].capsules
    documents: dict[str, Mapping[str, Json]] = {}
    lines: list[OpeningLine] = []
    files: list[OpenedFile] = []
    for capsule in sorted(capsules, key=lambda one: (one.role, one.part)):
        reader = _reader(vault, capsule, identities)
        if reader is None:
            continue
        for name in reader.names():
            if name in (RECORD, ORIGINAL):
                documents[name] = _document(name, reader.read(name))
            elif name == OPENINGS:
                lines.extend(parse_lines(reader.read(name), capsule.sha256))
            elif "/" in name:
                opener = _opener(vault, capsule, identities, name)
                files.append(OpenedFile(name, capsule.id, reader.size(name), opener))
    original = documents.get(ORIGINAL, {})
    lines.extend(line_from(line) for line in original.get("openings", ()))
    return ItemFiles(item, capsules, documents.get(RECORD, {}), original, tuple(lines), tuple(files))


def _document(name: str, data: bytes) -> Mapping[str, Json]:
    value = media_record.load(data) if name == RECORD else strict_json.loads(data)
    return value if isinstance(value, dict) else {}


def _reader(vault: Vault, capsule: SealedCapsule, identities: Sequence[Identity]) -> CapsuleReader | None:
    """A capsule that is not ours to open, or cut before its first file, tells nothing."""
    if not store.has(vault, capsule.id):
        return None
    try:
        return CapsuleReader(store.open_capsule(vault, capsule.id), identities)
    except WitnesskitError:
        return None


def _opener(
    vault: Vault, capsule: SealedCapsule, identities: Sequence[Identity], name: str
) -> Callable[[], BinaryIO]:
    def opened() -> BinaryIO:
        reader: Any = CapsuleReader(store.open_capsule(vault, capsule.id), identities).stream(name)
        return cast(BinaryIO, reader)

    return opened


def is_original(capsule: SealedCapsule) -> bool:
    """Whether only the custodian ring opens it."""
    return capsule.role is Role.ORIGINAL
