"""The clock of this computer: a claim, recorded as one; beside it what the sites' clocks said, on the sites' word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from statistics import median_low
from typing import Final

from witnesskit.limits import CLOCK_APART_SECONDS
from witnesskit.model import Json

_AGE_MAX: Final = 10  # digits of an Age header; 317 years


def now() -> str:
    """UTC as ``YYYY-MM-DDTHH:MM:SSZ``."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def clock_facts(offsets: Sequence[int] = ()) -> Json:
    """What is known of the clock; ``offsets`` in seconds, positive where this computer is ahead of the site.

    No answer is trusted with the time: without a word from outside it says so, with one it says whose.
    """
    facts: dict[str, Json] = {"source": "system", "synced": "unknown"}
    if not offsets:
        return facts
    facts |= {"compared_with": "Date headers, the sites' word", "headers": len(offsets)}
    facts |= {"offset_min_s": min(offsets), "offset_median_s": median_low(offsets), "offset_max_s": max(offsets)}
    if abs(facts["offset_median_s"]) > CLOCK_APART_SECONDS:
        facts["warning"] = f"this clock and the sites' are more than {CLOCK_APART_SECONDS} seconds apart"
    return facts


def offset_of(untrusted_headers: Iterable[tuple[str, str]], answered_at: str) -> int | None:
    """Seconds that ``answered_at`` is ahead of the Date of an answer; None where there is no readable Date.

    What a cache kept is older than its Date (RFC 9111, section 4.2.3): the Age it names is added.
    """
    named = {name.lower(): value for name, value in untrusted_headers}
    try:
        said = parsedate_to_datetime(named["date"])
        age = named.get("age", "")
        said += timedelta(seconds=int(age) if age.isascii() and age.isdigit() and len(age) <= _AGE_MAX else 0)
        here = datetime.fromisoformat(answered_at)
        return int((here - (said if said.tzinfo else said.replace(tzinfo=UTC))).total_seconds())
    except (KeyError, ValueError, TypeError, OverflowError, IndexError):
        return None
