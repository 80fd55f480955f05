"""What each request for one stream asked for and got: its range, the validators, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from witnesskit.capture.transport import Answer
from witnesskit.limits import RANGES_MAX, VALIDATOR_MAX
from witnesskit.model import Json

_SENT = (("Range", "range"), ("If-Range", "if_range"))
_RECEIVED = (("ETag", "etag"), ("Last-Modified", "last_modified"), ("Content-Range", "content_range"))


@dataclass
class RangeLog:
    """At most RANGES_MAX requests in the order they were sent; the last of more takes the place of the one before."""

    told: list[Mapping[str, Json]] = field(default_factory=list)
    dropped: int = 0

    def note(
        self, sent: Mapping[str, str], answer: Answer | None, span: tuple[int, int], outcome: str, purpose: str
    ) -> None:
        """One request; ``span`` is what was received before it and after it, ``outcome`` empty when complete."""
        fact: dict[str, Json] = {"purpose": purpose, "outcome": outcome or "complete"}
        fact |= {"had": span[0], "received": span[1] - span[0], "status": answer.status if answer else 0}
        fact |= {name: sent[header][:VALIDATOR_MAX] for header, name in _SENT if header in sent}
        if answer is not None:
            named = {name: answer.header(header)[:VALIDATOR_MAX] for header, name in _RECEIVED}
            fact |= {name: value for name, value in named.items() if value}
        self.take((fact,))

    def take(self, facts: tuple[Mapping[str, Json], ...], dropped: int = 0) -> None:
        """Add what was noted elsewhere."""
        self.dropped += dropped
        for fact in facts:
            if len(self.told) >= RANGES_MAX:
                self.told.pop()
                self.dropped += 1
            self.told.append(fact)
