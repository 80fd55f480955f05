"""``verify FILE --in PATH``: is this file one of the case's? Only what opened events commit is compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from witnesskit.actions.case import Case
from witnesskit.actions.file_essence import FileFacts, Pictures, compare_essence, file_facts
from witnesskit.actions.own_events import OpenedLine, opened_events
from witnesskit.actions.verify import STATUS, Report, Verified, VerifyWish, judged, opened_case, shown_id, verified
from witnesskit.errors import ExitStatus
from witnesskit.model import Json
from witnesskit.verify import State


class Kinship(StrEnum):
    """What a file is to a case; the nearest first."""

    ORIGINAL = "original"
    COPY = "known copy"
    SHOWN_DIFFERENTLY = "same coded pictures, shown differently"
    NEITHER = "neither"
    CANNOT_TELL = "cannot tell"


KNOWN: Final = (Kinship.ORIGINAL, Kinship.COPY)
_NEAREST: Final = tuple(Kinship)


@dataclass(frozen=True)
class Match:
    """One event that knows the file; ``how`` says by what."""

    kinship: Kinship
    item: str
    how: str

    @property
    def short(self) -> str:
        """The item for people."""
        return shown_id(self.item)


@dataclass(frozen=True)
class KnownFile:
    """The answer about the file, and the one about the case it was compared with."""

    facts: FileFacts
    kinship: Kinship
    matches: tuple[Match, ...]
    sentence: str
    case: Verified

    @property
    def exit_status(self) -> ExitStatus:
        """The case's own, unless it is unchanged: then 0 for an original or a known copy, else 8."""
        if self.case.verdict.state is not State.UNCHANGED:
            return STATUS[self.case.verdict.state]
        return ExitStatus.DONE if self.kinship in KNOWN else ExitStatus.CANNOT_TELL


@dataclass(frozen=True)
class Digests:
    """Digests of opened files that a case commits: of originals, and of copies; each with its item."""

    originals: dict[str, str]
    copies: dict[str, str]

    def of(self, sha256: str) -> Match | None:
        """The event that commits this very digest."""
        if sha256 in self.originals:
            return Match(Kinship.ORIGINAL, self.originals[sha256], "its bytes are the very ones that were saved")
        if sha256 in self.copies:
            return Match(Kinship.COPY, self.copies[sha256], "its bytes are those of a copy that was made of it")
        return None


def known_file(file: Path, wish: VerifyWish, report: Report) -> KnownFile:
    """Judge the case, then look for ``file`` in it; raises what opening the case raises, FileUnreadable."""
    case = opened_case(wish, report)
    answer = verified(judged(case))
    events = tuple(events_of(case))
    facts = file_facts(file)
    same = digests_of(events).of(facts.sha256)
    matches = (same,) if same else tuple(_alike(facts, events))
    kinship = min((match.kinship for match in matches), key=_NEAREST.index, default=Kinship.NEITHER)
    kept = tuple(match for match in matches if match.kinship is kinship)
    if kinship is Kinship.CANNOT_TELL or (kinship is Kinship.NEITHER and facts.reason):
        return KnownFile(facts, Kinship.CANNOT_TELL, (), _cannot_tell(facts), answer)
    how = kept[0].how if kept else "no opened event of this case commits its bytes or its coded pictures"
    return KnownFile(facts, kinship, kept, how, answer)


def events_of(case: Case) -> Iterator[OpenedLine]:
    """The opened events that commit files."""
    every = opened_events(case.files.openings, [log.log for log in case.files.logs])
    return (event for event in every if event.type in ("ingest", "derive"))


def digests_of(events: Iterable[OpenedLine]) -> Digests:
    """What they commit of opened files."""
    found = Digests({}, {})
    for event in events:
        target = found.originals if event.type == "ingest" else found.copies
        for digest in _file_digests(event):
            target.setdefault(digest, event.source)
    return found


def _file_digests(event: OpenedLine) -> Iterator[str]:
    media = event.fields.get("media")
    members = [part.get("sha256") for part in media if isinstance(part, dict)] if isinstance(media, list) else []
    return (digest for digest in (event.fields.get("sha256"), *members) if isinstance(digest, str))


def _alike(facts: FileFacts, events: Iterable[OpenedLine]) -> Iterator[Match]:
    for event in events:
        essence, media = event.fields.get("essence"), event.fields.get("media")
        several = isinstance(media, list) and len(media) > 1  # one list for all; each has a derive event of its own
        if not facts.essence or not essence or not isinstance(essence, list) or several:
            continue
        compared = compare_essence(facts.essence, essence)
        if compared is Pictures.INCOMPARABLE:
            yield Match(Kinship.CANNOT_TELL, event.source, "")
        elif compared is Pictures.EQUAL:
            yield _shown(event, event.fields.get("presentation_sha256"), facts.presentation_sha256)


def _shown(event: OpenedLine, committed: Json, found: str) -> Match:
    what = "the original's" if event.type == "ingest" else "a copy's"
    if committed == found and found:
        how = f"its coded pictures and sound are {what} and it shows them alike; the bytes around them differ"
        return Match(Kinship.COPY, event.source, how)
    how = f"its coded pictures and sound are {what}, but it shows them differently, or how cannot be compared"
    return Match(Kinship.SHOWN_DIFFERENTLY, event.source, how)


def _cannot_tell(facts: FileFacts) -> str:
    if facts.reason:
        return f"no opened event commits its bytes, and its pictures could not be compared: {facts.reason}"
    return "no opened event commits its bytes, and its pictures were hashed in another way than the case's"
