"""What is published stands on the desk's own log: each copy gets a ``derive`` event there under a fresh id.

So nothing of a field log leaves, and a seized device shares nothing with what was published.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from witnesskit.actions.exposure import Sheet, derived_here, sheets
from witnesskit.actions.item_files import ItemFiles, OpenedFile
from witnesskit.actions.openings import OpeningLine
from witnesskit.actions.openings_capsule import seal_openings
from witnesskit.actions.session import Session
from witnesskit.actions.tool_identity import TOOL
from witnesskit.custody.journal import utc_day
from witnesskit.custody.prepare import prepare
from witnesskit.digest import sha256_stream
from witnesskit.errors.actions import NotForThePublic
from witnesskit.formats import disclosure
from witnesskit.model import Finding, Json, Opening
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

    @property
    def line(self) -> OpeningLine:
        """For ``openings.jsonl`` of a bundle."""
        return OpeningLine(tuple(opening.disclosure for opening in self.openings), {})


def publish(session: Session, policy: Policy, items: Sequence[ItemFiles]) -> tuple[PublishedCopy, ...]:
    """Log a derive event for every copy that may leave; empty for items that have none at all.

    A record is a device's word: a copy that is not the one it names is not published, and whether it was coded anew
    and answered for is read from the desk's own log. Raises NotForThePublic where copies are there and none may.
    """
    allowed, refused = _sorted(session, policy, items)
    if not allowed:
        if refused:
            raise NotForThePublic("; ".join(dict.fromkeys(refused)))
        return ()
    events = [
        prepare("derive", _committed(parent, facts, policy), item=secrets.token_hex(16))
        for parent, facts, _ in allowed
    ]
    lines = [event.opening_line() for event in events]
    session.state = seal_openings(session.vault, session.state, session.recipients, lines)
    numbers = session.journal.append_all([(event, {}) for event in events])
    session.journal.checkpoint(session.signer)
    log = session.journal.log
    return tuple(
        PublishedCopy(event.item, facts, file, _openings(log, number, event.disclosures, policy))
        for event, number, (_parent, facts, file) in zip(events, numbers, allowed, strict=True)
    )


_Copy = tuple[str, Mapping[str, Json], OpenedFile]  # item, facts, file


def _sorted(session: Session, policy: Policy, items: Sequence[ItemFiles]) -> tuple[list[_Copy], list[str]]:
    """Copies that may leave, and why the others may not."""
    allowed: list[_Copy] = []
    refused: list[str] = []
    answered = sheets(session)
    for item in items:
        derived, sheet = derived_here(session, item), answered.get(item.item, Sheet(item.item))
        for facts, file in _copies(item, policy):
            answers = sheet.answers if facts["sha256"] in sheet.copies else {}
            against = [
                decision
                for decision in (
                    decide.lossless_may_leave(policy, lossless=facts["sha256"] not in derived),
                    decide.exposure_may_leave(policy, answers),
                )
                if not decision.allowed
            ]
            refused += [f"{decision.rule}: {decision.sentence}" for decision in against]
            if not against:
                allowed.append((item.item, facts, file))
    return allowed, refused


def _copies(item: ItemFiles, policy: Policy) -> Iterator[tuple[Mapping[str, Json], OpenedFile]]:
    """Clean copies of an item that are what its record says."""
    for facts in item.copies:
        decision = decide.media_may_leave(policy, "copy", Finding(facts["finding"]))
        file = next((one for one in item.streams("copy") if one.prefix == f"copy/{facts['stream']}"), None)
        if decision.allowed and file is not None and _digest(file) == (facts["sha256"], facts["size"]):
            yield facts, file


def _digest(file: OpenedFile) -> tuple[str, int]:
    with file.open() as stream:
        return sha256_stream(stream)


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
