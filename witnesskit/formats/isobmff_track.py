"""One track of a film: what decoding and showing need of it, or nothing if it is neither pictures nor sound."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from witnesskit.digest import sha256_hex
from witnesskit.errors.media import BadMedia
from witnesskit.errors.strip import ExternalData
from witnesskit.formats.isobmff import Box, children, numbers, u32
from witnesskit.formats.isobmff_entry import Entry, canonical_entry
from witnesskit.formats.isobmff_headers import (
    Edit,
    Shown,
    Times,
    read_edits,
    read_number,
    read_shown,
    read_times,
)
from witnesskit.formats.isobmff_tables import (
    Tables,
    read_group,
    read_numbers,
    read_pairs,
    read_runs,
    read_sizes,
    table,
)
from witnesskit.media_limits import FILM_ENTRIES_MAX
from witnesskit.media_model import Removal

_KEPT_HANDLERS: Final = frozenset({b"vide", b"soun"})
_STBL: Final = frozenset(b"stsd stts ctts cslg stss stps stsz stz2 stsc stco co64".split())
_STILLS: Final = frozenset({b"jpeg", b"png "})
_GROUPS: Final = frozenset({b"sgpd", b"sbgp"})


@dataclass(frozen=True)
class Track:
    """A track that is kept."""

    handler: bytes
    shown: Shown
    times: Times
    edits: tuple[Edit, ...]
    entries: tuple[Entry, ...]
    entries_version: int  # of stsd
    tables: Tables

    @property
    def coding(self) -> str:
        """Coding of the track; the same in all its entries."""
        return self.entries[0].coding


@dataclass(frozen=True)
class ReadTrack:
    """The track if it is kept, its handler, and what is left out of it."""

    track: Track | None
    handler: str
    number: int  # track_ID
    removed: tuple[Removal, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass
class _Parts:
    """Boxes of one track by type; a second one of a type is a contradiction between readers."""

    data: bytes
    found: dict[bytes, Box] = field(default_factory=dict)
    groups: list[Box] = field(default_factory=list)
    removed: list[Removal] = field(default_factory=list)

    def open(self, start: int, end: int, place: str, wanted: frozenset[bytes]) -> None:
        for box in children(self.data, start, end):
            if box.kind in wanted and box.kind in _GROUPS:
                self.groups.append(box)
            elif box.kind in wanted and box.kind in self.found:
                raise BadMedia(f"two {box.name} in one track")
            elif box.kind in wanted:
                self.found[box.kind] = box
            else:
                self.leave(box, place)

    def leave(self, box: Box, place: str) -> None:
        raw = self.data[box.start : box.end]
        self.removed.append(Removal(f"{place}{box.name}", len(raw), sha256_hex(raw)))

    def need(self, kind: bytes) -> Box:
        if kind not in self.found:
            raise BadMedia(f"a track without {kind.decode()}")
        return self.found[kind]

    def descend(self, kind: bytes, place: str, wanted: frozenset[bytes], skip: int = 0) -> None:
        box = self.need(kind)
        self.open(box.body + skip, box.end, place, wanted)


def chapter_numbers(data: bytes, trak: Box) -> frozenset[int]:
    """track_ID of every track that ``trak`` says holds its chapters (QTFF "Chapter lists")."""
    found: set[int] = set()
    for box in children(data, trak.body, trak.end):
        if box.kind == b"tref" and (place := data.find(b"chap", box.body, box.end)) >= 0:
            body = data[place + 4 : min(box.end, place - 4 + int.from_bytes(data[place - 4 : place], "big"))]
            found |= set(numbers(body[: len(body) // 4 * 4], "I"))
    return frozenset(found)


def read_track(data: bytes, trak: Box, quicktime: bool, chapters: frozenset[int]) -> ReadTrack:
    """Understand the track in ``trak``; raises ``BadMedia`` or a leaf of ``Unstrippable``.

    A dropped track is told by its handler alone; still pictures of ``chapters`` are dropped.
    """
    parts = _Parts(data)
    parts.open(trak.body, trak.end, "", frozenset({b"tkhd", b"edts", b"mdia"}))
    parts.descend(b"mdia", "mdia/", frozenset({b"mdhd", b"hdlr", b"minf"}))
    handler, number = _handler(data, parts.need(b"hdlr")), read_number(data, parts.need(b"tkhd"))
    if handler not in _KEPT_HANDLERS:
        name = handler.decode("latin-1") if handler.isalnum() else handler.hex()
        return ReadTrack(None, name, number)
    parts.descend(b"minf", "mdia/minf/", frozenset({b"dinf", b"stbl"}))
    parts.descend(b"dinf", "mdia/minf/dinf/", frozenset({b"dref"}))
    parts.descend(b"stbl", "mdia/minf/stbl/", _STBL | _GROUPS)
    stsd = parts.need(b"stsd")
    if number in chapters and data[stsd.body + 12 : stsd.body + 16] in _STILLS:
        return ReadTrack(None, "pictures of chapters", number)
    edits: tuple[Edit, ...] = ()
    if b"edts" in parts.found:
        parts.descend(b"edts", "edts/", frozenset({b"elst"}))
        edits = read_edits(data, parts.found[b"elst"]) if b"elst" in parts.found else ()
    references = _references(data, parts.need(b"dref"))
    entries = _entries(data, stsd, handler, references, quicktime)
    track = Track(
        handler=handler,
        shown=read_shown(data, parts.need(b"tkhd")),
        times=read_times(data, parts.need(b"mdhd")),
        edits=edits,
        entries=entries,
        entries_version=min(data[stsd.body], 1),
        tables=_tables(parts, entries),
    )
    for kind in (b"tkhd", b"mdhd", b"hdlr"):
        parts.leave(parts.found[kind], "mdia/" * (kind != b"tkhd"))
    removed = [*parts.removed, *(part for entry in entries for part in entry.removed)]
    remarks = tuple(remark for entry in entries for remark in entry.remarks)
    return ReadTrack(track, handler.decode(), number, tuple(removed), remarks)


def _handler(data: bytes, box: Box) -> bytes:
    if box.body + 12 > box.end:
        raise BadMedia("hdlr is cut")
    return data[box.body + 8 : box.body + 12]


def _references(data: bytes, box: Box) -> int:
    """Number of data references; every one must say that the data lie in this file (flag 1)."""
    count = 0
    for entry in children(data, box.body + 8, box.end):
        if entry.kind not in (b"url ", b"urn ", b"alis") or data[entry.body + 3 : entry.body + 4] != b"\x01":
            raise ExternalData(entry.name)
        count += 1
    return count


def _entries(data: bytes, stsd: Box, handler: bytes, references: int, quicktime: bool) -> tuple[Entry, ...]:
    count = u32(data[: stsd.end], stsd.body + 4)
    if not 1 <= count <= FILM_ENTRIES_MAX:
        raise BadMedia("number of sample descriptions")
    longer = quicktime or data[stsd.body] == 0
    boxes = list(children(data, stsd.body + 8, stsd.end))[:count]
    entries = tuple(canonical_entry(data, box, handler, longer) for box in boxes)
    if len(entries) != count or any(not 1 <= entry.reference <= references for entry in entries):
        raise BadMedia("sample descriptions and their data references do not agree")
    if len({(entry.coding, entry.frame_size, entry.length) for entry in entries}) > 1:
        raise BadMedia("a track in two codings")
    return entries


def _tables(parts: _Parts, entries: tuple[Entry, ...]) -> Tables:
    data, found = parts.data, parts.found
    if (b"stsz" in found) == (b"stz2" in found) or (b"stco" in found) == (b"co64" in found):
        raise BadMedia("a track without sizes or chunks, or with two kinds of them")
    sizes = read_sizes(data, found.get(b"stsz") or found[b"stz2"], entries[0].frame_size)
    large = b"co64" in found
    offsets = numbers(table(data, found[b"co64" if large else b"stco"], 8 if large else 4)[1], "Q" if large else "I")
    runs = read_runs(data, parts.need(b"stsc")) if sizes.count else ((1, 1, 1),)
    if any(description > len(entries) for _, _, description in runs):
        raise BadMedia("stsc names a description that is not there")
    durations = read_pairs(data, parts.need(b"stts"), sizes.count)
    missing = sizes.count - sum(durations[0::2])
    if missing and not durations:
        raise BadMedia("stts names no sample")
    if missing:
        durations[-2] += missing  # real files name one sample too few; players give it the last duration
    ctts = found.get(b"ctts")
    groups = [read_group(data, box, sizes.count) for box in parts.groups]
    for box, group in zip(parts.groups, groups, strict=True):
        if not group:
            parts.leave(box, "mdia/minf/stbl/")
    return Tables(
        sizes=sizes,
        offsets=offsets,
        runs=runs,
        durations=durations,
        compositions=read_pairs(data, ctts, sizes.count) if ctts else numbers(b"", "I"),
        composition_version=min(data[ctts.body], 1) if ctts else 0,
        sync=read_numbers(data, found[b"stss"], sizes.count) if b"stss" in found else None,
        partial=read_numbers(data, found[b"stps"], sizes.count) if b"stps" in found else None,
        shift=_shift(data, found.get(b"cslg")),
        groups=tuple(group for group in groups if group),
    )


def _shift(data: bytes, box: Box | None) -> bytes:
    """The body of cslg cut to its fields."""
    if box is None or box.body >= box.end or data[box.body] > 1:
        return b""
    size = 24 if data[box.body] == 0 else 44
    body = data[box.body : min(box.end, box.body + size)]
    return body[:1] + bytes(3) + body[4:] if len(body) == size else b""
