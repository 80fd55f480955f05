"""A HEIF or AVIF picture as the copy will hold it: kept items in canonical order, each cleaned, and its digests."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from witnesskit.digest import sha256_hex
from witnesskit.errors.media import BadMedia, MediaTooLarge
from witnesskit.errors.strip import TextInPictures
from witnesskit.formats.heif_boxes import Meta
from witnesskit.formats.heif_choice import CODED, Chosen, choose
from witnesskit.formats.heif_data import item_data
from witnesskit.formats.heif_properties import Known, Properties, read_properties
from witnesskit.formats.heif_units import Cleaned, clean_av1, clean_hevc
from witnesskit.formats.jpeg import SOS, parse_jpeg
from witnesskit.formats.jpeg_coding import read_coding
from witnesskit.media_limits import HEIF_DATA_MAX
from witnesskit.media_model import EssenceHash, Removal
from witnesskit.model import Json, SeekableReader

ESSENCES: Final = {b"hvc1": "hevc-vcl", b"av01": "av1-frames", b"jpeg": "jpeg-scan"}
_WORDS: Final = re.compile(rb"[\x20-\x7e]{8,}")
_LAYOUT_MAX: Final = 8 * 65_536  # bytes of a grid or overlay

JpegCleaner = Callable[[bytes], tuple[bytes, str]]  # JPEG -> its clean copy, the digest of how it is shown


@dataclass(frozen=True)
class Part:
    """One item of the copy; inputs and masters are places among the parts."""

    kind: bytes
    properties: tuple[tuple[bytes, bool], ...]
    inputs: tuple[int, ...]
    masters: tuple[int, ...]  # pictures whose transparency it is
    premultiplied: tuple[int, ...]  # those of them whose colours are already multiplied
    data: bytes
    shown: str  # what decides how the data is shown: the layout in hex, or a JPEG's own presentation


@dataclass
class Picture:
    """The parts of a picture, the primary first, and what was left out."""

    parts: list[Part] = field(default_factory=list)
    removed: list[Removal] = field(default_factory=list)
    essence: tuple[EssenceHash, ...] = ()
    profiles: dict[bytes | None, None] = field(default_factory=dict)  # in the copy; None: one had to be dropped

    @property
    def coding(self) -> bytes:
        """Type of the primary's coded items."""
        return next(part.kind for part in self.parts if part.kind in CODED)

    def presentation(self) -> list[Json]:
        """What decides how each item is shown (docs/spec/essence-heif.md)."""
        every = {box: None for part in self.parts for box, _ in part.properties}
        digests = {box: sha256_hex(box) for box in every}
        return [
            {
                "type": part.kind.decode("latin-1"),
                "properties": [digests[box] for box, _ in part.properties],
                "inputs": list(part.inputs),
                "alpha_of": list(part.masters),
                "premultiplied": list(part.premultiplied),
                "shown": part.shown,
            }
            for part in self.parts
        ]


@dataclass
class _Work:
    reader: SeekableReader
    meta: Meta
    chosen: Chosen
    clean_jpeg: JpegCleaner
    picture: Picture = field(default_factory=Picture)
    left: int = HEIF_DATA_MAX
    known: dict[int, Known] = field(default_factory=dict)
    hashers: dict[tuple[str, str], hashlib._Hash] = field(default_factory=dict)
    of_alpha: set[int] = field(default_factory=set)  # alpha items and what they are made of


def read_picture(reader: SeekableReader, meta: Meta, clean_jpeg: JpegCleaner) -> tuple[Picture, Chosen]:
    """Everything the copy holds; raises the leaves of ``errors/media.py`` and ``errors/strip.py``."""
    chosen = choose(meta)
    work = _Work(reader, meta, chosen, clean_jpeg)
    places = {number: place for place, number in enumerate(chosen.order)}
    for number in chosen.order:  # parents stand before what they are made of
        if number in chosen.alphas or number in work.of_alpha:
            work.of_alpha |= {number, *chosen.inputs[number]}
    for number in chosen.order:
        masters = chosen.alphas.get(number, ())
        properties = read_properties(meta, meta.items[number], work.known)
        data, shown = _data(work, number, properties)
        part = Part(
            kind=meta.items[number].kind,
            properties=properties.kept,
            inputs=tuple(places[one] for one in chosen.inputs[number]),
            masters=tuple(places[one] for one in masters),
            premultiplied=tuple(places[one] for one in masters if (one, number) in chosen.premultiplied),
            data=data,
            shown=shown,
        )
        work.picture.parts.append(part)
        if properties.profile != b"":
            work.picture.profiles[properties.profile] = None
        for kind, body in dict.fromkeys(properties.gone):
            _gone(work, f"item {number} {kind.decode('latin-1')}", body)
    work.picture.removed = list(dict.fromkeys(work.picture.removed))
    work.picture.essence = tuple(
        EssenceHash(stream, definition, hasher.hexdigest()) for (stream, definition), hasher in work.hashers.items()
    )
    return work.picture, chosen


