"""What is known of one attempt at a link when its outcome is decided, and what is told of it (docs/spec/outcome.md).

The rules are in rules.py. Everything here is telling: it goes into sealed capsules only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from witnesskit.model import Json, Outcome

GONE: Final = (404, 410)
NETWORK: Final = frozenset(
    {"dns", "refused", "timeout", "unreachable", "reset", "proxy", "transport", "stall", "cut", "tls", "certificate"}
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
    phrase: str = ""  # id of the site's words that decided (phrases.toml)
    phrase_in: str = ""  # message | title | body
    removed_by: str = ""  # uploader | platform | account: where the phrase knows
    retry_after: int = 0  # seconds that the site asks to wait; 0: it named none
    text: str = ""  # what the extractor said when it failed
    control: Mapping[str, Json] = field(default_factory=dict)  # messages.Control, and what it was "worth"
    presented: tuple[Mapping[str, Json], ...] = ()  # certificates that nobody vouches for: subject, issuer, sha256


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
    held: int = 0  # bytes that an earlier attempt holds
    version: int = 1  # 2 and more: another file under the same address

    @property
    def there(self) -> int:
        """Bytes that are kept of it, of this attempt and of earlier ones."""
        return self.size + self.held


@dataclass(frozen=True)
class Sign:
    """Words of a site or of the extractor that phrases.toml knows."""

    outcome: Outcome
    phrase: str  # id
    where: str  # message | title | body
    by: str = ""  # who removed it: uploader | platform | account


@dataclass(frozen=True)
class Seen:
    """All that decides. ``vouched``: an answer can only have come from the server itself, not from one on the way."""

    page_status: int = 0
    answered: bool = False  # any HTTP answer at all
    streams: Sequence[StreamEnd] = ()
    failure: str = ""  # why extraction or the worker ended early
    vouched: bool = True
    sign: Sign | None = None
    login: str = ""  # "redirect" | "form": the answer has the shape of a login page
    retry_after: int = 0  # seconds
    proxy_said: bool = False  # the deciding answer is the proxy's own
    control: str | None = None  # None: not asked; "": the site lives; else why the front page counts for nothing
