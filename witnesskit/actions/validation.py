"""What a desk's own log keeps of this program's checks against its own vectors."""

from __future__ import annotations

from dataclasses import dataclass

from witnesskit.actions.own_checks import Looked, last_check, log_check
from witnesskit.actions.session import Session
from witnesskit.actions.vectors import Validation

KIND = "validate"
_PROBLEMS_MAX = 50  # names of vectors in one event; one is enough to trust nothing


@dataclass(frozen=True)
class Validated:
    """The newest result that this desk logged; ``day`` as its log claims."""

    day: str
    ok: int
    bad: int
    tool: str

    @property
    def sentence(self) -> str:
        """For the foot of a page."""
        return f"This program ({self.tool}) passed {self.ok} of {self.ok + self.bad} vectors on {self.day}."


def log_validation(session: Session, done: Validation) -> None:
    """One ``check`` event: how many vectors passed, and the names of those that did not."""
    log_check(session, Looked(KIND, done.passed, len(done.problems), done.problems[:_PROBLEMS_MAX]))


def last_validation(session: Session) -> Validated | None:
    """The newest result; None where none was logged, or the openings cannot be read."""
    found = last_check(session, KIND)
    return Validated(found.day, found.looked.ok, found.looked.bad, found.tool) if found else None
