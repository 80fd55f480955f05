"""Blocks as the inspector reads them: track, time, flags, and the frames laced together in one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SeenBlock:
    """Head of a block; ``frames`` is where the first one begins, ``plain`` that the head has no spare bytes."""

    track: int
    time: int
    flags: int
    frames: int
    sizes: tuple[int, ...]
    plain: bool


def seen_block(body: bytes) -> SeenBlock | None:
    """Read the block ``body``; ``None`` where it cannot be read."""
    if len(body) < 4 or not body[0]:
        return None
    width = 9 - body[0].bit_length()
    if width + 3 > len(body):
        return None
    track = int.from_bytes(body[:width], "big") & ((1 << 7 * width) - 1)
    time = int.from_bytes(body[width : width + 2], "big", signed=True)
    flags, place = body[width + 2], width + 3
    lacing = flags >> 1 & 3
    if not lacing:
        return SeenBlock(track, time, flags, place, (len(body) - place,), width == 1)
    read = {1: _xiph, 2: _fixed, 3: _ebml}[lacing](body, place)
    if read is None:
        return None
    sizes, place, least = read
    return SeenBlock(track, time, flags, place, sizes, width == 1 and least and len(sizes) > 1)


Read = tuple[tuple[int, ...], int, bool] | None


def _ended(body: bytes, sizes: list[int], place: int, least: bool) -> Read:
    last = len(body) - place - sum(sizes)
    return None if last < 0 or min(sizes, default=0) < 0 else ((*sizes, last), place, least)


def _fixed(body: bytes, place: int) -> Read:
    count = body[place] + 1 if place < len(body) else 1
    each, rest = divmod(len(body) - place - 1, count)
    return None if rest or each < 0 else ((each,) * count, place + 1, True)


def _xiph(body: bytes, place: int) -> Read:
    count, place = (body[place] if place < len(body) else 0), place + 1
    sizes = []
    for _ in range(count):
        size = 0
        while True:
            if place >= len(body):
                return None
            byte, place = body[place], place + 1
            size += byte
            if byte < 255:
                break
        sizes.append(size)
    return _ended(body, sizes, place, True)


def _ebml(body: bytes, place: int) -> Read:
    count, place = (body[place] if place < len(body) else 0), place + 1
    sizes: list[int] = []
    least = True
    for _ in range(count):
        if place >= len(body) or not body[place]:
            return None
        width = 9 - body[place].bit_length()
        value = int.from_bytes(body[place : place + width], "big") & ((1 << 7 * width) - 1)
        if sizes:
            step = value - ((1 << 7 * width - 1) - 1)
            least &= width == 1 or not -(1 << 7 * width - 8) < step < 1 << 7 * width - 8
            sizes.append(sizes[-1] + step)
        else:
            least &= width == 1 or value >= (1 << 7 * width - 7) - 1
            sizes.append(value)
        place += width
    return _ended(body, sizes, place, least)
