"""Text inside coded pictures whose true end only a decoder knows: what is coded well does not read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from witnesskit.media_limits import CODED_TAIL_MIN, CODED_TEXT_MIN

_LETTERS: Final = bytes(range(0x20, 0x7F)) + b"\t\n\r"
_MARKS: Final = bytes(byte in _LETTERS for byte in range(256))
_WIDE_MARKS: Final = bytes(byte in _LETTERS + b"\0" for byte in range(256))
_WORDS: Final = re.compile(rb"[0-9A-Za-z .,:;/_+-]{12,}")
_WIDE_WORDS: Final = re.compile(rb"(?:[\x20-\x7e]\0){6,}|(?:\0[\x20-\x7e]){6,}")
_ALNUM: Final = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_LAST_WORD: Final = re.compile(rb"[0-9A-Za-z]{12,}\0*[^\0]{0,3}\Z")
_JUMP: Final = 8
_NEAR_END: Final = 256  # bytes before the end of a coded piece where words are looked for
_DIFFERENT: Final = 10  # letters; flat areas repeat a few
_DIFFERENT_IN_TAIL: Final = 6
_DIFFERENT_NEAR_END: Final = 9  # flat areas at the end of one photograph in some thousand repeat six to eight


def holds_text(data: bytes) -> bool:
    """True if a run of readable bytes is too long to be a chance, at the end of ``data`` sooner than inside."""
    return _tail_reads(data) or _inside_reads(data) or reads_near_end(data)


def _inside_reads(data: bytes) -> bool:
    marks, wanted = data.translate(_MARKS), b"\1" * CODED_TEXT_MIN
    place = marks.find(wanted)
    while place >= 0:
        end = marks.find(0, place)
        end = len(data) if end < 0 else end
        if len(set(data[place:end])) >= _DIFFERENT:
            return True
        place = marks.find(wanted, end)
    return False


def _tail_reads(data: bytes) -> bool:
    tail = data[-256:].rstrip(b"\0")
    run = tail[tail.translate(_WIDE_MARKS).rfind(0) + 1 :]
    return len(run) >= CODED_TAIL_MIN and len(set(run) - {0}) >= _DIFFERENT_IN_TAIL


def reads_near_end(data: bytes) -> bool:
    """True if words stand at or just before the end of a coded piece, behind which decoders do not look."""
    tail = data[-512:].rstrip(b"\0")
    if any(len(set(found.group())) >= _DIFFERENT_IN_TAIL for found in _WIDE_WORDS.finditer(data[-256:])):
        return True
    return any(len(set(found.group())) >= _DIFFERENT_NEAR_END for found in _WORDS.finditer(tail[-_NEAR_END:]))


def ends_in_word(data: bytes) -> bool:
    """The same for one of very many pieces, where chance comes sooner: only a plain word at the very end."""
    found = _LAST_WORD.search(data[-256:]) or _WIDE_WORDS.search(data[-256:])
    return found is not None and len(set(found.group())) >= _DIFFERENT_IN_TAIL + 1


def any_ends_in_word(data: bytes, ends: Iterable[int]) -> bool:
    """True if a word ends at one of ``ends``; a look at two bytes passes over most; there may be millions."""
    near = (
        end for end in ends if end > 12 and (data[end - 8] in _ALNUM or data[end - 7] in _ALNUM or not data[end - 1])
    )
    return any(ends_in_word(data[max(0, end - 64) : end]) for end in near)


def reads_in_jumps(data: bytes, step: int) -> bool:
    """True if numbers that should change little from one to the next, ``step`` bytes on, spell words instead."""
    for found in _WORDS.finditer(data):
        word = found.group()
        far = sum(abs(one - other) > _JUMP for one, other in zip(word, word[step:], strict=False))
        if len(set(word)) >= _DIFFERENT_IN_TAIL + 2 and 2 * far > len(word) - step:
            return True
    return False
