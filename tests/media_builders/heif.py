"""Small HEIC, HEIF and AVIF pictures made in code around coded tiles of 64x64, with parts planted at will.

The coded bytes were made once with x265 and libaom; they decode in every reader.
"""

import base64
import struct
from dataclasses import dataclass, field

from tests.media_builders.jpeg import Plan, build
from tests.media_builders.mp4 import box, full


def _b64(text):
    return base64.b64decode(text)


def _agreed(config):
    """hvcC with the profile its parameter set has: the library that made these writes zeros in some of it."""
    sets = config[config.index(b"\x42\1\1") :].replace(b"\0\0\3", b"\0\0")
    return config[:1] + sets[3:15] + config[13:]


HVCC = _b64(
    "AQNwAAAAAAAAAAAAHvAA/P34+AAADwMgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQCEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq"
    "SSmubgQEDAgAAAMACAAAAwAIQCIAAQAHRAHBcrAiQA=="
)
HEVC = (
    _b64("AAAAKCgBrw1g+/lKbOf/bgX7ah++qkfGCN3DbL7GH8oHZs775AlFKZkKPCA="),
    _b64("AAAAJigBrw1g+/lKbOX+/mlP2lUj48lev1w3ceb+UBUQTMqz3az/PqR8"),
)
HVCC_GREY = _b64(
    "AQQIAAAAAAAAAAAAHvAA/Pz4+AAADwMgAAEAF0ABDAH//wQIAAADAJ/4AAADAAAeugJAIQABACZCAQEECAAAAwCf+AAAAwAAHsCCBBZbqSSm"
    "ubAgAAADACAAAAMAISIAAQAHRAHBcrAiQA=="
)
HVCC, HVCC_GREY = _agreed(HVCC), _agreed(HVCC_GREY)
HEVC_GREY = _b64("AAAAEigBrhrA7U9Zf/5kwt9+LmSTcA==")
AV1C, AV1C_GREY = _b64("gQAMAA=="), _b64("gQAcAA==")
AV1 = (
    _b64("CgYYFX/9sAgyIUcgAAAWBAAQuF5bCPuCLGZVeNgUOuLnIOCO0sKkiOPWmA=="),
    _b64("CgYYFX/9sAgyH0cgAAAWAAAQwM/+oAvA4XdcPyV2a4qox6KTMFBlhs0="),
)
AV1_GREY = _b64("CgYYFX/9tUAyDhyAAAFgBI+JGYmBpMqU")
ALPHA = b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha"
SIZE = (b"ispe", bytes(4) + struct.pack(">II", 64, 64), False)
NCLX = (b"colr", b"nclx" + struct.pack(">HHHB", 1, 13, 6, 0x80), False)


def size(width, height):
    return (b"ispe", bytes(4) + struct.pack(">II", width, height), False)


@dataclass
class Thing:
    """One item: its type, bytes, properties as (type, body, essential), name, and how it is stored."""

    kind: bytes
    data: bytes = b""
    properties: list = field(default_factory=list)
    name: bytes = b""
    content: bytes = b""
    method: int = 0
    pieces: int = 1
    hidden: int = 0


def coded(coding, which=0, **more):
    """A coded tile: ``hevc``, ``av1`` or ``jpeg``; ``which`` 0 or 1, 2 is grey."""
    extra = more.pop("extra", [])
    if coding == "hevc":
        config = (b"hvcC", (HVCC, HVCC, HVCC_GREY)[which], True)
        return Thing(b"hvc1", (*HEVC, HEVC_GREY)[which], [config, SIZE, *extra], **more)
    if coding == "av1":
        config = (b"av1C", (AV1C, AV1C, AV1C_GREY)[which], True)
        return Thing(b"av01", (*AV1, AV1_GREY)[which], [config, SIZE, *extra], **more)
    return Thing(b"jpeg", build(Plan(width=64, height=64)), [SIZE, *extra], **more)


def auxiliary(name, coding="hevc", subtype=b""):
    return coded(coding, 2, extra=[(b"auxC", bytes(4) + name + b"\0" + subtype, True)])


def grid(rows, columns, wide=False, **more):
    sides = struct.pack(">II" if wide else ">HH", 64 * columns, 64 * rows)
    data = bytes([0, wide, rows - 1, columns - 1]) + sides
    return Thing(b"grid", data, [size(64 * columns, 64 * rows), *more.pop("extra", [])], **more)


def overlay(places, width=96, height=96):
    data = bytes(2) + bytes.fromhex("80008000c000ffff") + struct.pack(">HH", width, height)
    return Thing(b"iovl", data + b"".join(struct.pack(">hh", *place) for place in places), [size(width, height)])


def exif_item(tiff):
    return Thing(b"Exif", b"\0\0\0\6Exif\0\0" + tiff)


@dataclass
class File:
    """What stands around the items."""

    items: dict
    references: list = field(default_factory=list)  # (type, from, [to])
    primary: int = 1
    major: bytes = b"heic"
    brands: bytes = b"mif1heic"
    minor: bytes = bytes(4)
    handler: bytes = b"\0"
    wide: int = 0  # 0: small forms of the tables; 1, 2: iloc of that version, wide numbers elsewhere
    base: bool = False
    meta_extra: bytes = b""
    idat_extra: bytes = b""
    gap: bytes = b""  # in mdat before the first item
    orphan: bytes = b""  # a box among the properties that no item has
    before_media: bytes = b""
    behind: bytes = b""


