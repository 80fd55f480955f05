"""Text inside coded pictures whose true end only a decoder knows: what is coded well does not read."""

from __future__ import annotations

from typing import Final

from witnesskit.limits import CODED_TAIL_MIN, CODED_TEXT_MIN

_LETTERS: Final = bytes(range(0x20, 0x7F)) + b"\t\n\r"
_MARKS: Final = bytes(byte in _LETTERS for byte in range(256))
_WIDE_MARKS: Final = bytes(byte in _LETTERS + b"\0" for byte in range(256))
_DIFFERENT: Final = 10  # letters; flat areas repeat a few
_DIFFERENT_IN_TAIL: Final = 6


def holds_text(data: bytes) -> bool:
    """True if a run of readable bytes is too long to be a chance, at the end of ``data`` sooner than inside."""
    return _tail_reads(data) or _inside_reads(data)


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
