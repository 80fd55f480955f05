"""A track of an image sequence (ISO/IEC 23008-12 clause 7): what decoding and showing need of it.

Sequences are small films of pictures alone; they have their own handlers, and boxes in their descriptions that films
have not. Headers and tables are read as those of films are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from witnesskit.errors.media import BadMedia, UnsupportedMedia
from witnesskit.errors.strip import EncryptedFilm, ExternalData, TextInPictures
from witnesskit.formats.heif_choice import ALPHA
from witnesskit.formats.heif_properties import canonical_body
from witnesskit.formats.isobmff import Box, children, make_box, make_full, numbers, u32
from witnesskit.formats.isobmff_headers import Edit, Shown, Times, read_edits, read_shown, read_times
from witnesskit.formats.isobmff_tables import Tables, read_numbers, read_pairs, read_runs, read_sizes, table
from witnesskit.formats.isobmff_words import check_entry, check_track
from witnesskit.media_limits import FILM_ENTRIES_MAX, HEIF_EDITS_MAX

Boxes = dict[bytes, Box]
_WORDS: Final = re.compile(rb"[\x20-\x7e]{8,}")
_KINDS: Final = {b"hvc1": b"hvcC", b"hev1": b"hvcC", b"av01": b"av1C"}
_KEPT: Final = (b"hvcC", b"av1C", b"colr", b"pasp", b"clap", b"clli", b"mdcv", b"cclv", b"amve")
_NAMED: Final = frozenset({b"auxi"})  # a name of a list
_WANTED: Final = {
    b"trak": frozenset({b"tkhd", b"edts", b"mdia", b"tref"}),
    b"mdia": frozenset({b"mdhd", b"hdlr", b"minf"}),
    b"minf": frozenset({b"dinf", b"stbl"}),
    b"stbl": frozenset(b"stsd stts ctts stss stsz stz2 stsc stco co64".split()),
}


@dataclass(frozen=True)
class TrackHead:
    """What tells which tracks are kept: number, handler, whether it is enabled, references by type."""

    box: Box
    number: int
    handler: bytes
    enabled: bool
    references: dict[bytes, tuple[int, ...]]


@dataclass(frozen=True)
class StillEntry:
    """A sample description: its type, canonical bytes, decoder configuration, and what an auxi box names."""

    kind: bytes
    data: bytes
    config: bytes
    helper: bytes


@dataclass(frozen=True)
class StillTrack:
    """A track of pictures; ``repeats`` is the flag of its edit list that makes players begin again."""

    head: TrackHead
    shown: Shown
    times: Times
    edits: tuple[Edit, ...]
    repeats: int
    entries: tuple[StillEntry, ...]
    tables: Tables


def read_head(data: bytes, trak: Box) -> TrackHead:
    """Number, handler and references of the track in ``trak``; raises ``BadMedia``."""
    top = _boxes(data, trak.body, trak.end, _WANTED[b"trak"])
    media = _below(data, top, b"mdia")
    tkhd, hdlr = _need(top, b"tkhd"), _need(media, b"hdlr")
    place = tkhd.body + (20 if data[tkhd.body] == 1 else 12)
    references: dict[bytes, tuple[int, ...]] = {}
    for box in children(data, top[b"tref"].body, top[b"tref"].end) if b"tref" in top else ():
        body = data[box.body : box.end]
        references[box.kind] = tuple(numbers(body[: len(body) // 4 * 4], "I"))
    enabled = bool(data[tkhd.body + 3] & 1)
    return TrackHead(trak, u32(data, place), data[hdlr.body + 8 : hdlr.body + 12], enabled, references)


def read_still(data: bytes, head: TrackHead) -> StillTrack:
    """The whole of a track of pictures; raises ``BadMedia``, ``UnsupportedMedia`` or a leaf of ``Unstrippable``."""
    top = _boxes(data, head.box.body, head.box.end, _WANTED[b"trak"])
    media = _below(data, top, b"mdia")
    inner = _below(data, media, b"minf")
    tables = _below(data, inner, b"stbl")
    _references(data, _need(inner, b"dinf"))
    entries = _entries(data, _need(tables, b"stsd"))
    edits, repeats = _edits(data, top)
    shown = read_shown(data, _need(top, b"tkhd"))
    if _WORDS.search(shown.matrix + shown.size):
        raise TextInPictures("the matrix of a track")
    track = StillTrack(
        head=head,
        shown=shown,
        times=read_times(data, _need(media, b"mdhd")),
        edits=edits,
        repeats=repeats,
        entries=entries,
        tables=_tables(data, tables, len(entries)),
    )
    check_track(track)
    for entry in entries:
        check_entry(b"vide", entry.data, _NAMED)
    return track


def _boxes(data: bytes, start: int, end: int, wanted: frozenset[bytes]) -> Boxes:
    found: Boxes = {}
    for box in children(data, start, end):
        if box.kind in wanted and box.kind in found:
            raise BadMedia(f"two {box.name} in one track")
        if box.kind in wanted:
            found[box.kind] = box
    return found


def _below(data: bytes, boxes: Boxes, kind: bytes) -> Boxes:
    box = _need(boxes, kind)
    return _boxes(data, box.body, box.end, _WANTED[kind])


def _need(boxes: Boxes, kind: bytes) -> Box:
    if kind not in boxes or boxes[kind].end - boxes[kind].body < 8:
        raise BadMedia(f"a track without {kind.decode()}")
    return boxes[kind]


def _references(data: bytes, dinf: Box) -> None:
    for dref in children(data, dinf.body, dinf.end):
        for entry in children(data, dref.body + 8, dref.end) if dref.kind == b"dref" else ():
            if data[entry.body + 3 : entry.body + 4] != b"\x01":
                raise ExternalData(entry.name)


def _edits(data: bytes, top: Boxes) -> tuple[tuple[Edit, ...], int]:
    for box in children(data, top[b"edts"].body, top[b"edts"].end) if b"edts" in top else ():
        if box.kind == b"elst":
            edits = read_edits(data, box)
            if len(edits) > HEIF_EDITS_MAX or _WORDS.search(data[box.body + 8 : box.end]):
                raise UnsupportedMedia("an edit list of many parts, or of words")
            return edits, data[box.body + 3] & bool(edits)
    return (), 0


def _entries(data: bytes, stsd: Box) -> tuple[StillEntry, ...]:
    count = u32(data[: stsd.end], stsd.body + 4)
    boxes = list(children(data, stsd.body + 8, stsd.end))
    if not 1 <= count <= FILM_ENTRIES_MAX or len(boxes) < count:
        raise BadMedia("number of sample descriptions")
    entries = tuple(_entry(box, data[box.body : box.end]) for box in boxes[:count])
    if len({(entry.kind, entry.config[21:22]) for entry in entries if entry.kind != b"av01"}) > 1:
        raise BadMedia("a track in two codings")
    return entries


def _entry(box: Box, body: bytes) -> StillEntry:
    if box.kind in (b"encv", b"resv"):
        raise EncryptedFilm(box.name)
    if box.kind not in _KINDS:
        raise UnsupportedMedia(f"a sequence of type {box.name}")
    if len(body) < 78:
        raise BadMedia("a sample description is cut")
    found: dict[bytes, bytes] = {}
    helper = b""
    for child in children(body, 78, len(body)):
        inner = body[child.body : child.end]
        if child.kind == b"auxi":
            helper = inner[4:].partition(b"\0")[0]
        name = child.kind + (inner[:4].replace(b"rICC", b"prof") if child.kind == b"colr" else b"")
        fresh = _canonical(child.kind, inner)
        if fresh is not None:
            found.setdefault(name, make_box(child.kind, fresh))
    needed = _KINDS[box.kind]
    if needed not in found:
        raise BadMedia(f"a sample description without {needed.decode()}")
    if helper in ALPHA:
        found[b"auxi"] = make_full(b"auxi", 0, 0, helper, b"\0")
    head = bytes(6) + b"\0\1" + bytes(16) + body[24:28] + b"\x00\x48\x00\x00" * 2 + bytes(4) + b"\0\1"
    written = [found[name] for name in sorted(found, key=lambda name: (name != needed, name))]
    data = make_box(box.kind, head + bytes(32) + b"\x00\x18\xff\xff", *written)
    return StillEntry(box.kind, data, found[needed][8:], helper)


def _canonical(kind: bytes, body: bytes) -> bytes | None:
    if kind == b"ccst":  # what the coder promises of its references: six bits (clause 7.2.3.2)
        return bytes(4) + bytes([body[4] & 0xFC]) + bytes(3) if len(body) >= 8 else None
    return canonical_body(kind, body) if kind in _KEPT else None


def _tables(data: bytes, boxes: Boxes, entries: int) -> Tables:
    sizes_box, offsets_box = boxes.get(b"stsz") or boxes.get(b"stz2"), boxes.get(b"stco") or boxes.get(b"co64")
    if sizes_box is None or offsets_box is None:
        raise BadMedia("a track without sizes or chunks")
    sizes = read_sizes(data, sizes_box, 0)
    large = offsets_box.kind == b"co64"
    runs = read_runs(data, _need(boxes, b"stsc"))
    if any(description > entries for _, _, description in runs) or not sizes.count:
        raise BadMedia("a track without pictures, or stsc names a description that is not there")
    durations = read_pairs(data, _need(boxes, b"stts"), sizes.count)
    if sum(durations[0::2]) != sizes.count:
        raise BadMedia("stts names fewer samples than there are")
    ctts = boxes.get(b"ctts")
    return Tables(
        sizes=sizes,
        offsets=numbers(table(data, offsets_box, 8 if large else 4)[1], "Q" if large else "I"),
        runs=runs,
        durations=durations,
        compositions=read_pairs(data, ctts, sizes.count) if ctts else numbers(b"", "I"),
        composition_version=min(data[ctts.body], 1) if ctts else 0,
        sync=read_numbers(data, boxes[b"stss"], sizes.count) if b"stss" in boxes else None,
        partial=None,
        shift=b"",
        groups=(),
    )
