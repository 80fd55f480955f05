"""Tables that people bring: CSV with whatever separator and encoding their office program wrote (RFC 4180)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from witnesskit.errors.brought import BadTable
from witnesskit.limits import TABLE_CELL_MAX, TABLE_MAX, TABLE_ROWS_MAX

_SEPARATORS: Final = ",;\t|"
_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_CYRILLIC: Final = "cp1251"
_CYRILLIC_SIGNS: Final = frozenset("«»№–—…“”„’\u00a0°")
_STRANGE: Final = re.compile(r"[^\x00-\x7fА-Яа-яЁёІіЇїЄєЎў]")
_MIXED: Final = re.compile(r"[A-Za-z][А-Яа-яЁё]|[А-Яа-яЁё][A-Za-z]")  # what Western letters look like in it
_HEAD_LINES: Final = 20


@dataclass(frozen=True)
class Table:
    """Rows of cells, as text without surrounding blanks; ``lines`` are the numbers people see in their program."""

    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]  # row number of each row, from 1; empty rows are left out of both
    empty: int  # rows without any text


def read_table(untrusted_data: bytes) -> Table:
    """Read a table; raises BadTable, never with anything of its content."""
    if len(untrusted_data) > TABLE_MAX:
        raise BadTable(f"more than {TABLE_MAX} bytes")
    text = decoded(untrusted_data)
    rows, lines, empty = [], [], 0
    for number, cells in enumerate(_cells(text), 1):
        if number > TABLE_ROWS_MAX:
            raise BadTable(f"more than {TABLE_ROWS_MAX} rows")
        if any(len(cell) > TABLE_CELL_MAX for cell in cells):
            raise BadTable(f"row {number} has a cell of more than {TABLE_CELL_MAX} characters")
        if any(cells):
            rows.append(tuple(cells))
            lines.append(number)
        else:
            empty += 1
    return Table(tuple(rows), tuple(lines), empty)


def decoded(untrusted_data: bytes) -> str:
    """The text, by its mark, as UTF-8, or as Windows' Cyrillic where it holds letters of it; raises BadTable."""
    for mark, encoding in _BOMS:
        if untrusted_data.startswith(mark):
            return _by(untrusted_data, encoding)
    if b"\0" in untrusted_data:
        raise BadTable("it is no text")
    try:
        return untrusted_data.decode("utf-8")
    except UnicodeDecodeError:
        text = _by(untrusted_data, _CYRILLIC)
    if _MIXED.search(text) or set(_STRANGE.findall(text)) - _CYRILLIC_SIGNS:
        raise BadTable("its encoding is not known; save it as UTF-8")
    return text


def column(header: Sequence[str], *names: str) -> int | None:
    """Place of the first column with one of these names (lower case), whatever blanks and capitals it has."""
    tidy = [" ".join(cell.lower().replace("_", " ").split()) for cell in header]
    return next((tidy.index(name) for name in names if name in tidy), None)


def _by(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise BadTable("its encoding is not known; save it as UTF-8") from None


def _cells(text: str) -> list[list[str]]:
    text = text.replace("\0", "")
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
        return [[cell.strip() for cell in row] for row in rows]
    except csv.Error:
        raise BadTable("its quotation marks do not pair") from None


def _separator(text: str) -> str:
    """The one that stands most often in the first lines, outside quotation marks, as often in each."""
    head = text.splitlines()[:_HEAD_LINES]
    counts = {mark: [_outside_quotes(line).count(mark) for line in head if line.strip()] for mark in _SEPARATORS}
    return max(_SEPARATORS, key=lambda mark: (min(counts[mark], default=0), sum(counts[mark])))


def _outside_quotes(line: str) -> str:
    return "".join(part for place, part in enumerate(line.split('"')) if not place % 2)
