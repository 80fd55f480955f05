"""What one look at a watched link says, and when to look again; pure, so that every rule can be read and tested.

A failing network or proxy is ``unknown``, never ``removed``. HTTP 200 alone is not ``live``: live is the media that
the extractor still finds there, or the very page that the media was seen on. A login page is never live.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from witnesskit.formats.watch_list import CONFIRMED, Watched
from witnesskit.limits import WATCH_BACKOFF_SECONDS, WATCH_CONFIRM_SECONDS, WATCH_EVERY_MAX
from witnesskit.model import Outcome


class State(StrEnum):
    """What is said of a watched link."""

    LIVE = "live"
    REMOVED = "removed"
    PRIVATE = "private"
    GEO = "geo"
    BLOCKED = "blocked"
    LOGIN = "login"
    CHANGED = "changed"
    UNKNOWN = "unknown"
    RETURNED = "returned"


THERE: Final = frozenset({State.LIVE, State.CHANGED, State.RETURNED})
UNREACHED: Final = frozenset(
    {Outcome.NETWORK_DOWN, Outcome.DNS, Outcome.REFUSED, Outcome.PROXY_DOWN, Outcome.TLS_INTERCEPTED}
)
_TURNED_AWAY: Final = frozenset({Outcome.RATE_LIMITED, Outcome.BLOCKED})
_SAID: Final = {
    Outcome.REMOVED: State.REMOVED,
    Outcome.PRIVATE: State.PRIVATE,
    Outcome.GEO: State.GEO,
    Outcome.LOGIN: State.LOGIN,
    Outcome.LEGAL: State.BLOCKED,
    Outcome.BLOCKED: State.BLOCKED,
    Outcome.RATE_LIMITED: State.UNKNOWN,
    **dict.fromkeys(UNREACHED, State.UNKNOWN),
}
_LEGAL: Final = 451  # RFC 7725: whoever refuses says that it is by law
_PASSWORD: Final = re.compile(rb"<input\b[^>]*\btype\s*=\s*[\"']?password\b", re.IGNORECASE)
_SCANNED: Final = 1024 * 1024  # bytes of a page in which a password is looked for
_DOUBLINGS_MAX: Final = 6


@dataclass(frozen=True)
class Look:
    """One look, as it came: nothing of it is interpreted yet."""

    outcome: Outcome
    rule: str = ""
    status: int = 0  # of the deciding answer; 0: no answer
    found: bool = False  # the extractor found media; none of it was asked for
    facts: Mapping[str, str] = field(default_factory=dict, repr=False)  # what it said of the media
    page_sha256: str = ""
    login_form: bool = False
    by: str = ""  # who removed it, where the site says so: uploader, platform, account

    @property
    def reached(self) -> bool:
        """Whether anything of the site was reached."""
        return self.outcome not in UNREACHED


def state_of(look: Look, known: Watched) -> State:
    """What the look says of a link of which ``known`` is known."""
    if look.outcome in _SAID:
        return _SAID[look.outcome]
    if look.status >= 400:
        return State.BLOCKED if look.status == _LEGAL else State.UNKNOWN
    if look.found and any(look.facts[name] != known.facts[name] for name in look.facts.keys() & known.facts.keys()):
        return State.CHANGED
    if look.found or (look.status and look.page_sha256 in known.pages):
        return State.RETURNED if known.removed_at else State.LIVE
    return State.LOGIN if look.login_form else State.UNKNOWN


def asks_for_a_password(page: bytes) -> bool:
    """Whether a page holds a field for a password: beside media it means nothing, without media it is a login."""
    return bool(_PASSWORD.search(page[:_SCANNED]))


def after(known: Watched, look: Look, now: int, jitter: float) -> Watched:
    """What is known after the look at ``now`` and when the next one is due; ``jitter`` is about 1.

    Two removals at least WATCH_CONFIRM_SECONDS apart, with nothing else but silence between them, end the watch.
    """
    state = state_of(look, known)
    failed = not look.reached or look.outcome in _TURNED_AWAY
    after_this = replace(known, state=str(state), looked_at=now, failures=known.failures + 1 if failed else 0)
    due_at = now + int(_wait(after_this, look) * jitter)
    after_this = replace(after_this, due_at=max(due_at, now + 1))
    if state in THERE:
        return _there(after_this, look)
    if state is State.REMOVED:
        return _removed(after_this, look)
    if state is State.UNKNOWN:  # says nothing for or against a removal
        return after_this
    return replace(after_this, removed_at=0, removed_by="")


def _there(known: Watched, look: Look) -> Watched:
    """Seen: no removal stands; the first look at a bare link says what the media is."""
    facts = known.facts or (dict(look.facts) if look.found else {})
    new = (look.page_sha256,) if look.found and look.page_sha256 else ()
    pages = tuple(dict.fromkeys((*known.pages[:1], *new)))  # the first and the newest
    return replace(known, live_at=known.looked_at, removed_at=0, removed_by="", facts=facts, pages=pages)


def _removed(known: Watched, look: Look) -> Watched:
    since = known.removed_at or known.looked_at
    confirmed = known.looked_at - since >= WATCH_CONFIRM_SECONDS
    by = look.by or known.removed_by
    return replace(known, removed_at=since, removed_by=by, stopped=CONFIRMED if confirmed else known.stopped)


def _wait(known: Watched, look: Look) -> int:
    """Seconds before jitter: soon again where nothing was reached, ever later where we are turned away."""
    doublings = min(max(known.failures - 1, 0), _DOUBLINGS_MAX)
    if not look.reached:
        return int(min(WATCH_BACKOFF_SECONDS * 2**doublings, known.every))
    if known.failures:
        return int(min(known.every * 2 ** (doublings + 1), WATCH_EVERY_MAX))
    return known.every
