"""Whether timing messages of H.264 pictures can hold a clock time: the inspector's own look at a parameter set.

ITU-T H.264 clauses 7.3.2.1.1, E.1.1, E.1.2 and D.1.3; the bits are read from a string of "0" and "1".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_WITH_CHROMA: Final = {100, 110, 122, 244, 44, 83, 86, 118, 128, 134, 135, 138, 139}
_STAMPS: Final = {0: 1, 1: 1, 2: 1, 3: 2, 4: 2, 5: 3, 6: 3, 7: 2, 8: 3}


class BitsCut(Exception):
    """The bits end early, or say what no number can be; never leaves the room."""


class TextBits:
    """Bits as a string of "0" and "1", at most 1024 bytes of them."""

    def __init__(self, raw: bytes) -> None:
        self.text = "".join(f"{byte:08b}" for byte in raw[:1024])
        self.at = 0
        self.wrong = False  # a number is too long, which is not the same as cut

    def u(self, count: int) -> int:
        """A number of ``count`` bits."""
        piece = self.text[self.at : self.at + count]
        if len(piece) < count:
            raise BitsCut
        self.at += count
        return int(piece, 2) if piece else 0

    def ue(self, times: int = 1) -> int:
        """The last of ``times`` numbers in Exp-Golomb code."""
        value = 0
        for _ in range(times):
            one = self.text.find("1", self.at)
            if one < 0 or one - self.at > 32:
                self.wrong = one >= 0
                raise BitsCut
            zeros, self.at = one - self.at, one
            value = self.u(zeros + 1) - 1
        return value


@dataclass(frozen=True)
class SeenTiming:
    """How many bits of delays stand in front, and whether structure and clock times may follow."""

    delays: int
    clocks: bool


def seen_timing(sps: bytes) -> SeenTiming | None:
    """Read a sequence parameter set (with its header byte); ``None`` if it cannot be read."""
    bits = TextBits(sps[1:].replace(b"\0\0\3", b"\0\0"))
    try:
        return _sequence(bits)
    except BitsCut:
        return None


def read_sequence(bits: TextBits) -> int:
    """Read a sequence set behind its header byte to its last field; the chroma format."""
    chroma = _front(bits)
    if bits.u(1):
        _usability(bits)
        if bits.u(1):
            bits.u(1)
            bits.ue(6)
    return chroma


def _sequence(bits: TextBits) -> SeenTiming:
    _front(bits)
    return _usability(bits) if bits.u(1) else SeenTiming(0, False)


def _front(bits: TextBits) -> int:
    """Everything in front of the flag of usability; the chroma format."""
    chroma = 1
    profile = bits.u(8)
    bits.u(16)
    bits.ue()
    if profile in _WITH_CHROMA:
        chroma = _chroma(bits)
    bits.ue()
    order = bits.ue()
    if order == 0:
        bits.ue()
    elif order == 1:
        bits.u(1)
        bits.ue(2)
        bits.ue(min(bits.ue(), 255))
    bits.ue()
    bits.u(1)
    bits.ue(2)
    if bits.u(1) == 0:
        bits.u(1)
    bits.u(1)
    if bits.u(1):
        bits.ue(4)
    return chroma


def _chroma(bits: TextBits) -> int:
    chroma = bits.ue()
    if chroma == 3:
        bits.u(1)
    bits.ue(2)
    bits.u(1)
    if bits.u(1):
        read_lists(bits, 12 if chroma == 3 else 8)
    return chroma


def read_lists(bits: TextBits, lists: int) -> None:
    """Scaling lists, each behind its flag."""
    for number in range(lists):
        if not bits.u(1):
            continue
        scale = following = 8
        for _ in range(64 if number >= 6 else 16):
            if following:
                code = bits.ue()
                following = (scale + ((code + 1) // 2 if code & 1 else -(code // 2))) & 255
            scale = following or scale


def _usability(bits: TextBits) -> SeenTiming:
    if bits.u(1) and bits.u(8) == 255:
        bits.u(32)
    if bits.u(1):
        bits.u(1)
    if bits.u(1) and (bits.u(4), bits.u(1))[1]:
        bits.u(24)
    if bits.u(1):
        bits.ue(2)
    if bits.u(1):
        bits.u(65)
    first = _buffering(bits) if bits.u(1) else 0
    second = _buffering(bits) if bits.u(1) else 0
    if first or second:
        bits.u(1)
    return SeenTiming(first or second, bits.u(1) == 1)


def _buffering(bits: TextBits) -> int:
    models = bits.ue() + 1
    if models > 32:
        bits.wrong = True
        raise BitsCut
    bits.u(8)
    for _ in range(models):
        bits.ue(2)
        bits.u(1)
    bits.u(5)
    delays = bits.u(5) + bits.u(5) + 2
    bits.u(5)
    return delays


def holds_clock(payload: bytes, timing: SeenTiming) -> bool:
    """True if a timing message holds a clock time, more bytes than it should, or cannot be read."""
    bits = TextBits(payload)
    try:
        bits.u(timing.delays)
        stamps = 0
        if timing.clocks:
            structure = bits.u(4)
            stamps = sum(bits.u(1) for _ in range(_STAMPS[structure])) if structure in _STAMPS else 1
    except BitsCut:
        return True
    return stamps > 0 or len(bits.text) - bits.at >= 16
