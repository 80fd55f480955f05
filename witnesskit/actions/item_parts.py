"""The files of one item under the names that a person gives them: what a record says of each, and what lies there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from witnesskit.actions.item_files import ItemFiles, OpenedFile
from witnesskit.actions.untrusted import line, mapping, number
from witnesskit.model import Json

_PAGE: Final = "text/html"
_OF_KIND: Final = {"page": _PAGE, "wire": "application/octet-stream", "screenshot": "image/png"}


@dataclass(frozen=True)
class ItemPart:
    """``name``: ``copy/1``. ``file`` is None where the keys at hand do not open it; ``sha256`` may be empty."""

    name: str
    media_type: str
    size: int
    sha256: str
    file: OpenedFile | None = None

    @property
    def kind(self) -> str:
        """media, copy, page, wire, screenshot ..."""
        return self.name.partition("/")[0]


def parts_of(files: ItemFiles) -> tuple[ItemPart, ...]:
    """Every file that lies there or that the record names, each name once; copies and pages before originals."""
    held = {file.prefix: file for file in files.files}
    told = {part.name: part for part in _told(files)}
    names = sorted({*held, *told}, key=lambda name: (name.startswith("media/"), name.partition("/")[0], _place(name)))
    return tuple(_part(name, told.get(name), held.get(name)) for name in names)


def _part(name: str, told: ItemPart | None, file: OpenedFile | None) -> ItemPart:
    kind = _OF_KIND.get(name.partition("/")[0], "application/octet-stream")
    found = told or ItemPart(name, kind, file.size if file else 0, "")
    return ItemPart(name, found.media_type, file.size if file else found.size, found.sha256, file)


def _told(files: ItemFiles) -> Iterator[ItemPart]:
    capture = mapping(files.record.get("capture"))
    for one in files.media:
        yield ItemPart(f"media/{one['stream']}", line(one["mime"]), one["bytes"], one["sha256"])
    for one in files.copies:
        yield ItemPart(f"copy/{one['stream']}", one["media_type"], one["size"], one["sha256"])
    for name, kind in (("html", "page"), ("screenshot", "screenshot")):
        if found := mapping(capture.get(name)):
            yield from _beside(kind, found)


def _beside(kind: str, found: Mapping[str, Json]) -> Iterator[ItemPart]:
    if digest := line(found.get("sha256")):
        yield ItemPart(f"{kind}/1", _OF_KIND[kind], number(found.get("bytes")), digest)
    if digest := line(found.get("wire_sha256")):
        yield ItemPart("wire/1", _OF_KIND["wire"], number(found.get("wire_bytes")), digest)


def _place(name: str) -> int:
    digits = name.rpartition("/")[2]
    return int(digits) if digits.isdecimal() and len(digits) < 12 else 0
