"""What chunks of WAVE and AVI files give away beside the coded sound and pictures, in words a person understands."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from typing import Final

from witnesskit.media.blocks import of_credentials, of_xmp
from witnesskit.media.groups import group_of, shown
from witnesskit.media.riff_makers import of_maker
from witnesskit.media.walk_id3 import of_id3v2
from witnesskit.media.walk_riff import LOOSE, RiffChunk, read_chunks
from witnesskit.media_model import Revelation
from witnesskit.model import SeekableReader

Revelations = Iterator[Revelation]
_INFO: Final = {
    "IARL": ("who", "archive"), "IART": ("who", "artist"), "ICMS": ("who", "commissioned by"),
    "ICMT": ("other", "comment"), "ICOP": ("who", "copyright"), "ICRD": ("when", "created"),
    "ICRP": ("other", "cropped"), "IDIM": ("other", "dimensions"), "IDIT": ("when", "digitised"),
    "IDPI": ("other", "resolution"), "IENG": ("who", "engineer"), "IGNR": ("other", "genre"),
    "IKEY": ("other", "keywords"), "ILNG": ("other", "language"), "IMED": ("other", "medium"),
    "INAM": ("who", "title"), "IPRD": ("who", "product"), "ISBJ": ("other", "subject"),
    "ISFT": ("software", "software"), "ISRC": ("who", "source"), "ISRF": ("device", "source form"),
    "ITCH": ("who", "technician"), "ISMP": ("when", "time code"), "ITRK": ("other", "track"),
    "IMIT": ("other", "more information"), "IMUS": ("who", "music by"), "ISTD": ("who", "studio"),
    "IWRI": ("who", "written by"), "ICNM": ("who", "cinematographer"), "ICNT": ("where", "country"),
    "ILOC": ("where", "location"), "IMAK": ("device", "make"), "IMOD": ("device", "model"),
    "ICAM": ("device", "camera"), "IPRO": ("who", "produced by"), "TAPE": ("who", "tape"),
    "TCOD": ("when", "start time code"), "DTIM": ("when", "date and time"), "STAT": ("other", "statistics"),
    "GPS ": ("where", "GPS"), "IGPS": ("where", "GPS"),
}  # fmt: skip
_BEXT: Final = (
    ("other", "description", 0, 256),
    ("who", "originator", 256, 288),
    ("device", "originator reference", 288, 320),
    ("when", "date", 320, 330),
    ("when", "time", 330, 338),
    ("device", "UMID", 348, 412),
    ("software", "coding history", 602, 4602),
)
_CART: Final = (
    ("who", "title", 4, 68), ("who", "artist", 68, 132), ("device", "cut", 132, 196), ("who", "client", 196, 260),
    ("other", "category", 260, 324), ("other", "classification", 324, 388), ("other", "out cue", 388, 452),
    ("when", "start", 452, 470), ("when", "end", 470, 488), ("software", "producer", 488, 552),
    ("software", "version", 552, 616), ("who", "user", 616, 680), ("where", "url", 748, 1772),
    ("other", "text", 1772, 5772),
)  # fmt: skip
_ELEMENT: Final = re.compile(rb"<([A-Za-z_][\w.:-]{0,60})(?:\s[^<>]{0,500})?>([^<>]{1,2000})</")
_ATTRIBUTE: Final = re.compile(rb"""\s([A-Za-z_][\w.:-]{0,60})\s?=\s?"([^"<]{1,2000})\"""")
_ELEMENTS_MAX: Final = 1_000


def of_chunk(reader: SeekableReader, chunk: RiffChunk) -> Revelations:
    """Everything one chunk tells that is neither format nor sound nor picture; at least that it is there."""
    body = chunk.text(reader)
    if chunk.kind == "LIST":
        yield from _of_list(reader, chunk, body)
    elif chunk.kind in _READERS:
        yield from _READERS[chunk.kind](chunk.kind.strip(), body)
    elif chunk.kind in _INFO:
        yield from of_info(chunk.kind, chunk.kind, body)
    else:
        whole = reader.read_at(chunk.offset, 8) + body  # a name nobody knows may be text itself
        yield from of_unknown(chunk.kind.strip(), whole, chunk.last - chunk.first)


def of_unknown(place: str, body: bytes, size: int) -> Revelations:
    """Bytes of no known meaning: what can be read of them, and the words makers of cameras are known to write."""
    name = "bytes behind or between chunks" if place == LOOSE else "chunk"
    yield Revelation("other", place, name, f"{size} bytes")
    yield from of_maker(place, body)


def of_info(place: str, kind: str, body: bytes) -> Revelations:
    """One text of a LIST INFO."""
    text = body.rstrip(b"\0")
    group, name = _INFO.get(kind, (group_of(kind), kind.strip()))
    yield Revelation(group, place, name, shown(text) or f"{len(body)} bytes")
    if b"\0" in text:
        yield from of_maker(place, text)


def _of_list(reader: SeekableReader, chunk: RiffChunk, body: bytes) -> Revelations:
    kind = body[:4].decode("latin-1")
    place = f"LIST {shown(kind)}".strip()
    yield Revelation("other", place, "block", f"{chunk.last - chunk.first} bytes")
    if kind not in ("INFO", "adtl", "exif"):
        yield from of_maker(place, body)
        return
    inner, _ = read_chunks(reader, min(chunk.first + 4, chunk.last), chunk.last)
    for one in inner[:_ELEMENTS_MAX]:
        text = one.text(reader)
        if kind == "INFO":
            yield from of_info(f"{place}/{one.kind.strip()}", one.kind, text)
        elif kind == "adtl" and one.kind in ("labl", "note", "ltxt"):
            words = text[20:] if one.kind == "ltxt" else text[4:]
            yield Revelation("other", f"{place}/{one.kind}", "label", shown(words.rstrip(b"\0")))
        else:
            yield from of_unknown(f"{place}/{one.kind.strip()}", text, one.last - one.first)


def _fields(table: tuple[tuple[str, str, int, int], ...]) -> Callable[[str, bytes], Revelations]:
    def read(place: str, body: bytes) -> Revelations:
        yield Revelation("other", place, "block", f"{len(body)} bytes")
        for group, name, first, last in table:
            raw = body[first:last].rstrip(b"\0")
            if raw:
                text = shown(raw) if name != "UMID" else raw.hex()
                yield Revelation(group, place, name, text)
        yield from of_maker(place, body)

    return read


def _of_xml(place: str, body: bytes) -> Revelations:
    yield Revelation("other", place, "block", f"{len(body)} bytes")
    for number, found in enumerate(_ELEMENT.finditer(body)):
        if number >= _ELEMENTS_MAX:
            return
        name = found.group(1).decode("latin-1")
        value = shown(found.group(2))
        if value:
            yield Revelation(group_of(name), place, name, value)
    for found in _ATTRIBUTE.finditer(body[: 64 * 1024]):
        yield Revelation(group_of(found.group(1).decode("latin-1")), place, "attribute", shown(found.group(2)))
    yield from of_maker(place, body)


def _of_sampler(place: str, body: bytes) -> Revelations:
    numbers = struct.unpack(f"<{len(body[:8]) // 4}I", body[: len(body[:8]) // 4 * 4])
    yield Revelation("device", place, "manufacturer and product", " ".join(f"{number:08x}" for number in numbers))
    yield from of_maker(place, body)


def _of_id3(place: str, body: bytes) -> Revelations:
    yield Revelation("other", place, "block", f"{len(body)} bytes")
    yield from of_id3v2(place, body)


_READERS: Final[dict[str, Callable[[str, bytes], Revelations]]] = {
    "bext": _fields(_BEXT),
    "cart": _fields(_CART),
    "iXML": _of_xml,
    "axml": _of_xml,
    "aXML": _of_xml,
    "bxml": _of_xml,
    "_PMX": of_xmp,
    "id3 ": _of_id3,
    "ID3 ": _of_id3,
    "smpl": _of_sampler,
    "C2PA": of_credentials,
}
