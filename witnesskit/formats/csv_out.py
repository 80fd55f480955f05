"""CSV that spreadsheets open as text (RFC 4180): no cell begins what a spreadsheet would reckon or fetch.

A cell whose first visible character is one of ``= + - @`` in any width or form (NFKC), or that begins with a tab,
carriage return or line feed, gets an apostrophe before it; every cell is quoted. The apostrophe is part of the value.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

MARK: Final = "'"
BOM: Final = "\ufeff"
_BEGINS: Final = frozenset("=+-@\u2212")  # NFKC leaves the minus sign as it is
_CONTROL: Final = frozenset("\t\r\n")
_UNSEEN: Final = frozenset({"Zs", "Zl", "Zp", "Cf", "Cc"})  # a spreadsheet may skip them


def safe_cell(untrusted_text: str) -> str:
    """The text as a cell that is text: without other control characters, with an apostrophe where it needs one."""
    text = "".join(one for one in untrusted_text if one in _CONTROL or unicodedata.category(one) not in ("Cc", "Cs"))
    first = next((one for one in text if unicodedata.category(one) not in _UNSEEN), "")
    begins = unicodedata.normalize("NFKC", first)[:1]
    return MARK + text if text[:1] in _CONTROL or begins in _BEGINS else text


def csv_bytes(rows: Iterable[Sequence[str]], *, bom: bool = False) -> bytes:
    """Rows as UTF-8, every cell safe and quoted, lines ended by CR LF; ``bom``: for office programs."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return ((BOM if bom else "") + text.getvalue()).encode()
