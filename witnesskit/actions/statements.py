"""What people say of items at a desk: marks, consents, claims and places, as ``note`` events of the desk's own log.

Their openings are sealed to the desk ring; the newest counts and every earlier one stays (custody-log.md, ``note``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from witnesskit.actions import case_vault
from witnesskit.actions.logged import log_events
from witnesskit.actions.own_events import OpenedLine, own_events
from witnesskit.actions.session import Session
from witnesskit.actions.tool_identity import TOOL
from witnesskit.custody.journal import utc_day
from witnesskit.custody.prepare import prepare
from witnesskit.errors.leaving import BadStatement, StatementsShut
from witnesskit.formats import custody_event, locality
from witnesskit.limits import STATEMENT_TEXT_MAX
from witnesskit.model import Json

MARK, CONSENT, CLAIM, PLACE = "mark", "consent", "claim", "place"
_TYPE: Final = "note"


@dataclass(frozen=True)
class Statement:
    """One note: the event's number, the item, the day it claims, and what was said."""

    n: int
    item: str  # 32 hex digits
    kind: str
    day: str  # YYYY-MM-DD
    said: Mapping[str, Json] = field(repr=False)

    def text(self, name: str) -> str:
        """One value, or nothing where it is no text."""
        value = self.said.get(name)
        return value if isinstance(value, str) else ""

    def words(self, name: str) -> tuple[str, ...]:
        """The texts of a list, or none."""
        value = self.said.get(name)
        return tuple(word for word in value if isinstance(word, str)) if isinstance(value, list) else ()


def checked_text(untrusted_text: str, what: str) -> str:
    """Text without outer blanks; raises BadStatement for one that is too long or cannot be written as UTF-8."""
    text = untrusted_text.strip()
    if len(text) > STATEMENT_TEXT_MAX:
        raise BadStatement(f"{what} has more than {STATEMENT_TEXT_MAX} characters")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadStatement(f"{what} is no text") from None
    return text


def log_statements(session: Session, kind: str, said: Sequence[tuple[str, Mapping[str, Json]]]) -> None:
    """Log and seal one statement for each (item, what is said); raises what ``log_events`` raises."""
    facts = {"day": utc_day(), "kind": kind, "policy": session.policy.id, "tool": TOOL}
    log_events(session, [prepare(_TYPE, {"item": item, **facts, "answers": dict(what)}) for item, what in said])


def statements(session: Session, *kinds: str) -> tuple[Statement, ...]:
    """Every statement of these kinds, oldest first; raises StatementsShut where a note cannot be opened.

    One that cannot be read may be the withdrawal, so that its absence says nothing.
    """
    if not session.journal.may_hold(_TYPE):
        return ()
    numbers = {event.n for line in session.journal.lines() if (event := _note(line))}
    if not numbers or session.keyring is None:
        return ()
    papers = case_vault.paper_openings(session, _TYPE)
    opened = [event for event in own_events(session, papers, _TYPE) if event.type == _TYPE]
    if shut := numbers - {event.n for event in opened if event.fields}:
        raise StatementsShut(f"{len(shut)} of {len(numbers)}")
    return tuple(_statement(event) for event in opened if event.fields.get("kind") in kinds)


def by_item(found: Iterable[Statement]) -> dict[str, tuple[Statement, ...]]:
    """Statements of each item, in their order."""
    grouped: dict[str, list[Statement]] = {}
    for one in found:
        grouped.setdefault(one.item, []).append(one)
    return {item: tuple(said) for item, said in grouped.items()}


def localities(found: Iterable[Statement]) -> dict[str, str]:
    """Item -> town or district that was said last, of statements oldest first; none where it was taken back."""
    said = {one.item: locality.read(one.said.get("locality")) for one in found if one.kind == PLACE}
    return {item: text for item, text in said.items() if text}


def _note(line: bytes) -> custody_event.Event | None:
    event = custody_event.parse(line) if b'"type":"note"' in line else None
    return event if event and event.type == _TYPE else None


def _statement(event: OpenedLine) -> Statement:
    said = event.fields.get("answers")
    facts = said if isinstance(said, dict) else {}
    return Statement(event.n, event.about, str(event.fields["kind"]), str(event.fields.get("day", "")), facts)
