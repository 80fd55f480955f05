"""WAVE files as the writer of copies reads them: one format, one sound, and where the sound truly ends.

RIFF, and RF64 and BW64 (EBU Tech 3306, ITU-R BS.2088) whose lengths stand in a ``ds64`` chunk. A recorder cut short
leaves a length of 0, of 0xFFFFFFFF or past the end of the file: the sound then goes to the end, as players take it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Final

from witnesskit.digest import sha256_hex
from witnesskit.errors.media import BadMedia, UnsupportedMedia
from witnesskit.formats.riff import HEAD, UNTOLD, Chunk, behind, chunks, is_name, removal
from witnesskit.formats.strict_json import canonical
from witnesskit.formats.wave_format import GSM, IMA_ADPCM, MS_ADPCM, NAMES, WaveFormat, parse_format
from witnesskit.limits import MIB
from witnesskit.media_model import Removal
from witnesskit.model import SeekableReader

_LONG: Final = frozenset({b"RF64", b"BW64"})
_FORMAT_MAX: Final = 4096  # bytes of a format chunk that are read; the largest known has 50
_TAGS: Final = (
    *(b"LIST", b"bext", b"iXML", b"_PMX", b"axml", b"aXML", b"id3 ", b"ID3 ", b"cart", b"cue ", b"smpl", b"JUNK"),
    *(b"FLLR", b"PAD ", b"inst", b"chna", b"levl", b"umid", b"acid", b"strc", b"afsp", b"DISP", b"data", b"fmt "),
)
_CODED: Final = frozenset({MS_ADPCM, IMA_ADPCM, GSM})
_TAGS_WITHIN: Final = 64 * MIB  # bytes at the end of a sound that are searched for tags
_BLOCK: Final = 4 * MIB


@dataclass(frozen=True)
class Wave:
    """The format, the sound ``[start, end)`` in whole blocks, its samples, and what else the file holds."""

    format: WaveFormat
    start: int
    end: int
    samples: int
    removed: tuple[Removal, ...]
    cut: bool  # the recorder did not tell the length


@dataclass
class _Seen:
    long: bool
    format: WaveFormat | None = None
    data: Chunk | None = None
    fact: int = -1
    long_size: int = -1
    cut: bool = False
    removed: list[Removal] = field(default_factory=list)


def read_wave(reader: SeekableReader) -> Wave:
    """Take the file apart; raises ``BadMedia``, ``MediaTooLarge``, ``UnsupportedMedia`` or ``UnknownCoding``."""
    head = reader.read_at(0, 12)
    if head[:4] not in {b"RIFF"} | _LONG or head[8:12] != b"WAVE":
        raise BadMedia("no WAVE head")
    seen = _Seen(head[:4] in _LONG)
    place = _run(reader, seen, 12)
    if seen.data is not None:
        place = _run(reader, seen, place)
    if place < reader.size:
        seen.removed.append(removal(reader, "after the last chunk", place, reader.size))
    return _whole(reader, seen)


def _run(reader: SeekableReader, seen: _Seen, place: int) -> int:
    """Read chunks up to the first sound, or as long as heads follow; the offset behind the last one."""
    for chunk in chunks(reader, place, reader.size):
        if chunk.name == b"data":
            return _data(reader, seen, chunk)
        _take(reader, seen, chunk)
        place = behind(reader, chunk, reader.size)
    return place


def _take(reader: SeekableReader, seen: _Seen, chunk: Chunk) -> None:
    """One chunk that is not the sound."""
    body = reader.read_at(chunk.body, min(chunk.size, _FORMAT_MAX))
    if chunk.name == b"fmt ":
        if seen.format is not None or seen.data is not None:
            raise BadMedia("a second sound format, or one behind the sound")
        seen.format = parse_format(body)
        gone = body if body != seen.format.body() else b""
    elif chunk.name == b"fact" and chunk.size >= 4:
        seen.fact, gone = int.from_bytes(body[:4], "little"), body[4:]
    elif chunk.name == b"ds64" and seen.long and chunk.size >= 24:
        seen.long_size, gone = int.from_bytes(body[8:16], "little"), body[24:]
        seen.fact = int.from_bytes(body[16:24], "little")
    else:
        gone = b"all"
    if gone:
        name = chunk.name.decode("ascii").strip()
        kind = body[:4].decode("ascii", "replace") if chunk.name == b"LIST" else ""
        seen.removed.append(removal(reader, f"{name} {kind}".strip(), chunk.start, chunk.end))


def _data(reader: SeekableReader, seen: _Seen, chunk: Chunk) -> int:
    """Take the sound with its true end; the offset behind it."""
    if seen.data is not None:
        raise UnsupportedMedia("more than one sound chunk")
    size = seen.long_size if seen.long and chunk.told == UNTOLD and seen.long_size > 0 else chunk.told
    end = chunk.body + size
    if size in (0, UNTOLD) or end > reader.size:
        seen.cut, end = True, reader.size
    _refuse_chunks_inside(reader, chunk.body, end)
    seen.data = Chunk(b"data", chunk.start, end - chunk.body, end)
    place = min(behind(reader, seen.data, reader.size), reader.size)
    if reader.read_at(end, place - end) not in (b"", b"\0"):
        seen.removed.append(removal(reader, "pad byte", end, place))
    return place


def _refuse_chunks_inside(reader: SeekableReader, start: int, end: int) -> None:
    """Where a recorder wrote a wrong length, tags behind the sound would pass as sound: then there is no copy."""
    if reader.read_at(max(start, end - 128), 3) == b"TAG":
        raise BadMedia("a tag inside the sound")
    for place in range(max(start, end - _TAGS_WITHIN), end, _BLOCK):
        block = reader.read_at(place, min(_BLOCK + HEAD, end - place))
        for name in _TAGS:
            at = block.find(name)
            while at >= 0:
                if _is_tag(reader, place + at, end):
                    raise BadMedia("chunks inside the sound")
                at = block.find(name, at + 1)


def _is_tag(reader: SeekableReader, place: int, end: int) -> bool:
    """Whether a chunk begins at ``place`` and not four bytes of sound that happen to read so."""
    head = reader.read_at(place, min(24, end - place))
    told = int.from_bytes(head[4:8], "little")
    if head[:4] == b"LIST":
        return head[8:12] in (b"INFO", b"adtl", b"exif")
    last = place + HEAD + told
    if last <= end + 1 and (last >= end - 1 or is_name(reader.read_at(last + told % 2, 4))):
        return True
    return len(head) == 24 and all(0x20 <= byte < 0x7F or byte in b"\r\n\t" for byte in head[8:])


def _whole(reader: SeekableReader, seen: _Seen) -> Wave:
    if seen.format is None or seen.data is None:
        raise BadMedia("no sound format" if seen.format is None else "no sound")
    start, end = seen.data.body, seen.data.end
    size = seen.format.whole(end - start)
    if not size:
        raise BadMedia("no sound")
    if start + size < end:
        seen.removed.append(removal(reader, "data (cut block)", start + size, end))
    most = seen.format.samples(size)
    told = most - seen.format.per_block < seen.fact <= most and seen.format.tag in _CODED
    samples = seen.fact if told else most
    return Wave(seen.format, start, start + size, samples, tuple(seen.removed), seen.cut)


def head_of(wave: Wave) -> bytes:
    """Everything in front of the sound; RF64 where the lengths need more than 32 bits."""
    size = wave.end - wave.start
    body = wave.format.body()
    front = b"WAVE"
    told = b"fmt " + struct.pack("<I", len(body)) + body
    if wave.format.tag != 1:
        told += b"fact" + struct.pack("<II", 4, min(wave.samples, UNTOLD))
    total = len(front) + len(told) + HEAD + size + size % 2
    if total < UNTOLD:
        return b"RIFF" + struct.pack("<I", total) + front + told + b"data" + struct.pack("<I", size)
    total += 36
    long = b"ds64" + struct.pack("<IQQQI", 28, total, size, wave.samples, 0)
    return b"RF64" + struct.pack("<I", UNTOLD) + front + long + told + b"data" + struct.pack("<I", UNTOLD)


def wave_presentation(wave: Wave) -> str:
    """SHA-256 of what decides how the sound is played (docs/spec/essence-riff.md)."""
    form = wave.format
    document = {
        "definition": "witnesskit.wave/1",
        "coding": NAMES[form.tag],
        "channels": form.channels,
        "rate": form.rate,
        "block": form.block,
        "bits": form.bits,
        "valid": form.valid,
        "speakers": form.mask,
        "ambisonic": form.tail[4:5] == b"\xd3",
        "extensible": form.extensible,
        "samples": wave.samples,
    }
    return sha256_hex(canonical(document))
