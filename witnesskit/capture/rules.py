"""The rules that decide an outcome; pure, so that every one can be read and tested (docs/spec/outcome.md).

``removed`` only when the server itself said so (over TLS, or on this very computer: anybody else on the way can say
404 in its name) and, asked at once through the same egress, the front page of the same site was there. HTTP 200 alone
is neither ``saved`` nor ``live``: whole media are. What no rule knows is ``unknown``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from witnesskit.capture.outcome import GONE, NETWORK, Seen, StreamEnd
from witnesskit.model import Outcome

Decision = tuple[Outcome, str]

_NETWORK: Final = {
    "dns": Outcome.DNS,
    "refused": Outcome.REFUSED,
    "proxy": Outcome.PROXY_DOWN,
    "certificate": Outcome.TLS_INTERCEPTED,
}
_STATUS: Final = {
    401: Outcome.LOGIN,
    403: Outcome.BLOCKED,
    404: Outcome.REMOVED,
    410: Outcome.REMOVED,
    429: Outcome.RATE_LIMITED,
    451: Outcome.LEGAL,
    511: Outcome.BLOCKED,  # RFC 6585, section 6: a captive portal
}
_FAILURES: Final = {
    "geo-blocked": Outcome.GEO,
    "login-wall": Outcome.LOGIN,
    "drm": Outcome.UNSUPPORTED,
    "unsupported-url": Outcome.UNSUPPORTED,
}
_REASONS: Final = {
    "live": Outcome.LIVE,
    "drm": Outcome.UNSUPPORTED,
    "encrypted": Outcome.UNSUPPORTED,
    "playlist-of-playlists": Outcome.UNSUPPORTED,
    "several-initialisations": Outcome.UNSUPPORTED,
}
_ENDS_EARLY: Final = ("cut", "truncated")
_SAYS_ALL: Final = (Outcome.LEGAL, Outcome.RATE_LIMITED)  # by status: no words say more
_UNANSWERED: Final = frozenset(
    {Outcome.NETWORK_DOWN, Outcome.DNS, Outcome.REFUSED, Outcome.PROXY_DOWN, Outcome.TLS_INTERCEPTED}
)


def decide(seen: Seen) -> Decision:
    """(outcome, rule) of one attempt; ``removed`` only where the control allows it."""
    outcome, rule = claim(seen)
    if outcome is not Outcome.REMOVED:
        return outcome, rule
    if not seen.vouched:
        return Outcome.UNKNOWN, f"{rule}-unprotected"
    if seen.control is None:
        return Outcome.UNKNOWN, f"{rule}-no-control"
    if seen.control:
        return Outcome.UNKNOWN, f"{rule}-control-{seen.control}"
    return Outcome.REMOVED, rule


def claim(seen: Seen) -> Decision:
    """What the answers say, before anybody asked whether the site itself lives."""
    return _by_streams(seen) if seen.streams else _without_streams(seen)


def _by_streams(seen: Seen) -> Decision:
    faults = [end.reason or "incomplete" for end in seen.streams if not end.complete]
    if not any(end.there for end in seen.streams):
        return _nothing_received(seen, faults)
    if all(fault == "not-media" for fault in faults) and len(faults) == len(seen.streams):
        return _page_for_media(seen)
    if any(end.version > 1 for end in seen.streams) or "changed" in faults:
        return Outcome.CHANGED, "media-changed"
    if faults:
        return _incomplete(seen.streams, faults)
    if seen.failure:
        return Outcome.PARTIAL, seen.failure
    return Outcome.SAVED, "all-streams-complete"


def _incomplete(streams: Sequence[StreamEnd], faults: Sequence[str]) -> Decision:
    """Something came, and not all of it."""
    if all(fault == "live" for fault in faults):
        return Outcome.LIVE, "media-live"
    if all(fault in _ENDS_EARLY for fault in faults) and all(end.there for end in streams):
        return Outcome.TRUNCATED, f"media-{faults[0]}"
    return Outcome.PARTIAL, f"media-{faults[0]}"


def _page_for_media(seen: Seen) -> Decision:
    """The server sent pages where media should be."""
    if seen.sign:
        return seen.sign.outcome, f"media-{seen.sign.where}-phrase-{seen.sign.outcome}"
    if seen.login:
        return Outcome.LOGIN, f"media-login-{seen.login}"
    return Outcome.UNKNOWN, "media-is-a-page"


def _nothing_received(seen: Seen, faults: Sequence[str]) -> Decision:
    if not faults:
        return Outcome.UNKNOWN, "media-empty"
    if seen.proxy_said:
        return Outcome.PROXY_DOWN, f"media-proxy-{faults[0]}"
    rule = f"media-{faults[0]}"
    found = {_of_reason(fault, seen) for fault in faults}
    if len(faults) < len(seen.streams):
        return Outcome.UNKNOWN, rule
    if len(found) > 1:
        return (Outcome.NETWORK_DOWN if found <= _UNANSWERED else Outcome.UNKNOWN), rule
    outcome = found.pop()
    if seen.sign and outcome in (Outcome.BLOCKED, Outcome.UNKNOWN):
        return _by_sign(seen)
    return outcome, rule


def _of_reason(reason: str, seen: Seen) -> Outcome:
    """The outcome of a stream of which nothing came, by why nothing came."""
    if reason.startswith("protocol-"):
        return Outcome.UNSUPPORTED
    if reason in NETWORK:
        return _NETWORK.get(reason, Outcome.NETWORK_DOWN)
    kind, _, status = reason.partition("-")
    if kind == "http" and status.isdecimal():
        return _of_status(int(status), seen) or Outcome.UNKNOWN
    return _REASONS.get(reason, Outcome.UNKNOWN)


def _of_status(status: int, seen: Seen) -> Outcome | None:
    if status == 503 and seen.retry_after:
        return Outcome.RATE_LIMITED
    return _STATUS.get(status)


def _without_streams(seen: Seen) -> Decision:
    if seen.proxy_said:
        return Outcome.PROXY_DOWN, f"page-proxy-http-{seen.page_status}"
    by_status = _of_status(seen.page_status, seen)
    if by_status in _SAYS_ALL:
        return by_status, f"page-http-{seen.page_status}"
    if seen.sign and seen.answered and not (seen.page_status in GONE and seen.sign.outcome is Outcome.REMOVED):
        return _by_sign(seen)
    if seen.login and seen.page_status not in GONE:
        return Outcome.LOGIN, f"page-login-{seen.login}"
    if by_status:
        return by_status, f"page-http-{seen.page_status}"
    if seen.failure in NETWORK:
        rule = "network" if seen.answered else "no-answer"
        return _NETWORK.get(seen.failure, Outcome.NETWORK_DOWN), f"{rule}-{seen.failure}"
    return _by_failure(seen)


def _by_sign(seen: Seen) -> Decision:
    assert seen.sign is not None  # noqa: S101 - asked by both callers
    return seen.sign.outcome, f"{seen.sign.where}-phrase-{seen.sign.outcome}"


def _by_failure(seen: Seen) -> Decision:
    """The extractor gave up: by its own kinds of error, or by the status of its last answer."""
    if seen.page_status >= 400:
        return Outcome.UNKNOWN, f"page-http-{seen.page_status}"
    if seen.failure in _FAILURES:
        return _FAILURES[seen.failure], seen.failure
    kind, _, status = seen.failure.rpartition("-")
    if kind == "extractor-http" and status.isdecimal() and int(status) not in GONE:  # an interface, not the link
        return _of_status(int(status), seen) or Outcome.UNKNOWN, seen.failure
    return Outcome.UNKNOWN, seen.failure or "no-media-found"
