"""The clock of this computer: a claim, recorded as one."""

from __future__ import annotations

from datetime import UTC, datetime

from witnesskit.model import Json


def now() -> str:
    """UTC as ``YYYY-MM-DDTHH:MM:SSZ``."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def clock_facts() -> Json:
    """What is known of the clock: nothing outside has confirmed it."""
    return {"source": "system", "synced": "unknown"}
