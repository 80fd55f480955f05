"""Log events of a desk: their openings sealed as a paper first, then the lines, then the checkpoint."""

from __future__ import annotations

from collections.abc import Sequence

from witnesskit.actions.openings_capsule import seal_openings
from witnesskit.actions.session import Session
from witnesskit.custody.prepare import Prepared


def log_events(session: Session, events: Sequence[Prepared]) -> tuple[int, ...]:
    """Numbers of the new lines; raises NoRoom, StorageFault, LogNotWritten. A kill leaves all of them or a paper."""
    lines = [event.opening_line() for event in events]
    session.state = seal_openings(session.vault, session.state, session.recipients, lines)
    numbers = session.journal.append_all([(event, {}) for event in events])
    session.journal.checkpoint(session.signer)
    return numbers
