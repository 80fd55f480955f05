"""Fax-coded strips walked row by row, to find where their coding ends (ITU-T T.4, T.6; TIFF 6.0 sections 10, 11).

Only lengths of runs are followed; no pixels are made. What a decoder would have to guess is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from witnesskit.errors.media import BadMedia, MediaCut, UnsupportedMedia
from witnesskit.formats.tiff_layout import FAX_RLE, FAX_T4

# codes of runs of 0 to 63 pixels, then of 64, 128 ... 1728 (T.4 tables 2 and 3)
_WHITE: Final = (
    "00110101 000111 0111 1000 1011 1100 1110 1111 10011 10100 00111 01000 001000 000011 110100 110101 101010 "
    "101011 0100111 0001100 0001000 0010111 0000011 0000100 0101000 0101011 0010011 0100100 0011000 00000010 "
    "00000011 00011010 00011011 00010010 00010011 00010100 00010101 00010110 00010111 00101000 00101001 00101010 "
    "00101011 00101100 00101101 00000100 00000101 00001010 00001011 01010010 01010011 01010100 01010101 00100100 "
    "00100101 01011000 01011001 01011010 01011011 01001010 01001011 00110010 00110011 00110100 11011 10010 010111 "
    "0110111 00110110 00110111 01100100 01100101 01101000 01100111 011001100 011001101 011010010 011010011 "
    "011010100 011010101 011010110 011010111 011011000 011011001 011011010 011011011 010011000 010011001 "
    "010011010 011000 010011011 "
)
_BLACK: Final = (
    "0000110111 010 11 10 011 0011 0010 00011 000101 000100 0000100 0000101 0000111 00000100 00000111 000011000 "
    "0000010111 0000011000 0000001000 00001100111 00001101000 00001101100 00000110111 00000101000 00000010111 "
    "00000011000 000011001010 000011001011 000011001100 000011001101 000001101000 000001101001 000001101010 "
    "000001101011 000011010010 000011010011 000011010100 000011010101 000011010110 000011010111 000001101100 "
    "000001101101 000011011010 000011011011 000001010100 000001010101 000001010110 000001010111 000001100100 "
    "000001100101 000001010010 000001010011 000000100100 000000110111 000000111000 000000100111 000000101000 "
    "000001011000 000001011001 000000101011 000000101100 000001011010 000001100110 000001100111 0000001111 "
    "000011001000 000011001001 000001011011 000000110011 000000110100 000000110101 0000001101100 0000001101101 "
    "0000001001010 0000001001011 0000001001100 0000001001101 0000001110010 0000001110011 0000001110100 "
    "0000001110101 0000001110110 0000001110111 0000001010010 0000001010011 0000001010100 0000001010101 "
    "0000001011010 0000001011011 0000001100100 0000001100101 "
)
# of both colours: 1792, 1856 ... 2560
_LONG: Final = (
    "00000001000 00000001100 00000001101 000000010010 000000010011 000000010100 000000010101 000000010110 "
    "000000010111 000000011100 000000011101 000000011110 000000011111 "
)
_MODES: Final = {  # T.4 table 4: how far the next change lies from that of the row above
    "1": 0, "011": 1, "000011": 2, "0000011": 3, "010": -1, "000010": -2, "0000010": -3,
}  # fmt: skip
_PASS, _HORIZONTAL = "0001", "001"
_ENDS: Final = {False: re.compile("0{0,7}(?:0{11}1){1,6}"), True: re.compile("0{0,7}(?:0{11}11){1,6}")}
_BLOCK_END: Final = "000000000001" * 2


def _table(words: str) -> list[tuple[int, int]]:
    """(run, bits of its code) by the next 13 bits; no bits where they begin no code."""
    found = [(0, 0)] * 8192
    runs = [*range(64), *range(64, 1729, 64), *range(1792, 2561, 64)]
    for run, code in zip(runs, (words + _LONG).split(), strict=True):
        first = int(code, 2) << 13 - len(code)
        found[first : first + (1 << 13 - len(code))] = [(run, len(code))] * (1 << 13 - len(code))
    return found


_RUNS: Final = (_table(_WHITE), _table(_BLACK))


@dataclass
class _Fax:
    bits: str
    wide: int
    at: int = 0
    above: list[int] = field(default_factory=list)  # places where the row above changes its colour

    def run(self, colour: int) -> int:
        """Length of the next run of a colour."""
        total = 0
        while True:
            ahead = self.bits[self.at : self.at + 13]
            length, size = _RUNS[colour][int(ahead.ljust(13, "0"), 2)] if ahead else (0, 0)
            if not size or size > len(ahead):
                raise MediaCut("inside a fax-coded strip") if len(ahead) < 13 else BadMedia("fax code")
            self.at += size
            total += length
            if total > self.wide:
                raise BadMedia("fax-coded row that is too long")
            if length < 64:
                return total

    def row(self) -> None:
        """One row of runs."""
        changes, total = list[int](), 0
        while total < self.wide:
            total += self.run(len(changes) % 2)
            changes.append(total)
        if total > self.wide:
            raise BadMedia("fax-coded row that is too long")
        self.above = changes

    def row_by_changes(self) -> None:
        """One row coded by what differs from the row above (T.4 clause 4.2, T.6 clause 2.2)."""
        above = [*self.above, *[self.wide] * 4]
        changes, place, index = list[int](), -1, 0
        while place < self.wide:
            index = max(0, index - 2)
            index += (index + len(changes)) % 2
            while above[index] <= place and above[index] < self.wide:
                index += 2
            mode = self._mode()
            if mode == _PASS:
                place = above[index + 1]
            elif mode == _HORIZONTAL:
                first = max(place, 0) + self.run(len(changes) % 2)
                place = first + self.run((len(changes) + 1) % 2)
                changes += [first, place]
            else:
                place, before = above[index] + _MODES[mode], max(place, 0)
                changes.append(place)
                if place < before:
                    raise BadMedia("fax-coded row that goes back")
            if place > self.wide:
                raise BadMedia("fax-coded row that is too long")
        self.above = changes

    def _mode(self) -> str:
        for size in range(1, 8):
            word = self.bits[self.at : self.at + size]
            if word in _MODES or word in (_PASS, _HORIZONTAL):
                self.at += size
                return word
        raise MediaCut("inside a fax-coded strip") if self.at + 7 > len(self.bits) else UnsupportedMedia("fax mode")

    def skip_line_end(self) -> bool:
        """Pass over fill bits and the mark of a line's end; true if there is one."""
        one = self.bits.find("1", self.at)
        if one - self.at < 11:
            return False
        self.at = one + 1
        return True


