"""Rows of a list of links, from whatever text program or office program wrote it (docs/spec/queue.md).

A row's number is the one that a spreadsheet or an editor shows, from 1. Quoted cells may hold line breaks.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Final

from witnesskit.errors.brought import BadTable
from witnesskit.formats.link_columns import is_link, link_columns
from witnesskit.formats.table import decoded
from witnesskit.limits import TABLE_CELL_MAX, TABLE_MAX, TABLE_ROWS_MAX

TEXT: Final = "text"
CSV: Final = "csv"
TSV: Final = "tsv"
_SEPARATORS: Final = ("\t", ";", ",", "|")
_NONE: Final = "\x1f"  # quoted cells, one in a row: links hold commas
_LOOKED_AT: Final = 50  # rows by which the separator of a table without a heading is found

Row = tuple[int, tuple[str, ...]]


def text_rows(untrusted_data: bytes, kind: str) -> tuple[Row, ...]:
    """(number, cells) of every row that holds text; ``kind`` says what its name promises.

    Raises BadTable with a row number, never with anything of its content.
    """
    if len(untrusted_data) > TABLE_MAX:
        raise BadTable(f"more than {TABLE_MAX} bytes")
    text = decoded(untrusted_data).removeprefix("\ufeff")
    if "\0" in text:
        raise BadTable("it is no text")
    separator = _separator(text, kind)
    return tuple(_cells(text, separator) if separator else _lines(text))


def is_comment(cells: Sequence[str]) -> bool:
    """Whether a row is a remark: the only cell with text begins with ``#``."""
    said = [cell for cell in cells if cell]
    return len(said) == 1 and said[0].startswith("#")


def _lines(text: str) -> Iterator[Row]:
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        yield from _checked(number, [line.strip()])


def _cells(text: str, separator: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise BadTable(f"the quotation marks of row {number} do not pair, or a cell is too long") from None
        if not (number == 1 and _is_mark(cells, separator)):
            yield from _checked(number, [cell.strip() for cell in cells])


def _checked(number: int, cells: list[str]) -> Iterator[Row]:
    if number > TABLE_ROWS_MAX:
        raise BadTable(f"more than {TABLE_ROWS_MAX} rows")
    if any(len(cell) > TABLE_CELL_MAX for cell in cells):
        raise BadTable(f"row {number} has a cell of more than {TABLE_CELL_MAX} characters")
    if any(cells):
        yield number, tuple(cells)


def _separator(text: str, kind: str) -> str:
    """Empty: each line is a link. A heading decides; without one a table's name does, for links hold commas."""
    heading = next((line for line in text.split("\n") if line.strip() and not line.lstrip().startswith("#")), "")
    if heading.lower().startswith("sep=") and heading[4:5] in _SEPARATORS:  # an office program's own line
        return heading[4]
    named = [(len(link_columns(_split(heading, mark))), heading.count(mark), mark) for mark in _SEPARATORS]
    if (best := max(named))[0] and best[1]:
        return best[2]
    if link_columns([heading.strip().strip('"')]):  # one column: quoted cells are still cells
        return _NONE
    if kind == TSV or (kind == TEXT and "\t" in heading):
        return "\t"
    return _usual(text) if kind == CSV else ""


def _split(line: str, mark: str) -> list[str]:
    return [cell.strip().strip('"').strip() for cell in line.split(mark)]


def _usual(text: str) -> str:
    """The separator that gives rows of one width with the most links in one column.

    Raises BadTable where none does and a link may be followed by more: half a link must not be asked for.
    """
    best, found = 0, ""
    for mark in _SEPARATORS:
        rows = _sample(text, mark)
        widths = {len(row) for row in rows}
        if len(widths) != 1 or (width := widths.pop()) < 2:
            continue
        links = max(sum(is_link(row[column]) for row in rows) for column in range(width))
        if links > best:
            best, found = links, mark
    if not found and any(mark in row[0] for mark in _SEPARATORS for row in _sample(text, _NONE)):
        raise BadTable("its columns have no heading")
    return found or _NONE


def _sample(text: str, mark: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True):
            cells = [cell.strip() for cell in row]
            if any(cells) and not is_comment(cells):
                rows.append(cells)
            if len(rows) == _LOOKED_AT:
                break
    except csv.Error:
        return []
    return rows


def _is_mark(cells: Sequence[str], separator: str) -> bool:
    return cells[:1] in (["sep="], [f"sep={separator}"]) or cells[:1] == ["SEP="]
