"""``consent``: for whom and for what somebody agreed that an item leaves, and that they no longer do."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from witnesskit.actions.item_files import chosen
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.session import Session
from witnesskit.actions.statements import CONSENT, Statement, checked_text, log_statements, statements
from witnesskit.errors.leaving import BadStatement
from witnesskit.formats.short_id import short_id
from witnesskit.model import Audience, VaultKind
from witnesskit.vault import layout
from witnesskit.vault.layout import Vault

SCOPES: Final = ("copy", "original", "record")
GIVEN, WITHDRAWN, UNCLEAR, UNKNOWN = "given", "withdrawn", "unclear", "unknown"
EVERYBODY: Final = Audience.PUBLIC.value
_ACCENTS: Final = re.compile("[\u0300-\u036f]")
_DOTLESS: Final = "\u0131"  # what small letters make of a capital I in some languages


@dataclass(frozen=True)
class Consent:
    """One statement; ``recipient`` is empty where it was withdrawn for everybody."""

    item: str  # short id
    recipient: str
    state: str  # GIVEN or WITHDRAWN
    scope: tuple[str, ...] = ()  # of SCOPES
    form: str = ""  # how it was given, in words
    day: str = ""


@dataclass(frozen=True)
class ConsentWish:
    """What is recorded; a withdrawal without a recipient is for everybody."""

    recipient: str
    scope: tuple[str, ...] = ()
    form: str = ""
    withdraw: bool = False


@dataclass(frozen=True)
class Recorded:
    """What was recorded. ``named_before``: for whom consents were, where one of another name was withdrawn."""

    said: tuple[Consent, ...]
    named_before: tuple[str, ...] = ()


def consent(vault: Vault, passphrase: str, shorts: Sequence[str], wish: ConsentWish) -> Recorded:
    """Record a consent or its end; raises BadStatement, WrongVaultKind and the leaves of short ids."""
    layout.demand(vault, VaultKind.DESK)
    recipient = checked_text(wish.recipient, "the recipient")
    if not shorts or not set(wish.scope) <= set(SCOPES):
        raise BadStatement("no item was named" if not shorts else "a scope that is none")
    if recipient and not _letters(recipient):
        raise BadStatement("the recipient has no letter and no digit")
    if not wish.withdraw and (not recipient or not wish.scope):
        raise BadStatement("a consent is for a named recipient and for something: --recipient and --scope")
    if wish.withdraw and wish.scope:
        raise BadStatement("a consent is withdrawn as a whole: without --scope")
    said = {
        "recipient": recipient,
        "state": WITHDRAWN if wish.withdraw else GIVEN,
        "scope": sorted(set(wish.scope)),
        "form": checked_text(wish.form, "the form"),
    }
    with open_for_saving(vault, passphrase) as session:
        items = chosen(session.state, shorts)
        log_statements(session, CONSENT, [(item, said) for item in items])
        told = _told(session, items)
        before, now = told[: -len(items)], told[-len(items) :]
        return Recorded(now, _others(before, recipient) if wish.withdraw else ())


def consents(vault: Vault, passphrase: str, shorts: Sequence[str]) -> tuple[Consent, ...]:
    """Every statement about consent for these items, or all, oldest first; nothing is logged."""
    layout.demand(vault, VaultKind.DESK)
    with open_for_saving(vault, passphrase) as session:
        return _told(session, chosen(session.state, shorts))


@dataclass(frozen=True)
class _End:
    """What was said last to one recipient, by event ``n``."""

    n: int
    state: str
    scope: frozenset[str]


def standing(found: Iterable[Statement], item: str, recipient: str) -> tuple[str, frozenset[str]]:
    """(state, scope) for a recipient, from statements oldest first; an empty recipient is one that was not named.

    Whoever publishes gives it to everybody: what any recipient lost after the public got it counts as lost.
    """
    ends: dict[str, _End] = {}
    for one in (each for each in found if each.kind == CONSENT and each.item == item):
        name, given = folded(one.text("recipient")), one.text("state") == GIVEN
        end = _End(one.n, GIVEN if given else WITHDRAWN, frozenset(one.words("scope") if given else ()))
        if not name and not given:  # for everybody who was named before, and whoever was not
            ends = dict.fromkeys((*ends, ""), end)
        else:
            ends[name] = end
    name = folded(recipient)
    own = ends.get(name) or ends.get("") or _End(-1, UNKNOWN, frozenset())
    lost = max((end.n for end in ends.values() if end.state == WITHDRAWN), default=-1)
    if name == EVERYBODY and lost > own.n:
        return WITHDRAWN, frozenset()
    if not name and own.state != WITHDRAWN and lost >= 0:
        return UNCLEAR, frozenset()
    return own.state, own.scope


def lacking(state: str, scope: Collection[str], what: Collection[str]) -> tuple[str, ...]:
    """What of ``what`` (of SCOPES) a consent does not cover; everything, where none is in force."""
    return tuple(word for word in SCOPES if word in what and (state != GIVEN or word not in scope))


def folded(name: str) -> str:
    """A name as it is compared: its letters and digits, whatever stands between them and above them.

    Names are typed by hand: with other capitals, blanks, dashes or accents, or with signs that nobody sees.
    """
    split = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    bare = unicodedata.normalize("NFC", _ACCENTS.sub("", split)).replace(_DOTLESS, "i")
    return _letters(bare) or " ".join(bare.split())


def _others(before: Iterable[Consent], recipient: str) -> tuple[str, ...]:
    """Names that consents were for, where none of them is this one: it may be written in another way."""
    names = {folded(one.recipient): one.recipient for one in before if one.state == GIVEN}
    return () if not recipient or folded(recipient) in names else tuple(sorted(names.values()))


def _letters(text: str) -> str:
    return "".join(one for one in text if unicodedata.category(one)[0] in "LMN")


def _told(session: Session, items: Collection[str]) -> tuple[Consent, ...]:
    return tuple(_consent(one) for one in statements(session, CONSENT) if one.item in items)


def _consent(one: Statement) -> Consent:
    recipient, state, form = (one.text(name) for name in ("recipient", "state", "form"))
    return Consent(short_id(one.item), recipient, state, one.words("scope"), form, one.day)