def _gone(work: _Work, place: str, data: bytes) -> None:
    work.picture.removed.append(Removal(place, len(data), sha256_hex(data)))


def _data(work: _Work, number: int, properties: Properties) -> tuple[bytes, str]:
    kind = work.meta.items[number].kind
    if kind not in CODED:
        layout = _layout(work, number, kind)
        return layout, layout.hex()
    raw = item_data(work.reader, work.meta, number, work.left)
    work.left -= len(raw) + len(properties.head)
    if work.left < 0:
        raise MediaTooLarge("the coded pictures")
    if kind == b"jpeg":
        return _jpeg(work, number, properties.head + raw)
    hasher = _hasher(work, number, kind)
    if kind == b"hvc1":
        cleaned: Cleaned = clean_hevc(raw, (properties.config[21] & 3) + 1, hasher)
    else:
        cleaned = clean_av1(raw, hasher)
    if cleaned.gone:
        _gone(work, f"item {number}: free data beside the coded picture", b"".join(cleaned.gone))
    return cleaned.data, ""


def _hasher(work: _Work, number: int, kind: bytes) -> hashlib._Hash:
    """The digest of the stream a coded item belongs to: the picture, or its transparency."""
    stream = "alpha" if number in work.of_alpha else "image"
    return work.hashers.setdefault((stream, ESSENCES[kind]), hashlib.sha256())


def _jpeg(work: _Work, number: int, raw: bytes) -> tuple[bytes, str]:
    parsed = parse_jpeg(raw)
    hasher = _hasher(work, number, b"jpeg")
    for scan in read_coding(raw, parsed).scans:
        hasher.update(bytes([0xFF, SOS]) + (len(scan.header) + 2).to_bytes(2, "big") + scan.header)
        hasher.update(memoryview(raw)[scan.start : scan.end])
    data, shown = work.clean_jpeg(raw)
    if data != raw:
        _gone(work, f"item {number}: JPEG around its scans", raw)
    return data, shown


def _layout(work: _Work, number: int, kind: bytes) -> bytes:
    """The canonical body of a grid, overlay or identity (ISO/IEC 23008-12 clause 6.6.2); raises ``BadMedia``."""
    count = len(work.chosen.inputs[number])
    if kind == b"iden":
        return b""
    raw = item_data(work.reader, work.meta, number, _LAYOUT_MAX)
    if _WORDS.search(raw):
        raise TextInPictures("the layout of a picture")
    numbers = _numbers(raw, 2 if kind == b"grid" else 10)
    width, height = next(numbers), next(numbers)
    if not width or not height:
        raise BadMedia("a picture without width or height")
    if kind == b"grid":
        if (raw[2] + 1) * (raw[3] + 1) != count:
            raise BadMedia("a grid that does not have its tiles")
        wide = max(width, height) > 0xFFFF
        return bytes([0, wide]) + raw[2:4] + b"".join(n.to_bytes(4 if wide else 2, "big") for n in (width, height))
    places = [next(numbers) for _ in range(2 * count)]
    step = 4 if raw[1] & 1 else 2
    return bytes([0, raw[1] & 1]) + raw[2:10] + b"".join(n.to_bytes(step, "big") for n in (width, height, *places))


def _numbers(raw: bytes, at: int) -> Iterator[int]:
    """Numbers of a layout from byte ``at`` (grid: behind rows and columns), of the width its flags say."""
    if len(raw) < 4 or raw[0] != 0:
        raise BadMedia("a layout of pictures")
    at += 2 if at == 2 else 0
    step = 4 if raw[1] & 1 else 2
    while True:
        if at + step > len(raw):
            raise BadMedia("a layout of pictures is cut")
        yield int.from_bytes(raw[at : at + step], "big")
        at += step
