"""Messages beside pictures that a clean film may hold, by the inspector's own reading: no bit more than they need.

ITU-T H.264 annex D and H.265 annex D; SMPTE ST 2094-40 for HDR10+. Each reader says whether what it read can be.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from witnesskit.media.walk_sps import BitsCut, TextBits

_SIGN: Final = "[A-Za-z0-9 +./:_@-]"
_TEXT: Final = re.compile(f"{_SIGN}{{8}}|(?:{_SIGN}\\0){{4}}|(?:\\0{_SIGN}){{4}}".encode())
_LONG_TEXT: Final = re.compile(f"{_SIGN}{{12}}".encode())
_WHOLE_FILM: Final = frozenset({19, 45, 47, 129, 137, 144, 147, 148, 149, 165, 176})
_VALUES_MAX: Final = 4  # values of a message that belongs to the whole film
_PLUS: Final = b"\xb5\0\x3c\0\1\4"

Check = Callable[[TextBits, bool], bool]  # bits, HEVC; True if the values can be real


class SeenMessages:
    """Counts: once in a picture, and few values in a film."""

    def __init__(self) -> None:
        self.here: set[int] = set()
        self._values: dict[int, set[bytes]] = {}

    def too_often(self, kind: int, payload: bytes) -> bool:
        """Note one message; True if it is one more than a clean film has."""
        if kind in self.here:
            return True
        self.here.add(kind)
        if kind not in _WHOLE_FILM:
            return False
        values = self._values.setdefault(kind, set())
        if len(values) < _VALUES_MAX:
            values.add(payload)
        return payload not in values


def holds_text(payload: bytes) -> bool:
    """True if ``payload`` reads as words somewhere."""
    return bool(_TEXT.search(payload))


def is_needed(hevc: bool, kind: int, payload: bytes) -> bool:
    """True for a message that shows the pictures rightly and has no room for anything else."""
    if kind == 4:
        return hevc and payload[:6] == _PLUS and is_plus(payload[6:])
    check = (_HEVC if hevc else _H264).get(kind)
    if check is None or not payload or holds_text(payload) or len(payload) > 512:
        return False
    return _fully(payload, check, hevc)


def is_plus(body: bytes) -> bool:
    """True for the dynamic levels of HDR10+ behind their version of application."""
    return 0 < len(body) <= 256 and not _LONG_TEXT.search(body) and _fully(body, _dynamic, True)


def _fully(payload: bytes, check: Check, hevc: bool) -> bool:
    bits = TextBits(payload)
    try:
        real = check(bits, hevc)
    except BitsCut:
        return False
    rest = bits.text[bits.at :]
    return real and len(rest) < 8 and "1" not in rest[1:]


def _dynamic(bits: TextBits, _hevc: bool) -> bool:
    bits.u(8)
    windows = bits.u(2)
    bits.u(27)
    peaks = bits.u(1)
    bits.u(68)
    bits.u(24 * bits.u(4))
    bits.u(10)
    peaks += bits.u(1)
    if bits.u(1):
        bits.u(24)
        bits.u(10 * bits.u(4))
    bits.u(6 * bits.u(1))
    return windows == 1 and peaks == 0


def _delays(most: int) -> Check:
    """Delays of buffers, whose widths other units tell: some bytes."""

    def check(bits: TextBits, _hevc: bool) -> bool:
        bits.at = len(bits.text)
        return bits.at <= 8 * most

    return check


def _entry_point(bits: TextBits, hevc: bool) -> bool:
    bits.ue()
    bits.u(2 if hevc else 4)
    return True


def _noise(bits: TextBits, hevc: bool) -> bool:
    real = True
    if bits.u(1):
        return real
    bits.u(2)
    bits.u(30 * bits.u(1))
    bits.u(6)
    for told in [bits.u(1), bits.u(1), bits.u(1)]:
        if not told:
            continue
        steps, values = bits.u(8) + 1, bits.u(3) + 1
        if steps > 16 or values > 6:
            return False
        for _ in range(steps):
            low = bits.u(8)
            real &= low <= bits.u(8)
            bits.ue(values)
    _kept_for(bits, hevc)
    return real


def _kept_for(bits: TextBits, hevc: bool) -> int:
    """How long a message is in force."""
    return bits.u(1) if hevc else bits.ue()


def _two_views(bits: TextBits, hevc: bool) -> bool:
    real = bits.ue() < 1024
    if not bits.u(1):
        kind, crossed = bits.u(7), bits.u(1)
        bits.u(12)
        bits.u(0 if crossed or kind == 5 else 16)
        real &= bits.u(8) == 0
        real &= _kept_for(bits, hevc) <= 16_384
    bits.u(1)
    return real


def _turned(bits: TextBits, hevc: bool) -> bool:
    real = True
    if not bits.u(1):
        bits.u(18)
        real = _kept_for(bits, hevc) <= 16_384
    bits.u(0 if hevc else 1)
    return real


def _numbers_of_sets(bits: TextBits, _hevc: bool) -> bool:
    bits.u(6)
    count = bits.ue() + 1
    if count > 32:
        return False
    bits.ue(count)
    return bits.at <= 48


def _screen(bits: TextBits, _hevc: bool) -> bool:
    colours = [bits.u(16) for _ in range(8)]
    return max(colours) <= 50_000 and max(bits.u(32), bits.u(32)) <= 1_000_000_000


def _bits(count: int) -> Check:
    return lambda bits, _hevc: bits.u(count) >= 0


def _surroundings(bits: TextBits, _hevc: bool) -> bool:
    return bits.u(32) <= 1_000_000_000 and max(bits.u(16), bits.u(16)) <= 50_000


def _colours_used(bits: TextBits, _hevc: bool) -> bool:
    if bits.u(1):
        return True
    bits.u(1)
    primaries, lights = bits.u(1), bits.u(1) + bits.u(1) + bits.u(1)
    bits.u(2)
    near = [min(value, (1 << 32) - value) <= 5_000_000 for value in (bits.u(32) for _ in range(6 * primaries))]
    levels = [bits.u(32) for _ in range(lights)]
    return all(near) and max(levels, default=0) <= 1_000_000_000


def _transparency(bits: TextBits, _hevc: bool) -> bool:
    if not bits.u(1):
        bits.u(3)
        depth = bits.u(3) + 9
        bits.u(2 * depth + 1)
        bits.u(bits.u(1))
    return True


def _displays(bits: TextBits, _hevc: bool) -> bool:
    fine, far = bits.ue(), 0
    distance = bits.u(1)
    far = bits.ue() if distance else 0
    count = bits.ue() + 1
    if max(fine, far) > 31 or count > 4:
        return False
    for _ in range(count):
        bits.ue(2)
        for least in [fine] + [far] * distance:
            power = bits.u(6)
            bits.u(max(0, least + power - 31 if power else least - 30))
        bits.u(10 * bits.u(1))
    bits.u(1)
    return True


_ALWAYS: Final[dict[int, Check]] = {
    6: _entry_point, 19: _noise, 45: _two_views, 47: _turned, 137: _screen, 144: _bits(32), 147: _bits(8),
    148: _surroundings,
}  # fmt: skip
_H264: Final = _ALWAYS | {0: _delays(17)}
_HEVC: Final = _ALWAYS | {
    1: _delays(10), 129: _numbers_of_sets, 149: _colours_used, 165: _transparency, 176: _displays,
}  # fmt: skip
