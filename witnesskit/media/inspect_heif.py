"""What a HEIC, HEIF or AVIF picture gives away. CLEAN only if every box, item and coded unit is on the list."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from witnesskit.limits import MIB, READ_BLOCK
from witnesskit.media.blocks import CREDENTIALS, of_credentials, of_exif, of_xmp
from witnesskit.media.film_entries import EntryFacts
from witnesskit.media.film_samples import SampleScan, scan_samples
from witnesskit.media.film_tables import Chunk
from witnesskit.media.film_texts import texts_of
from witnesskit.media.groups import shown
from witnesskit.media.heif_coded import odd_in_av1, odd_in_hevc
from witnesskit.media.heif_properties import of_property, readable, told_of
from witnesskit.media.heif_tracks import is_sequence, look_into, read_tracks
from witnesskit.media.heif_tree import CODINGS, Tree, helper_kind, layout_fits, tree_of
from witnesskit.media.inspect_isobmff import inspect_isobmff
from witnesskit.media.inspect_jpeg import inspect_jpeg
from witnesskit.media.trailing import after_picture
from witnesskit.media.walk_heif import HeifWalk, SeenItem, TopBox, bytes_of, own_boxes, walk_heif
from witnesskit.media_limits import HEIF_DATA_MAX, JPEG_MAX, MOOV_MAX
from witnesskit.media_model import Finding, Inspection, Revelation
from witnesskit.model import Json, SeekableReader

_BRANDS: Final = frozenset(
    b"heic heix heim heis hevc hevx avif avis avio mif1 mif2 msf1 miaf MiHB MiHE MiPr MiCm MA1A MA1B jpeg jpgs "
    b"tmap".split()
) | {b"iso8", b"isom", b"mp41", b"mp42", b"1pic", bytes(4)}
_TEXTS_MAX: Final = 8 * MIB  # bytes of one item of metadata that are read, of all XMP together
_C2PA: Final = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_BOX_READ: Final = 16 * MIB  # bytes read of a box that no picture needs


@dataclass(frozen=True)
class Part:
    """A piece of a file as a file of its own."""

    reader: SeekableReader
    start: int
    size: int

    def read_at(self, offset: int, length: int, /) -> bytes:
        """Up to ``length`` bytes from ``offset`` of the piece."""
        return self.reader.read_at(self.start + offset, max(0, min(length, self.size - offset)))


@dataclass(frozen=True)
class Held:
    """Bytes in memory as a file."""

    data: bytes

    @property
    def size(self) -> int:
        """Length in bytes."""
        return len(self.data)

    def read_at(self, offset: int, length: int, /) -> bytes:
        """Up to ``length`` bytes from ``offset``."""
        return self.data[offset : offset + length]


@dataclass
class _Seen:
    reader: SeekableReader
    walk: HeifWalk
    tree: Tree
    revelations: list[Revelation] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    left: int = HEIF_DATA_MAX
    texts: int = _TEXTS_MAX  # bytes of XMP that are still read
    spans: list[tuple[int, int]] = field(default_factory=list)  # of the pictures of tracks
    sequence: bool = False
    kinds: set[str] = field(default_factory=set)
    known: set[int] = field(default_factory=set)  # properties that were looked into


def inspect_heif(reader: SeekableReader) -> Inspection:
    """Inspect the picture in ``reader``; never raises; what is not understood is UNKNOWN with its reason."""
    walk = walk_heif(reader)
    seen = _Seen(reader, walk, tree_of(walk))
    _around(seen)
    shown_items = set(seen.tree.every)
    for item in walk.items.values():
        if item.number in shown_items:
            _picture(seen, item)
        else:
            _other(seen, item)
    for place, body in walk.strange:
        seen.revelations += _strange(place, body)
    _covered(seen)
    doubts = dict.fromkeys(walk.doubts + seen.tree.doubts * bool(walk.items or not seen.sequence) + seen.doubts)
    revelations = tuple(dict.fromkeys(walk.revelations + seen.revelations))
    found = Finding.FOUND if revelations else Finding.CLEAN
    return Inspection(
        finding=Finding.UNKNOWN if doubts else found,
        media_type=_media_type(seen),
        revelations=revelations,
        reason="; ".join(list(doubts)[:20]),
        facts=_facts(seen),
    )


def _media_type(seen: _Seen) -> str:
    kinds = {seen.walk.items[number].kind for number in seen.tree.image} | seen.kinds
    return "image/heic" if {"hvc1", "hev1"} & kinds else "image/avif" if "av01" in kinds else "image/heif"


def _facts(seen: _Seen) -> dict[str, Json]:
    facts: dict[str, Json] = {"items": len(seen.walk.items)}
    item = seen.walk.items.get(seen.tree.base)
    for number in item.properties if item else ():
        kind, body = seen.walk.properties[number - 1]
        if kind == "ispe" and len(body) >= 12:
            facts |= {"width": int.from_bytes(body[4:8], "big"), "height": int.from_bytes(body[8:12], "big")}
    return facts


def _around(seen: _Seen) -> None:
    """The boxes at the top of the file, and what stands behind them."""
    own, reader = own_boxes(seen.walk), seen.reader
    for index, box in enumerate(own):
        if box.kind == "ftyp" and index == 0:
            _brands(seen, reader.read_at(box.body, min(4096, box.end - box.body)))
        elif box.kind == "mpvd":
            _film(seen, box.kind, box.body, box.end)
        elif box.kind == "moov":
            _index(seen, box)
        elif box.kind not in ("meta", "mdat"):
            body = reader.read_at(box.body, min(box.end - box.body, _BOX_READ))
            seen.revelations += _strange(box.kind, body)
    if not own or own[0].kind != "ftyp":
        seen.doubts.append("no brands")
    if not any(box.kind == "meta" for box in own) and not seen.sequence:
        seen.doubts.append("no items")
    if len(own) < len(seen.walk.tops):
        _film(seen, "after the picture", seen.walk.tops[len(own)].start, reader.size)
    if seen.walk.tail < reader.size:
        seen.revelations += after_picture(reader, seen.walk.tail)
        seen.revelations.append(
            Revelation(
                "inside", "after the picture", "first bytes", shown(reader.read_at(seen.walk.tail, 400)) or "-"
            )
        )


def _index(seen: _Seen, box: TopBox) -> None:
    """An image sequence; an index without pictures of that kind is a film that came with the picture."""
    own = own_boxes(seen.walk)
    part = Part(seen.reader, 0, own[-1].end)
    if not is_sequence(seen.reader.read_at(box.start, min(box.end - box.start, MOOV_MAX))):
        _film(seen, "moov", box.start, box.end)
        seen.revelations += _told(inspect_isobmff(part), "moov")
        return
    tracks = read_tracks(part)
    look_into(part, tracks)
    seen.revelations += tracks.revelations
    seen.doubts += tracks.doubts
    seen.spans += tracks.spans
    seen.sequence = bool(tracks.shown)
    seen.kinds |= {track.kind for track in tracks.shown}


def _brands(seen: _Seen, body: bytes) -> None:
    brands = [body[:4], *(body[place : place + 4] for place in range(8, len(body), 4))]
    if not set(brands) <= _BRANDS or any(body[4:8]):
        words = f"{shown(b' '.join(brands))} {body[4:8].hex()}"
        seen.revelations.append(Revelation("device", "ftyp", "brands", words))


def _film(seen: _Seen, place: str, start: int, end: int) -> None:
    """A film of a motion photo: what it gives away by itself is told too."""
    seen.revelations.append(Revelation("inside", place, "film of a motion photo", f"{end - start} bytes"))
    head = seen.reader.read_at(start, 12)
    if head[4:8] == b"ftyp":
        seen.revelations += _told(inspect_isobmff(Part(seen.reader, start, end - start)), place)
    else:
        seen.revelations += _strange(place, seen.reader.read_at(start, min(end - start, _BOX_READ)))


def _told(inner: Inspection, place: str) -> Iterator[Revelation]:
    return (replace(one, place=f"{place}/{one.place}") for one in inner.revelations)


def _strange(place: str, body: bytes) -> Iterator[Revelation]:
    """A box that no picture needs."""
    kind = place.rpartition("/")[2]
    if kind == "uuid" and body[:16] == _C2PA:
        yield Revelation("inside", place, CREDENTIALS, f"{len(body)} bytes")
        store = max(16, body.find(b"jumb") - 4)  # behind its purpose and the place of hashes (C2PA clause A.5)
        yield from of_credentials(place, body[store:])
    elif kind == "uuid":
        yield from texts_of(place, "uuid", body)
    elif kind == "jumb":
        yield from of_credentials(place, (len(body) + 8).to_bytes(4, "big") + b"jumb" + body)
    elif kind in ("xml ", "bxml"):
        yield from of_xmp(place, body)
    else:
        words = shown(body[:4000].strip(b"\0"))
        yield Revelation("inside" if words else "other", place, "box no picture needs", words or f"{len(body)} bytes")


def _picture(seen: _Seen, item: SeenItem) -> None:
    """One item of the picture that is shown."""
    configs: dict[str, bytes] = {}
    for number in item.properties:
        kind, body = seen.walk.properties[number - 1]
        if number not in seen.known:
            seen.known.add(number)
            told, doubts = of_property(kind, body)
            seen.revelations += told
            seen.doubts += doubts
        if configs.setdefault(kind, body) != body and kind not in ("colr", "irot", "imir", "clap"):
            seen.doubts.append(f"item {item.number} with two {kind}")
    if "ispe" not in configs and item.kind != "iden":
        seen.doubts.append(f"item {item.number} without its size")
    data = bytes_of(seen.reader, seen.walk, item, seen.left)
    if data is None:
        seen.doubts.append(f"item {item.number} does not lie in the file, or the pictures are too large")
        return
    seen.left -= len(data)
    if item.kind == "jpeg":
        _jpeg(seen, item, configs.get("jpgC", b"") + data)
    elif item.kind in CODINGS:
        _coded(seen, item, data, configs)
    elif readable(data) or not layout_fits(item.kind, data, len(seen.walk.references.get(("dimg", item.number), ()))):
        seen.doubts.append(f"item {item.number}: a layout of an unknown form")


def _jpeg(seen: _Seen, item: SeenItem, data: bytes) -> None:
    inner = inspect_jpeg(Held(data))
    seen.revelations += _told(inner, f"item {item.number}")
    if inner.finding is Finding.UNKNOWN or len(data) > JPEG_MAX:
        seen.doubts.append(f"item {item.number}: {inner.reason}")


def _coded(seen: _Seen, item: SeenItem, data: bytes, configs: dict[str, bytes]) -> None:
    config = configs.get("hvcC" if item.kind == "hvc1" else "av1C", b"")
    place = f"item {item.number}"
    width = config[21] % 4 + 1 if item.kind == "hvc1" and len(config) > 21 else 4
    coding = "hevc" if item.kind == "hvc1" else "av1"
    if not config or {"hvcC", "av1C"} <= set(configs):
        seen.doubts.append(f"{place} without its configuration, or with two")
    told, doubts = told_of(place, odd_in_hevc(data, width) if item.kind == "hvc1" else odd_in_av1(data))
    seen.revelations += told
    seen.doubts += doubts
    if not doubts:
        scan = SampleScan(EntryFacts(coding=coding, length=width, config=config), place)
        scan_samples(Held(data), iter([Chunk(0, (len(data),), 0, 1)]), scan)
        seen.revelations += scan.revelations
        seen.doubts += scan.doubts


def _other(seen: _Seen, item: SeenItem) -> None:
    """An item that the picture does not need."""
    place = f"item {item.number} {item.kind}".strip()
    data = bytes_of(seen.reader, seen.walk, item, min(seen.texts if item.kind == "mime" else _TEXTS_MAX, seen.left))
    seen.left -= len(data or b"")
    seen.texts -= len(data or b"") if item.kind == "mime" else 0
    size = f"{len(data)} bytes" if data is not None else "not read"
    if item.kind == "Exif" and data:
        start = 4 + int.from_bytes(data[:4], "big")
        seen.revelations.append(Revelation("other", place, "Exif", size))
        failures: list[str] = []
        seen.revelations += of_exif(place, b"Exif\0\0" + (data[start:] if start < len(data) else data[4:]), failures)
    elif item.kind == "mime":
        seen.revelations.append(Revelation("other", place, f"metadata {shown(item.content)}", size))
        seen.revelations += of_xmp(place, _unpacked(item, data or b""))
        words = shown((data or b"")[:4000])
        seen.revelations += [Revelation("other", place, "text", words)] if "xml" not in item.content and words else []
    elif item.kind in ("uri ", ""):
        words = shown(f"{item.content} {shown((data or b'')[:4000])}")
        seen.revelations.append(Revelation("inside", place, "data of its own kind", words or size))
    else:
        seen.revelations.append(Revelation("inside", place, _name(seen, item), size))
        for number in set(item.properties) - seen.known:
            seen.known.add(number)
            seen.revelations += of_property(*seen.walk.properties[number - 1])[0]


def _unpacked(item: SeenItem, data: bytes) -> bytes:
    if not item.packing:
        return data
    try:
        return zlib.decompressobj(-15 if item.packing == "deflate" and data[:1] != b"\x78" else 15).decompress(
            data, _TEXTS_MAX
        )
    except zlib.error:
        return data


def _name(seen: _Seen, item: SeenItem) -> str:
    helper = helper_kind(seen.walk, item)
    if ("thmb", item.number) in seen.walk.references:
        return "thumbnail"
    if item.kind == "tmap" or "gainmap" in helper:
        return "gain map"
    return f"helper picture {helper}" if helper else "further picture"


def _covered(seen: _Seen) -> None:
    """Every byte of mdat and idat must belong to an item of the picture, and to one alone."""
    spans: dict[int, list[tuple[int, int]]] = {0: [], 1: []}
    for item in seen.walk.items.values():
        whole = len(item.parts) == 1
        limit = seen.reader.size if item.method == 0 else len(seen.walk.idat)
        if item.method in spans and not item.elsewhere:
            spans[item.method] += [
                (start, start + length if length or not whole else limit) for _, start, length in item.parts
            ]
        elif item.parts:
            seen.revelations.append(Revelation("other", f"item {item.number}", "lies in another item", "-"))
    media = [box for box in own_boxes(seen.walk) if box.kind == "mdat"]
    _gaps(seen, media, spans[0] + seen.spans, "mdat")
    idat = [TopBox("idat", 0, 0, len(seen.walk.idat))]
    for start, end in _uncovered(seen, idat, spans[1], "idat"):
        value = shown(seen.walk.idat[start:end][:400]) or f"{end - start} bytes"
        seen.revelations.append(Revelation("inside", "meta/idat", "bytes of no item", value))


def _gaps(seen: _Seen, media: list[TopBox], spans: list[tuple[int, int]], place: str) -> None:
    for start, end in _uncovered(seen, media, spans, place):
        sample = shown(seen.reader.read_at(start, min(READ_BLOCK, end - start, 400)))
        value = f"{end - start} bytes {sample}".strip()
        seen.revelations.append(Revelation("inside", place, "bytes of no item", value))


def _uncovered(
    seen: _Seen, media: list[TopBox], spans: list[tuple[int, int]], place: str
) -> Iterator[tuple[int, int]]:
    ordered = sorted({span for span in spans if span[1] > span[0]})
    index = 0
    for box in media:
        at = box.body
        while index < len(ordered) and ordered[index][0] < box.end:
            start, end = ordered[index]
            if start < at or end > box.end:
                seen.doubts.append(f"items overlap or leave {place}")
            if start > at:
                yield at, min(start, box.end)
            at, index = max(at, end), index + 1
        if at < box.end:
            yield at, box.end
    if index < len(ordered):
        seen.doubts.append(f"an item lies outside {place}")
