"""Texts that sound files carry: Vorbis comments, cover pictures, tags around the sound, readable coded bytes."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Final

from witnesskit.media.groups import group_of, shown
from witnesskit.media.inspect_jpeg import inspect_jpeg
from witnesskit.media.readable import runs, table
from witnesskit.media_model import Revelation
from witnesskit.model import SeekableReader

MARKS: Final = re.compile(rb"OggS|OpusHead|OpusTags|Speex|vorbis|theora|fLaC|FLAC")  # in every such file
FIELDS_MAX: Final = 10_000  # fields of one comment that are told
MASK: Final = "WAVEFORMATEXTENSIBLE_CHANNEL_MASK"
_TEXT: Final = table(bytes(range(0x20, 0x7F)))
_TEXT_MIN: Final = 32  # bytes; chance makes one in 10^13
_TAGS: Final = ((b"TAG", "ID3v1"), (b"APETAGEX", "APE tag"), (b"LYRICSBEGIN", "Lyrics3"), (b"ID3", "ID3v2"))


class Held:
    """A reader over bytes that another file carries inside."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    def size(self) -> int:
        """Bytes of it."""
        return len(self._data)

    def read_at(self, offset: int, length: int, /) -> bytes:
        """Up to ``length`` bytes from ``offset``."""
        return self._data[offset : offset + length]


def vendor_and_fields(body: bytes) -> tuple[bytes, list[bytes], int]:
    """(vendor, fields, place behind the last) of a Vorbis comment; place -1 where it cannot be read."""
    place = 4 + int.from_bytes(body[:4], "little")
    vendor, fields = body[4:place], list[bytes]()
    count, place = int.from_bytes(body[place : place + 4], "little"), place + 4
    while count and len(fields) < FIELDS_MAX and place <= len(body):
        size = int.from_bytes(body[place : place + 4], "little")
        fields.append(body[place + 4 : place + 4 + size])
        place, count = place + 4 + size, count - 1
    return vendor, fields, place if place <= len(body) and not count else -1


def of_comment(place: str, body: bytes) -> Iterator[Revelation]:
    """What a Vorbis comment tells; the block itself is told by the caller if it should not be there."""
    vendor, fields, end = vendor_and_fields(body)
    if vendor:
        yield Revelation("software", place, "vendor", shown(vendor))
    for field in fields:
        name, _, value = field.partition(b"=")
        yield from _of_field(place, shown(name), value)
    if end < 0 or end > len(body):
        yield Revelation("inside", place, "comment that cannot be read", shown(body[:400]) or f"{len(body)} bytes")
    elif body[end:].strip(b"\0\1"):
        yield Revelation("inside", place, "bytes behind the comment", shown(body[end:]) or f"{len(body) - end} bytes")


def _of_field(place: str, name: str, value: bytes) -> Iterator[Revelation]:
    group = group_of(name, "who") if name.upper() != "ENCODER" else "software"
    if name.upper() in ("METADATA_BLOCK_PICTURE", "COVERART"):
        try:
            yield from of_picture(place, base64.b64decode(value))
        except (binascii.Error, ValueError):
            yield Revelation("inside", place, name, f"{len(value)} bytes")
    else:
        yield Revelation(group, place, name or "comment", shown(value))


def of_picture(place: str, body: bytes) -> Iterator[Revelation]:
    """A cover picture (RFC 9639 clause 8.8) and what it gives away itself."""
    kind_size = int.from_bytes(body[4:8], "big")
    text_at = 12 + kind_size
    text_size = int.from_bytes(body[8 + kind_size : 12 + kind_size], "big")
    data = body[text_at + text_size + 20 :]
    yield Revelation(
        "inside", place, "cover picture", f"{len(body)} bytes {shown(body[8 : 8 + min(kind_size, 100)])}"
    )
    if 0 < text_size <= len(body):
        yield Revelation("who", place, "text of the picture", shown(body[text_at : text_at + text_size]))
    if data[:3] == b"\xff\xd8\xff":
        for one in inspect_jpeg(Held(data)).revelations:
            yield Revelation(one.group, f"{place}/{one.place}", one.name, one.value)


def of_surplus(place: str, reader: SeekableReader, start: int, end: int) -> Iterator[Revelation]:
    """Bytes that belong to no sound: how many, which tags, and what can be read in them."""
    if start >= end:
        return
    data = reader.read_at(start, min(end - start, 1 << 20))
    yield Revelation("inside", place, "bytes of no sound", f"{end - start} bytes")
    for mark, name in _TAGS:
        if mark in data:
            yield Revelation("other", place, name, f"{end - start} bytes")
    for first, last in list(runs(data, _TEXT, 6))[:200]:
        text = MARKS.sub(b"", data[first:last])
        if len(text) >= 4:
            yield Revelation("who", place, "text", shown(text))


def texts_in(data: bytes) -> Iterator[str]:
    """Readable text where only coded sound should be; runs of few letters are silence, not text."""
    for first, last in runs(data, _TEXT, _TEXT_MIN):
        text = data[first : min(last, first + 400)]
        if len(set(text)) >= 12:
            yield shown(text)
