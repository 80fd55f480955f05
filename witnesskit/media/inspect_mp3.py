"""What an MP3 file gives away. CLEAN only if it is frames from end to end, with zeros beside the sound."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Final

from witnesskit.media.essence_mp3 import Frame, sound_of
from witnesskit.media.groups import shown
from witnesskit.media.mp3_index import Index, clean_index
from witnesskit.media.mp3_sound import Pool
from witnesskit.media.readable import runs, table
from witnesskit.media.walk_id3 import of_apev2, of_id3v1, of_id3v2, readable
from witnesskit.media.walk_mp3 import Mp3Walk, walk_mp3
from witnesskit.media_limits import RIFF_TEXT_MAX
from witnesskit.media_model import Finding, Inspection, Revelation
from witnesskit.model import SeekableReader

_TAG_MAX: Final = 16 * RIFF_TEXT_MAX  # bytes of one tag that are read
_TEXT: Final = table(bytes(range(0x20, 0x7F)))
_TEXT_MIN: Final = 32  # bytes; coded sound does not read so by chance
_ENCODERS: Final = (b"LAME", b"Lav", b"GOGO", b"Xing", b"UUUU", b"shine", b"FhG", b"mp3")

Revelations = Iterator[Revelation]


def inspect_mp3(reader: SeekableReader) -> Inspection:
    """Inspect the MP3 file in ``reader``; never raises, what is not understood is UNKNOWN with its reason."""
    walk = walk_mp3(reader)
    told = [revelation for one in walk.others for revelation in _of_other(reader, one)]
    doubts, facts = list(walk.doubts), {}
    if walk.kind and not doubts:
        more, count = _of_frames(reader, walk, doubts)
        told += more
        facts = {"rate": walk.kind[1], "channels": walk.kind[2], "frames": count}
    found = Finding.FOUND if told else Finding.CLEAN
    return Inspection(
        finding=Finding.UNKNOWN if doubts else found,
        media_type="audio/mpeg",
        revelations=tuple(dict.fromkeys(told)),
        reason="; ".join(doubts),
        facts=facts,
    )


def _of_other(reader: SeekableReader, part: tuple[str, int, int]) -> Revelations:
    """A tag, or bytes that are none."""
    name, first, last = part
    body = reader.read_at(first, min(last - first, _TAG_MAX))
    yield Revelation("other", name, "block", f"{last - first} bytes")
    if name == "ID3v2":
        yield from of_id3v2(name, body)
    elif name == "APEv2":
        yield from of_apev2(name, body)
    elif name.startswith("ID3v1"):
        yield from of_id3v1(name, body)
    else:
        yield from readable(name, body)


def _of_frames(reader: SeekableReader, walk: Mp3Walk, doubts: list[str]) -> tuple[list[Revelation], int]:
    told: list[Revelation] = []
    index, first, frames = sound_of(reader, walk)
    pool, sizes, like = Pool(), array("H"), None
    for head, frame in frames:
        like = like or head
        sizes.append(len(frame))
        for clean in pool.take(head, frame):
            told += _of_sound(clean)
    for clean in pool.end():
        told += _of_sound(clean)
    if pool.broken or like is None:
        doubts.append("frames without sound")
    elif index and first and first[1] != clean_index(like, index, sizes):
        told += _of_index(index, first)
    for kind, data in pool.found:
        told += of_free(kind, data)
    return told, len(sizes)


def _of_index(index: Index, first: Frame) -> Revelations:
    yield Revelation("other", "index frame", "block", f"{len(first[1])} bytes")
    if index.encoder.strip(b"\0 "):
        yield Revelation("software", "index frame", "encoder", shown(index.encoder))
    yield from readable("index frame", first[1])


def _of_sound(frame: bytes) -> Revelations:
    for start, end in runs(frame, _TEXT, _TEXT_MIN):
        if len(set(frame[start:end])) >= 12:
            yield Revelation("other", "frames", "readable text in the sound", shown(frame[start:end]))


def of_free(kind: str, data: bytes) -> Revelations:
    """Free bytes need not begin at a byte: their text is looked for at every bit."""
    words = []
    if kind == "free bytes":
        value, size = int.from_bytes(data, "big"), len(data) + 1
        for shift in range(8):
            moved = (value << shift).to_bytes(size, "big")
            words += [moved[start:end] for start, end in runs(moved, _TEXT, 6) if len(set(moved[start:end])) > 3]
    for word in words:
        group = "software" if word.strip().startswith(_ENCODERS) else "other"
        yield Revelation(group, "frames", "readable text beside the sound", shown(word))
    yield Revelation("other", "frames", kind, f"{data[:40].hex()}")
