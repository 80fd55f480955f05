"""What can happen to a link, and the rules that decide it; pure, so that every rule can be read and tested.

``removed`` only on an HTTP 404 or 410 that the server itself answered: over TLS, or from this very computer.
Anybody on the way (a proxy, a captive portal, a censor) can say 404 in its name on a plain connection: that is
``unknown``. HTTP 200 alone is not ``saved``: a whole stream of media is. What no rule knows is ``unknown``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from witnesskit.model import Json, Outcome

GONE: Final = (404, 410)
NETWORK: Final = frozenset(
    {"dns", "refused", "timeout", "unreachable", "reset", "proxy", "transport", "stall", "cut"}
)


@dataclass(frozen=True)
class Evidence:
    """On what the outcome stands: the deciding answer, or that there was none. Telling: sealed only."""

    rule: str  # stable word: "all-streams-complete", "page-http-410", "no-answer-dns"
    url: str
    started_at: str
    finished_at: str
    status: int = 0  # of the deciding answer; 0: no answer
    final_url: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    headers_sha256: str = ""
    body_sha256: str = ""  # of the deciding answer's page
    error_kind: str = ""
    peer: str = ""
    tls: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True)
class AttemptResult:
    """One attempt at one link."""

    outcome: Outcome
    evidence: Evidence
    received: int = 0  # bytes of media
    streams: int = 0


@dataclass(frozen=True)
class StreamEnd:
    """How one stream ended."""

    complete: bool
    reason: str
    size: int  # bytes received


@dataclass(frozen=True)
class Seen:
    """All that decides. ``vouched``: an answer can only have come from the server itself, not from one on the way."""

    page_status: int = 0
    answered: bool = False  # any HTTP answer at all
    streams: Sequence[StreamEnd] = ()
    failure: str = ""  # why extraction or the worker ended early
    vouched: bool = True


def decide(seen: Seen) -> tuple[Outcome, str]:
    """(outcome, rule) of one attempt."""
    return _by_streams(seen) if seen.streams else _without_streams(seen)


def _by_streams(seen: Seen) -> tuple[Outcome, str]:
    faults = [end.reason or "incomplete" for end in seen.streams if not end.complete]
    if not any(end.size for end in seen.streams):
        return _nothing_received(seen, faults)
    if all(fault == "not-media" for fault in faults) and len(faults) == len(seen.streams):
        return Outcome.UNKNOWN, "media-is-a-page"
    if faults:
        return Outcome.PARTIAL, f"media-{faults[0]}"
    if seen.failure:
        return Outcome.PARTIAL, seen.failure
    return Outcome.SAVED, "all-streams-complete"


def _nothing_received(seen: Seen, faults: Sequence[str]) -> tuple[Outcome, str]:
    if not faults:
        return Outcome.UNKNOWN, "media-empty"
    gone = [f"http-{status}" for status in GONE]
    if seen.vouched and len(faults) == len(seen.streams) and all(fault in gone for fault in faults):
        return Outcome.REMOVED, f"media-{faults[0]}"
    if all(fault in NETWORK for fault in faults):
        return Outcome.NETWORK_DOWN, f"media-{faults[0]}"
    return Outcome.UNKNOWN, f"media-{faults[0]}"


def _without_streams(seen: Seen) -> tuple[Outcome, str]:
    if seen.page_status in GONE:
        if seen.vouched:
            return Outcome.REMOVED, f"page-http-{seen.page_status}"
        return Outcome.UNKNOWN, f"page-http-{seen.page_status}-unprotected"
    if seen.failure in NETWORK:
        rule = "network" if seen.answered else "no-answer"
        return Outcome.NETWORK_DOWN, f"{rule}-{seen.failure}"
    if seen.page_status >= 400:
        return Outcome.UNKNOWN, f"page-http-{seen.page_status}"
    return Outcome.UNKNOWN, seen.failure or "no-media-found"
