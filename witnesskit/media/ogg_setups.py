"""How long setup headers of Vorbis and Theora are, by the inspector's own reading of the two specifications.

Vorbis I clause 4.2.4, Theora clause 6.4. What follows the last bit is read by no decoder.
"""

from __future__ import annotations

from typing import Final

_SIZE_MAX: Final = 64 * 1024


class _Cut(Exception):
    """No such header."""


class _Low:
    """Bits of a big number, from its lowest up."""

    def __init__(self, data: bytes) -> None:
        self.value, self.size, self.at = int.from_bytes(data, "little"), 8 * len(data), 0

    def __call__(self, count: int, times: int = 1) -> int:
        if times != 1:
            self.at += count * times
            count = 0
        found = self.value >> self.at & ((1 << count) - 1) if count <= 64 else 0
        self.at += count
        if self.at > self.size:
            raise _Cut
        return found


class _High(_Low):
    """The same from the highest bit down."""

    def __init__(self, data: bytes) -> None:
        super().__init__(bytes(int(f"{byte:08b}"[::-1], 2) for byte in data))

    def __call__(self, count: int, times: int = 1) -> int:
        found = super().__call__(count, times)
        return int(f"{found:0{count}b}"[::-1], 2) if count and times == 1 else 0


def vorbis_setup(packet: bytes, channels: int) -> int:
    """Bytes of the setup header that ``packet`` begins with; -1 if there is none."""
    if packet[:7] != b"\x05vorbis" or len(packet) > _SIZE_MAX:
        return -1
    take = _Low(packet[7:])
    try:
        for _ in range(take(8) + 1):
            _book(take)
        take(16, take(6) + 1)
        for _ in range(take(6) + 1):
            _curve(take)
        for _ in range(take(6) + 1):
            take(16 + 72)
            count = take(6) + 1
            take(8)
            take(8, sum(_cascade(take) for _ in range(count)))
        for _ in range(take(6) + 1):
            _map(take, channels)
        for _ in range(take(6) + 1):
            take(41)
        return _end(take) if take(1) else -1
    except _Cut:
        return -1


def _end(take: _Low) -> int:
    size = 7 + -(-take.at // 8)
    return -1 if take(-take.at % 8) else size


def _cascade(take: _Low) -> int:
    low, more = take(3), take(1)
    return (low + (take(5) << 3 if more else 0)).bit_count()


def _book(take: _Low) -> None:
    if take(24) != 0x564342:
        raise _Cut
    wide, entries = take(16), take(24)
    if take(1):
        take(5)
        left, steps = entries, 0
        while left > 0 and steps < 33:
            left, steps = left - take(left.bit_length()), steps + 1
        if left:
            raise _Cut
    elif take(1):
        for _ in range(entries):
            take(5 if take(1) else 0)
    else:
        take(5, entries)
    kind = take(4)
    if kind:
        take(64)
        bits = take(4) + 1
        take(1)
        take(bits, _values(entries, wide) if kind == 1 else entries * wide)
        if kind > 2:
            raise _Cut


def _values(entries: int, wide: int) -> int:
    if not wide:
        raise _Cut
    low, high = 0, entries + 1
    while high - low > 1:
        middle = (low + high) // 2
        fits = wide * (middle.bit_length() - 1) < 64 and middle**wide <= entries
        low, high = (middle, high) if fits else (low, middle)
    return low


def _curve(take: _Low) -> None:
    kind = take(16)
    if kind == 0:
        take(54)
        take(8, take(4) + 1)
        return
    parts = [take(4) for _ in range(take(5))]
    wide = []
    for _ in range(1 + max(parts, default=-1)):
        wide.append(take(3) + 1)
        deep = take(2)
        take(8, (deep > 0) + 2**deep)
    take(2)
    take(take(4), sum(wide[part] for part in parts))
    if kind > 1:
        raise _Cut


def _map(take: _Low, channels: int) -> None:
    if take(16):
        raise _Cut
    parts = take(4) + 1 if take(1) else 1
    if take(1):
        take(2 * (channels - 1).bit_length(), take(8) + 1)
    if take(2):
        raise _Cut
    take(4, channels if parts > 1 else 0)
    take(24, parts)


def theora_setup(packet: bytes) -> int:
    """Bytes of the setup header that ``packet`` begins with; -1 if there is none."""
    if packet[:7] != b"\x82theora" or len(packet) > _SIZE_MAX:
        return -1
    take = _High(packet[7:])
    try:
        take(take(3), 64)
        take(take(4) + 1, 64)
        take(take(4) + 1, 64)
        last = take(9)
        take(512, last + 1)
        for group in range(6):
            _steps(take, group, last.bit_length())
        for _ in range(80):
            _codes(take)
        return _end(take)
    except _Cut:
        return -1


def _steps(take: _Low, group: int, bits: int) -> None:
    if group and not take(1):
        take(1 if group > 2 else 0)
        return
    take(bits)
    at = 0
    while at < 63:
        at += 1 + take((62 - at).bit_length())
        take(bits)
    if at != 63:
        raise _Cut


def _codes(take: _Low) -> None:
    waiting, words = 1, 0
    while waiting:
        if take(1):
            take(5)
            waiting -= 1
            words += 1
        else:
            waiting += 1
        if words + waiting > 32:
            raise _Cut
