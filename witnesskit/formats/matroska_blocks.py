"""Blocks of coded pictures and sound: track, time, flags, frames laced together (RFC 9559 clauses 10 and 5.1.3.5)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from witnesskit.errors.media import BadMedia, MediaTooLarge
from witnesskit.formats import matroska_ids as ids
from witnesskit.formats.ebml import make, make_number, make_signed, name_bytes, read_number, size_bytes
from witnesskit.media_limits import FILM_SAMPLE_MAX

NO_LACE, XIPH, FIXED, EBML_LACE = 0, 1, 2, 3
INVISIBLE: Final = 0x08
_KEY: Final = 0x80
Additions = tuple[tuple[int, bytes], ...]


@dataclass(frozen=True, slots=True)
class Block:
    """One block: ``track`` counts kept tracks from 0, ``time`` is in ticks, frames lie from ``start`` to ``end``."""

    track: int
    time: int
    key: bool
    invisible: bool
    lacing: int
    sizes: tuple[int, ...]  # bytes of each frame as stored
    start: int
    end: int
    duration: int | None = None
    discard: int | None = None
    additions: Additions = ()


@dataclass(frozen=True, slots=True)
class BlockHead:
    """What stands in front of the frames; ``track`` as the film numbers it."""

    track: int
    time: int
    flags: int
    sizes: tuple[int, ...]
    start: int  # place of the first frame in the block's body


def read_block(body: bytes, size: int) -> BlockHead:
    """Read the head of a block of ``size`` bytes, ``body`` being its first ones; raises ``BadMedia``.

    ``MediaCut`` where ``body`` is too short for the head.
    """
    track, place = read_number(body, 0)
    if place + 3 > size:
        raise BadMedia("a block without its head")
    time = int.from_bytes(body[place : place + 2], "big", signed=True)
    flags, start = body[place + 2], place + 3
    lacing = flags >> 1 & 3
    if not lacing:
        sizes: tuple[int, ...] = (size - start,)
    else:
        sizes, start = _laced(body, start, size, lacing)
    if max(sizes) > FILM_SAMPLE_MAX:
        raise MediaTooLarge("a coded picture")
    return BlockHead(track, time, flags, sizes, start)


def _laced(body: bytes, place: int, end: int, lacing: int) -> tuple[tuple[int, ...], int]:
    if place >= end:
        raise BadMedia("a block without its frames")
    count, place = body[place] + 1, place + 1
    if lacing == FIXED:
        each, rest = divmod(end - place, count)
        if rest:
            raise BadMedia("frames of one size that do not fill their block")
        return (each,) * count, place
    sizes: list[int] = []
    for index in range(count - 1):
        if lacing == XIPH:
            size, place = _xiph(body, place)
        else:
            value, after = read_number(body, place)
            size = value if not index else sizes[-1] + value - ((1 << (7 * (after - place) - 1)) - 1)
            place = after
        if size < 0:
            raise BadMedia("a frame of less than nothing")
        sizes.append(size)
    last = end - place - sum(sizes)
    if last < 0:
        raise BadMedia("frames leave their block")
    return (*sizes, last), place


def _xiph(body: bytes, place: int) -> tuple[int, int]:
    size = 0
    while body[place : place + 1] == b"\xff":
        size, place = size + 255, place + 1
    byte, place = read_number_byte(body, place)
    return size + byte, place


def read_number_byte(body: bytes, place: int) -> tuple[int, int]:
    """One byte, and the place behind it; raises ``BadMedia`` at the end."""
    if place >= len(body):
        raise BadMedia("sizes of frames are cut")
    return body[place], place + 1


def lace_head(lacing: int, sizes: tuple[int, ...]) -> bytes:
    """Count and sizes of frames in front of them, in the least bytes."""
    if lacing == NO_LACE:
        return b""
    head = bytes([len(sizes) - 1])
    if lacing == XIPH:
        return head + b"".join(b"\xff" * (size // 255) + bytes([size % 255]) for size in sizes[:-1])
    if lacing == EBML_LACE:
        steps = [_signed(size - before) for before, size in pairwise(sizes[:-1])]
        return head + size_bytes(sizes[0]) + b"".join(steps)
    return head


def _signed(step: int) -> bytes:
    width = 1
    while not -(1 << 7 * width - 1) < step < 1 << 7 * width - 1:
        width += 1
    return (step + (1 << 7 * width - 1) - 1 | 1 << 7 * width).to_bytes(width, "big")


def write_head(block: Block, prefix: int, base: int) -> tuple[bytes, bytes]:
    """What stands in front of a block's frames in the copy, and behind them.

    ``prefix``: bytes that header stripping took from each frame; ``base``: the time of the cluster.
    """
    sizes = tuple(size + prefix for size in block.sizes) if prefix else block.sizes
    lacing = block.lacing if len(sizes) > 1 else NO_LACE
    plain = block.duration is None and block.discard is None and not block.additions
    flags = lacing << 1 | (INVISIBLE if block.invisible else 0) | (_KEY if plain and block.key else 0)
    head = bytes([0x80 | block.track + 1]) + (block.time - base).to_bytes(2, "big", signed=True) + bytes([flags])
    head += lace_head(lacing, sizes)
    size = len(head) + sum(sizes)
    if plain:
        return name_bytes(ids.SIMPLE_BLOCK) + size_bytes(size) + head, b""
    inner = name_bytes(ids.BLOCK) + size_bytes(size)
    tail = _beside(block)
    outer = name_bytes(ids.BLOCK_GROUP) + size_bytes(len(inner) + size + len(tail))
    return outer + inner + head, tail


def _beside(block: Block) -> bytes:
    """A reference of time 0 says no more than that the block is no key (RFC 9559 clause 5.1.3.5.5)."""
    more = [
        make(ids.MORE, make(ids.ADDITIONAL, data), make_number(ids.ADDITION_ID, number))
        for number, data in block.additions
    ]
    return b"".join(
        [
            make(ids.ADDITIONS, *more) if more else b"",
            make_number(ids.BLOCK_DURATION, block.duration) if block.duration is not None else b"",
            b"" if block.key else make_number(ids.REFERENCE, 0),
            make_signed(ids.DISCARD, block.discard) if block.discard is not None else b"",
        ]
    )
