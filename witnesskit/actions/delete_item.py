"""``delete``: erase an item on purpose, and leave on record that it was, why, and by whose decision.

Order: openings of the event sealed as a paper, event, checkpoint, capsules, state. A kill after the event is finished
by the next command, because the log then ends with it; a kill before it erased nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from witnesskit.actions import case_vault, catalogue
from witnesskit.actions.item_files import chosen
from witnesskit.actions.logged import log_events
from witnesskit.actions.own_events import OpenedLine, own_events
from witnesskit.actions.session import Session
from witnesskit.custody.journal import utc_day
from witnesskit.custody.prepare import prepare
from witnesskit.errors import WitnesskitError
from witnesskit.formats import custody_event
from witnesskit.formats.short_id import short_id
from witnesskit.model import Role, SealedCapsule, VaultKind
from witnesskit.sealing.capsule import CapsuleReader
from witnesskit.vault import layout, state, store
from witnesskit.vault.keyring import desk_identities

WHYS: Final = ("consent", "law", "safety", "duplicate", "error")
SCOPES: Final = ("file", "openings", "both")
_TYPE: Final = "delete"


@dataclass(frozen=True)
class DeleteWish:
    """``item`` is a short id; ``scope``: of SCOPES; ``why``: of WHYS; ``authority``: who decided, or empty."""

    item: str
    why: str
    scope: str = "both"
    authority: str = ""


@dataclass(frozen=True)
class Deleted:
    """What became of one item."""

    short: str
    erased: int  # capsules
    left: int


def delete(session: Session, wish: DeleteWish) -> Deleted:
    """Log it, then erase; raises WrongVaultKind, the leaves of short ids and of the disk."""
    layout.demand(session.vault, VaultKind.DESK)
    (item,) = chosen(session.state, [wish.item])
    committed = {
        "item": item,
        "day": utc_day(),
        "scope": wish.scope,
        "why": wish.why,
        "policy": session.policy.id,
    }
    if wish.authority:
        committed["authority"] = wish.authority
    log_events(session, [prepare(_TYPE, committed)])
    erased = _erase(session, item, wish.scope)
    return Deleted(short_id(item), erased, len(session.state.items[item].capsules))


def finish_deletion(session: Session) -> int:
    """After a kill: where the log ends with a deletion, sign it, erase what it names; returns how many capsules."""
    if session.keyring is None or _type_of(session.journal.last_line) != _TYPE:
        return 0
    session.journal.checkpoint(session.signer)
    return sum(_erase_as(session, event) for event in _deletions(session) if event.n == session.journal.size - 1)


def erase_again(session: Session, items: Iterable[str]) -> int:
    """What was deleted here and came back, with a bundle that was packed before; returns how many capsules."""
    back = frozenset(items)
    if session.keyring is None or not session.journal.may_hold(_TYPE):
        return 0
    return sum(_erase_as(session, event) for event in _deletions(session) if event.about in back)


def _deletions(session: Session) -> Iterator[OpenedLine]:
    papers = case_vault.paper_openings(session, _TYPE)
    return (event for event in own_events(session, papers, _TYPE) if event.type == _TYPE)


def _erase_as(session: Session, event: OpenedLine) -> int:
    scope = str(event.fields.get("scope", ""))
    return _erase(session, event.about, scope) if event.about in session.state.items and scope in SCOPES else 0


def _erase(session: Session, item: str, scope: str) -> int:
    """The state forgets a capsule only when it is gone, so that a kill between leaves it to be erased again."""
    going = [one for one in session.state.items[item].capsules if _goes(session, one, scope)]
    for capsule in going:
        store.erase(session.vault, capsule.id)
    if going:
        session.state = state.without_capsules(session.state, item, *(capsule.id for capsule in going))
        state.save_state(session.vault, session.state)
        catalogue.forget(session, item)
    return len(going)


def _goes(session: Session, capsule: SealedCapsule, scope: str) -> bool:
    """``file``: wherever the footage is, original or copy; ``openings``: records, and copies that lie in them."""
    if scope == "both":
        return True
    if scope == "openings":
        return capsule.role is Role.RECORD
    return capsule.role is Role.ORIGINAL or _holds_copy(session, capsule)


def _holds_copy(session: Session, capsule: SealedCapsule) -> bool:
    """One that cannot be read counts as a copy: what shall be gone must not stay because it is damaged."""
    identities = desk_identities(session.keyring) if session.keyring else ()
    try:
        with store.open_capsule(session.vault, capsule.id) as stream:
            return any(name.startswith("copy/") for name in CapsuleReader(stream, identities).names())
    except WitnesskitError:
        return True


def _type_of(line: bytes) -> str:
    return custody_event.parse(line).type if b'"type":"delete"' in line else ""
