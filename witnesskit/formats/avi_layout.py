"""The one form an AVI copy has: headers, film, index. Sizes are known before the first byte is written."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from witnesskit.digest import sha256_hex
from witnesskit.formats.avi import Avi
from witnesskit.formats.avi_streams import VIDEO
from witnesskit.formats.riff import written
from witnesskit.formats.strict_json import canonical

_ENTRIES_AT_ONCE = 4096


def chunk_name(avi: Avi, number: int) -> bytes:
    """``00dc``, ``00db`` for pictures without coding, ``01wb``."""
    stream = avi.streams[number]
    suffix = b"wb" if stream.kind != VIDEO else (b"db" if stream.coding == "rgb" else b"dc")
    return b"%02d" % number + suffix


def film_size(avi: Avi) -> int:
    """Bytes of the ``movi`` list behind its length."""
    return 4 + sum(8 + size + size % 2 for size in avi.sizes)


def copy_size(avi: Avi) -> int:
    """Bytes of the whole copy."""
    return 12 + len(headers(avi)) + 8 + film_size(avi) + 8 + 16 * len(avi.sizes)


def head(avi: Avi) -> bytes:
    """Everything in front of the first chunk of the film."""
    size = copy_size(avi) - 8
    front = b"RIFF" + size.to_bytes(4, "little") + b"AVI " + headers(avi)
    return front + b"LIST" + film_size(avi).to_bytes(4, "little") + b"movi"


def headers(avi: Avi) -> bytes:
    """The ``hdrl`` list."""
    lengths, largest = _lengths(avi)
    flags = 0x110 | (0x20 if avi.by_index else 0)
    first = next((at for at, stream in enumerate(avi.streams) if stream.kind == VIDEO), 0)
    counts = (flags, lengths[first], 0, len(avi.streams), max(largest))
    body = b"hdrl" + written(b"avih", struct.pack("<III5III16x", avi.period, 0, 0, *counts, *avi.size))
    for number, stream in enumerate(avi.streams):
        inner = b"strl" + written(b"strh", stream.header(lengths[number], largest[number]))
        inner += written(b"strf", stream.form)
        shape = stream.shape()
        inner += written(b"vprp", shape) if shape else b""
        body += written(b"LIST", inner)
    return written(b"LIST", body)


def _lengths(avi: Avi) -> tuple[list[int], list[int]]:
    """For each stream its length in its own units, and its largest chunk."""
    counts, totals, largest = ([0] * len(avi.streams) for _ in range(3))
    for number, size in zip(avi.streams_of, avi.sizes, strict=True):
        counts[number] += 1
        totals[number] += size
        largest[number] = max(largest[number], size)
    lengths = [
        totals[number] // stream.sample if stream.sample else counts[number]
        for number, stream in enumerate(avi.streams)
    ]
    return [min(length, 0xFFFFFFFF) for length in lengths], largest


def index(avi: Avi) -> Iterator[bytes]:
    """The ``idx1`` chunk in parts."""
    yield b"idx1" + (16 * len(avi.sizes)).to_bytes(4, "little")
    names = [chunk_name(avi, number) for number in range(len(avi.streams))]
    place, part = 4, bytearray()
    for at, (number, size) in enumerate(zip(avi.streams_of, avi.sizes, strict=True)):
        alone = avi.streams[number].kind != VIDEO or avi.keys[at]
        part += struct.pack("<4sIII", names[number], 0x10 if alone else 0, place, size)
        place += 8 + size + size % 2
        if len(part) >= 16 * _ENTRIES_AT_ONCE:
            yield bytes(part)
            part.clear()
    yield bytes(part)


def avi_presentation(avi: Avi) -> str:
    """SHA-256 of what decides how the film is shown (docs/spec/essence-riff.md)."""
    empty = [0] * len(avi.streams)
    count = [0] * len(avi.streams)
    for number, size in zip(avi.streams_of, avi.sizes, strict=True):
        count[number] += 1
        empty[number] += not size
    streams = [
        {
            "kind": stream.kind.decode(),
            "coding": stream.coding,
            "rate": stream.rate,
            "scale": stream.scale,
            "start": stream.start,
            "sample": stream.sample,
            "format": stream.form.hex(),
            "aspect": list(stream.aspect),
            "chunks": count[number],
            "empty": empty[number],
        }
        for number, stream in enumerate(avi.streams)
    ]
    document = {"definition": "witnesskit.avi/1", "period": avi.period, "size": list(avi.size)}
    return sha256_hex(canonical({**document, "by_index": avi.by_index, "streams": streams}))
