"""``check`` events of the own log: somebody looked at something (docs/spec/custody-log.md), and what is read back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from witnesskit.actions.case_vault import paper_openings
from witnesskit.actions.older_copy import LOST
from witnesskit.actions.openings_capsule import seal_openings
from witnesskit.actions.own_events import OpenedLine, own_events
from witnesskit.actions.session import Session
from witnesskit.actions.tool_identity import TOOL
from witnesskit.custody.journal import utc_day
from witnesskit.custody.prepare import prepare
from witnesskit.custody.signer import Signer

__all__ = ["DRILL", "LOST", "OPERATOR", "QUARANTINE", "SECOND_KEY", "Looked", "OwnCheck"]
__all__ += ["last_check", "log_check", "own_checks"]

DRILL, OPERATOR, QUARANTINE, SECOND_KEY = "drill", "operator", "quarantine", "second-key"


@dataclass(frozen=True)
class Looked:
    """What a check found; ``ok`` and ``bad`` count, ``problems`` names what was bad."""

    kind: str
    ok: int = 0
    bad: int = 0
    problems: tuple[str, ...] = ()
    who: str = ""


@dataclass(frozen=True)
class OwnCheck:
    """A check as the log tells it: event ``n``, the day it claims (YYYY-MM-DD), and what it found."""

    n: int
    day: str
    looked: Looked
    tool: str = ""


def log_check(session: Session, looked: Looked, operators: Sequence[Signer] = ()) -> int:
    """Log a check and sign the checkpoint after it, ``operators`` too; returns the event's number."""
    committed = {
        "kind": looked.kind, "ok": looked.ok, "bad": looked.bad, "problems": list(looked.problems),
        "day": utc_day(), "policy": session.policy.id, "tool": TOOL,
    }  # fmt: skip
    event = prepare("check", committed | ({"who": looked.who} if looked.who else {}))
    session.state = seal_openings(session.vault, session.state, session.recipients, [event.opening_line()])
    number = session.journal.append(event)
    session.journal.checkpoint(session.signer, operators)
    return number


def own_checks(session: Session, kind: str) -> Iterator[OwnCheck]:
    """Every check of ``kind`` that this desk logged, oldest first; none where the openings cannot be read."""
    for event in own_events(session, paper_openings(session, "check"), "check"):
        if event.type == "check" and event.fields.get("kind") == kind:
            yield _check(event, kind)


def last_check(session: Session, kind: str) -> OwnCheck | None:
    """The newest check of ``kind``, whatever it found; None if there was none."""
    found = list(own_checks(session, kind))
    return found[-1] if found else None


def _check(event: OpenedLine, kind: str) -> OwnCheck:
    fields = event.fields
    looked = Looked(
        kind, int(fields.get("ok", 0)), int(fields.get("bad", 0)), tuple(map(str, fields.get("problems", ()))),
        str(fields.get("who", "")),
    )  # fmt: skip
    return OwnCheck(event.n, str(fields.get("day", "")), looked, str(fields.get("tool", "")))
