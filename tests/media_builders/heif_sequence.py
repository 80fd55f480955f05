"""Small image sequences made in code: AVIF animations and HEVC bursts, alone or beside a picture, with words planted."""

import struct
from dataclasses import dataclass, field

from tests.media_builders.heif import (
    ALPHA,
    AV1,
    AV1_GREY,
    AV1C,
    AV1C_GREY,
    HEVC,
    HEVC_GREY,
    HVCC,
    HVCC_GREY,
    heif,
    plain,
)
from tests.media_builders.heif_hiding import obu, unit
from tests.media_builders.jpeg_hiding import PLACES, icc, token
from tests.media_builders.mp4 import box, full, u32

UNITY = u32(1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)


@dataclass
class Track:
    """One track: handler, sample description, samples, and what may be planted around them."""

    samples: list
    handler: bytes = b"pict"
    entry: bytes = b"av01"
    config: bytes = b""
    inner: bytes = b""  # boxes behind the configuration
    name: bytes = b"\0"
    compressor: bytes = bytes(32)
    vendor: bytes = bytes(4)
    times: int = 0
    references: bytes = b""
    extra: bytes = b""  # boxes at the end of trak
    table: bytes = b""  # boxes at the end of stbl
    flags: int = 3
    edits: list = field(default_factory=list)  # (duration, start)
    repeats: int = 0


def describe(track):
    if track.entry not in (b"av01", b"hvc1"):
        return box(track.entry, bytes(6), b"\0\1", track.config)
    head = bytes(6) + b"\0\1" + bytes(4) + track.vendor + bytes(8) + struct.pack(">HH", 64, 64)
    head += u32(0x480000, 0x480000, 0) + b"\0\1" + track.compressor + b"\0\x18\xff\xff"
    return box(track.entry, head, box(b"av1C" if track.entry == b"av01" else b"hvcC", track.config), track.inner)


def trak(track, number, place):
    count = len(track.samples)
    tables = box(
        b"stbl",
        full(b"stsd", u32(1), describe(track)),
        full(b"stts", u32(1, count, 100)),
        full(b"stsc", u32(1, 1, count, 1)),
        full(b"stsz", u32(0, count, *map(len, track.samples))),
        full(b"stco", u32(1, place)),
        track.table,
    )
    here = box(b"dinf", full(b"dref", u32(1), full(b"url ", flags=1)))
    handler = full(b"hdlr", bytes(4), track.handler, bytes(12), track.name)
    header = full(b"mdhd", u32(track.times, track.times, 1000, 100 * count), b"\x55\xc4\0\0")
    media = box(b"mdia", header, handler, box(b"minf", full(b"vmhd", bytes(8), flags=1), here, tables))
    shape = u32(track.times, track.times, number, 0, 100 * count, 0, 0) + bytes(8) + UNITY + u32(64 << 16, 64 << 16)
    entries = b"".join(u32(duration) + struct.pack(">i", start) + u32(1 << 16) for duration, start in track.edits)
    edits = box(b"edts", full(b"elst", u32(len(track.edits)), entries, flags=track.repeats)) if track.edits else b""
    return box(b"trak", full(b"tkhd", shape, flags=track.flags), track.references, edits, media, track.extra)


def sequence(tracks, file=None, major=b"avis", brands=b"", gap=b"", more=b"", times=0):
    """A file of tracks; ``file`` puts items beside them."""
    still = heif(file) if file else b""
    brands = brands or (b"avifmif1miafmsf1avisiso8" if file else b"miafmsf1avisiso8")
    ftyp = box(b"ftyp", major, bytes(4), brands)
    rest = still[int.from_bytes(still[:4], "big") :] if still else b""

    def index(start):
        boxes, place = b"", start
        for number, track in enumerate(tracks, 1):
            boxes += trak(track, number, place)
            place += sum(map(len, track.samples))
        mvhd = u32(times, times, 1000, 200, 1 << 16) + b"\1\0" + bytes(10) + UNITY + bytes(24) + u32(len(tracks) + 1)
        return box(b"moov", full(b"mvhd", mvhd), boxes, more)

    media = gap + b"".join(sample for track in tracks for sample in track.samples)
    front = len(ftyp) + len(index(0)) + 8 + len(gap)
    data = ftyp + index(front) + box(b"mdat", media)
    if not still:
        return data
    return _beside(data, ftyp, rest, still)


