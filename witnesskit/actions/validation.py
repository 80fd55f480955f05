"""What a desk's own log keeps of checks: that this program was run against its vectors, and when it last was."""

from __future__ import annotations

from dataclasses import dataclass

from witnesskit.actions import case_vault
from witnesskit.actions.openings_capsule import seal_openings
from witnesskit.actions.own_events import own_events
from witnesskit.actions.session import Session
from witnesskit.actions.tool_identity import TOOL
from witnesskit.actions.vectors import Validation
from witnesskit.custody.journal import utc_day
from witnesskit.custody.prepare import prepare
from witnesskit.model import Json

KIND = "validate"
_PROBLEMS_MAX = 50  # names of vectors in one event; one is enough to trust nothing


@dataclass(frozen=True)
class Checked:
    """The newest ``check`` event of one kind that this desk logged."""

    day: str
    ok: int
    bad: int
    tool: str

    @property
    def sentence(self) -> str:
        """For the foot of a page."""
        total = self.ok + self.bad
        return f"This program ({self.tool}) passed {self.ok} of {total} vectors on {self.day}."


def log_validation(session: Session, done: Validation) -> None:
    """One ``check`` event: how many vectors passed, and the names of those that did not."""
    committed: dict[str, Json] = {
        "kind": KIND,
        "day": utc_day(),
        "ok": done.passed,
        "bad": len(done.problems),
        "problems": list(done.problems[:_PROBLEMS_MAX]),
        "policy": session.policy.id,
        "tool": TOOL,
    }
    event = prepare("check", committed)
    session.state = seal_openings(session.vault, session.state, session.recipients, [event.opening_line()])
    session.journal.append_all([(event, {})])
    session.journal.checkpoint(session.signer)


def last_check(session: Session, kind: str) -> Checked | None:
    """The newest check of one kind in this vault's own log."""
    if session.keyring is None:
        return None
    lines = case_vault.vault_openings(session.vault, session.keyring, papers=True)
    found = None
    for event in own_events(session, lines):
        fields = event.fields
        if event.type == "check" and fields.get("kind") == kind:
            ok, bad = (fields.get(name) if type(fields.get(name)) is int else 0 for name in ("ok", "bad"))
            found = Checked(str(fields.get("day", "")), ok or 0, bad or 0, str(fields.get("tool", "")))
    return found
