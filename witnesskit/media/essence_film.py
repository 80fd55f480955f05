"""The essence of a film, by the inspector's own readers: a second computation beside the writer's.

Definitions are in docs/spec/essence.md: slices of H.264 and HEVC behind start codes, packets of everything else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from witnesskit.errors.media import BadMedia, UnsupportedMedia
from witnesskit.media.film_entries import EntryFacts, read_entries
from witnesskit.media.film_fragments import read_fragments
from witnesskit.media.film_samples import free_spans, names_encoder
from witnesskit.media.film_tables import Chunk, TablesDiffer, chunks_of
from witnesskit.media.mpeg4_pictures import clean_mpeg4
from witnesskit.media.walk_isobmff import FilmWalk, walk_film
from witnesskit.media_limits import FILM_SAMPLE_MAX, FILM_SAMPLES_MAX, FILM_TRACKS_MAX, FILM_WINDOW
from witnesskit.media_model import EssenceHash
from witnesskit.model import SeekableReader

_HEAD = 1024  # bytes of a sound packet in which free data is looked for


def essence_film(reader: SeekableReader) -> tuple[EssenceHash, ...]:
    """One hash for each track of pictures or sound; raises ``BadMedia`` or ``UnsupportedMedia``."""
    walk = walk_film(reader)
    fragments = read_fragments(reader, walk)
    others = [
        track
        for track in range(1, min(walk.tracks, FILM_TRACKS_MAX) + 1)
        if _handler(walk, track) not in ("", "vide", "soun")
    ]
    broken = [doubt for doubt in walk.doubts[:1000] if not any(f"moov/trak[{track}]/" in doubt for track in others)]
    doubts = [*broken, *fragments.doubts, *(["cut"] if walk.cut and not fragments.count else [])]
    if doubts:
        raise BadMedia("; ".join(doubts))
    quicktime = not any(node.kind == "ftyp" and node.body[:4] != b"qt  " for node in walk.nodes)
    found: list[EssenceHash] = []
    seen = {"vide": 0, "soun": 0}
    for track in range(1, min(walk.tracks, FILM_TRACKS_MAX) + 1):
        handler = _handler(walk, track)
        if handler in seen and not walk.chapter_pictures(track):
            name = f"{'video' if handler == 'vide' else 'audio'}:{seen[handler]}"
            seen[handler] += 1
            more = fragments.chunks.get(walk.number(track), [])
            found.append(_track(reader, walk, (track, handler, name, quicktime), more))
    if not found:
        raise BadMedia("no pictures and no sound")
    return tuple(found)


def _handler(walk: FilmWalk, track: int) -> str:
    names = [node.body[8:12].decode("latin-1") for node in walk.of("hdlr", track) if node.path.endswith("mdia/hdlr")]
    return names[0] if len(names) == 1 else ""


def _track(
    reader: SeekableReader, walk: FilmWalk, which: tuple[int, str, str, bool], more: list[Chunk]
) -> EssenceHash:
    track, handler, name, quicktime = which
    described = walk.of("stsd", track)
    if len(described) != 1:
        raise BadMedia("a track without one list of descriptions")
    entry = read_entries(described[0], handler, quicktime)
    if entry.doubts:
        raise UnsupportedMedia("; ".join(entry.doubts))
    try:
        chunks = [*chunks_of(walk, track, entry.frame_size), *more]
    except TablesDiffer as reason:
        raise BadMedia(str(reason)) from None
    if sum(chunk.end - chunk.offset for chunk in chunks) > reader.size:
        raise BadMedia("more samples than bytes")
    hasher, pictures = hashlib.sha256(), entry.coding in ("h264", "hevc")
    for chunk in chunks:
        if pictures or entry.coding in ("mp4a", "mpeg4"):
            for sample in _samples(reader, chunk):
                _feed(hasher, entry, sample)
        else:
            for block in _blocks(reader, chunk):
                hasher.update(block)
    return EssenceHash(name, f"{entry.coding}-vcl" if pictures else "raw-packets", hasher.hexdigest())


def _blocks(reader: SeekableReader, chunk: Chunk) -> Iterator[bytes]:
    if chunk.end > reader.size:
        raise BadMedia("samples outside the file")
    for place in range(chunk.offset, chunk.end, FILM_WINDOW):
        yield reader.read_at(place, min(FILM_WINDOW, chunk.end - place))


def _samples(reader: SeekableReader, chunk: Chunk) -> Iterator[bytes]:
    if chunk.end > reader.size or chunk.count > FILM_SAMPLES_MAX:
        raise BadMedia("samples outside the file")
    place, held, start = chunk.offset, b"", chunk.offset
    for size in chunk.sizes or (chunk.fixed for _ in range(chunk.count)):
        if size > FILM_SAMPLE_MAX:
            raise BadMedia("a sample is too large")
        if place + size > start + len(held):
            start, held = place, reader.read_at(place, min(max(size, FILM_WINDOW), chunk.end - place))
        yield held[place - start : place - start + size]
        place += size


def _feed(hasher: hashlib._Hash, entry: EntryFacts, sample: bytes) -> None:
    if entry.coding == "mp4a":
        hasher.update(_without_text(sample) if sample and sample[0] >> 7 else sample)
        return
    if entry.coding == "mpeg4":
        hasher.update(clean_mpeg4(sample).fresh)
        return
    view, place, prefix = memoryview(sample), 0, b"\0\0\0\1"
    while place + entry.length <= len(sample):
        start = place + entry.length
        end = start + int.from_bytes(sample[place:start], "big")
        if end > len(sample):
            raise BadMedia("a unit leaves its sample")
        if end > start and _is_picture(entry.coding, sample[start]):
            hasher.update(prefix)
            hasher.update(view[start : _trimmed(sample, start, end)])
            prefix = b"\0\0\1"
        place = end


def _is_picture(coding: str, first: int) -> bool:
    return 1 <= first & 31 <= 5 if coding == "h264" else (first >> 1 & 63) < 32


def _trimmed(sample: bytes, start: int, end: int) -> int:
    """Behind the last byte that is neither a zero nor part of a trailing zero word."""
    while end > start:
        if sample[end - 1] == 0:
            end -= 1
        elif end - start >= 3 and sample[end - 3 : end] == b"\0\0\3":
            end -= 3
        else:
            break
    return end


def _without_text(packet: bytes) -> bytes:
    head = packet[:_HEAD]
    value, size = int.from_bytes(head, "big"), 8 * len(head)
    for start, end in free_spans(head):
        if not names_encoder(head[(start + 11) // 8 : end // 8]):
            value &= ~(((1 << (end - start)) - 1) << (size - end))
    return value.to_bytes(len(head), "big") + packet[_HEAD:]


def feed(hasher: hashlib._Hash, entry: EntryFacts, sample: bytes) -> None:
    """Feed one sample of H.264, HEVC or AAC as its definition says; raises ``BadMedia``."""
    _feed(hasher, entry, sample)