def fax_length(kind: int, data: bytes, wide: int, high: int, by_changes: bool) -> int:
    """Bytes of ``data`` that code ``high`` rows, with the marks of the end that follow at once.

    ``by_changes``: T.4 in two dimensions. Raises ``BadMedia``, ``MediaCut`` or ``UnsupportedMedia``.
    """
    fax = _Fax(f"{int.from_bytes(data, 'big'):0{8 * len(data)}b}", wide)
    for _ in range(high):
        if kind == FAX_RLE:
            fax.row()
            fax.at += -fax.at % 8
        elif kind == FAX_T4:
            _row_of_t4(fax, by_changes)
        else:
            fax.row_by_changes()
    if kind == FAX_T4:
        ends = _ENDS[by_changes].match(fax.bits, fax.at)
        fax.at = ends.end() if ends else fax.at
    elif kind != FAX_RLE and fax.bits.startswith(_BLOCK_END, fax.at):
        fax.at += len(_BLOCK_END)
    return -(-fax.at // 8)


def _row_of_t4(fax: _Fax, by_changes: bool) -> None:
    marked = fax.skip_line_end()
    if not by_changes:
        fax.row()
        return
    if not marked:
        raise BadMedia("fax-coded row without the mark of its kind")
    fax.at += 1
    if fax.bits[fax.at - 1 : fax.at] == "1":
        fax.row()
    else:
        fax.row_by_changes()
