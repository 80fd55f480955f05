"""Tables as spreadsheets write them: any usual separator, byte order marks, UTF-8 or UTF-16; columns by name.

A row's number is the one that a spreadsheet shows: the heading is row 1. Rows without any text are passed over.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from witnesskit.errors.risk import BadTable
from witnesskit.limits import TABLE_CELL_MAX, TABLE_COLUMNS_MAX, TABLE_MAX, TABLE_ROWS_MAX

SEPARATORS: Final = (",", ";", "\t", "|")
_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True)
class Row:
    """One row: its number, and its cells by the folded names of their columns."""

    number: int
    cells: Mapping[str, str]

    def cell(self, column: str) -> str:
        """The text of a column; empty where the table has none."""
        return self.cells.get(column, "")


@dataclass(frozen=True)
class Table:
    """A whole table; ``separator`` is the one that was found."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    separator: str


def folded(name: str) -> str:
    """A column's name as it is compared: without case and outer spaces; blanks and dashes as underscores."""
    return "_".join(name.replace("-", " ").replace("_", " ").casefold().split())


def parse_table(untrusted_data: bytes, known: Collection[str]) -> Table:
    """Read a table; the separator is the one that shows most of the ``known`` columns in the heading.

    Raises BadTable for what is no text, is too large, names a column twice or has a row of too many cells.
    """
    if len(untrusted_data) > TABLE_MAX:
        raise BadTable(f"more than {TABLE_MAX} bytes")
    text = _text(untrusted_data)
    separator = _separator(text, {folded(name) for name in known})
    rows = list(_rows(text, separator))
    if not rows:
        raise BadTable("it holds no row")
    columns = _columns(rows[0][1])
    return Table(columns, tuple(_row(number, cells, columns) for number, cells in rows[1:]), separator)


def _text(data: bytes) -> str:
    coding = next((coding for mark, coding in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(coding)
    except UnicodeDecodeError:
        raise BadTable("it is not text in UTF-8 or UTF-16") from None
    if "\0" in text:
        raise BadTable("it is not text")
    return text


def _separator(text: str, known: set[str]) -> str:
    heading = next((line for line in text.splitlines() if line.strip()), "")
    if heading.casefold().startswith("sep=") and heading[4:] in SEPARATORS:  # a spreadsheet's own line
        return heading[4:]
    counted = [(len({folded(cell.strip('"')) for cell in heading.split(one)} & known), one) for one in SEPARATORS]
    return max(counted, key=lambda found: found[0])[1]


def _rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise BadTable(f"row {number + 1} is not closed, or holds a cell that no spreadsheet writes") from None
        number += 1
        if number > TABLE_ROWS_MAX:
            raise BadTable(f"more than {TABLE_ROWS_MAX} rows")
        if any(len(cell) > TABLE_CELL_MAX for cell in cells):
            raise BadTable(f"row {number} holds a cell of more than {TABLE_CELL_MAX} characters")
        if any(cell.strip() for cell in cells) and not (number == 1 and cells[0].casefold().startswith("sep=")):
            yield number, [cell.strip() for cell in cells]


def _columns(names: list[str]) -> tuple[str, ...]:
    columns = tuple(map(folded, names))
    if len(columns) > TABLE_COLUMNS_MAX:
        raise BadTable(f"more than {TABLE_COLUMNS_MAX} columns")
    named = [name for name in columns if name]
    if len(set(named)) != len(named):
        raise BadTable("two columns have one name")
    return columns


def _row(number: int, cells: list[str], columns: tuple[str, ...]) -> Row:
    if any(cells[len(columns) :]):
        raise BadTable(f"row {number} has more cells than there are columns")
    return Row(number, {name: cell for name, cell in zip(columns, cells, strict=False) if name})
