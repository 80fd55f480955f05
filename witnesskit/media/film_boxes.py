"""Each box of a film against the list of what a clean film holds: exact lengths, no times, names or spare bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from witnesskit.media.film_texts import texts_of
from witnesskit.media.groups import shown
from witnesskit.media.walk_isobmff import CONTAINERS, Node
from witnesskit.media_model import Revelation

_EPOCH: Final = datetime(1904, 1, 1, tzinfo=UTC)
_BRANDS: Final = frozenset(
    b"isom iso2 iso3 iso4 iso5 iso6 mp41 mp42 avc1 hvc1 av01 dby1 MSNV M4VH M4VP 3gp4 3gp5 3gp6 3gp7".split()
) | {b"qt  ", b"M4V ", b"M4A "}
_MINORS: Final = frozenset({0, 1, 0x200, 0x20050300, 0x20110700})
_PADDING: Final = frozenset({"free", "skip", "wide"})
_TABLES: Final = {"stts": 8, "ctts": 8, "stss": 4, "stps": 4, "stsc": 12, "stco": 4, "co64": 8}
_QUIET_GROUPS: Final = {b"roll": 2, b"prol": 2, b"rap ": 1}

Revelations = Iterator[Revelation]


def of_box(node: Node) -> Revelations:
    """What ``node`` gives away beside the samples and their descriptions."""
    parent = node.path.split("/")[-2] if "/" in node.path else ""
    if node.kind in _PADDING:
        if node.body.strip(b"\0"):
            yield Revelation("inside", node.path, "hidden bytes", shown(node.body[:400]) or f"{len(node.body)} bytes")
    elif parent == "udta" or node.kind in ("meta", "uuid", "XMP_"):
        yield from texts_of(node.path, node.kind, node.body)
    elif node.kind in _TABLES:
        yield from _table(node, _TABLES[node.kind])
    elif node.kind in _READERS:
        yield from _READERS[node.kind](node)
    elif parent == "tref":
        yield Revelation("other", node.path, "reference to another track", node.body.hex()[:80])
    elif node.kind not in CONTAINERS and node.kind not in ("mdat", "stsd"):
        yield Revelation("other", node.path, "unknown box", shown(node.body[:400]) or f"{len(node.body)} bytes")
    elif node.kind in ("tref", "udta", "gmhd", "tapt"):
        yield Revelation("other", node.path, "box", f"{node.end - node.start} bytes")


def _rest(node: Node, size: int) -> Revelations:
    if any(node.body[size:]):
        raw = node.body[size : size + 400]
        yield Revelation("other", node.path, "bytes behind the box's fields", shown(raw) or f"{len(raw)} bytes")


def _table(node: Node, width: int) -> Revelations:
    count = int.from_bytes(node.body[4:8], "big")
    yield from _rest(node, 8 + count * width)


def _brands(node: Node) -> Revelations:
    brands = [node.body[:4], *(node.body[place : place + 4] for place in range(8, len(node.body), 4))]
    strange = [brand for brand in brands if brand not in _BRANDS and any(brand)]
    minor = int.from_bytes(node.body[4:8], "big")
    if strange or minor not in _MINORS:
        words = shown(b" ".join(brands)) + ("" if minor in _MINORS else f" {minor:08x}")
        yield Revelation("device", node.path, "brands", words)


def _times(node: Node) -> Revelations:
    wide = 8 if node.body[:1] == b"\1" else 4
    for index, name in enumerate(("creation time", "modification time")):
        raw = int.from_bytes(node.body[4 + index * wide : 4 + (index + 1) * wide], "big")
        if raw:
            yield Revelation("when", node.path, name, _date(raw))


def _date(seconds: int) -> str:
    try:
        return (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    except OverflowError:
        return f"{seconds} seconds"


def _movie_header(node: Node) -> Revelations:
    yield from _times(node)
    start = 32 if node.body[:1] == b"\1" else 20
    yield from _spare(node, node.body[start + 6 : start + 16] + node.body[start + 52 : start + 76])
    yield from _rest(node, start + 80)


def _track_header(node: Node) -> Revelations:
    yield from _times(node)
    wide = node.body[:1] == b"\1"
    gap, after = (24, 36) if wide else (16, 24)
    spare = node.body[gap : gap + 4] + node.body[after : after + 8] + node.body[after + 14 : after + 16]
    yield from _spare(node, spare)
    yield from _rest(node, after + 60)


def _media_header(node: Node) -> Revelations:
    yield from _times(node)
    start = 32 if node.body[:1] == b"\1" else 20
    code = int.from_bytes(node.body[start : start + 2], "big")
    if code not in (0x55C4, 0x7FFF, 0):
        letters = "".join(chr(0x60 + (code >> shift & 31)) for shift in (10, 5, 0)) if code >= 0x400 else str(code)
        yield Revelation("other", node.path, "language", letters)
    yield from _rest(node, start + 4)


def _spare(node: Node, raw: bytes) -> Revelations:
    if any(raw):
        yield Revelation("other", node.path, "reserved bytes", shown(raw.strip(b"\0")) or raw.hex())


def _handler(node: Node) -> Revelations:
    if node.body[:8] not in (bytes(8), b"\0\0\0\0mhlr", b"\0\0\0\0dhlr"):
        yield Revelation("other", node.path, "kind of handler", shown(node.body[:8]) or node.body[:8].hex())
    if any(node.body[12:24]):
        vendor = shown(node.body[12:16].strip(b"\0"))
        yield Revelation("software", node.path, "handler vendor", vendor or node.body[12:24].hex())
    if any(node.body[24:]):
        name = node.body[24:]
        text = name[1 : 1 + name[0]] if name[0] == len(name.rstrip(b"\0")) - 1 else name
        yield Revelation("software", node.path, "handler name", shown(text.decode("utf-8", "replace")))


def _references(node: Node) -> Revelations:
    place = 8
    while place + 8 <= len(node.body):
        size = int.from_bytes(node.body[place : place + 4], "big")
        if size > 12:
            inside = node.body[place + 12 : place + size]
            yield Revelation("other", node.path, "data reference with text", shown(inside) or inside.hex()[:80])
        place += max(8, size)


def _group(node: Node) -> Revelations:
    width = _QUIET_GROUPS.get(node.body[4:8])
    if width is None:
        yield Revelation("other", node.path, "sample group", shown(node.body[:400]) or f"{len(node.body)} bytes")
    elif node.kind == "sbgp":
        yield from _rest(node, 12 + 8 * int.from_bytes(node.body[8:12], "big"))
    else:
        yield from _rest(node, 16 + width * int.from_bytes(node.body[12:16], "big"))


def _sizes(node: Node) -> Revelations:
    fixed, count = int.from_bytes(node.body[4:8], "big"), int.from_bytes(node.body[8:12], "big")
    if node.kind == "stz2":
        yield from _rest(node, 12 + (count * (fixed & 255) + 7) // 8)
    else:
        yield from _rest(node, 12 + (0 if fixed else 4 * count))


def _edits(node: Node) -> Revelations:
    yield from _rest(node, 8 + (20 if node.body[:1] == b"\1" else 12) * int.from_bytes(node.body[4:8], "big"))


def _media_kind(node: Node) -> Revelations:
    yield from _rest(node, 12 if node.kind == "vmhd" else 8)


def _clock(node: Node) -> Revelations:
    """prft: the wall clock of the recorder, seconds since 1900 (ISO/IEC 14496-12 clause 8.16.5)."""
    seconds = int.from_bytes(node.body[8:12], "big")
    at = datetime(1900, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    yield Revelation("when", node.path, "wall clock of the recorder", at.strftime("%Y-%m-%dT%H:%M:%SZ"))


def _message(node: Node) -> Revelations:
    yield Revelation(
        "inside", node.path, "message beside the film", shown(node.body[:400]) or f"{len(node.body)} bytes"
    )


def _shift(node: Node) -> Revelations:
    yield from _rest(node, 44 if node.body[:1] == b"\1" else 24)


_READERS: Final[dict[str, Callable[[Node], Revelations]]] = {
    "ftyp": _brands,
    "styp": _brands,
    "prft": _clock,
    "emsg": _message,
    "mvhd": _movie_header,
    "tkhd": _track_header,
    "mdhd": _media_header,
    "hdlr": _handler,
    "dref": _references,
    "sgpd": _group,
    "sbgp": _group,
    "stsz": _sizes,
    "stz2": _sizes,
    "elst": _edits,
    "vmhd": _media_kind,
    "smhd": _media_kind,
    "cslg": _shift,
}
