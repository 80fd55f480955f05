"""Rows of a workbook (.xlsx, ECMA-376), read by openpyxl, which is an extra and is loaded only here.

Cells are read as they were last shown: no formula is reckoned, no other file or address is looked at. The container
is checked before its parser sees it: sizes, count, and no document type, so that nothing expands.
"""

from __future__ import annotations

import datetime
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import Any, Final

from witnesskit.errors.brought import BadTable, NoSheets
from witnesskit.formats.link_rows import Row
from witnesskit.limits import (
    READ_BLOCK,
    SHEET_COLUMNS_MAX,
    SHEET_MEMBERS_MAX,
    SHEET_SIZE_MAX,
    SHEETS_MAX,
    TABLE_CELL_MAX,
    TABLE_MAX,
    TABLE_ROWS_MAX,
)

_ZIP: Final = b"PK\x03\x04"
_OLD: Final = b"\xd0\xcf\x11\xe0"  # compound file: .xls, or a workbook with a password
_TYPES: Final = tuple("<!DOCTYPE".encode(code) for code in ("ascii", "utf-16-le", "utf-16-be"))
_SHEET_ROWS: Final = 2**20  # rows that a sheet can have
_OUTSIDE: Final = (
    zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, TypeError, IndexError, AttributeError,
    SyntaxError, ArithmeticError, RuntimeError, AssertionError, OSError,
)  # fmt: skip


def is_sheet(untrusted_data: bytes) -> bool:
    """Whether this is a workbook; raises BadTable for an old or locked one."""
    if untrusted_data.startswith(_OLD):
        raise BadTable("it is an old or a locked workbook; save it as .xlsx without a password, or as CSV")
    return untrusted_data.startswith(_ZIP)


def sheet_rows(untrusted_data: bytes) -> Iterator[tuple[Row, ...]]:
    """Rows of each sheet that holds text, in order, read one after the other. Raises BadTable, NoSheets."""
    _check_container(untrusted_data)
    try:
        import openpyxl
    except ImportError:
        raise NoSheets from None
    try:
        book = openpyxl.load_workbook(io.BytesIO(untrusted_data), read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets[:SHEETS_MAX]:
            if rows := tuple(_rows(sheet)):
                yield rows
    except _OUTSIDE:
        raise BadTable("it is no workbook that can be read") from None


def _rows(sheet: Any) -> Iterator[Row]:
    sheet.reset_dimensions()  # what the file says of its own size is a claim
    found = 0
    for number, values in enumerate(sheet.iter_rows(max_row=_SHEET_ROWS, values_only=True), 1):
        if len(values) > SHEET_COLUMNS_MAX and any(value is not None for value in values[SHEET_COLUMNS_MAX:]):
            raise BadTable(f"row {number} has more than {SHEET_COLUMNS_MAX} cells")
        cells = _texts(values[:SHEET_COLUMNS_MAX], number)
        if any(cells):
            found += 1
            if found > TABLE_ROWS_MAX:
                raise BadTable(f"more than {TABLE_ROWS_MAX} rows")
            yield number, cells


def _texts(values: Sequence[Any], number: int) -> tuple[str, ...]:
    cells = tuple(_text(value) for value in values)
    if any(len(cell) > TABLE_CELL_MAX for cell in cells):
        raise BadTable(f"row {number} has a cell of more than {TABLE_CELL_MAX} characters")
    return cells


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()[:10]
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _check_container(data: bytes) -> None:
    """Raises BadTable before any XML is parsed."""
    if len(data) > TABLE_MAX:
        raise BadTable(f"more than {TABLE_MAX} bytes")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            if "xl/workbook.xml" not in names:
                raise BadTable("it is no workbook; save it as .xlsx or as CSV")
            if len(members) > SHEET_MEMBERS_MAX or len(names) != len(members):
                raise BadTable("its container is not one that office programs write")
            if sum(member.file_size for member in members) > SHEET_SIZE_MAX:
                raise BadTable(f"it opens to more than {SHEET_SIZE_MAX} bytes")
            for member in members:
                if member.filename.lower().endswith((".xml", ".rels")):
                    _check_member(archive, member)
    except _OUTSIDE:
        raise BadTable("its container is damaged") from None


def _check_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """No document type: entities could grow without end. ``zipfile`` gives no byte more than a member declares."""
    before = b""
    with archive.open(member) as stream:
        while block := stream.read(READ_BLOCK):
            if any(mark in before + block for mark in _TYPES):
                raise BadTable("it holds definitions that no office program writes")
            before = block[-32:]
