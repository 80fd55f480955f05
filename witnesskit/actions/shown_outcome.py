"""The outcome of an item and why, in one line for a report. It names no site: the link may be withheld."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from witnesskit.model import Json

_BY: Final = {
    "uploader": "removed by who uploaded it",
    "platform": "removed by the platform",
    "account": "removed with its account",
}
_TEXT_MAX: Final = 80  # characters of a rule; a record is a device's word


def shown_outcome(capture: Mapping[str, Json]) -> str:
    """The word, and behind it what it stands on; a record may hold any type anywhere."""
    outcome, found = capture.get("outcome"), capture.get("evidence")
    word = outcome if isinstance(outcome, str) else ""
    evidence = found if isinstance(found, dict) else {}
    reasons = _reasons(word, evidence) if word and word != "saved" else []
    return f"{word} ({'; '.join(reasons)})" if reasons else word


def _reasons(word: str, evidence: Mapping[str, Json]) -> list[str]:
    rule, status, wait = evidence.get("rule"), evidence.get("status"), evidence.get("retry_after")
    reasons = [f"rule {rule[:_TEXT_MAX]}"] if isinstance(rule, str) and rule else []
    if _number(status):
        reasons.append(f"the answer that decided: {status}")
    if word == "removed" and str(evidence.get("removed_by")) in _BY:
        reasons.append(f"{_BY[str(evidence['removed_by'])]}, as the site says")
    control = evidence.get("control")
    if isinstance(control, dict) and _number(control.get("status")):
        reasons.append(f"the front page of the same site answered {control['status']}")
    if _number(wait):
        reasons.append(f"the site asked to wait {wait} seconds")
    return reasons


def _number(value: Json) -> bool:
    return type(value) is int and value > 0
