"""What can happen to a link, and the rules that decide it (docs/spec/outcome.md); pure: every rule can be read.

``removed`` only where the server itself said so (over TLS, or from this very computer) and a control on the same site
answered in the same run: anybody on the way can say 404 in its name, and a site that is down says nothing about one
link. HTTP 200 alone is neither live nor saved: a whole stream of media is. What no rule knows is ``unknown``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from witnesskit.model import Json, Outcome

GONE: Final = (404, 410)
# why no answer came; a failure of the way, never of the link
NETWORK: Final = frozenset(
    {"dns", "refused", "timeout", "unreachable", "reset", "proxy", "transport", "stall", "cut", "tls"}
)
UNTRUSTED: Final = frozenset({"tls-untrusted", "tls-expired", "tls-wrong-host"})  # nobody vouches for who answered
CONTROLLED: Final = "answered"  # the control answered as a living site does
_OF_KIND: Final = {
    "dns": Outcome.DNS,
    "refused": Outcome.REFUSED,
    "proxy": Outcome.PROXY_DOWN,
    **dict.fromkeys(UNTRUSTED, Outcome.TLS_INTERCEPTED),
}
_OF_STATUS: Final = {
    401: Outcome.LOGIN,
    403: Outcome.BLOCKED,
    429: Outcome.RATE_LIMITED,
    451: Outcome.LEGAL,
    511: Outcome.BLOCKED,  # RFC 6585, section 6: a captive portal
}
_OF_FAILURE: Final = {
    "geo-blocked": Outcome.GEO,
    "login-wall": Outcome.LOGIN,
    "drm": Outcome.UNSUPPORTED,
    "encrypted": Outcome.UNSUPPORTED,
    "live": Outcome.LIVE,
}
# what a phrase can mean: words alone never make a success, nor a failure of the way
SAYABLE: Final = frozenset(
    {
        Outcome.REMOVED, Outcome.LEGAL, Outcome.PRIVATE, Outcome.LOGIN, Outcome.GEO, Outcome.RATE_LIMITED,
        Outcome.BLOCKED, Outcome.UNKNOWN,
    }
)  # fmt: skip
_SURE_STATUS: Final = (401, 429, 451)  # what the page says beside them changes nothing


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
    phrase: str = ""  # id of the phrase that decided (phrases.toml)
    message: str = ""  # what the extractor said, as it said it
    removed_by: str = ""  # uploader | platform | account, where the site says so
    retry_after: int = 0  # seconds the site asks us to wait
    control: Mapping[str, Json] = field(default_factory=dict)  # url, status, body_sha256, result


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
class Said:
    """What a page or an extractor says in words: the meaning of a phrase, by its id."""

    id: str
    outcome: Outcome
    by: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError for a meaning that words cannot have."""
        if self.outcome not in SAYABLE:
            raise ValueError(self.outcome)


@dataclass(frozen=True)
class Seen:
    """All that decides. ``vouched``: an answer can only have come from the server itself, not from one on the way."""

    page_status: int = 0
    answered: bool = False  # any HTTP answer at all
    streams: Sequence[StreamEnd] = ()  # of the media itself; subtitles and thumbnails decide nothing
    failure: str = ""  # why extraction or the worker ended early
    vouched: bool = True
    said: Said | None = None
    login: str = ""  # "form" | "address": the page is one where people log in
    control: str = ""  # CONTROLLED, or why the control proves nothing; empty: none was asked
    retry_after: int = 0
    proxy_said: bool = False  # the deciding answer is the proxy's own


def decide(seen: Seen) -> tuple[Outcome, str]:
    """(outcome, rule) of one attempt."""
    return _by_streams(seen) if seen.streams else _without_streams(seen)


def _by_streams(seen: Seen) -> tuple[Outcome, str]:
    faults = [end.reason or "incomplete" for end in seen.streams if not end.complete]
    if not any(end.size for end in seen.streams):
        return _nothing_received(seen, faults)
    if all(fault == "not-media" for fault in faults) and len(faults) == len(seen.streams):
        return _page_in_place_of_media(seen)
    if faults:
        return _in_part(faults)
    if seen.failure:
        return Outcome.PARTIAL, seen.failure
    return Outcome.SAVED, _whole(seen)


