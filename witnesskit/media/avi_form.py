"""The bytes around the film that a clean AVI file has, made from what the walk says; compared with those it has."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from witnesskit.media.avi_walk import AviWalk
from witnesskit.model import SeekableReader

_STEP = 4096  # entries of the index compared at once


def clean_head(walk: AviWalk) -> bytes:
    """Everything in front of the first chunk of the film."""
    count = len(walk.size)
    film = 4 + 8 * count + sum(size + (size & 1) for size in walk.size)
    headers = _list(b"hdrl", _headers(walk))
    size = 4 + len(headers) + 8 + film + 8 + 16 * count
    return (
        struct.pack("<4sI4s", b"RIFF", size % 2**32, b"AVI ")
        + headers
        + struct.pack("<4sI4s", b"LIST", film % 2**32, b"movi")
    )


def _list(kind: bytes, inner: bytes) -> bytes:
    return _chunk(b"LIST", kind + inner)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + bytes(len(body) & 1)


def _headers(walk: AviWalk) -> bytes:
    tallies = [[0, 0, 0] for _ in walk.streams]
    for number, size in zip(walk.which, walk.size, strict=True):
        tally = tallies[number]
        tallies[number] = [tally[0] + 1, tally[1] + size, max(tally[2], size)]
    lengths = [
        min(total // stream.sample if stream.sample else count, 0xFFFFFFFF)
        for stream, (count, total, _) in zip(walk.streams, tallies, strict=True)
    ]
    leading = [number for number, stream in enumerate(walk.streams) if stream.pictures] or [0]
    flags = 0x10 + 0x100 + 0x20 * walk.by_index
    largest = max(tally[2] for tally in tallies)
    numbers = (walk.period, 0, 0, flags, lengths[leading[0]], 0, len(walk.streams), largest, walk.width, walk.height)
    out = _chunk(b"avih", struct.pack("<10I", *numbers) + bytes(16))
    for number, stream in enumerate(walk.streams):
        parts = stream.parts(lengths[number], tallies[number][2])
        out += _list(b"strl", b"".join(_chunk(kind, body) for kind, body in parts))
    return out


def name_of(walk: AviWalk, number: int) -> bytes:
    """The name of a stream's chunks in a clean file."""
    stream = walk.streams[number]
    kind = ("db" if stream.coding == "rgb" else "dc") if stream.pictures else "wb"
    return f"{number:02d}{kind}".encode()


def differences(reader: SeekableReader, walk: AviWalk) -> Iterator[str]:
    """Where the file has other bytes around its pictures and sound than a clean one; nothing if it has none."""
    head = clean_head(walk)
    if reader.read_at(0, len(head)) != head:
        yield "headers"
    place = len(head)
    names = [name_of(walk, number) for number in range(len(walk.streams))]
    for number, first, size in zip(walk.which, walk.first, walk.size, strict=True):
        if first != place + 8 or reader.read_at(place, 4) != names[number]:
            yield "order or names of chunks"
            return
        if size & 1 and reader.read_at(first + size, 1) != b"\0":
            yield "pad byte"
        place = first + size + (size & 1)
    if reader.size != place + 8 + 16 * len(walk.size):
        yield "bytes behind the film"
    elif not _same_index(reader, walk, place, names):
        yield "index"


def _same_index(reader: SeekableReader, walk: AviWalk, place: int, names: list[bytes]) -> bool:
    if reader.read_at(place, 8) != b"idx1" + struct.pack("<I", 16 * len(walk.size)):
        return False
    base = walk.first[0] - 12  # the list's kind
    for start in range(0, len(walk.size), _STEP):
        stop = min(start + _STEP, len(walk.size))
        entries = struct.iter_unpack("<4sIII", reader.read_at(place + 8 + 16 * start, 16 * (stop - start)))
        for at, (name, flags, offset, size) in enumerate(entries, start):
            number = walk.which[at]
            if (name, offset, size) != (names[number], walk.first[at] - 8 - base, walk.size[at]):
                return False
            if flags != 0x10 and (flags or not walk.streams[number].pictures):
                return False
    return True
