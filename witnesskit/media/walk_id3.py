"""ID3v1, ID3v2, APEv2 and Lyrics3 as the inspector reads them: what they say, and how far they reach.

id3.org's ID3v2.2, 2.3 and 2.4; APEv2 of the Monkey's Audio SDK; Lyrics3 v2.00. Never raises: lengths are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from witnesskit.errors import WitnesskitError
from witnesskit.media.groups import group_of, shown
from witnesskit.media.inspect_jpeg import inspect_jpeg
from witnesskit.media.readable import runs, table
from witnesskit.media_model import Revelation

_FRAMES_MAX: Final = 2_000
_TEXT: Final = table(bytes(range(0x20, 0x7F)))
_NAMES: Final = {
    "TPE1": ("who", "artist"), "TP1": ("who", "artist"), "TPE2": ("who", "band"), "TP2": ("who", "band"),
    "TPE3": ("who", "conductor"), "TPE4": ("who", "remixed by"), "TCOM": ("who", "composer"),
    "TEXT": ("who", "text by"), "TOWN": ("who", "owner"), "TENC": ("who", "encoded by"), "TEN": ("who", "encoded by"),
    "TIT1": ("who", "group"), "TIT2": ("who", "title"), "TT2": ("who", "title"), "TIT3": ("who", "subtitle"),
    "TALB": ("who", "album"), "TAL": ("who", "album"), "TOFN": ("device", "original file name"),
    "TYER": ("when", "year"), "TYE": ("when", "year"), "TDAT": ("when", "day"), "TIME": ("when", "time"),
    "TDRC": ("when", "recorded"), "TDEN": ("when", "encoded"), "TDOR": ("when", "original release"),
    "TDRL": ("when", "released"), "TDTG": ("when", "tagged"), "TORY": ("when", "original year"),
    "TRDA": ("when", "recording dates"), "TSSE": ("software", "encoder"), "TSS": ("software", "encoder"),
    "TSRC": ("device", "ISRC"), "UFID": ("device", "file identifier"), "PRIV": ("other", "private data"),
    "OWNE": ("who", "ownership"), "MCDI": ("device", "disc identifier"), "TCOP": ("who", "copyright"),
    "TPUB": ("who", "publisher"), "GEOB": ("inside", "attached file"), "APIC": ("inside", "picture"),
    "PIC": ("inside", "picture"),
}  # fmt: skip
_TEXTS: Final = frozenset({"COMM", "COM", "USLT", "ULT", "WXXX", "WXX", "USER"})
_FIELDS: Final = (("title", 3, 33), ("artist", 33, 63), ("album", 63, 93), ("year", 93, 97), ("comment", 97, 127))
_FIELDS_ENHANCED: Final = (("title", 4, 64), ("artist", 64, 124), ("album", 124, 184), ("genre", 185, 215))
_FIELD_GROUPS: Final = {"year": "when", "comment": "other", "genre": "other"}
_ENCODINGS: Final = ("latin-1", "utf-16", "utf-16-be", "utf-8")
_WIDE: Final = re.compile(rb"(?:[\x20-\x7e]\0){4,}")


@dataclass(frozen=True)
class _Memory:
    data: bytes

    @property
    def size(self) -> int:
        return len(self.data)

    def read_at(self, offset: int, length: int, /) -> bytes:
        return self.data[offset : offset + length]


def id3v2_size(head: bytes) -> int:
    """Bytes of the ID3v2 tag that begins with ``head`` (10 bytes), with its footer; 0 if none does."""
    if len(head) < 10 or head[:3] != b"ID3" or head[3] == 255 or head[4] == 255 or max(head[6:10]) > 127:
        return 0
    return 10 + _synchsafe(head[6:10]) + (10 if head[5] & 0x10 else 0)


def _synchsafe(raw: bytes) -> int:
    return raw[0] << 21 | raw[1] << 14 | raw[2] << 7 | raw[3]


def of_id3v2(place: str, tag: bytes) -> Iterator[Revelation]:
    """Frames of an ID3v2 tag; texts that no frame holds are told too."""
    version = tag[3] if len(tag) > 3 else 0
    body = tag[10:]
    if tag[5:6] and tag[5] & 0x80 and version < 4:
        body = body.replace(b"\xff\0", b"\xff")
    width, head = (3, 6) if version == 2 else (4, 10)
    at, count = 0, 0
    while at + head <= len(body) and body[at : at + width].isalnum() and count < _FRAMES_MAX:
        raw = body[at + width : at + 2 * width]
        size = int.from_bytes(raw, "big")
        if version == 4 and max(raw) < 128:
            size = _synchsafe(raw)
        kind = body[at : at + width].decode("latin-1")
        yield from _of_frame(place, kind, body[at + head : at + head + size])
        if kind not in _NAMES and kind not in _TEXTS:
            yield from readable(place, body[at : at + head + size])  # a name nobody knows may be text itself
        at, count = at + head + size, count + 1
    yield from readable(f"{place} (behind its frames)", body[at:])


def _of_frame(place: str, kind: str, data: bytes) -> Iterator[Revelation]:
    group, name = _NAMES.get(kind, (group_of(kind), kind))
    where = f"{place}/{kind}"
    picture = data.find(b"\xff\xd8\xff")
    if kind[0] == "T" or kind in _TEXTS:
        for part in _texts(kind, data):
            yield Revelation(group, where, name, part)
    elif picture >= 0:
        yield Revelation(group, where, name, f"{len(data)} bytes")
        yield from readable(where, data[:picture])
        yield from _of_picture(where, data[picture:])
    else:
        yield Revelation(group, where, name, shown(data) or f"{len(data)} bytes")
        yield from readable(where, data)


def _of_picture(place: str, data: bytes) -> Iterator[Revelation]:
    try:
        seen = inspect_jpeg(_Memory(data))
    except WitnesskitError:
        return
    for one in seen.revelations:
        yield Revelation(one.group, f"{place}/{one.place}", one.name, one.value)


def _texts(kind: str, data: bytes) -> Iterator[str]:
    """The texts of a frame, in the encoding it names."""
    coding = _ENCODINGS[data[0]] if data and data[0] < 4 else "latin-1"
    rest = data[1:] if data and data[0] < 4 else data
    if kind in ("COMM", "COM", "USLT", "ULT", "USER"):
        rest = rest[3:]
    if coding.startswith("utf-16"):
        rest = rest[: len(rest) // 2 * 2]
    if kind in ("WXXX", "WXX") and b"\0" in rest:
        yield shown(rest[rest.rindex(b"\0") + 1 :])
    for part in rest.decode(coding, "replace").replace("\ufeff", "").replace("\ufffe", "").split("\0")[:50]:
        if shown(part):
            yield shown(part)


def of_id3v1(place: str, tag: bytes) -> Iterator[Revelation]:
    """The 128 bytes of ID3v1, or the 227 of its enhanced form."""
    fields = _FIELDS_ENHANCED if tag[:4] == b"TAG+" else _FIELDS
    yield Revelation("other", place, "tag", f"{len(tag)} bytes")
    for name, first, last in fields:
        value = shown(tag[first:last].split(b"\0")[0].decode("latin-1"))
        if value:
            yield Revelation(_FIELD_GROUPS.get(name, "who"), place, name, value)
    yield from readable(place, tag)


def of_apev2(place: str, tag: bytes) -> Iterator[Revelation]:
    """Items of an APEv2 tag."""
    yield Revelation("other", place, "tag", f"{len(tag)} bytes")
    at = 32 if tag[:8] == b"APETAGEX" else 0
    for _ in range(_FRAMES_MAX):
        size, end = int.from_bytes(tag[at : at + 4], "little"), tag.find(b"\0", at + 8)
        if end < 0 or end - at > 264 or tag[at : at + 8] == b"APETAGEX":
            break
        name = shown(tag[at + 8 : end])
        value = tag[end + 1 : end + 1 + size]
        yield Revelation(group_of(name), f"{place}/{name}", name, shown(value) or f"{size} bytes")
        if b"\xff\xd8\xff" in value:
            yield from _of_picture(f"{place}/{name}", value[value.index(b"\xff\xd8\xff") :])
        at = end + 1 + size
    yield from readable(place, tag)


def readable(place: str, data: bytes) -> Iterator[Revelation]:
    """Readable runs of bytes whose form is not known."""
    for number, (start, end) in enumerate(runs(data, _TEXT, 4)):
        if number >= _FRAMES_MAX:
            return
        yield Revelation("other", place, "readable text", shown(data[start:end]))
    for found in list(_WIDE.finditer(data))[:_FRAMES_MAX]:
        yield Revelation("other", place, "readable text", shown(found.group()[::2]))
