"""Runs of readable bytes in coded ones: about ten times as fast as a pattern, which looks at every byte by itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

_SAMPLES: Final = 8  # so many readable bytes at even distances are rare enough in coded ones
_WORD: Final = re.compile(rb"[0-9A-Za-z .,:;/_+-]{12,}")
_SPREAD: Final = re.compile(rb"(?:[\x20-\x7e]\0){6,}|(?:\0[\x20-\x7e]){6,}")
_LETTER: Final = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_LONG_END: Final = re.compile(rb"[-0-9A-Za-z _./:,@+]{16,}\0*[^\0]?\Z", re.DOTALL)
_LONG_SPREAD: Final = re.compile(rb"(?:[\x20-\x7e]\0){8,}|(?:\0[\x20-\x7e]){8,}")
_AT_END: Final = re.compile(rb"[0-9A-Za-z]{12,}\0*[^\0]{0,3}\Z")


def table(readable: bytes) -> bytes:
    """What ``runs`` takes: which bytes count as readable."""
    return bytes(byte in readable for byte in range(256))


def runs(data: bytes, table: bytes, least: int) -> Iterator[tuple[int, int]]:
    """(start, end) of every run, as long as it goes, of at least ``least`` bytes that ``table`` counts."""
    step = max(1, least // _SAMPLES)
    if step == 1:
        yield from _runs(data, table, least)
        return
    # every run this long holds so many of each step-th byte in a row; between two others that are not readable
    for first, last in _runs(data[::step], table, least // step):
        start = max(0, (first - 1) * step + 1)
        for begin, end in _runs(data[start : last * step], table, least):
            yield start + begin, start + end


def _runs(data: bytes, table: bytes, least: int) -> Iterator[tuple[int, int]]:
    marks = data.translate(table)
    wanted = b"\1" * least
    start = marks.find(wanted)
    while start >= 0:
        end = marks.find(0, start + least)
        end = len(data) if end < 0 else end
        yield start, end
        start = marks.find(wanted, end)


def words_near_end(piece: bytes) -> bytes:
    """Words in the last 256 bytes of a coded piece, of one or two bytes for each letter; empty if there are none."""
    end = piece[-512:]
    spread = (one.group() for one in _SPREAD.finditer(end[-256:]) if len(set(one.group())) >= 6)
    plain = (one.group() for one in _WORD.finditer(end.rstrip(b"\0")[-256:]) if len(set(one.group())) >= 9)
    return next(spread, b"") or next(plain, b"")


def word_at_end(piece: bytes) -> bytes:
    """A word that ends one of very many coded pieces; empty if there is none."""
    found = _AT_END.search(piece[-256:]) or _SPREAD.search(piece[-256:])
    return found.group() if found and len(set(found.group())) >= 7 else b""


def words_at_end(packet: bytes) -> bytes:
    """Words at the end of a packet of sound, one byte behind them at most; pairs somewhat before; empty if none."""
    end = packet[-280:]
    plain = _LONG_END.search(end) if end.rstrip(b"\0")[-3:-1].isascii() else None  # a glance passes over most
    for found in (plain, _LONG_SPREAD.search(end) if b"\0" in end else None):
        if found and len(set(found.group())) > 6:
            return found.group()
    return b""


def word_before(data: bytes, ends: Iterable[int]) -> bytes:
    """The first word that ends at one of ``ends``; there may be millions: a glance passes over most."""
    for end in ends:
        if end > 12 and (data[end - 8] in _LETTER or data[end - 7] in _LETTER or not data[end - 1]):
            word = word_at_end(data[max(0, end - 64) : end])
            if word:
                return word
    return b""


def jumping_words(data: bytes, step: int) -> bytes:
    """Words among numbers that should change little over ``step`` bytes; empty if there are none."""
    for found in _WORD.finditer(data):
        word = found.group()
        jumps = [abs(word[at] - word[at + step]) > 8 for at in range(len(word) - step)]
        if len(set(word)) >= 8 and 2 * jumps.count(True) > len(jumps):
            return word
    return b""
