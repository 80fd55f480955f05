"""``access`` events: who opens an original at a desk, what for; logged before the first byte of it is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from witnesskit.actions.logged import log_events
from witnesskit.actions.session import Session
from witnesskit.actions.tool_identity import TOOL
from witnesskit.custody.journal import utc_day
from witnesskit.custody.prepare import Prepared, prepare
from witnesskit.model import Role

CUSTODIAN: Final = "custodian"  # somebody brought the custodian's sheet
DESK: Final = "desk"  # a lone researcher, whose desk holds that key
ORIGINAL: Final = "original"


@dataclass(frozen=True)
class Access:
    """Who opens what, and why."""

    who: str
    why: str
    what: str


def log_access(session: Session, items: Sequence[str], *, who: str, why: str, policy: str) -> None:
    """One event for each of ``items`` that has a sealed original, by the rules of ``policy`` (an id).

    Raises what ``log_events`` raises.
    """
    touched = [item for item in items if _has_original(session, item)]
    events = [_event(item, Access(who, why, ORIGINAL), policy) for item in touched]
    if events:
        log_events(session, events)


def log_handed_out(session: Session, items: Mapping[str, str], *, why: str, policy: str) -> None:
    """One event for each item that a desk hands out opened, before it is written: item -> what of it leaves.

    ``why`` names form, audience and recipient. Raises what ``log_events`` raises.
    """
    events = [_event(item, Access(DESK, why, what), policy) for item, what in items.items()]
    if events:
        log_events(session, events)


def log_one_access(session: Session, item: str, access: Access) -> None:
    """The event of one item, by the rules in force; raises what ``log_events`` raises."""
    log_events(session, [_event(item, access, session.policy.id)])


def _event(item: str, access: Access, policy: str) -> Prepared:
    committed = {"item": item, "day": utc_day(), "what": access.what, "who": access.who, "why": access.why}
    return prepare("access", {**committed, "policy": policy, "tool": TOOL})


def _has_original(session: Session, item: str) -> bool:
    return any(capsule.role is Role.ORIGINAL for capsule in session.state.items[item].capsules)
