"""``claim``: what somebody says of an item, and of what somebody says exists and this desk never saw.

Both are statements in the log. What is asserted and unseen has an id and no sealed file: it is in no count of what is
saved and in no export, until a later item is said to be it.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from witnesskit.actions.item_files import chosen
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.session import Session
from witnesskit.actions.statements import CLAIM, Statement, checked_text, log_statements, statements
from witnesskit.errors.leaving import BadStatement
from witnesskit.formats.short_id import resolve, short_id
from witnesskit.model import Json, VaultKind
from witnesskit.vault import layout
from witnesskit.vault.layout import Vault
from witnesskit.vault.state import State

STATES: Final = ("asserted", "verified", "disputed")
_TEXTS: Final = ("text", "by", "when", "source", "url", "description")
_SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True)
class Claim:
    """One statement; empty where nothing was said. ``when``: of what it tells, in the words of whoever says it."""

    text: str = ""
    by: str = ""  # who says it; sealed, and never told to anybody by an export
    when: str = ""
    source: str = ""
    state: str = "asserted"  # of STATES
    url: str = ""  # of what is asserted and unseen
    description: str = ""
    sha256: str = ""
    item: str = ""  # short id
    day: str = ""  # of the statement
    unseen: bool = False
    seen_as: str = ""  # short id of the item that it is


def claim(vault: Vault, passphrase: str, short: str, said: Claim) -> Claim:
    """Record a claim about an item, or about what is asserted and unseen; without ``short`` a new one of these.

    Raises BadStatement, WrongVaultKind and the leaves of short ids.
    """
    layout.demand(vault, VaultKind.DESK)
    facts = _checked(said, unseen=not short)
    with open_for_saving(vault, passphrase) as session:
        known = _unseen(statements(session, CLAIM))
        every = sorted({*known, *_items(session.state)})
        item = resolve(short, every) if short else secrets.token_hex(16)
        if said.seen_as:
            (facts["seen_as"],) = chosen(session.state, [said.seen_as])
            if item not in known:
                raise BadStatement("only what is asserted and unseen can turn out to be an item")
        log_statements(session, CLAIM, [(item, facts)])
        return _told(statements(session, CLAIM))[-1]


def claims(vault: Vault, passphrase: str, shorts: Sequence[str] = ()) -> tuple[Claim, ...]:
    """Every claim about these, or all, oldest first; nothing is logged. Raises ShortIdUnknown, ShortIdAmbiguous."""
    layout.demand(vault, VaultKind.DESK)
    with open_for_saving(vault, passphrase) as session:
        found = statements(session, CLAIM)
        every = sorted({*(one.item for one in found), *_items(session.state)})
        wanted = {short_id(resolve(short, every)) for short in shorts}
        return tuple(one for one in _told(found) if not wanted or one.item in wanted)


def unseen(session: Session) -> tuple[Claim, ...]:
    """What is asserted and unseen still, each as it was said last; for lists and reports of the desk."""
    newest = {one.item: one for one in _told(statements(session, CLAIM)) if one.unseen}
    return tuple(newest.values())


def unseen_note(found: Sequence[Claim]) -> str:
    """What a report for the desk says of them."""
    return f"Asserted, unseen, and not saved: {', '.join(one.item for one in found)}." if found else ""


def _checked(said: Claim, *, unseen: bool) -> dict[str, Json]:
    facts: dict[str, Json] = {name: checked_text(getattr(said, name), name) for name in _TEXTS}
    facts = {name: text for name, text in facts.items() if text}
    if said.state not in STATES:
        raise BadStatement("a state that is none")
    if said.sha256 and not _SHA256.fullmatch(said.sha256):
        raise BadStatement("a SHA-256 is 64 digits from 0 to 9 and a to f")
    if unseen and not (said.url or said.description or said.sha256):
        raise BadStatement("what nobody here saw needs an address, a description or a digest")
    if not unseen and not (facts or said.seen_as):
        raise BadStatement("it says nothing")
    return facts | {"state": said.state, "unseen": unseen} | ({"sha256": said.sha256} if said.sha256 else {})


def _items(state: State) -> list[str]:
    return [item for item, found in state.items.items() if not found.paper]


def _unseen(found: Iterable[Statement]) -> frozenset[str]:
    return frozenset(one.item for one in found if one.said.get("unseen") is True)


def _told(found: Sequence[Statement]) -> tuple[Claim, ...]:
    asserted = _unseen(found)
    became = {one.item: one.text("seen_as") for one in found if one.text("seen_as")}
    return tuple(_claim(one, asserted - became.keys(), became.get(one.item, "")) for one in found)


def _claim(one: Statement, asserted: frozenset[str], became: str) -> Claim:
    texts = {name: one.text(name) for name in (*_TEXTS, "sha256")}
    return Claim(
        **texts,
        state=one.text("state") or "asserted",
        item=short_id(one.item),
        day=one.day,
        unseen=one.item in asserted,
        seen_as=short_id(became) if became else "",
    )
