"""What is published stands on the desk's own log: each copy gets a ``derive`` event there under a fresh id.

So nothing of a field log leaves, and a seized device shares nothing with what was published.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from witnesskit.actions.exposure import Sheet, derivatives, sheets
from witnesskit.actions.item_files import ItemFiles, OpenedFile
from witnesskit.actions.openings import OpeningLine
from witnesskit.actions.openings_capsule import seal_openings
from witnesskit.actions.session import Session
from witnesskit.actions.tool_identity import TOOL
from witnesskit.custody.journal import utc_day
from witnesskit.custody.prepare import prepare
from witnesskit.errors.actions import NotForThePublic
from witnesskit.formats import disclosure
from witnesskit.media_model import Finding
from witnesskit.model import Json, Opening
from witnesskit.policy import decide
from witnesskit.policy.openings import opening_may_leave
from witnesskit.policy.schema import Policy


@dataclass(frozen=True)
class PublishedCopy:
    """One copy under its fresh id, with the openings that the policy lets out."""

    item: str  # fresh
    facts: Mapping[str, Json]
    file: OpenedFile
    openings: tuple[Opening, ...] = field(repr=False)
    parent: str = field(default="", repr=False)  # of the desk's own, and of nothing that leaves
    place: str = field(default="", repr=False)  # town or district: it leaves only where the policy says so

    @property
    def line(self) -> OpeningLine:
        """For ``openings.jsonl`` of a bundle."""
        return OpeningLine(tuple(opening.disclosure for opening in self.openings), {})


@dataclass(frozen=True)
class Published:
    """What may leave; ``held_back``: for each copy that may not, the rules that say so."""

    copies: tuple[PublishedCopy, ...] = ()
    held_back: tuple[str, ...] = ()


def publish(session: Session, policy: Policy, items: Sequence[ItemFiles]) -> Published:
    """Log a derive event for every copy that may leave; none for items that have no copy at all.

    A record is a device's word: a copy that is not the one it names is not published, and what was coded anew and
    answered for is read from the desk's own log. Raises NotForThePublic where copies are there and none may.
    """
    allowed, refused = may_be_published(session, policy, items)
    if not allowed:
        if refused:
            raise NotForThePublic("; ".join(dict.fromkeys(refused)))
        return Published()
    events = [
        prepare("derive", _committed(parent, facts, policy), item=secrets.token_hex(16))
        for parent, facts, _ in allowed
    ]
    lines = [event.opening_line() for event in events]
    session.state = seal_openings(session.vault, session.state, session.recipients, lines)
    numbers = session.journal.append_all([(event, {}) for event in events])
    session.journal.checkpoint(session.signer)
    log = session.journal.log
    places = {one.item: one.locality for one in items}
    copies = tuple(
        PublishedCopy(
            event.item, facts, file, _openings(log, number, event.disclosures, policy), parent, places[parent]
        )
        for event, number, (parent, facts, file) in zip(events, numbers, allowed, strict=True)
    )
    return Published(copies, tuple(refused))


_NOT_IT: Final = "what is sealed is not the copy that the record names"
Copy = tuple[str, Mapping[str, Json], OpenedFile]  # item, facts, file


def may_be_published(session: Session, policy: Policy, items: Sequence[ItemFiles]) -> tuple[list[Copy], list[str]]:
    """Copies that may leave, and why the others may not."""
    allowed: list[Copy] = []
    refused: list[str] = []
    answered = sheets(session)
    for item in items:
        sheet = answered.get(item.item, Sheet(item.item))
        anew = {facts["sha256"]: facts for facts in derivatives(session, item)}
        for sha256, said in {copy["sha256"]: copy for copy in item.copies}.items():
            facts = anew.get(sha256, said)
            answers = sheet.answers if sha256 in sheet.copies else {}
            decisions = (
                decide.media_may_leave(policy, "copy", Finding(facts["finding"])),
                decide.lossless_may_leave(policy, lossless=sha256 not in anew),
                decide.exposure_may_leave(policy, answers),
            )
            against = [f"{one.rule}: {one.sentence}" for one in decisions if not one.allowed]
            if against:
                refused.append(", ".join(against))
            elif file := item.file_of(said):
                allowed.append((item.item, facts, file))
            else:
                refused.append(_NOT_IT)
    return allowed, refused


def _committed(parent: str, facts: Mapping[str, Json], policy: Policy) -> Mapping[str, Json]:
    return {
        "parent": parent,
        "day": utc_day(),
        "tool": TOOL,
        "policy": policy.id,
        "sha256": facts["sha256"],
        "size": facts["size"],
        "media_type": facts["media_type"],
        "removed": len(facts["removed"]),
        "essence": facts["essence"],
        "presentation_sha256": facts["presentation_sha256"],
        "finding": facts["finding"],
        "jail": facts["jail"],
    }


def _openings(log: str, number: int, texts: Sequence[str], policy: Policy) -> tuple[Opening, ...]:
    return tuple(
        Opening(log, number, text)
        for text in texts
        if opening_may_leave(policy, "derive", disclosure.parse(text).name).allowed
    )
