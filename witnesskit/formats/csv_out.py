"""CSV that spreadsheets open as text (RFC 4180): no cell begins what a spreadsheet would reckon or fetch.

A cell whose first visible character is one of ``= + - @`` in any width or form (NFKC), or that begins with a tab,
carriage return or line feed, gets an apostrophe before it; every cell is quoted. The apostrophe is part of the value.
Where lists are separated by semicolons an office program splits our lines there, inside quotes too: what would
begin a cell then gets one as well.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

MARK: Final = "'"
BOM: Final = "\ufeff"
_BEGINS: Final = frozenset("=+-@\u2212")  # NFKC leaves the minus sign as it is
_CONTROL: Final = frozenset("\t\r\n")
_SPLITS: Final = re.compile(r"([;\t\r\n])")  # whatever a program may take for the end of a cell, but the comma
_UNSEEN: Final = frozenset({"Zs", "Zl", "Zp", "Cf", "Cc"})  # a spreadsheet may skip them


def safe_cell(untrusted_text: str) -> str:
    """The text as a cell that is text: without other control characters, with an apostrophe where it needs one."""
    text = "".join(one for one in untrusted_text if one in _CONTROL or unicodedata.category(one) not in ("Cc", "Cs"))
    first, *others = _SPLITS.split(text)  # every second one is what it was split at
    safe = first + "".join(MARK + one if _begins(one.replace('"', "")) else one for one in others)
    return MARK + safe if text[:1] in _CONTROL or _begins(text) else safe


def _begins(text: str) -> bool:
    """Whether its first visible character begins a formula."""
    first = next((one for one in text if unicodedata.category(one) not in _UNSEEN), "")
    return unicodedata.normalize("NFKC", first)[:1] in _BEGINS


def csv_bytes(rows: Iterable[Sequence[str]], *, bom: bool = False) -> bytes:
    """Rows as UTF-8, every cell safe and quoted, lines ended by CR LF; ``bom``: for office programs."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return ((BOM if bom else "") + text.getvalue()).encode()
