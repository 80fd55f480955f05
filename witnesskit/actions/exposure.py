"""The exposure sheet: what no metadata tells, answered by a person who looked at the copies of an item.

Answers are a ``note`` on the desk's own log, sealed to the desk ring; what a device says of itself does not count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from witnesskit.actions import case_vault
from witnesskit.actions.item_files import ItemFiles
from witnesskit.actions.openings_capsule import seal_openings
from witnesskit.actions.own_events import OpenedLine, own_events
from witnesskit.actions.session import Session
from witnesskit.actions.tool_identity import TOOL
from witnesskit.custody.journal import utc_day
from witnesskit.custody.prepare import prepare
from witnesskit.errors.actions import AnswerUnknown, NothingToAnswerFor
from witnesskit.media_model import ANSWERS, EXPOSURES
from witnesskit.model import Json

KIND: Final = "exposure"
_COMMITTED: Final = (
    "record_sha256", "sha256", "size", "media_type", "essence", "presentation_sha256", "finding", "jail",
)  # fmt: skip
QUESTIONS: Final[Mapping[str, str]] = {
    "vantage": "does the view tell from where it was filmed: a window, a roof, a street corner?",
    "voice": "is the one who filmed heard, or anybody who could be known by the voice?",
    "reflection": "is the one who filmed, or the room, mirrored in glass, metal, water or eyes?",
    "interior": "is a room, a window frame or a car seen from inside?",
    "face": "is a face seen that could be known?",
    "plate": "is a number plate, a house number or a name on a sign seen?",
}


@dataclass(frozen=True)
class Sheet:
    """Answers about the copies of one item."""

    item: str
    answers: Mapping[str, str] = field(default_factory=dict)  # of EXPOSURES -> of ANSWERS; absent: unanswered
    copies: frozenset[str] = frozenset()  # digests of the copies that were looked at
    day: str = ""


def check_answers(answers: Mapping[str, str]) -> None:
    """Raise AnswerUnknown for a question or an answer that the sheet does not have."""
    for name, answer in answers.items():
        if name not in EXPOSURES or answer not in ANSWERS:
            raise AnswerUnknown(f"{name}={answer}")


def record_sheet(session: Session, item: ItemFiles, answers: Mapping[str, str]) -> Sheet:
    """Log and seal ``answers``, joined to what was answered before for the same copies.

    Raises AnswerUnknown, NothingToAnswerFor (the item has no copy to look at).
    """
    check_answers(answers)
    copies = frozenset(str(facts["sha256"]) for facts in item.copies if item.file_of(facts))  # what can be looked at
    if not copies:
        raise NothingToAnswerFor
    before = sheet_of(session, item)
    earlier = before.answers if copies <= before.copies else {}
    sheet = Sheet(item.item, {**earlier, **answers}, copies, utc_day())
    committed = {
        "item": item.item,
        "day": sheet.day,
        "kind": KIND,
        "answers": dict(sheet.answers),
        "copies": sorted(copies),
        "policy": session.policy.id,
        "tool": TOOL,
    }
    event = prepare("note", committed)
    session.state = seal_openings(session.vault, session.state, session.recipients, [event.opening_line()])
    session.journal.append_all([(event, {})])
    session.journal.checkpoint(session.signer)
    return sheet


def sheet_of(session: Session, item: ItemFiles) -> Sheet:
    """The newest sheet of an item; an empty one if nobody answered."""
    return sheets(session).get(item.item, Sheet(item.item))


def sheets(session: Session) -> dict[str, Sheet]:
    """The newest sheet of every item that has one."""
    papers = case_vault.paper_openings(session, "note")
    found = (_sheet(event) for event in own_events(session, papers, "note") if event.type == "note")
    return {sheet.item: sheet for sheet in found if sheet is not None}


def derived_here(session: Session, item: ItemFiles) -> frozenset[str]:
    """Digests of the item's copies that this desk coded anew; a device's word that a copy is one does not count."""
    return frozenset(facts["sha256"] for facts in derivatives(session, item))


def derivatives(session: Session, item: ItemFiles) -> tuple[Mapping[str, Json], ...]:
    """Facts of the copies that this desk coded anew, each as its own log has it; one made twice is there once."""
    events = {event.item: event.fields for event in own_events(session, item.lines) if _coded_anew(event, item.item)}
    found: dict[str, Mapping[str, Json]] = {}
    for facts in item.derived:
        fields = events.get(facts["item"], {})
        if fields and all(facts.get(name) == fields.get(name) for name in _COMMITTED):
            found.setdefault(facts["sha256"], facts)
    return tuple(found.values())


def _coded_anew(event: OpenedLine, item: str) -> bool:
    return event.type == "derive" and event.fields.get("parent") == item and bool(event.fields.get("parameters"))


def _sheet(event: OpenedLine) -> Sheet | None:
    answers, copies = event.fields.get("answers"), event.fields.get("copies")
    if event.fields.get("kind") != KIND or not isinstance(answers, dict) or not isinstance(copies, list):
        return None
    item, day = str(event.fields.get("item", "")), str(event.fields.get("day", ""))
    return Sheet(item, {str(name): str(answer) for name, answer in answers.items()}, frozenset(map(str, copies)), day)
