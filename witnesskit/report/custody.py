"""The chain of custody of items as a model: what the exports are written from (PREMIS, CASE, drafts).

It holds what the logs say through openings that the audience's policy lets out, and nothing else: whoever builds
it (actions/custody_story.py) asks the policy first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

# PREMIS event types (id.loc.gov/vocabulary/preservation/eventType) of the types of docs/spec/custody-log.md
EVENT_TYPES: Final[Mapping[str, str]] = {
    "genesis": "creation", "observe": "capture", "ingest": "ingestion", "derive": "redaction",
    "transfer": "transfer", "receipt": "accession", "recover": "recovery", "close": "metadata modification",
    "note": "metadata modification", "key": "digital signature generation", "access": "dissemination",
    "check": "validation", "anchor": "digital signature validation", "delete": "deletion",
    "link": "metadata modification",
}  # fmt: skip
UNTOLD: Final = "metadata modification"  # of a type that this version does not know

ITEM, ORIGINAL, COPY, SEALED, LOG = "item", "original", "copy", "sealed", "log"


@dataclass(frozen=True)
class Thing:
    """What events are about. ``kind`` is ITEM, ORIGINAL, COPY, SEALED or LOG; ``item``: the short id it belongs to.

    ``sha256`` is empty and ``size`` 0 for an item itself. ``label`` is for people.
    """

    id: str
    kind: str
    label: str
    item: str = ""
    sha256: str = ""
    size: int = 0  # bytes
    media_type: str = ""


@dataclass(frozen=True)
class Agent:
    """Who acted: a key that signs a log, or a program. ``id``: a verifier key, or the program's name and version."""

    id: str
    name: str
    note: str = ""
    version: str = ""


@dataclass(frozen=True)
class Happening:
    """One event of a log as far as it is opened.

    ``when`` is a claim of the log: RFC 3339 with seconds, a day, or empty; ``bounds`` says in words what others prove
    of it. ``things``: (id of a Thing, "source" or "outcome"). ``facts``: committed or public names with their values
    as text.
    """

    origin: str
    n: int
    type: str
    when: str
    agents: tuple[str, ...]
    outcome: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    things: tuple[tuple[str, str], ...] = ()
    bounds: str = ""

    @property
    def id(self) -> str:
        """Log and number: no two events have both in common."""
        return f"{self.origin}#{self.n}"

    @property
    def premis_type(self) -> str:
        """The term of the PREMIS vocabulary."""
        if self.type == "derive" and "finding" not in self.facts:
            return "creation"  # a file put together of its parts
        if self.type == "derive" and "parameters" in self.facts:
            return "migration"  # coded anew
        if self.type == "check" and self.facts.get("kind") == "fixity":
            return "fixity check"
        return EVENT_TYPES.get(self.type, UNTOLD)


@dataclass(frozen=True)
class Story:
    """The custody of some items: things, agents and events in the order of their logs.

    ``unopened``: events of these logs that tell nothing here; which of them concern these items is not known.
    """

    policy: str
    tool: str
    made: str  # YYYY-MM-DD
    answer: str  # the verdict's sentence
    things: tuple[Thing, ...]
    agents: tuple[Agent, ...]
    happenings: tuple[Happening, ...]
    unopened: int = 0

    @cached_property
    def by_item(self) -> Mapping[str, tuple[Thing, ...]]:
        """Short id -> the item itself, and everything that belongs to it."""
        found: dict[str, list[Thing]] = {}
        for thing in self.things:
            found.setdefault(thing.item, []).append(thing)
        return {item: tuple(things) for item, things in found.items()}

    @cached_property
    def by_thing(self) -> Mapping[str, tuple[Happening, ...]]:
        """Id of a thing -> the events about it, in their order."""
        found: dict[str, list[Happening]] = {}
        for happening in self.happenings:
            for thing in dict.fromkeys(name for name, _role in happening.things):
                found.setdefault(thing, []).append(happening)
        return {thing: tuple(happenings) for thing, happenings in found.items()}

    def of_kind(self, kind: str) -> tuple[Thing, ...]:
        """Things of one kind."""
        return tuple(thing for thing in self.things if thing.kind == kind)
