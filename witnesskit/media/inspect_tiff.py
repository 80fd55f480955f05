"""What a TIFF, DNG or TIFF-like camera raw gives away. CLEAN only if every byte is on the list of a clean copy."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from witnesskit.errors import WitnesskitError
from witnesskit.media.blocks import of_profile
from witnesskit.media.coded_tiff import JPEG_CODINGS, Geometry, Part, coding_end, geometry, load
from witnesskit.media.essence_tiff import RAW_COLOURS, shown_pages
from witnesskit.media.groups import shown
from witnesskit.media.outside_tiff import words_outside
from witnesskit.media.palette_tiff import unnamed_colours
from witnesskit.media.probe import HEAD_SIZE, media_type
from witnesskit.media.rules_tiff import is_structure, print_size, strange
from witnesskit.media.streams_tiff import of_stream, with_tables
from witnesskit.media.tags_tiff import of_everything_named, of_field
from witnesskit.media.walk_tiff_file import Listing, TiffWalk, walk_tiff_file
from witnesskit.media_model import Finding, Inspection, Revelation
from witnesskit.model import Json, SeekableReader

_PROFILE, _VERSION, _JPEG_TABLES = 34675, 50706, 347
_SAID_MAX: Final = 400  # bytes shown of what nothing refers to

Revelations = Iterator[Revelation]


def inspect_tiff(reader: SeekableReader) -> Inspection:
    """Inspect the file in ``reader``; never raises, what is not understood is UNKNOWN with its reason."""
    walk = walk_tiff_file(reader)
    doubts, failures = list(walk.doubts), list[str]()
    if walk.raw_magic or reader.read_at(8, 4) in (b"IIII", b"MMMM") or reader.read_at(8, 2) == b"CR":
        doubts.append("camera raw")
    dng = bool(walk.pages) and walk.pages[0].get(_VERSION) is not None
    revelations: list[Revelation] = []
    spans = [(0, 16 if walk.big else 8)]
    shown_here = _shown(walk, doubts)
    for page in walk.pages:
        if dng and page not in shown_here:
            revelations += _of_below(walk, page, spans)
            continue
        spans.append((page.start, page.end - page.start))
        spans += [(one.start, one.size) for one in page.fields if not page.start <= one.start < page.end]
        outline = _outline(walk, page, doubts)
        revelations += _of_fields(walk, page, outline, dng)
        if outline is not None:
            spans += [(part.start, part.size) for part in outline.parts]
            revelations += _of_picture(walk, page, outline, doubts)
    for below in walk.below:
        revelations += _of_below(walk, below, spans)
    revelations += of_everything_named(walk, failures)
    revelations += _of_rest(reader, spans)
    found = Finding.FOUND if revelations else Finding.CLEAN
    return Inspection(
        finding=Finding.UNKNOWN if doubts else found,
        media_type="image/x-adobe-dng" if dng else media_type(reader.read_at(0, HEAD_SIZE)) or "image/tiff",
        revelations=tuple(dict.fromkeys(revelations)),
        reason="; ".join(dict.fromkeys(doubts))[:2000],
        facts=_facts(walk, failures),
    )


def _shown(walk: TiffWalk, doubts: list[str]) -> list[Listing]:
    try:
        return shown_pages(walk)
    except WitnesskitError as doubt:
        doubts.append(doubt.detail)
        return []


def _facts(walk: TiffWalk, failures: list[str]) -> dict[str, Json]:
    facts: dict[str, Json] = {
        "pages": len(walk.pages),
        "byte order": "II" if walk.mark == "<" else "MM",
        "big": walk.big,
    }
    if walk.pages:
        first = walk.pages[0]
        names = {"width": 256, "height": 257, "compression": 259}
        facts |= {name: walk.number(first, tag, 0) for name, tag in names.items()}
        facts["orientation"] = walk.number(first, 274, 1)
    if failures:
        facts["exifread"] = failures
    return facts


def _outline(walk: TiffWalk, page: Listing, doubts: list[str]) -> Geometry | None:
    try:
        outline = geometry(walk, page)
    except WitnesskitError as doubt:
        doubts.append(doubt.detail)
        return None
    if (outline.colours in RAW_COLOURS or outline.coding == 34892) and walk.pages[0].get(_VERSION) is None:
        doubts.append(f"{page.name}: camera raw")
    return outline


def _of_fields(walk: TiffWalk, page: Listing, outline: Geometry | None, dng: bool) -> Revelations:
    for before, after in pairwise(page.fields):
        if before.tag >= after.tag:
            yield Revelation("other", page.name, "order of tags", f"{before.tag}, {after.tag}")
    size = print_size(walk, page)
    if size:
        yield Revelation("other", page.name, "size in print", size)
    for one in page.fields:
        if one.tag == _PROFILE:
            yield from of_profile(f"{page.name} ICC", walk.bytes_of(one))
        why = strange(walk, one, outline, dng) if outline is not None else "in a page that is not understood"
        if why:
            yield from of_field(walk, page.name, one, why)


def _of_picture(walk: TiffWalk, page: Listing, outline: Geometry, doubts: list[str]) -> Revelations:
    try:
        for index, part in enumerate(outline.parts):
            yield from _of_part(walk, page, outline, part, doubts)
            outside = words_outside(walk, outline, index, part)
            if outside:
                yield Revelation("inside", f"{page.name} picture", "text outside the picture", shown(outside))
        if outline.colours == 3:
            left = unnamed_colours(walk, page, outline)
            if left:
                yield Revelation("other", page.name, "colours no pixel has", shown(left) or f"{len(left)} bytes")
    except WitnesskitError as doubt:
        doubts.append(f"{page.name}: {doubt.detail}")


def _of_part(walk: TiffWalk, page: Listing, outline: Geometry, part: Part, doubts: list[str]) -> Revelations:
    place = f"{page.name} picture"
    if outline.coding in JPEG_CODINGS:
        yield from of_stream(place, with_tables(load(walk, part), _tables(walk, page)), outline, doubts)
        return
    if outline.coding == 1:
        end, behind = (
            part.wanted,
            walk.reader.read_at(part.start + part.wanted, min(_SAID_MAX, max(0, part.size - part.wanted))),
        )
        if part.size < part.wanted:
            doubts.append(f"{page.name}: a strip is cut")
    else:
        data = load(walk, part)
        end = coding_end(outline, data, part.wanted)
        behind = data[end:]
    if part.size > end:
        yield Revelation("inside", place, "bytes behind the last row", shown(behind) or f"{part.size - end} bytes")


def _tables(walk: TiffWalk, page: Listing) -> bytes:
    """Shared JPEG tables; no copy of ours has them, but originals are read by them."""
    shared = page.get(_JPEG_TABLES)
    return walk.bytes_of(shared) if shared is not None else b""


def _of_below(walk: TiffWalk, below: Listing, spans: list[tuple[int, int]]) -> Revelations:
    """A directory that no clean copy has; its pieces are accounted for, so that the rest can be seen."""
    spans.append((below.start, below.end - below.start))
    spans += [(one.start, one.size) for one in below.fields if not below.start <= one.start < below.end]
    for pair in ((273, 279), (324, 325), (513, 514)):
        both = zip(*(walk.numbers(below.get(tag)) for tag in pair), strict=False)
        spans += [(int(start), int(size)) for start, size in both]
    wide = walk.number(below, 256, 0)
    yield Revelation(
        "inside", below.name, "further picture or directory", f"{wide} pixels wide, {len(below.fields)} tags"
    )
    for one in below.fields:
        if not is_structure(one.tag):
            yield from of_field(walk, below.name, one, "in a directory below a page")


def _of_rest(reader: SeekableReader, spans: list[tuple[int, int]]) -> Revelations:
    """Bytes that belong to nothing, or to two things; a single zero may stand before an even place."""
    at = twice = 0
    for start, size in sorted(spans):
        if start > at:
            yield from _of_gap(reader, at, start)
        twice += max(0, min(at, start + size) - start)
        at = max(at, start + size)
    yield from _of_gap(reader, at, reader.size)
    if twice:
        yield Revelation("other", "file", "bytes that belong to two places", f"{twice} bytes")


def _of_gap(reader: SeekableReader, start: int, end: int) -> Revelations:
    end = min(end, reader.size)
    if start >= end or (end - start == 1 and start % 2 and end < reader.size and reader.read_at(start, 1) == b"\0"):
        return
    text = shown(reader.read_at(start, min(end - start, _SAID_MAX)))
    yield Revelation("inside", "file", "bytes that nothing refers to", text or f"{end - start} bytes")