def _beside(data, ftyp, rest, still):
    """Items behind the tracks: their places move by the length of what is put in front."""
    moved, shift = bytearray(rest), len(data) - len(still) + len(rest)
    iloc = moved.index(b"iloc")
    for at in range(iloc + 18, iloc + 18 + 14 * moved[iloc + 11], 14):
        moved[at : at + 4] = struct.pack(">I", struct.unpack(">I", moved[at : at + 4])[0] + shift)
    return data + bytes(moved)


def animation(coding="av1", alpha=True):
    """Two pictures, and their transparency."""
    entry, config, grey = (b"av01", AV1C, AV1C_GREY) if coding == "av1" else (b"hvc1", HVCC, HVCC_GREY)
    samples, veil = (AV1, AV1_GREY) if coding == "av1" else (HEVC, HEVC_GREY)
    tracks = [Track(list(samples), entry=entry, config=config, edits=[(200, 0)], repeats=1)]
    if alpha:
        inner = full(b"auxi", ALPHA + b"\0")
        reference = box(b"tref", box(b"auxl", u32(1)))
        tracks.append(Track([veil, veil], b"auxv", entry, grey, inner, references=reference))
    return tracks


def kinds():
    """Name and bytes of clean sequences."""
    yield "avif", sequence(animation())
    yield "avif beside a picture", sequence(animation(), plain("av1"))
    yield "picture before an animation", sequence(animation(), plain("av1"), major=b"avif")
    burst = {"major": b"hevc", "brands": b"mif1heicmsf1hevciso8"}
    yield "hevc", sequence(animation("hevc"), **burst)
    yield "hevc beside a picture", sequence(animation("hevc", alpha=False), plain(), **burst)


def hiding(coding="av1"):
    """A sequence with a word in every place; the tokens are those of ``jpeg_hiding.tokens(places)``."""
    PLACES.clear()
    tracks = animation(coding)
    first = tracks[0]
    words = obu(5, b"\4\xb5" + token("T.35") + b"\x80") + obu(15, token("padding"))
    message = unit(39, b"\x05\x30" + bytes(16) + token("user data").ljust(32, b".") + b"\x80")
    first.samples[0] += words if coding == "av1" else b""
    first.samples[1] = first.samples[1] if coding == "av1" else message + first.samples[1]
    first.inner = (
        box(b"colr", b"prof", icc()) + box(b"pasp", u32(1, 1), token("pasp")) + box(b"zzzz", token("in stsd"))
    )
    first.compressor, first.name = bytes([20]) + token("coder").ljust(31, b"\0"), token("handler") + b"\0"
    first.times, first.vendor = 0xE72D1833, b"Vndr"
    first.extra = box(b"udta", box(b"name", token("udta"))) + box(b"meta", bytes(4), token("track meta"))
    first.table = full(b"sgpd", b"abcd", token("group")) + full(b"saio", token("saio"))
    tracks[1].inner = full(b"auxi", ALPHA + b"\0" + token("auxi"))
    tracks.append(Track([token("position data")], b"meta", b"mett", token("mett") + b"\0"))
    thumbnail = animation(coding, alpha=False)[0]
    thumbnail.references = box(b"tref", box(b"thmb", u32(1)))
    further = animation(coding, alpha=False)[0]
    further.name, further.flags = token("further track") + b"\0", 0
    tracks += [thumbnail, further]
    more = box(b"udta", box(b"\xa9xyz", struct.pack(">HH", 24, 0), token("place"))) + box(b"free", token("free"))
    file = plain("av1" if coding == "av1" else "hevc")
    file.items[1].name = token("item name")
    return sequence(tracks, file, gap=token("gap"), more=more, times=0xE72D1833), tuple(PLACES)
