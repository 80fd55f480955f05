"""Sheets: one 32-byte seed on paper, and the parser of what is typed from it (docs/spec/sheet.md).

35 bytes (kind, seed, two check bytes) are 56 characters of Crockford's base32: seven lines of eight, each
with a check character of its own, so that a slip is found in its line.
"""

from __future__ import annotations

import hashlib
import re
from enum import IntEnum

from witnesskit.errors.formats import NewerFormat
from witnesskit.errors.vault import SheetTypo, SheetWrong
from witnesskit.formats import crockford
from witnesskit.limits import SHEET_TEXT_MAX

_DOMAIN = b"witnesskit/sheet/v1"
_VERSION = 0x10  # upper half of the first byte
_LINES = 7
_LINE = 9  # characters: two groups of four and the check character
_NUMBER = re.compile(r"(?:^|(?<=\s))([1-9])[ \t]*[:)][ \t]*", re.ASCII | re.MULTILINE)


class SheetKind(IntEnum):
    """Which seed a sheet holds; the lower half of the first byte."""

    RECOVERY = 1
    CUSTODIAN = 2


def sheet_text(kind: SheetKind, seed: bytes) -> str:
    """The seven numbered lines of a 32-byte ``seed``, each with a line feed."""
    start = bytes([_VERSION | kind]) + seed
    characters = crockford.encode(start + _check_bytes(start))
    return "".join(_line_text(number, characters[8 * number - 8 : 8 * number]) for number in range(1, _LINES + 1))


def parse_sheet(untrusted_text: str, kind: SheetKind) -> bytes:
    """The seed of what was typed; raises SheetTypo naming the line, SheetWrong for another kind, NewerFormat.

    Case, spaces, dashes, line numbers, O for 0 and I or L for 1 do not matter; lines may be joined to one.
    """
    if len(untrusted_text) > SHEET_TEXT_MAX:
        raise SheetTypo(f"more than {SHEET_TEXT_MAX} characters")
    lines = _lines(untrusted_text)
    data = crockford.decode("".join(_checked(number, line) for number, line in enumerate(lines, 1)))
    start, check = data[:33], data[33:]
    if _check_bytes(start) != check:
        raise SheetTypo("every line for itself could be right, all together are not")
    if start[0] & 0xF0 != _VERSION:
        raise NewerFormat("sheet")
    if start[0] & 0x0F != kind:
        raise SheetWrong(f"a {kind.name.lower()} sheet is needed")
    return start[1:]


def _line_text(number: int, data: str) -> str:
    return f"{number}:  {crockford.in_fours(data, ' ')}  {crockford.ALPHABET[_line_check(number, data)]}\n"


def _check_bytes(start: bytes) -> bytes:
    return hashlib.sha256(_DOMAIN + start).digest()[:2]


def _line_check(number: int, data: str) -> int:
    """Horner's rule over GF(32), x^5 = x^2 + 1, from the line's number: shows every slip and every swap."""
    total = number
    for character in data:
        total = _doubled(total) ^ crockford.value(character)
    return _doubled(total)


def _doubled(element: int) -> int:
    return (element << 1) ^ (0b100101 if element & 16 else 0)


def _checked(number: int, line: str) -> str:
    if not crockford.is_canonical(line):
        raise SheetTypo(f"line {number} holds a character that is never used")
    if len(line) != _LINE:
        raise SheetTypo(f"line {number} has {len(line)} characters, not {_LINE}")
    if crockford.ALPHABET[_line_check(number, line[:-1])] != line[-1]:
        raise SheetTypo(f"line {number}")
    return line[:-1]


def _lines(text: str) -> list[str]:
    """Seven lines without separators: numbered, or one in each line, or all characters in a row."""
    numbers = list(_NUMBER.finditer(text))
    if numbers:
        return _numbered(text, numbers)
    rows = [row for row in map(crockford.tidy, text.splitlines()) if row]
    if len(rows) == _LINES:
        return [_without_number(number, row) for number, row in enumerate(rows, 1)]
    characters = "".join(rows)
    cut = [characters[start : start + _LINE] for start in range(0, _LINE * _LINES, _LINE)]
    cut[-1] += characters[_LINE * _LINES :]
    return cut


def _without_number(number: int, row: str) -> str:
    return row[1:] if len(row) == _LINE + 1 and row[0] == str(number) else row


def _numbered(text: str, numbers: list[re.Match[str]]) -> list[str]:
    """What follows each number, to the next number or the end of the row; other rows are prose."""
    found: dict[int, str] = {}
    ends = [match.start() for match in numbers[1:]] + [len(text)]
    for match, end in zip(numbers, ends, strict=True):
        number = int(match[1])
        if number in found or number > _LINES:
            raise SheetTypo(f"line {number} is there twice" if number in found else f"there is no line {number}")
        found[number] = crockford.tidy(text[match.end() : end].partition("\n")[0])
    for number in range(1, _LINES + 1):
        if number not in found:
            raise SheetTypo(f"line {number} is missing")
    return [found[number] for number in range(1, _LINES + 1)]
