"""Pixels of a PNG as the inspector counts them: which palette entries are in use, and what no decoder shows."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

from witnesskit.limits import KIB, MIB
from witnesskit.media.walk_png import PngHead
from witnesskit.media_limits import PNG_INFLATED_MAX, PNG_ROW_MAX, PNG_SLOW_LOOKED_MAX

_STEPS: Final = ((8, 8, 0, 0), (8, 8, 4, 0), (4, 8, 0, 4), (4, 4, 2, 0), (2, 4, 0, 2), (2, 2, 1, 0), (1, 2, 0, 1))

_COSTS: Final = (0, 1, 1, 8, 8)  # of each filter, roughly


class _DoubtError(Exception):
    """What keeps the pixels from being understood."""


@dataclass
class PixelFacts:
    """Indexes and colours in use, what hides beside the pixels, what was not understood; of all pictures together."""

    palette: int  # entries whose use matters
    key: bytes = b""  # a colour whose use matters
    used: set[int] = field(default_factory=set)
    key_used: bool = False
    hidden: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    spent: int = 0
    slow: int = 0


def count_pixels(head: PngHead, stream: bytes, size: tuple[int, int], facts: PixelFacts) -> int:
    """Count one picture of ``size`` pixels into ``facts``; the length of its zlib stream, never raises."""
    inner, fed = zlib.decompressobj(), [0]
    source = _blocks(inner, stream, fed)
    held = b""
    try:
        for across, down in _shapes(head, size):
            held = _count_pass(head, (across, down), facts, held, source)
        if held or any(source):
            facts.hidden.append("more coded data than pixels")
    except (_DoubtError, zlib.error) as doubt:
        facts.doubts.append(str(doubt) if isinstance(doubt, _DoubtError) else "the coded picture cannot be inflated")
    if not inner.eof and not facts.doubts and not facts.hidden:
        facts.doubts.append("the coded picture ends early")
    return fed[0] - len(inner.unused_data)


def _blocks(inner: zlib._Decompress, stream: bytes, fed: list[int]) -> Iterator[bytes]:
    """What is inflated, in pieces; ``fed`` counts the coded bytes handed over."""
    for place in range(0, len(stream), 32 * KIB):
        waiting = stream[place : place + 32 * KIB]
        fed[0] += len(waiting)
        while waiting and not inner.eof:
            out = inner.decompress(waiting, MIB)
            waiting = inner.unconsumed_tail
            if out:
                yield out
        if inner.eof:
            return


def _shapes(head: PngHead, size: tuple[int, int]) -> list[tuple[int, int]]:
    if not head.interlace:
        return [size]
    width, height = size
    found = [(-(-(width - x) // dx), -(-(height - y) // dy)) for dx, dy, x, y in _STEPS]
    return [(across, down) for across, down in found if across > 0 and down > 0]


def _count_pass(
    head: PngHead, shape: tuple[int, int], facts: PixelFacts, held: bytes, source: Iterator[bytes]
) -> bytes:
    """Count one pass; gives back what was inflated beyond it."""
    across, rows = shape
    line = 1 + -(-across * head.bits // 8)
    facts.spent += line * rows
    if line > PNG_ROW_MAX or facts.spent > PNG_INFLATED_MAX:
        raise _DoubtError("more pixels than are looked at")
    above = bytes(line - 1)
    while rows:
        parts = [held]
        have = len(held)
        while have < line:
            parts.append(_next(source))
            have += len(parts[-1])
        held = b"".join(parts)
        count = min(rows, have // line)
        above = _count_rows(head, held[: count * line], (line, across), facts, above)
        held, rows = held[count * line :], rows - count
    return held


def _next(source: Iterator[bytes]) -> bytes:
    found = next(source, None)
    if found is None:
        raise _DoubtError("the coded picture ends early")
    return found


def _count_rows(head: PngHead, lines: bytes, shape: tuple[int, int], facts: PixelFacts, above: bytes) -> bytes:
    line, across = shape
    if lines[::line].translate(None, b"\0\1\2\3\4"):
        raise _DoubtError("an unknown filter of a row")
    spare = -across * head.bits % 8
    for start in range(0, len(lines), line):
        wanted = head.colour == 3 and len(facts.used) < facts.palette
        if not (wanted or spare or (facts.key and not facts.key_used)):
            break
        kind, row = lines[start], lines[start + 1 : start + line]
        facts.slow += len(row) * _COSTS[kind]
        if facts.slow > PNG_SLOW_LOOKED_MAX:
            raise _DoubtError("rows whose filters take too long")
        above = _plain(kind, row, above, max(1, head.bits // 8))
        if spare and above[-1] % 2**spare:
            facts.hidden.append("bits behind the last pixel of a row")
            spare = 0
        if head.colour == 3:
            _count_indexes(above, head.depth, across, facts)
        elif facts.key:
            size = len(facts.key)
            facts.key_used = any(above[at : at + size] == facts.key for at in range(0, len(above), size))
    return above


def _count_indexes(row: bytes, depth: int, across: int, facts: PixelFacts) -> None:
    if depth == 8:
        found = set(row)
    else:
        per_byte = 8 // depth
        full, rest = divmod(across, per_byte)
        found = {byte >> depth * at & 2**depth - 1 for byte in set(row[:full]) for at in range(per_byte)}
        found |= {row[full] >> 8 - depth * (at + 1) & 2**depth - 1 for at in range(rest)}
    facts.used |= {index for index in found if index < facts.palette}


def _plain(kind: int, row: bytes, above: bytes, step: int) -> bytes:
    if kind == 0:
        return row
    if kind == 1:
        out = bytearray(len(row))
        for lane in range(step):
            out[lane::step] = bytes([total & 255 for total in accumulate(row[lane::step])])
        return bytes(out)
    if kind == 2:
        return bytes([one + two & 255 for one, two in zip(row, above, strict=True)])
    out = bytearray(row)
    for at, up in enumerate(above):
        left, corner = (out[at - step], above[at - step]) if at >= step else (0, 0)
        out[at] = out[at] + ((left + up) // 2 if kind == 3 else _nearest(left, up, corner)) & 255
    return bytes(out)


def _nearest(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    to_left, to_up, to_corner = abs(guess - left), abs(guess - up), abs(guess - corner)
    if to_left <= min(to_up, to_corner):
        return left
    return up if to_up <= to_corner else corner
