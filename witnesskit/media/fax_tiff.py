"""Fax-coded strips as the inspector follows them: where the coding of their rows ends (ITU-T T.4, T.6).

Written apart from the writer's walk: codes are numbers with a leading one, and rows are lists of runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from witnesskit.errors.media import BadMedia

# codes of T.4 tables 2 and 3 as hexadecimal numbers, a one put before each: runs of 0 to 63, 64 to 1728, longer
_WHITE: Final = (
    "135 47 17 18 1b 1c 1e 1f 33 34 27 28 48 43 74 75 6a 6b a7 8c 88 97 83 84 a8 ab 93 a4 98 102 103 11a 11b 112 "
    "113 114 115 116 117 128 129 12a 12b 12c 12d 104 105 10a 10b 152 153 154 155 124 125 158 159 15a 15b 14a 14b "
    "132 133 134 3b 32 57 b7 136 137 164 165 168 167 2cc 2cd 2d2 2d3 2d4 2d5 2d6 2d7 2d8 2d9 2da 2db 298 299 29a "
    "58 29b "
)
_BLACK: Final = (
    "437 a 7 6 b 13 12 23 45 44 84 85 87 104 107 218 417 418 408 867 868 86c 837 828 817 818 10ca 10cb 10cc 10cd "
    "1068 1069 106a 106b 10d2 10d3 10d4 10d5 10d6 10d7 106c 106d 10da 10db 1054 1055 1056 1057 1064 1065 1052 "
    "1053 1024 1037 1038 1027 1028 1058 1059 102b 102c 105a 1066 1067 40f 10c8 10c9 105b 1033 1034 1035 206c 206d "
    "204a 204b 204c 204d 2072 2073 2074 2075 2076 2077 2052 2053 2054 2055 205a 205b 2064 2065 "
)
_LONGER: Final = "808 80c 80d 1012 1013 1014 1015 1016 1017 101c 101d 101e 101f "
_STEPS: Final = {0b11: 0, 0b1011: 1, 0b1000011: 2, 0b10000011: 3, 0b1010: -1, 0b1000010: -2, 0b10000010: -3}
_PASS, _ACROSS = 0b10001, 0b1001
_RLE, _T4 = 2, 3
_MARK: Final = 0x1001  # eleven zeros and a one, with the leading one


def _lengths(words: str) -> dict[int, int]:
    numbers = [int(word, 16) for word in (words + _LONGER).split()]
    return {number: at if at < 64 else 64 * (at - 63) for at, number in enumerate(numbers)}


_CODES: Final = (_lengths(_WHITE), _lengths(_BLACK))


@dataclass
class _Rows:
    data: bytes
    wide: int
    bit: int = 0
    edges: list[int] = field(default_factory=list)

    def peek(self, size: int) -> int:
        """The next bits with a one before them; 0 where the data ends."""
        if self.bit + size > 8 * len(self.data):
            return 0
        start = self.bit // 8
        window = int.from_bytes(self.data[start : start + 4].ljust(4, b"\0"), "big")
        return window >> (32 - self.bit % 8 - size) & ((1 << size) - 1) | 1 << size

    def code(self, known: dict[int, int], least: int, most: int) -> int:
        """The value of the next code."""
        for size in range(least, most + 1):
            word = self.peek(size)
            if word in known:
                self.bit += size
                return known[word]
        raise BadMedia("fax code")

    def length(self, black: bool) -> int:
        """One run, its make-up codes added."""
        total = 0
        while total <= self.wide:
            part = self.code(_CODES[black], 2, 13)
            total += part
            if part < 64:
                return total
        raise BadMedia("fax row")

    def plain(self) -> None:
        """A row of runs, white first."""
        edges, black, place = [], False, 0
        while place < self.wide:
            place += self.length(black)
            edges.append(place)
            black = not black
        self._keep(edges)

    def relative(self) -> None:
        """A row told by the row above."""
        known = _STEPS | {_PASS: 98, _ACROSS: 99}
        edges, place, black = list[int](), -1, False
        changes = _Edges(self.edges, self.wide)
        while place < self.wide:
            under, behind = changes.after(place, black)
            step = self.code(known, 1, 7)
            if step == 98:
                place = behind
            elif step == 99:
                edges.append(max(0, place) + self.length(black))
                edges.append(edges[-1] + self.length(not black))
                place = edges[-1]
            else:
                if under + step < max(0, place):
                    raise BadMedia("fax row")
                place, black = under + step, not black
                edges.append(place)
        self._keep(edges)

    def _keep(self, edges: list[int]) -> None:
        if edges and max(edges) > self.wide:
            raise BadMedia("fax row")
        self.edges = edges

    def mark(self) -> bool:
        """Pass a line's end with the zeros before it."""
        at = self.bit
        while self.peek(12) == 0x1000:
            self.bit += 1
        if self.peek(12) == _MARK:
            self.bit += 12
            return True
        self.bit = at
        return False


@dataclass
class _Edges:
    """Changes of colour of the row above, asked from left to right."""

    edges: list[int]
    wide: int
    at: int = 0

    def after(self, place: int, black: bool) -> tuple[int, int]:
        """The first change to the other colour right of ``place``, and the change behind it."""
        while self.at and self._edge(self.at - 1) > place:
            self.at -= 1
        while self._edge(self.at) <= place and self.at < len(self.edges):
            self.at += 1
        at = self.at + (self.at % 2 != black)
        return self._edge(at), self._edge(at + 1)

    def _edge(self, at: int) -> int:
        return self.edges[at] if at < len(self.edges) else self.wide


def fax_end(coding: int, data: bytes, wide: int, high: int, two_dimensions: bool) -> int:
    """Bytes of ``data`` that code ``high`` rows and the end marks right behind; raises ``BadMedia``."""
    rows = _Rows(data, wide)
    for _ in range(high):
        marked = coding == _T4 and rows.mark()
        if coding == _RLE or (coding == _T4 and not two_dimensions):
            rows.plain()
        elif coding == _T4:
            _tagged(rows, marked)
        else:
            rows.relative()
        if coding == _RLE:
            rows.bit = (rows.bit + 7) // 8 * 8
    for _ in _end_marks(rows, coding, two_dimensions):
        pass
    return (rows.bit + 7) // 8


def _tagged(rows: _Rows, marked: bool) -> None:
    if not marked or not rows.peek(1):
        raise BadMedia("fax row without its mark")
    rows.bit += 1
    if rows.data[(rows.bit - 1) // 8] >> (7 - (rows.bit - 1) % 8) & 1:
        rows.plain()
    else:
        rows.relative()


def _end_marks(rows: _Rows, coding: int, tagged: bool) -> Iterator[None]:
    """Pass the marks behind the last row: two of T.6, up to six of T.4, there with at most seven zeros before."""
    if coding == 4 and rows.peek(24) == 0x1001001:
        rows.bit += 24
    if coding != _T4:
        return
    size, word = (13, _MARK << 1 | 1) if tagged else (12, _MARK)
    spare = next((zeros for zeros in range(8) if _is_mark(rows, zeros, size, word)), -1)
    rows.bit += max(spare, 0)
    for _ in range(6 if spare >= 0 else 0):
        if rows.peek(size) != word:
            return
        rows.bit += size
        yield


def _is_mark(rows: _Rows, zeros: int, size: int, word: int) -> bool:
    """True if so many zeros and then a mark follow."""
    before = rows.bit
    plain = zeros == 0 or rows.peek(zeros) == 1 << zeros
    rows.bit += zeros
    found = plain and rows.peek(size) == word
    rows.bit = before
    return found
