"""What did happen, by country, period and kind: a CSV table that forecasts are scored against (docs/spec/risk.md).

Columns by name, in any order: country, from, to, happened, kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from witnesskit.errors.risk import BadTable, DuplicateForecast, MissingColumn
from witnesskit.formats import separated
from witnesskit.formats.risk_table import country_of, day_of, kind_of

COLUMNS: Final = ("country", "from", "to", "happened", "kind")
_YES: Final = ("yes", "true", "1")
_NO: Final = ("no", "false", "0")


@dataclass(frozen=True)
class Happened:
    """Whether it came to pass in one country in one period, first and last day included."""

    country: str  # ISO 3166-1 alpha-3
    start: str  # YYYY-MM-DD
    end: str
    happened: bool
    kind: str  # onset or ongoing


def parse_outcomes(untrusted_data: bytes, today: str) -> tuple[Happened, ...]:
    """All outcomes of a table; raises the leaves of errors/risk.py with the number of the row.

    A period that is not over can still bring what has not happened: only a "yes" is taken of it.
    """
    table = separated.parse_table(untrusted_data, COLUMNS)
    for column in COLUMNS:
        if column not in table.columns:
            raise MissingColumn(column)
    known: dict[tuple[str, ...], int] = {}
    found = []
    for row in table.rows:
        one = _outcome(row, today)
        first = known.setdefault((one.country, one.start, one.end, one.kind), row.number)
        if first != row.number:
            raise DuplicateForecast(f"rows {first} and {row.number}")
        found.append(one)
    return tuple(found)


def _outcome(row: separated.Row, today: str) -> Happened:
    number = row.number
    start, end = day_of(row.cell("from"), f"row {number}: from"), day_of(row.cell("to"), f"row {number}: to")
    if end < start:
        raise BadTable(f"row {number}: to lies before from")
    word = row.cell("happened").casefold()
    if word not in (*_YES, *_NO):
        raise BadTable(f"row {number}: happened is neither yes nor no")
    if word in _NO and end >= today:
        raise BadTable(f"row {number}: the period is not over, so nobody can say that it did not happen")
    country, kind = country_of(row.cell("country"), number), kind_of(row.cell("kind"), number)
    return Happened(country, start, end, word in _YES, kind)
