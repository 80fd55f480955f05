"""The record of one item: what is known about it, as the desk may read it (docs/spec/record.md).

Absent is not ``"withheld"``: a field that was not collected is absent, one that was held back says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from witnesskit.errors.formats import BadJson, NewerFormat
from witnesskit.formats import strict_json
from witnesskit.formats.record_shape import check_record
from witnesskit.model import Json, Outcome

FORMAT: Final = "witnesskit.record/1"
PARTS: Final = ("url", "html", "screenshot", "media", "metadata", "context")


@dataclass(frozen=True)
class MediaFact:
    """One stream as it was served or brought."""

    stream: int
    sha256: str
    size: int
    media_type: str
    complete: bool
    format_id: str = ""
    reason: str = ""  # why it is not complete
    role: str = "original"  # docs/spec/record.md, capture.media[]
    language: str = ""  # of subtitles
    version: int = 1  # 2 and more: another file that came under the same address
    start: int = 0  # bytes of the whole that an earlier part holds

    def to_json(self) -> Json:
        """As in the record."""
        value: dict[str, Json] = {
            "stream": self.stream,
            "role": self.role,
            "sha256": self.sha256,
            "bytes": self.size,
            "mime": self.media_type,
            "complete": self.complete,
        }
        named = (("format_id", self.format_id), ("reason", self.reason), ("language", self.language))
        value |= {name: text for name, text in named if text}
        value |= {"version": self.version} if self.version > 1 else {}
        return value | ({"start": self.start} if self.start else {})


@dataclass(frozen=True)
class Record:
    """One item's record; nested objects follow the specification's field names."""

    item: str
    outcome: Outcome
    source: Mapping[str, Json]
    times: Mapping[str, Json]
    collection: Mapping[str, Json]
    media: Sequence[MediaFact] = ()
    completeness: Mapping[str, str] = field(default_factory=dict)  # part -> ok | missing: why | refused: why
    copies: Sequence[Json] = ()
    capture: Mapping[str, Json] = field(default_factory=dict)  # html, status, rule, attempts
    policy: str = ""
    place: Mapping[str, Json] = field(default_factory=dict)  # locality

    @property
    def berkeley_minimum(self) -> bool:
        """Web address, HTML source and full-page capture are all there (Berkeley Protocol, para 155)."""
        return all(self.completeness.get(part) == "ok" for part in ("url", "html", "screenshot"))

    def to_json(self) -> Json:
        """The object of ``record.json``."""
        return {
            "format": FORMAT,
            "item": self.item,
            "source": dict(self.source),
            "capture": {
                **self.capture,
                "outcome": str(self.outcome),
                "media": [fact.to_json() for fact in self.media],
                "completeness": dict(self.completeness),
                "berkeley_minimum": self.berkeley_minimum,
            },
            "times": dict(self.times),
            "collection": dict(self.collection),
            "copies": list(self.copies),
            "policy": self.policy,
            **({"place": dict(self.place)} if self.place else {}),
        }


def dump(record: Record) -> bytes:
    """Canonical bytes; raises BadJson for a value outside the JSON profile."""
    return strict_json.canonical(record.to_json())


def load(untrusted_data: bytes) -> Mapping[str, Json]:
    """Read a record as plain JSON, its shape checked; raises BadJson, NewerFormat."""
    value = strict_json.loads(untrusted_data)
    if not isinstance(value, dict) or not isinstance(value.get("format"), str):
        raise BadJson("not a record")
    if value["format"] != FORMAT:
        raise NewerFormat("a record") if value["format"].startswith("witnesskit.record/") else BadJson("not a record")
    return check_record(value)
