"""``risk``: dated tables of forecasts, kept sealed as versions that nothing overwrites; triage reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from witnesskit.actions import risk_average
from witnesskit.actions.clock import now
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.risk_average import Average
from witnesskit.actions.risk_score import Scores, score
from witnesskit.actions.sealed_store import sealed_store
from witnesskit.custody.journal import utc_day
from witnesskit.errors.risk import BadTable, UnknownCountry
from witnesskit.formats import risk_version
from witnesskit.formats.countries import country as find_country
from witnesskit.formats.risk_outcomes import Happened, parse_outcomes
from witnesskit.formats.risk_table import Filled, Forecast, parse_risk_table
from witnesskit.formats.risk_version import Version
from witnesskit.limits import RISK_VERSIONS_MAX
from witnesskit.vault.layout import Vault
from witnesskit.vault.sealed_files import SealedFiles

_NAME: Final = re.compile(r"risk-([0-9]{4})", re.ASCII)


@dataclass(frozen=True)
class Imported:
    """What one import did; ``known``: a table that says the same was there already, as that version."""

    version: Version
    known: bool

    @property
    def highest(self) -> Forecast:
        """The forecast by which a person sees whether the numbers were understood."""
        return max(self.version.forecasts, key=lambda one: (one.probability, one.country))


@dataclass(frozen=True)
class Shown:
    """What is in force today, and how many tables are kept."""

    averages: tuple[Average, ...]
    versions: tuple[Version, ...]


@dataclass(frozen=True)
class Scored:
    """Scores, and how many forecasts the vault holds only since after their period had begun."""

    scores: Scores
    late: int
    changed: int  # forecasts that a later import changed; scored as they were first imported


def import_table(vault: Vault, passphrase: str, untrusted_data: bytes, filled: Filled) -> Imported:
    """Keep a table as the next version; the same one twice is nothing new.

    Raises what ``parse_risk_table`` does, NotWithoutPassphrase on a field device that is not locked.
    """
    read = parse_risk_table(untrusted_data, filled, utc_day())
    with open_for_saving(vault, passphrase) as session:
        store = sealed_store(session)
        kept = versions(store)
        digest = risk_version.rows_digest(read.forecasts)
        known = next((one for one in kept if one.digest == digest), None)
        if known:
            return Imported(known, known=True)
        number = 1 + max((one.number for one in kept), default=0)
        if number > RISK_VERSIONS_MAX:
            raise BadTable(f"this vault keeps {RISK_VERSIONS_MAX} tables already")
        version = Version(number, now(), read.unit, read.forecasts)
        store.write(f"risk-{number:04d}", risk_version.dump(version))
    return Imported(version, known=False)


def show(vault: Vault, passphrase: str, country: str = "") -> Shown:
    """The averages of today and what they stand on; of one country if it is named. Raises UnknownCountry."""
    wanted = find_country(country)
    if country and not wanted:
        raise UnknownCountry
    with open_for_saving(vault, passphrase) as session:
        kept = versions(sealed_store(session))
    found = risk_average.averages(_all(kept), utc_day())
    return Shown(tuple(one for one in found if wanted in ("", one.country)), kept)


def score_against(vault: Vault, passphrase: str, untrusted_outcomes: bytes) -> Scored:
    """Every forecast that was ever imported against recorded outcomes."""
    outcomes = parse_outcomes(untrusted_outcomes, utc_day())
    with open_for_saving(vault, passphrase) as session:
        kept = versions(sealed_store(session))
    first: dict[tuple[str, ...], tuple[Forecast, str]] = {}
    changed = 0
    for version in kept:
        for one in version.forecasts:
            place = (one.country, one.source, one.kind, one.as_of)
            changed += place in first and first[place][0].probability != one.probability
            first.setdefault(place, (one, version.imported_at[:10]))
    scores = score([one for one, _day in first.values()], outcomes)
    late = sum(day > _next_start(one, outcomes, day) for one, day in first.values())
    return Scored(scores, late, changed)


def _next_start(forecast: Forecast, outcomes: tuple[Happened, ...], default: str) -> str:
    """The first day of the first period that the forecast can be about."""
    place = (forecast.country, forecast.kind)
    starts = [one.start for one in outcomes if (one.country, one.kind) == place and forecast.as_of <= one.start]
    return min(starts, default=default)


def versions(store: SealedFiles) -> tuple[Version, ...]:
    """Every table, in the order of import; raises BadSealedFile."""
    names = [name for name in store.names() if _NAME.fullmatch(name)]
    return tuple(risk_version.parse(store.read(name) or b"") for name in names)


def countries(store: SealedFiles, today: str = "") -> Mapping[str, int]:
    """For ``capture.triage.rank``: the averaged probability of each country (alpha-3) in parts of 10,000."""
    return risk_average.by_country(_all(versions(store)), today or utc_day())


def _all(kept: tuple[Version, ...]) -> list[Forecast]:
    return [one for version in kept for one in version.forecasts]
