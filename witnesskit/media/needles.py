"""Identifying values of an original in the forms they may hide in, and the search for them in a copy.

Readable values are looked for among the copy's readable runs only, so the cost hardly grows with their number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from witnesskit.limits import MIB
from witnesskit.media.readable import runs, table
from witnesskit.model import SeekableReader

NEEDLE_MIN: Final = 6  # bytes; shorter ones are found by chance in any film
NEEDLE_MAX: Final = 256  # bytes of one value looked for; the rest of a long one adds nothing
NEEDLES_MAX: Final = 6_000  # the most identifying come first; a file with more words is told so
RAW_NEEDLES_MAX: Final = 300  # values of other bytes, Cyrillic for one; each costs a pass over the copy
_BLOCK: Final = 4 * MIB
_RUNS: Final = re.compile(rb"[\x00\x20-\x7e]{6,}")  # holds ASCII and both orders of its UTF-16
_FEW: Final = 5  # so many passes over a block cost less than finding its readable runs
_ENCODINGS: Final = ("utf-8", "utf-16-le", "utf-16-be")


def worth_looking_for(needle: bytes) -> bool:
    """False for what is found by chance or in every file: short, or of few different bytes."""
    return len(needle) >= NEEDLE_MIN and len(set(needle) - {0}) >= 4


def forms(value: str) -> Iterator[bytes]:
    """A value as UTF-8, UTF-16LE and UTF-16BE, at most ``NEEDLE_MAX`` bytes each; noise is left out."""
    for encoding in _ENCODINGS:
        needle = value[: NEEDLE_MAX // 4].encode(encoding, "replace")
        if worth_looking_for(needle):
            yield needle


def choose(needles: Iterable[bytes]) -> tuple[list[bytes], bool]:
    """(the needles worth the cost, in their order, each once; True if none had to be left out)."""
    offered = list(dict.fromkeys(islice(needles, 4 * NEEDLES_MAX)))
    readable = [needle for needle in offered if _RUNS.fullmatch(needle)]
    raw = [needle for needle in offered if not _RUNS.fullmatch(needle)]
    chosen = readable[:NEEDLES_MAX] + raw[:RAW_NEEDLES_MAX]
    return chosen, len(chosen) == len(offered) < 4 * NEEDLES_MAX


def search(reader: SeekableReader, needles: Sequence[bytes]) -> frozenset[bytes]:
    """Those of ``needles`` that are anywhere in ``reader``; memory stays at some blocks."""
    readable = [needle for needle in needles if _RUNS.fullmatch(needle)]
    raw = [needle for needle in needles if not _RUNS.fullmatch(needle)]
    least = min(map(len, readable), default=NEEDLE_MIN)
    bytes_of_needles = table(b"".join(readable))  # fewer than all readable ones: shorter runs, and fewer
    found: set[bytes] = set()
    for place in range(0, reader.size, _BLOCK):
        block = reader.read_at(place, _BLOCK + NEEDLE_MAX)
        texts = block if len(readable) <= _FEW else _runs_of(bytes_of_needles, block, least)
        found |= {needle for needle in readable if needle in texts}
        found |= {needle for needle in raw if needle in block}
    return frozenset(found)


def _runs_of(counted: bytes, block: bytes, least: int) -> bytes:
    return b"\xff".join([block[start:end] for start, end in runs(block, counted, least)])
