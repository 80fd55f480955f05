"""Probabilities as people and models write them: parts of one or per cent, told apart by the whole column or refused.

Held as parts of a million, so that no reader rounds them otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from witnesskit.errors.risk import AmbiguousProbability, BadTable

MILLION: Final = 1_000_000
FRACTION: Final = "fraction"
PERCENT: Final = "percent"
_NUMBER = re.compile(r"(\d{0,9}(?:[.,]\d{1,30})?|\d{1,9}[.,])(?:[eE]([-+]?\d{1,2}))?\s?(%?)", re.ASCII)
_NAMES_PERCENT: Final = ("percent", "percentage", "pct", "%")


def column_unit(name: str) -> str:
    """The unit that a column's own (folded) name says; empty for none."""
    return PERCENT if set(name.split("_")) & set(_NAMES_PERCENT) or name.endswith("%") else ""


def read_column(untrusted_cells: Sequence[tuple[int, str]], unit: str = "") -> tuple[tuple[int, ...], str]:
    """(parts of a million, unit) of the cells of one column, each with its row's number.

    ``unit`` is what somebody said. Without it: every cell with a per cent sign is per cent; none with one and none of
    1 and more is parts of one; all of more than 1 are per cent. Everything else could be both: AmbiguousProbability.
    Raises BadTable for what is no number between nothing and certainty.
    """
    read = [(row, *_number(row, text)) for row, text in untrusted_cells]
    unit = unit or _unit([(row, value, signed) for row, value, signed in read])
    return tuple(_parts(row, value, unit, signed) for row, value, signed in read), unit


def text_of(parts: int) -> str:
    """For people: ``0.70 %``, with as many digits as tell a small one from nothing."""
    percent = Decimal(parts) * 100 / MILLION
    return f"{percent:.2f} %" if not parts or parts >= 100 else f"{percent:.4f} %"


def _number(row: int, text: str) -> tuple[Decimal, bool]:
    found = _NUMBER.fullmatch(text.strip())
    if not found or not found[1].strip(".,"):
        raise BadTable(f"row {row}: the probability is not a number")
    value = Decimal(found[1].replace(",", ".").rstrip(".") or "0").scaleb(int(found[2] or 0))
    return value, bool(found[3])


def _unit(read: Sequence[tuple[int, Decimal, bool]]) -> str:
    telling = [one for one in read if one[1]]  # nothing is nothing in both
    signed = [one for one in telling if one[2]]
    if signed and len(signed) == len(telling):
        return PERCENT
    if signed:
        odd = next(row for row, _value, mark in telling if not mark)
        raise AmbiguousProbability(f"row {odd} has no per cent sign and others have one")
    if all(value < 1 for _row, value, _mark in telling):
        return FRACTION
    if all(value > 1 for _row, value, _mark in telling):
        return PERCENT
    low = next(row for row, value, _mark in telling if value <= 1)
    raise AmbiguousProbability(f"row {low} is at most 1" + (" and others are more" if len(telling) > 1 else ""))


def _parts(row: int, value: Decimal, unit: str, signed: bool) -> int:
    if signed and value and unit == FRACTION:
        raise AmbiguousProbability(f"row {row} has a per cent sign")
    parts = value * MILLION / (100 if unit == PERCENT else 1)
    if not 0 <= parts <= MILLION:
        raise BadTable(f"row {row}: the probability is more than certainty")
    return int(parts.quantize(Decimal(1), ROUND_HALF_EVEN))
