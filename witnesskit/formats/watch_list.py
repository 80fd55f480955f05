"""What a desk watches, as its sealed file ``watch`` keeps it (docs/spec/watch.md). Telling: it names links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Final

from witnesskit.errors.formats import NewerFormat
from witnesskit.errors.vault import BadSealedFile
from witnesskit.formats import strict_json
from witnesskit.limits import SEALED_FILE_MAX

FORMAT: Final = "witnesskit.watch/1"
BY_PERSON: Final = "by a person"
CONFIRMED: Final = "removal confirmed"


@dataclass(frozen=True)
class Watched:
    """One link. Times are POSIX seconds; 0 and empty: not yet."""

    item: str  # 32 hex digits: of the archived item, or of the one that the first look makes
    url: str = field(repr=False)
    every: int  # seconds between two looks, before jitter
    added_at: int
    due_at: int
    state: str = ""  # the last one, docs/spec/watch.md
    looked_at: int = 0
    live_at: int = 0  # last seen live, changed or returned
    removed_at: int = 0  # first of the removals that stand since
    removed_by: str = ""
    failures: int = 0  # looks in a row that reached nothing, or were turned away
    stopped: str = ""  # BY_PERSON or CONFIRMED
    pages: tuple[str, ...] = ()  # SHA-256 of pages that the media was seen on
    facts: Mapping[str, str] = field(default_factory=dict, repr=False)  # of the media when it was first seen

    @property
    def active(self) -> bool:
        """Whether it is still looked at."""
        return not self.stopped


def dump(watches: Sequence[Watched]) -> bytes:
    """RFC 8785 bytes."""
    rows = [{**asdict(one), "pages": list(one.pages), "facts": dict(one.facts)} for one in watches]
    return strict_json.canonical({"format": FORMAT, "watches": rows})


def parse(data: bytes) -> tuple[Watched, ...]:
    """Read the list; raises NewerFormat, BadSealedFile, BadJson."""
    value = strict_json.loads(data, max_size=SEALED_FILE_MAX)
    try:
        if value["format"] != FORMAT:
            raise NewerFormat("the list of what is watched")
        return tuple(_watched(row) for row in value["watches"])
    except (KeyError, TypeError, AttributeError):
        raise BadSealedFile("not a list of what is watched") from None


def _watched(row: Mapping[str, object]) -> Watched:
    if set(row) != {each.name for each in fields(Watched)}:
        raise BadSealedFile("a watch holds other members")
    found = Watched(**{**row, "pages": tuple(row["pages"])})  # type: ignore[arg-type]
    for each in fields(Watched):
        if each.type in ("int", "str") and type(getattr(found, each.name)).__name__ != each.type:
            raise BadSealedFile(f"{each.name} of a watch")
    return found
