"""Dated forecasts of mass violence by country, as CSV tables from outside (docs/spec/risk.md).

Columns by name, in any order: country, probability, as_of, source, definition, kind. Others are passed over.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from witnesskit.errors.risk import BadTable, DuplicateForecast, FutureForecast, MissingColumn, UnknownCountry
from witnesskit.formats import probability, separated
from witnesskit.formats.countries import country

ONSET: Final = "onset"
ONGOING: Final = "ongoing"
KINDS: Final = (ONSET, ONGOING)
COLUMNS: Final = ("country", "probability", "as_of", "source", "definition", "kind")
_ALSO: Final = {  # other usual names of a column
    "country": ("iso3", "iso_a3", "alpha_3", "country_code", "country_name"),
    "probability": ("probability_percent", "probability_pct", "percent", "risk"),
    "as_of": ("date", "as_of_date"),
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True)
class Forecast:
    """One row: how probable its source held it, on which day, and what it meant by it."""

    country: str  # ISO 3166-1 alpha-3
    probability: int  # parts of a million
    as_of: str  # YYYY-MM-DD
    source: str
    definition: str
    kind: str  # of KINDS


@dataclass(frozen=True)
class Filled:
    """What the person says for the whole table, where it says nothing itself, and which column is which."""

    as_of: str = ""
    source: str = ""
    definition: str = ""
    kind: str = ""
    unit: str = ""  # "fraction" or "percent"
    columns: Mapping[str, str] = field(default_factory=dict)  # name of COLUMNS -> the table's own column

    def value(self, column: str) -> str:
        """The value said for a column; empty for none."""
        return str(getattr(self, column, ""))


@dataclass(frozen=True)
class Read:
    """A table that was read whole; ``unit`` is how its numbers were understood."""

    forecasts: tuple[Forecast, ...]
    unit: str


def parse_risk_table(untrusted_data: bytes, filled: Filled, today: str) -> Read:
    """All forecasts of a table, or none; ``today`` is YYYY-MM-DD.

    Raises BadTable, MissingColumn, AmbiguousProbability, UnknownCountry, FutureForecast, DuplicateForecast, each with
    the number of the row.
    """
    table = separated.parse_table(untrusted_data, [*COLUMNS, *filled.columns.values(), *sum(_ALSO.values(), ())])
    places = {column: _place(table.columns, column, filled) for column in COLUMNS}
    if not table.rows:
        raise BadTable("it has a heading and no row")
    cells = [(row.number, row.cell(places["probability"])) for row in table.rows]
    unit = filled.unit or probability.column_unit(places["probability"])
    parts, unit = probability.read_column(cells, unit)
    known: dict[tuple[str, ...], int] = {}
    found = []
    for row, chance in zip(table.rows, parts, strict=True):
        forecast = _forecast(row, places, filled, chance)
        _check(forecast, row.number, today, known)
        found.append(forecast)
    return Read(tuple(found), unit)


def day_of(untrusted_text: str, place: str) -> str:
    """A day as YYYY-MM-DD; raises BadTable naming the ``place``."""
    try:
        if _DAY.fullmatch(untrusted_text):
            return datetime.date.fromisoformat(untrusted_text).isoformat()
    except ValueError:
        pass
    raise BadTable(f"{place} is not a day as YYYY-MM-DD")


def country_of(untrusted_text: str, row: int) -> str:
    """Alpha-3 of a cell; raises UnknownCountry naming the row."""
    found = country(untrusted_text)
    if not found:
        raise UnknownCountry(f"row {row}")
    return found


def kind_of(untrusted_text: str, row: int) -> str:
    """One of KINDS; raises BadTable naming the row."""
    kind = untrusted_text.casefold()
    if kind not in KINDS:
        raise BadTable(f"row {row}: kind is neither onset nor ongoing")
    return kind


def _place(columns: tuple[str, ...], column: str, filled: Filled) -> str:
    """The folded name of the table's column; empty where the person's word fills it."""
    mapped = filled.columns.get(column)
    if mapped is not None:
        if separated.folded(mapped) not in columns:
            raise MissingColumn(f"{column} was mapped to a column that is not there")
        return separated.folded(mapped)
    found = next((name for name in (column, *_ALSO.get(column, ())) if name in columns), "")
    if not found and not filled.value(column):
        raise MissingColumn(column)
    return found


def _forecast(row: separated.Row, places: Mapping[str, str], filled: Filled, chance: int) -> Forecast:
    said = {
        column: row.cell(places[column]) or filled.value(column)
        for column in ("as_of", "source", "definition", "kind")
    }
    for column in ("source", "definition"):
        if not said[column]:
            raise BadTable(f"row {row.number}: {column} is empty")
    return Forecast(
        country_of(row.cell(places["country"]), row.number),
        chance,
        day_of(said["as_of"], f"row {row.number}: as_of"),
        said["source"],
        said["definition"],
        kind_of(said["kind"], row.number),
    )


def _check(forecast: Forecast, row: int, today: str, known: dict[tuple[str, ...], int]) -> None:
    if forecast.as_of > today:
        raise FutureForecast(f"row {row}")
    first = known.setdefault((forecast.country, forecast.source, forecast.kind, forecast.as_of), row)
    if first != row:
        raise DuplicateForecast(f"rows {first} and {row}")