def heif(file):
    """The bytes of ``file``."""
    ftyp = box(b"ftyp", file.major, file.minor, file.brands)
    idat = b"".join(item.data for item in file.items.values() if item.method == 1) + file.idat_extra
    fixed = [
        full(b"hdlr", bytes(4), b"pict", bytes(12), file.handler),
        full(b"pitm", struct.pack(">I" if file.wide else ">H", file.primary), version=int(bool(file.wide))),
    ]
    rest = [_infos(file), _references(file), _properties(file), box(b"idat", idat) if idat else b"", file.meta_extra]
    length = len(full(b"meta", *fixed, _places(file, 0), *rest))
    start = len(ftyp) + length + len(file.before_media) + 8 + len(file.gap)
    meta = full(b"meta", *fixed, _places(file, start), *rest)
    media = file.gap + b"".join(item.data for item in file.items.values() if item.method == 0)
    return ftyp + meta + file.before_media + box(b"mdat", media) + file.behind


def _infos(file):
    boxes = b""
    for number, item in file.items.items():
        ids = struct.pack(">IH" if file.wide == 2 else ">HH", number, 0)
        words = item.kind + item.name + b"\0" + (item.content + b"\0" if item.kind in (b"mime", b"uri ") else b"")
        boxes += full(b"infe", ids, words, version=3 if file.wide == 2 else 2, flags=item.hidden)
    count = struct.pack(">I" if file.wide else ">H", len(file.items))
    return full(b"iinf", count, boxes, version=int(bool(file.wide)))


def _places(file, start):
    out, places = b"", {0: start, 1: 0}
    for number, item in file.items.items():
        out += struct.pack(">I" if file.wide == 2 else ">H", number)
        out += struct.pack(">H", item.method) if file.wide else b""
        base = places.get(item.method, 0) if file.base else 0
        out += struct.pack(">H", 0) + (struct.pack(">Q", base) if file.base else b"")
        step = -(-len(item.data) // item.pieces)
        out += struct.pack(">H", item.pieces if item.data else 0)
        place = places.get(item.method, 0) - base if item.method < 2 else 0
        for piece in range(item.pieces if item.data else 0):
            length = len(item.data[piece * step : (piece + 1) * step])
            out += (struct.pack(">I", 1) if file.wide else b"") + struct.pack(">II", place + piece * step, length)
        if item.method < 2:
            places[item.method] += len(item.data)
    widths = bytes([0x44, (0x80 if file.base else 0) | (4 if file.wide else 0)])
    count = struct.pack(">I" if file.wide == 2 else ">H", len(file.items))
    return full(b"iloc", widths, count, out, version=file.wide)


def _references(file):
    form = ">I" if file.wide else ">H"
    boxes = b"".join(
        box(
            kind,
            struct.pack(form, source),
            struct.pack(">H", len(to)),
            b"".join(struct.pack(form, one) for one in to),
        )
        for kind, source, to in file.references
    )
    return full(b"iref", boxes, version=int(bool(file.wide))) if boxes else b""


def _properties(file):
    known, entries = {}, b""
    for number, item in file.items.items():
        entries += struct.pack(">I" if file.wide else ">H", number) + bytes([len(item.properties)])
        for kind, body, essential in item.properties:
            place = known.setdefault(box(kind, body), len(known) + 1)
            entries += struct.pack(">H", place | essential << 15) if file.wide else bytes([place | essential << 7])
    head = struct.pack(">I", len(file.items))
    ipma = full(b"ipma", head, entries, version=int(bool(file.wide)), flags=int(bool(file.wide)))
    return box(b"iprp", box(b"ipco", *known, file.orphan), ipma)


def plain(coding="hevc", **more):
    """One coded picture and nothing else."""
    extra = more.pop("extra", [])
    brands = {"hevc": (b"heic", b"mif1heic"), "av1": (b"avif", b"avifmif1miaf"), "jpeg": (b"mif1", b"mif1jpeg")}
    major, compatible = brands[coding]
    return File({1: coded(coding, extra=[NCLX, *extra])}, major=major, **{"brands": compatible} | more)


def phone(coding="hevc", **more):
    """A picture as telephones write it: a turned grid of four tiles with transparency."""
    tiles = {number: coded(coding, number % 2, hidden=1) for number in range(1, 5)}
    veils = {number: auxiliary(ALPHA, coding) for number in range(5, 9)}
    items = {**tiles, **veils, 49: grid(2, 2, extra=[NCLX, (b"irot", b"\3", True)], **more)}
    items[50] = grid(2, 2, extra=[(b"auxC", bytes(4) + ALPHA + b"\0", True)])
    major = b"heic" if coding == "hevc" else b"avif"
    brands = b"mif1heic" if coding == "hevc" else b"avifmif1miaf"
    references = [(b"dimg", 49, [1, 2, 3, 4]), (b"dimg", 50, [5, 6, 7, 8]), (b"auxl", 50, [49])]
    return File(items, references, primary=49, major=major, brands=brands)
