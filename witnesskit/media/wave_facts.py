"""A WAVE file as the inspector understands it: its format field by field, its sound, and what does not fit."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Final

from witnesskit.errors.media import BadMedia, UnsupportedMedia
from witnesskit.media.walk_riff import RiffChunk, read_chunk, read_chunks
from witnesskit.model import SeekableReader

_CODINGS: Final = {
    0x0001: "pcm",
    0x0002: "adpcm-ms",
    0x0003: "pcm-float",
    0x0006: "a-law",
    0x0007: "mu-law",
    0x0011: "adpcm-ima",
    0x0031: "gsm",
}
_PLAIN: Final = ("pcm", "pcm-float", "a-law", "mu-law")
_GUIDS: Final = ("0000000010008000" + "00aa00389b71", "00002107d3118644" + "c8c1ca000000")
_MS_TABLES: Final = bytes.fromhex("0700000100000002 00ff00000000c0004000f0000000cc0130ff880118ff".replace(" ", ""))


@dataclass
class Described:
    """The format as words; ``strange`` says where its bytes are not the canonical ones."""

    coding: str = ""
    channels: int = 0
    rate: int = 0
    bits: int = 0
    block: int = 0
    per_block: int = 1
    extensible: bool = False
    valid: int = 0
    speakers: int = 0
    ambisonic: bool = False
    strange: list[str] = field(default_factory=list)


def describe(body: bytes) -> Described:
    """Read a ``fmt`` body; raises ``BadMedia`` or ``UnsupportedMedia`` for what a decoder could not follow."""
    if len(body) < 14:
        raise BadMedia("the sound format is cut")
    tag, channels, rate, speed, block, bits = struct.unpack("<HHIIHH", body[:16].ljust(16, b"\x08")[:16])
    bits = 8 if len(body) < 16 else bits
    one = Described("", channels, rate, bits, block)
    if tag == 0xFFFE:
        tag = _widened(one, body)
    one.coding = _CODINGS.get(tag, "")
    if not one.coding or (one.extensible and one.coding not in _PLAIN):
        raise UnsupportedMedia(f"sound format {tag:#06x}")
    if not 0 < channels < 256 or rate == 0:
        raise BadMedia("the sound has no channels or no rate")
    _blocks(one, body)
    _canonical(one, body, speed)
    return one


def _widened(one: Described, body: bytes) -> int:
    if len(body) < 40:
        raise BadMedia("the extensible format is cut")
    one.extensible = True
    size, one.valid, mask = struct.unpack_from("<HHI", body, 16)
    one.speakers = mask & 0x0003FFFF
    guid = body[26:40].hex()
    if guid not in _GUIDS:
        raise UnsupportedMedia("sound format named by an unknown number")
    one.ambisonic = guid == _GUIDS[1]
    if len(body) > 40 or size != 22 or mask != one.speakers:
        one.strange.append("bytes or bits that no decoder needs")
    if one.valid > one.bits:
        raise BadMedia("more bits than there are")
    return int.from_bytes(body[24:26], "little")


def _blocks(one: Described, body: bytes) -> None:
    """Bytes of one block and samples in it."""
    told, channels = one.block, one.channels
    if one.coding in _PLAIN:
        allowed = {"pcm": range(1, 65), "pcm-float": (32, 64)}.get(one.coding, (8,))
        if one.bits not in allowed:
            raise BadMedia("bits of a sample")
        one.block = channels * ((one.bits + 7) // 8)
    elif one.coding == "gsm":
        if channels != 1 or told != 65:
            raise BadMedia("blocks of GSM")
        one.bits, one.per_block = 0, 320
    else:
        head = 7 if one.coding == "adpcm-ms" else 4
        usable = told > 7 * channels and channels < 3 if head == 7 else told >= 8 * channels
        if one.bits != 4 or told >= 0x8000 or not usable or (head == 4 and told % (4 * channels)):
            raise BadMedia("blocks of ADPCM")
        one.per_block = 2 * (told - head * channels) // channels + (2 if head == 7 else 1)
        if head == 7 and body[20:50] != _MS_TABLES:
            raise UnsupportedMedia("ADPCM with other tables")
    if told != one.block:
        one.strange.append("a block length that its own fields contradict")


def _canonical(one: Described, body: bytes, speed: int) -> None:
    extra = {"adpcm-ms": 34, "adpcm-ima": 4, "gsm": 4, "pcm": 0}.get(one.coding, 2)
    if not one.extensible:
        counted = len(body) == 16 + extra and (extra == 0 or body[16:18] == struct.pack("<H", extra - 2))
        if not counted or (extra > 2 and body[18:20] != struct.pack("<H", one.per_block)):
            one.strange.append("bytes behind the fields of the format")
    if speed != min(one.rate * one.block // one.per_block, 0xFFFFFFFF):
        one.strange.append("a speed that its own fields contradict")
    if one.coding == "gsm" and int.from_bytes(body[14:16], "little"):
        one.strange.append("bits where there are none")


@dataclass
class WaveFacts:
    """The format, the sound ``[first, last)`` that can be decoded, its end as told, samples, the chunks in order."""

    described: Described
    first: int
    last: int
    end: int
    samples: int
    open_end: bool
    chunks: list[RiffChunk]
    fact: int


def wave_facts(reader: SeekableReader) -> WaveFacts:
    """Read a WAVE file; raises ``BadMedia`` or ``UnsupportedMedia`` where there is no one reading of it."""
    head = reader.read_at(0, 12)
    long = head[:4] in (b"RF64", b"BW64")
    if (head[:4] != b"RIFF" and not long) or head[8:] != b"WAVE":
        raise BadMedia("no WAVE file")
    chunks, counted = _chunks(reader, long)
    forms = [chunk for chunk in chunks if chunk.kind == "fmt "]
    sounds = [chunk for chunk in chunks if chunk.kind == "data"]
    if not counted or len(forms) != 1 or len(sounds) != 1 or forms[0].offset > sounds[0].offset:
        raise BadMedia("not one format before one sound")
    one, sound = describe(reader.read_at(forms[0].first, min(forms[0].last - forms[0].first, 4096))), sounds[0]
    size = _decodable(one, sound.last - sound.first)
    if not size:
        raise BadMedia("no sound")
    told = _fact(reader, chunks, long)
    most = _samples(one, size)
    samples = told if one.coding not in _PLAIN and most - one.per_block < told <= most else most
    # a length as it was written differs from the one in force only where the recorder did not know it
    written = int.from_bytes(reader.read_at(sound.offset + 4, 4), "little")
    open_end = sound.told == -1 or (written != sound.last - sound.first and not (long and written == 0xFFFFFFFF))
    return WaveFacts(one, sound.first, sound.first + size, sound.last, samples, open_end, chunks, told)


def _chunks(reader: SeekableReader, long: bool) -> tuple[list[RiffChunk], bool]:
    """Chunks of the file; a sound of untold length goes to the end."""
    found: list[RiffChunk] = []
    place, sizes = 12, {}
    while place < reader.size:
        chunk = read_chunk(reader, place, reader.size)
        if chunk.kind == "ds64" and long:
            body = chunk.text(reader)
            sizes["data"] = int.from_bytes(body[8:16], "little") if len(body) >= 24 else 0
        if chunk.kind == "data":
            told = sizes.get("data", 0) if chunk.told == 0xFFFFFFFF else chunk.told
            if told == 0 or told == 0xFFFFFFFF or chunk.first + told > reader.size:
                return [*found, RiffChunk("data", place, chunk.first, reader.size, -1)], True
            chunk = read_chunk(reader, place, reader.size, told)
            rest, counted = read_chunks(reader, chunk.next, reader.size)
            return [*found, chunk, *rest], counted
        found.append(chunk)
        place = chunk.next
        if len(found) > 10_000:
            return found, False
    return found, True


def _fact(reader: SeekableReader, chunks: list[RiffChunk], long: bool) -> int:
    told = -1
    for chunk in chunks:
        body = reader.read_at(chunk.first, min(24, chunk.last - chunk.first))
        if chunk.kind == "fact" and len(body) >= 4:
            told = int.from_bytes(body[:4], "little")
        elif chunk.kind == "ds64" and long and len(body) >= 24:
            told = int.from_bytes(body[16:24], "little")
    return told


def _decodable(one: Described, size: int) -> int:
    over = size % one.block
    if one.coding == "adpcm-ms" and over >= 7 * one.channels:
        return size
    if one.coding == "adpcm-ima" and over >= 8 * one.channels:
        return size - over % (4 * one.channels)
    return size - over


def _samples(one: Described, size: int) -> int:
    blocks, over = divmod(size, one.block)
    count = blocks * one.per_block
    if over and one.coding == "adpcm-ms":
        count += 2 * (over - 7 * one.channels) // one.channels + 2
    elif over:
        count += 2 * (over - 4 * one.channels) // one.channels + 1
    return count
