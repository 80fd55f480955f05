"""What is published stands on the desk's own log: each copy gets a ``derive`` event there under a fresh id.

So nothing of a field log leaves, and a seized device shares nothing with what was published.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from witnesskit.actions.item_files import ItemFiles, OpenedFile
from witnesskit.actions.openings import OpeningLine
from witnesskit.actions.openings_capsule import seal_openings
from witnesskit.actions.session import Session
from witnesskit.actions.tool_identity import TOOL
from witnesskit.custody.journal import utc_day
from witnesskit.custody.prepare import prepare
from witnesskit.digest import sha256_stream
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
    """Log a derive event for every copy that may leave; raises nothing for items that have none.

    A record is a device's word: a copy that is not the one it names is not published.
    """
    allowed = []
    for item in items:
        for facts in item.copies:
            decision = decide.media_may_leave(policy, "copy", Finding(facts["finding"]))
            file = next((one for one in item.streams("copy") if one.prefix == f"copy/{facts['stream']}"), None)
            if decision.allowed and file is not None and _digest(file) == (facts["sha256"], facts["size"]):
                allowed.append((item.item, facts, file))
    if not allowed:
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