def _whole(seen: Seen) -> str:
    """A whole stream whose length or joints nobody vouched for is told apart."""
    for mark in ("assembled-unverified", "unverified-length"):
        if any(end.reason == mark for end in seen.streams):
            return f"all-streams-complete-{mark}"
    return "all-streams-complete"


def _in_part(faults: Sequence[str]) -> tuple[Outcome, str]:
    if "changed" in faults:
        return Outcome.CHANGED, "media-changed"
    if all(fault == "live" for fault in faults):
        return Outcome.LIVE, "media-live"
    if all(fault == "cut" for fault in faults):
        return Outcome.TRUNCATED, "media-cut"
    return Outcome.PARTIAL, f"media-{faults[0]}"


def _page_in_place_of_media(seen: Seen) -> tuple[Outcome, str]:
    if seen.login:
        return Outcome.LOGIN, f"media-is-a-login-{seen.login}"
    if seen.said and seen.said.outcome is not Outcome.REMOVED:
        return seen.said.outcome, f"phrase-{seen.said.id}"
    return Outcome.UNKNOWN, "media-is-a-page"


def _nothing_received(seen: Seen, faults: Sequence[str]) -> tuple[Outcome, str]:
    if not faults:
        return Outcome.UNKNOWN, "media-empty"
    rule = f"media-{faults[0]}"
    if seen.proxy_said:
        return Outcome.PROXY_DOWN, rule
    if len(faults) < len(seen.streams):
        return Outcome.UNKNOWN, rule
    if all(fault in [f"http-{status}" for status in GONE] for fault in faults):
        return _gone(seen, rule)
    found = {_of_fault(fault, seen) for fault in faults}
    return (found.pop() if len(found) == 1 else Outcome.UNKNOWN), rule


def _of_fault(fault: str, seen: Seen) -> Outcome:
    if fault in NETWORK or fault in UNTRUSTED:
        return _OF_KIND.get(fault, Outcome.NETWORK_DOWN)
    if fault.startswith("http-"):
        return _of_status(int(fault[5:]), seen)
    if fault.startswith("protocol-"):
        return Outcome.UNSUPPORTED
    return _OF_FAILURE.get(fault, Outcome.UNKNOWN)


def _of_status(status: int, seen: Seen) -> Outcome:
    if status == 503 and seen.retry_after:
        return Outcome.RATE_LIMITED
    return _OF_STATUS.get(status, Outcome.UNKNOWN)


def _gone(seen: Seen, rule: str) -> tuple[Outcome, str]:
    """The server says that the link leads nowhere: removed, if it can be believed."""
    if not seen.vouched:
        return Outcome.UNKNOWN, f"{rule}-unprotected"
    if seen.control != CONTROLLED:
        return Outcome.UNKNOWN, f"{rule}-control-{seen.control or 'not-asked'}"
    return Outcome.REMOVED, rule


def _without_streams(seen: Seen) -> tuple[Outcome, str]:
    status = seen.page_status
    if seen.proxy_said:
        return Outcome.PROXY_DOWN, f"page-http-{status}"
    if status in _SURE_STATUS:
        return _OF_STATUS[status], f"page-http-{status}"
    if seen.said and seen.answered:
        rule = f"phrase-{seen.said.id}"
        return _gone(seen, rule) if seen.said.outcome is Outcome.REMOVED else (seen.said.outcome, rule)
    if status in GONE:
        return _gone(seen, f"page-http-{status}")
    if seen.login:
        return Outcome.LOGIN, f"page-login-{seen.login}"
    if seen.failure in NETWORK or seen.failure in UNTRUSTED:
        rule = "network" if seen.answered else "no-answer"
        return _OF_KIND.get(seen.failure, Outcome.NETWORK_DOWN), f"{rule}-{seen.failure}"
    if status >= 400:
        return _of_status(status, seen), f"page-http-{status}"
    return _OF_FAILURE.get(seen.failure, Outcome.UNKNOWN), seen.failure or "no-media-found"
