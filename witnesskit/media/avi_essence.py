"""Pictures and sound of an AVI file, each chunk beside what it is in a clean file; essence and presentation of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Final

from witnesskit.digest import sha256_hex
from witnesskit.errors.media import BadMedia
from witnesskit.formats.strict_json import canonical
from witnesskit.limits import MIB
from witnesskit.media.annexb_units import units_of
from witnesskit.media.avi_walk import AviWalk, walk_avi
from witnesskit.media.mjpeg_frames import clean_mjpeg
from witnesskit.media.mp3_chunks import ChunkSound
from witnesskit.media.mpeg4_pictures import clean_mpeg4
from witnesskit.media_model import EssenceHash
from witnesskit.model import SeekableReader

_AHEAD: Final = 1 * MIB
_CLEAN: Final[dict[str, Callable[[bytes], bytes]]] = {
    "mjpeg": clean_mjpeg,
    "mpeg4": lambda chunk: clean_mpeg4(chunk).fresh,
}


def chunks_of(reader: SeekableReader, walk: AviWalk, wanted: int) -> Iterator[bytes]:
    """Every chunk of one kept stream, in order."""
    start, block = 0, b""
    for number, first, size in zip(walk.which, walk.first, walk.size, strict=True):
        if number != wanted:
            continue
        if first < start or first + size > start + len(block):
            start, block = first, reader.read_at(first, max(size, _AHEAD))
        data = block[first - start : first - start + size]
        if len(data) != size:
            raise BadMedia("a chunk is cut")
        yield data


def essence_avi(reader: SeekableReader) -> tuple[EssenceHash, ...]:
    """One hash for each stream of pictures or sound; raises the leaves of errors/media.py."""
    walk, found, counts = walk_avi(reader), [], {True: 0, False: 0}
    for number, stream in enumerate(walk.streams):
        hasher = hashlib.sha256()
        for piece in _clean(reader, walk, number):
            hasher.update(piece)
        name = f"{'video' if stream.pictures else 'audio'}:{counts[stream.pictures]}"
        counts[stream.pictures] += 1
        definition = "h264-vcl" if stream.coding == "h264" else "raw-packets"
        found.append(EssenceHash(name, definition, hasher.hexdigest()))
    return tuple(found)


def _clean(reader: SeekableReader, walk: AviWalk, number: int) -> Iterator[bytes]:
    coding = walk.streams[number].coding
    chunks = chunks_of(reader, walk, number)
    if coding == "mp3":
        yield from ChunkSound().read(chunks)
    elif coding == "h264":
        for chunk in chunks:
            yield from _slices(chunk, walk.streams[number].listed)
    else:
        shown = walk.streams[number].shown_bytes()
        for chunk in chunks:
            yield _CLEAN[coding](chunk) if coding in _CLEAN else shown_part(chunk, shown)


def shown_part(chunk: bytes, shown: int) -> bytes:
    """A picture without compression, with zeros behind the bytes that are shown."""
    return chunk[:shown] + bytes(len(chunk) - shown) if 0 < shown < len(chunk) else chunk


def _slices(chunk: bytes, listed: bool) -> Iterator[bytes]:
    """Coded slices behind start codes (docs/spec/essence.md)."""
    start = b"\0\0\0\1"
    for unit in units_of(chunk, listed):
        if 1 <= unit[0] & 31 <= 5:
            end = len(unit)
            while unit.endswith(b"\0\0\3", 0, end):
                end = len(unit[: end - 3].rstrip(b"\0"))
            yield start + unit[:end]
            start = b"\0\0\1"


def presentation_avi(reader: SeekableReader) -> str:
    """SHA-256 of the presentation in canonical JSON; raises the leaves of errors/media.py."""
    walk = walk_avi(reader)
    counts = [[0, 0] for _ in walk.streams]
    for number, size in zip(walk.which, walk.size, strict=True):
        counts[number][0] += 1
        counts[number][1] += size == 0
    streams = [
        {
            "kind": "vids" if stream.pictures else "auds",
            "coding": stream.coding,
            "rate": stream.rate,
            "scale": stream.scale,
            "start": stream.start,
            "sample": stream.sample,
            "format": stream.form.hex(),
            "aspect": list(stream.aspect),
            "chunks": count,
            "empty": empty,
        }
        for stream, (count, empty) in zip(walk.streams, counts, strict=True)
    ]
    document = {
        "definition": "witnesskit.avi/1",
        "period": walk.period,
        "size": [walk.width, walk.height],
        "by_index": walk.by_index,
        "streams": streams,
    }
    return sha256_hex(canonical(document))
