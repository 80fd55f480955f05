"""One imported table of forecasts as the vault keeps it, sealed (docs/spec/risk.md, "How tables are kept")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Final

from witnesskit.digest import sha256_hex
from witnesskit.errors.formats import NewerFormat
from witnesskit.errors.vault import BadSealedFile
from witnesskit.formats import strict_json
from witnesskit.formats.risk_table import Forecast
from witnesskit.limits import SEALED_FILE_MAX

FORMAT: Final = "witnesskit.risk/1"
_FIELDS: Final = tuple(each.name for each in fields(Forecast))


@dataclass(frozen=True)
class Version:
    """One import."""

    number: int  # from 1, in the order of import
    imported_at: str  # RFC 3339 UTC
    unit: str  # how the numbers of the table were understood
    forecasts: tuple[Forecast, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of what the table says, however it was written: the order of rows does not matter."""
        return rows_digest(self.forecasts)


def rows_digest(forecasts: Sequence[Forecast]) -> str:
    """SHA-256 over the sorted rows."""
    rows = sorted([str(value) for value in _values(one)] for one in forecasts)
    return sha256_hex(strict_json.canonical(rows))


def dump(version: Version) -> bytes:
    """RFC 8785 bytes."""
    value = {
        "format": FORMAT,
        "number": version.number,
        "imported_at": version.imported_at,
        "unit": version.unit,
        "columns": list(_FIELDS),
        "forecasts": [_values(one) for one in version.forecasts],
    }
    return strict_json.canonical(value)


def parse(data: bytes) -> Version:
    """Read one; raises NewerFormat, BadSealedFile, BadJson."""
    value = strict_json.loads(data, max_size=SEALED_FILE_MAX)
    try:
        if value["format"] != FORMAT:
            raise NewerFormat("a table of forecasts")
        if value["columns"] != list(_FIELDS):
            raise BadSealedFile("other columns than forecasts have")
        forecasts = tuple(_forecast(row) for row in value["forecasts"])
        return Version(int(value["number"]), str(value["imported_at"]), str(value["unit"]), forecasts)
    except (KeyError, TypeError, ValueError):
        raise BadSealedFile("not a table of forecasts") from None


def _values(forecast: Forecast) -> list[object]:
    return list(asdict(forecast).values())


def _forecast(row: list[object]) -> Forecast:
    country, probability, as_of, source, definition, kind = row
    if isinstance(probability, bool) or not isinstance(probability, int):
        raise TypeError
    return Forecast(str(country), probability, str(as_of), str(source), str(definition), str(kind))
