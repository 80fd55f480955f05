"""What of a HEIF file is shown: which coded items, in which grid, turned and cut how, in which colours.

Only what decoding for a derivative needs; nothing of it is copied (ISO/IEC 23008-12, ISO/IEC 14496-12 clause 8.11).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from witnesskit.errors.media import BadMedia, MediaTooLarge, UnsupportedMedia
from witnesskit.media_limits import DERIVE_HEIF_INDEX_MAX, DERIVE_HEIF_TILES_MAX, PICTURE_PIXELS_MAX
from witnesskit.model import SeekableReader

CODED: Final = frozenset({b"hvc1", b"av01", b"hev1", b"avc1", b"jpeg"})
_TURNS: Final = frozenset({b"irot", b"imir", b"clap"})
_LAYOUT_MAX: Final = 64  # bytes
_TOP_BOXES_MAX: Final = 100

Property = tuple[bytes, bytes]  # type, body


@dataclass(frozen=True)
class Shown:
    """``tiles``: item numbers, row by row; ``width`` and ``height`` are 0 for a picture that is one item."""

    tiles: tuple[int, ...]
    columns: int = 1
    width: int = 0
    height: int = 0
    turns: tuple[Property, ...] = ()  # irot, imir and clap in their order
    profile: bytes = b""  # ICC
    primaries: int = 2  # of nclx (ISO/IEC 23091-2); 2 says nothing


@dataclass
class _Index:
    primary: int = 0
    kinds: dict[int, bytes] = field(default_factory=dict)
    inputs: dict[int, tuple[int, ...]] = field(default_factory=dict)
    properties: list[Property] = field(default_factory=list)
    owned: dict[int, tuple[int, ...]] = field(default_factory=dict)  # item -> places among the properties, from 1
    places: dict[int, tuple[int, list[tuple[int, int]]]] = field(default_factory=dict)  # method, (offset, length)
    idat: bytes = b""

    def of(self, item: int) -> list[Property]:
        return [self.properties[n - 1] for n in self.owned.get(item, ()) if 0 < n <= len(self.properties)]


def read_shown(reader: SeekableReader) -> Shown:
    """What the primary item shows; raises BadMedia, MediaTooLarge or UnsupportedMedia."""
    try:
        index = _read(_meta(reader))
        return _shown(reader, index)
    except (struct.error, IndexError, ValueError):
        raise BadMedia("index") from None


def _shown(reader: SeekableReader, index: _Index) -> Shown:
    kind = index.kinds.get(index.primary, b"")
    properties = index.of(index.primary)
    turns = tuple(one for one in properties if one[0] in _TURNS)
    if kind in CODED:
        return Shown((index.primary,), turns=turns, profile=_profile(properties), primaries=_primaries(properties))
    if kind != b"grid":
        raise UnsupportedMedia("layout")
    tiles = index.inputs.get(index.primary, ())
    rows, columns, width, height = _grid(_data(reader, index, index.primary))
    if not tiles or rows * columns != len(tiles) or any(index.kinds.get(one) not in CODED for one in tiles):
        raise BadMedia("grid")
    if len(tiles) > DERIVE_HEIF_TILES_MAX or width * height > PICTURE_PIXELS_MAX:
        raise MediaTooLarge("grid")
    coloured = properties if any(kind == b"colr" for kind, _ in properties) else index.of(tiles[0])
    return Shown(tiles, columns, width, height, turns, _profile(coloured), _primaries(coloured))


def _profile(properties: list[Property]) -> bytes:
    return next((body[4:] for kind, body in properties if kind == b"colr" and body[:4] in (b"prof", b"rICC")), b"")


def _primaries(properties: list[Property]) -> int:
    found = (body for kind, body in properties if kind == b"colr" and body[:4] == b"nclx" and len(body) >= 6)
    return next((int.from_bytes(body[4:6], "big") for body in found), 2)


def _grid(data: bytes) -> tuple[int, int, int, int]:
    """(rows, columns, width, height) of ImageGrid (clause 6.6.2.3)."""
    width, height = struct.unpack_from(">II" if data[1] & 1 else ">HH", data, 4)
    if not width or not height:
        raise ValueError("empty")
    return data[2] + 1, data[3] + 1, width, height


def _data(reader: SeekableReader, index: _Index, item: int) -> bytes:
    """The first bytes of an item; a layout has at most twelve."""
    method, extents = index.places.get(item, (0, []))
    data = b""
    for offset, length in extents[:8]:
        most = min(length, _LAYOUT_MAX) if length else _LAYOUT_MAX
        data += index.idat[offset : offset + most] if method == 1 else reader.read_at(offset, most)
    return data


def _meta(reader: SeekableReader) -> bytes:
    place = 0
    for _ in range(_TOP_BOXES_MAX):
        head = reader.read_at(place, 16)
        if len(head) < 8:
            break
        size, kind = int.from_bytes(head[:4], "big"), head[4:8]
        start = 16 if size == 1 else 8
        size = int.from_bytes(head[8:16], "big") if size == 1 else (size or reader.size - place)
        if size < start:
            break
        if kind == b"meta":
            if size > DERIVE_HEIF_INDEX_MAX:
                raise MediaTooLarge("index")
            return reader.read_at(place + start, size - start)
        place += size
    raise BadMedia("no index")


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 0
    while place + 8 <= len(data):
        size = int.from_bytes(data[place : place + 4], "big") or len(data) - place
        if size < 8:
            raise ValueError("size")
        yield data[place + 4 : place + 8], data[place + 8 : place + size]
        place += size


def _read(meta: bytes) -> _Index:
    index = _Index()
    for kind, body in _boxes(meta[4:]):
        if kind == b"pitm":
            index.primary = int.from_bytes(body[4:8] if body[0] else body[4:6], "big")
        elif kind == b"iinf":
            index.kinds = dict(_infos(body))
        elif kind == b"iref":
            index.inputs = dict(_references(body))
        elif kind == b"iprp":
            _read_properties(index, body)
        elif kind == b"iloc":
            index.places = dict(_places(body))
        elif kind == b"idat":
            index.idat = body
    return index


def _infos(body: bytes) -> Iterator[tuple[int, bytes]]:
    for kind, info in _boxes(body[8 if body[0] else 6 :]):
        if kind == b"infe" and info[0] >= 2:
            wide = 4 if info[0] >= 3 else 2
            yield int.from_bytes(info[4 : 4 + wide], "big"), info[6 + wide : 10 + wide]


def _references(body: bytes) -> Iterator[tuple[int, tuple[int, ...]]]:
    letter, wide = ("I", 4) if body[0] else ("H", 2)
    for kind, one in _boxes(body[4:]):
        if kind == b"dimg":
            count = int.from_bytes(one[wide : wide + 2], "big")
            yield int.from_bytes(one[:wide], "big"), struct.unpack_from(f">{count}{letter}", one, wide + 2)


def _read_properties(index: _Index, body: bytes) -> None:
    for kind, part in _boxes(body):
        if kind == b"ipco":
            index.properties = list(_boxes(part))
        elif kind == b"ipma":
            index.owned |= dict(_associations(part))


def _associations(part: bytes) -> Iterator[tuple[int, tuple[int, ...]]]:
    wide, long = (4 if part[0] else 2), part[3] & 1
    place = 8
    for _ in range(int.from_bytes(part[4:8], "big")):
        item, count = int.from_bytes(part[place : place + wide], "big"), part[place + wide]
        place += wide + 1
        numbers = struct.unpack_from(f">{count}{'H' if long else 'B'}", part, place)
        yield item, tuple(number & (0x7FFF if long else 0x7F) for number in numbers)
        place += count * (2 if long else 1)


def _places(body: bytes) -> Iterator[tuple[int, tuple[int, list[tuple[int, int]]]]]:
    version, sizes = body[0], (body[4] >> 4, body[4] & 15, body[5] >> 4, body[5] & 15 if body[0] else 0)
    place, wide = 6, (4 if version == 2 else 2)

    def number(size: int) -> int:
        nonlocal place
        place += size
        if place > len(body):
            raise ValueError("cut")
        return int.from_bytes(body[place - size : place], "big")

    for _ in range(number(wide)):
        item = number(wide)
        method = number(2) & 15 if version else 0
        number(2)
        base = number(sizes[2])
        extents = []
        for _ in range(number(2)):
            number(sizes[3])
            offset, length = base + number(sizes[0]), number(sizes[1])
            extents.append((offset, length))
        yield item, (method, extents)
