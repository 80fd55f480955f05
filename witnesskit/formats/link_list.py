"""A list of links that a person brings: text, CSV in any dialect, or a workbook (docs/spec/queue.md).

Every row with text ends as one or more links or as a row without one; nothing is left out without being counted.
Links are not judged here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from witnesskit.errors.brought import BadTable
from witnesskit.formats import link_columns as columns
from witnesskit.formats.link_rows import CSV, TEXT, TSV, Row, is_comment, text_rows
from witnesskit.formats.link_sheet import is_sheet, sheet_rows
from witnesskit.limits import LINKS_MAX, QUEUE_FLAGS_MAX

_KINDS: Final = {".csv": CSV, ".tsv": TSV, ".tab": TSV}
_COUNTRY: Final = re.compile(r"[A-Z]{3}", re.ASCII)
_FLAG: Final = re.compile(r"[a-z][a-z0-9-]{0,31}", re.ASCII)
_DIVIDED: Final = re.compile(r"[,;|\s]+")
_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})", re.ASCII)


@dataclass(frozen=True)
class Entry:
    """One link as it stands in a list, and what its row says of it."""

    row: int  # from 1, as the person's program shows it
    untrusted_url: str = field(repr=False)
    priority: str = ""  # urgent | normal | later; empty: nothing was said
    country: str = ""  # three capital letters
    flags: tuple[str, ...] = ()
    deadline: str = ""  # YYYY-MM-DD


@dataclass(frozen=True)
class LinkList:
    """A whole list. ``empty``: rows with text, no link; ``unread``: (row, column) whose word means nothing here."""

    entries: tuple[Entry, ...]
    empty: tuple[int, ...] = ()
    unread: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class _Places:
    links: tuple[int, ...]
    first: int  # number of the first row of data
    priority: int | None = None
    country: int | None = None
    flags: int | None = None
    deadline: int | None = None


def read_links(untrusted_data: bytes, suffix: str = "") -> LinkList:
    """Read a list; ``suffix`` (".csv") is of its name. Raises BadTable, NoSheets, never with its content."""
    if is_sheet(untrusted_data):
        for rows in sheet_rows(untrusted_data):
            if _named(rows):
                return _list(rows, CSV)
        return _list(next(iter(sheet_rows(untrusted_data)), ()), CSV)
    kind = _KINDS.get(suffix.lower(), TEXT)
    return _list(text_rows(untrusted_data, kind), kind)


def is_flag(word: str) -> bool:
    """Whether a word can be a flag; which ones mean something is for triage to say."""
    return bool(_FLAG.fullmatch(word))


def _named(rows: Sequence[Row]) -> bool:
    heading = next((cells for _number, cells in rows if not is_comment(cells)), ())
    return bool(columns.link_columns(heading))


def _list(rows: Sequence[Row], kind: str) -> LinkList:
    said = [(number, cells) for number, cells in rows if not is_comment(cells)]
    if not said:
        return LinkList(())
    places = _places(said, kind)
    entries: list[Entry] = []
    empty: list[int] = []
    unread: list[tuple[int, str]] = []
    for number, cells in said:
        if number < places.first:
            continue
        urls = [url for place in places.links for url in _urls(_cell(cells, place))]
        if not urls:
            empty.append(number)
            continue
        entries += [_entry(number, url, cells, places) for url in urls]
        unread += [(number, name) for name in _unread(cells, places)]
        if len(entries) > LINKS_MAX:
            raise BadTable(f"more than {LINKS_MAX} links")
    return LinkList(tuple(entries), tuple(empty), tuple(unread))


def _places(rows: Sequence[Row], kind: str) -> _Places:
    """By the names of the heading; without a heading, the one column that holds links."""
    number, heading = rows[0]
    if links := columns.link_columns(heading):
        named = (columns.PRIORITY, columns.COUNTRY, columns.FLAGS, columns.DEADLINE)
        return _Places(links, number + 1, *(columns.column(heading, names) for names in named))
    width = max(len(cells) for _number, cells in rows)
    if width == 1:
        return _Places((0,), number)
    found = [place for place in range(width) if any(columns.is_link(_cell(cells, place)) for _number, cells in rows)]
    if len(found) != 1:
        raise BadTable("no column is named link or url" if kind != TEXT else "its columns have no heading")
    is_heading = not columns.is_link(_cell(heading, found[0])) and len(rows) > 1
    return _Places((found[0],), number + is_heading)


def _cell(cells: Sequence[str], place: int | None) -> str:
    return cells[place] if place is not None and place < len(cells) else ""


def _urls(cell: str) -> list[str]:
    """One, or several of one cell where every word is a link."""
    words = cell.split()
    if len(words) > 1 and all(columns.is_link(word) for word in words):
        return words
    return [cell] if cell else []


def _entry(number: int, url: str, cells: Sequence[str], places: _Places) -> Entry:
    return Entry(
        number, url, _priority(_cell(cells, places.priority)), _country(_cell(cells, places.country)),
        tuple(flag for flag in _flags(_cell(cells, places.flags)) if _FLAG.fullmatch(flag))[:QUEUE_FLAGS_MAX],
        _deadline(_cell(cells, places.deadline)),
    )  # fmt: skip


def _unread(cells: Sequence[str], places: _Places) -> Iterator[str]:
    """Columns whose cell says something that is not understood; the row is taken without it."""
    for name, place, read in (
        ("priority", places.priority, _priority),
        ("country", places.country, _country),
        ("deadline", places.deadline, _deadline),
    ):
        if (cell := _cell(cells, place)) and not read(cell):
            yield name
    flags = _flags(_cell(cells, places.flags))
    if len(flags) > QUEUE_FLAGS_MAX or not all(_FLAG.fullmatch(flag) for flag in flags):
        yield "flags"


def _priority(cell: str) -> str:
    return columns.PRIORITY_WORDS.get(columns.folded(cell), "")


def _country(cell: str) -> str:
    found = cell.upper()
    return found if _COUNTRY.fullmatch(found) else ""


def _flags(cell: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in _DIVIDED.split(cell.lower()) if word))


def _deadline(cell: str) -> str:
    """A day as ISO 8601 or day.month.year."""
    try:
        if match := _DAY_FIRST.fullmatch(cell):
            return date(int(match[3]), int(match[2]), int(match[1])).isoformat()
        return date.fromisoformat(cell[:10]).isoformat() if len(cell) >= 10 and cell[4] == "-" else ""
    except ValueError:
        return ""
