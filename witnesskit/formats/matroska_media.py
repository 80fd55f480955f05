"""The blocks of a film's kept tracks, in the order of the file, with the time each is shown at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from witnesskit.errors.media import BadMedia, MediaCut, MediaTooLarge, UnsupportedMedia
from witnesskit.formats import matroska_ids as ids
from witnesskit.formats.ebml import Source, children, one
from witnesskit.formats.ebml import number as number_in
from witnesskit.formats.matroska import Film, Place, drop, drop_rest, walk
from witnesskit.formats.matroska_blocks import INVISIBLE, Additions, Block, BlockHead, read_block
from witnesskit.media_limits import MATROSKA_ADDITION_MAX, MATROSKA_DELAY_SECONDS

_HEAD: Final = 2048  # bytes of a block in which its head lies, but for odd ones
_TIME_MAX: Final = 1 << 62  # nanoseconds
_DURATION_MAX: Final = 1 << 40  # ticks
_HDR10_PLUS: Final = b"\xb5\x00\x3c\x00\x01\x04"
_HDR10_PLUS_MAX: Final = 256  # bytes
_T35: Final = 4
_BESIDE: Final = "data beside the pictures of a kind that is not known were dropped"


def blocks(source: Source, film: Film) -> Iterator[Block]:
    """Every block of a kept track; what is left out is added to ``film.gone`` if there is one.

    Raises ``BadMedia``, ``MediaCut``, ``MediaTooLarge`` or ``UnsupportedMedia``.
    """
    numbers = {track.number: index for index, track in enumerate(film.tracks.kept)}
    cluster: int | None = None
    for element in walk(source, film):
        name, start, body, end = element
        if name == ids.SIMPLE_BLOCK:
            head = _head(source, body, end)
            track = numbers.get(head.track, -1)
            if track < 0:
                _drop_block(film, head.track, start, end)
            else:
                time, flags, first = _time(film, cluster, head), head.flags, body + head.start
                unseen = flags & INVISIBLE != 0
                yield Block(track, time, flags > 127, unseen, flags >> 1 & 3, head.sizes, first, end)
        elif name == ids.CLUSTER:
            cluster = None
        elif name == ids.TIMESTAMP:
            cluster = int.from_bytes(source.bytes_at(body, min(end - body, 8)), "big")
        elif name == ids.BLOCK_GROUP:
            block = _group(source, film, numbers, (element, cluster))
            if block:
                yield block
        else:
            drop(source, film, element)
    drop_rest(film)


def _head(source: Source, body: int, end: int) -> BlockHead:
    size = end - body
    data, at = source.get(body, min(size, 12))
    if size >= 12 and data[at + 3] & 6 == 0 and data[at] & 0x80:  # one frame, a track of one byte: nearly all
        time = int.from_bytes(data[at + 1 : at + 3], "big", signed=True)
        if size <= MATROSKA_ADDITION_MAX:
            return BlockHead(data[at] & 0x7F, time, data[at + 3], (size - 4,), 4)
    try:
        return read_block(source.bytes_at(body, min(size, _HEAD)), size)
    except (MediaCut, BadMedia):
        return read_block(source.bytes_at(body, min(size, 1 << 20)), size)


def _time(film: Film, cluster: int | None, head: BlockHead) -> int:
    if cluster is None:
        raise BadMedia("a block in front of its cluster's time")
    time = cluster + head.time
    if time * film.scale > _TIME_MAX:
        raise BadMedia("a time out of range")
    return time


def _drop_block(film: Film, track: int, start: int, end: int) -> None:
    if film.gone:
        kind = film.tracks.dropped.get(track, "no track")
        film.gone.add(f"Cluster: blocks of {kind}", start, end)


def _group(source: Source, film: Film, numbers: dict[int, int], where: tuple[Place, int | None]) -> Block | None:
    (_, start, place, end), cluster = where
    found: dict[int, tuple[int, int]] = {}
    while place < end:
        name, body, size = source.head(place, end)
        after = body + size
        if size < 0 or after > end:
            raise BadMedia("an element leaves the one around it")
        if name in (ids.BLOCK, ids.ADDITIONS, ids.BLOCK_DURATION, ids.REFERENCE, ids.DISCARD, ids.CODEC_STATE):
            if name in found and name != ids.REFERENCE:
                raise BadMedia("a block group with two of a kind")
            found[name] = body, after
        elif film.gone:
            film.gone.add(f"BlockGroup/{ids.name_of(name)}", place, after)
        place = after
    if ids.BLOCK not in found:
        _drop_block(film, -1, start, end)
        return None
    head = _head(source, *found[ids.BLOCK])
    track = numbers.get(head.track)
    if track is None:
        _drop_block(film, head.track, start, end)
        return None
    if ids.CODEC_STATE in found:
        raise UnsupportedMedia("a decoder's configuration that changes")
    return Block(
        track=track,
        time=_time(film, cluster, head),
        key=ids.REFERENCE not in found,
        invisible=head.flags & INVISIBLE != 0,
        lacing=head.flags >> 1 & 3,
        sizes=head.sizes,
        start=found[ids.BLOCK][0] + head.start,
        end=found[ids.BLOCK][1],
        duration=_duration(source, found),
        discard=_discard(source, found),
        additions=_additions(source, film, track, found),
    )


def _duration(source: Source, found: dict[int, tuple[int, int]]) -> int | None:
    if ids.BLOCK_DURATION not in found:
        return None
    body, end = found[ids.BLOCK_DURATION]
    value = int.from_bytes(source.bytes_at(body, min(end - body, 9)), "big")
    if value > _DURATION_MAX:
        raise BadMedia("a duration out of range")
    return value


def _discard(source: Source, found: dict[int, tuple[int, int]]) -> int | None:
    if ids.DISCARD not in found:
        return None
    body, end = found[ids.DISCARD]
    value = int.from_bytes(source.bytes_at(body, min(end - body, 9)), "big", signed=True)
    if abs(value) > MATROSKA_DELAY_SECONDS * 1_000_000_000:
        raise BadMedia("more sound to discard than a decoder runs in")
    return value or None


def _additions(source: Source, film: Film, track: int, found: dict[int, tuple[int, int]]) -> Additions:
    """Data beside the block that stay, in the order of their numbers (RFC 9559 clause 5.1.3.5.2)."""
    if ids.ADDITIONS not in found:
        return ()
    body, end = found[ids.ADDITIONS]
    if end - body > MATROSKA_ADDITION_MAX:
        raise MediaTooLarge("data beside a block")
    kept: dict[int, bytes] = {}
    for name, inner in children(source.bytes_at(body, end - body)):
        more = children(inner) if name == ids.MORE else []
        number, data = number_in(more, ids.ADDITION_ID, 1, 1 << 56), one(more, ids.ADDITIONAL) or b""
        fits = number != _T35 or (data.startswith(_HDR10_PLUS) and len(data) <= _HDR10_PLUS_MAX)
        if data and fits and number in film.tracks.kept[track].additions and number not in kept:
            kept[number] = data
    if film.gone and sum(map(len, kept.values())) + 32 < end - body:
        film.gone.add("BlockAdditions", body, end)
        film.remarks[_BESIDE] = None
    return tuple(sorted(kept.items()))


def frames_of(source: Source, block: Block, prefix: bytes) -> tuple[bytes, int, tuple[int, ...]]:
    """A buffer, where in it the first frame is, and the frames' sizes; ``prefix`` is put back before each."""
    data, at = source.get(block.start, block.end - block.start)
    if not prefix:
        return data, at, block.sizes
    parts = []
    for size in block.sizes:
        parts += [prefix, data[at : at + size]]
        at += size
    return b"".join(parts), 0, tuple(size + len(prefix) for size in block.sizes)
