"""Whether items may leave at all: their marks and consents, asked before anything is written or logged."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from witnesskit.actions.catalogue import open_catalogue
from witnesskit.actions.consents import EVERYBODY, UNCLEAR, WITHDRAWN, lacking, standing
from witnesskit.actions.corroboration import holding_the_same
from witnesskit.actions.marks import newest
from witnesskit.actions.session import Session
from witnesskit.actions.statements import CONSENT, MARK, Statement, by_item, statements
from witnesskit.errors import WitnesskitError
from witnesskit.errors.leaving import ConsentWithdrawn, MarkKeepsBack, NoConsent
from witnesskit.formats.short_id import short_id
from witnesskit.model import Audience
from witnesskit.policy import decide
from witnesskit.policy.schema import Policy

_NAMED = 8  # items in one message


@dataclass(frozen=True)
class Leaving:
    """Who gets what; ``what``: of consents.SCOPES. ``secret``: the person asked for what is marked so."""

    what: frozenset[str]
    recipient: str = ""
    secret: bool = False


def demand_may_leave(session: Session, policy: Policy, items: Sequence[str], leaving: Leaving) -> None:
    """Raise MarkKeepsBack, ConsentWithdrawn or NoConsent naming every item that may not; StatementsShut.

    What is said of an item is said of its content: it keeps back another item with the same bytes or from the same
    link too, unless something later was said of that one. Raises CatalogueFull, where this cannot be looked up.
    """
    said = by_item(statements(session, MARK, CONSENT))
    held: dict[type[WitnesskitError], list[str]] = {}
    for item in items:
        for error, sentence in _against(policy, said.get(item, ()), item, leaving):
            held.setdefault(error, []).append(f"{short_id(item)} ({sentence})")
    for item, others in _same(session, policy, items, said, leaving).items():
        both = sorted((replace(one, item=item) for name in (item, *others) for one in said.get(name, ())), key=_when)
        for error, sentence in _against(policy, both, item, leaving):
            if error is not NoConsent:
                same = " ".join(sorted(map(short_id, others)))
                held.setdefault(error, []).append(f"{short_id(item)} (the same as {same}: {sentence})")
    for error in (MarkKeepsBack, ConsentWithdrawn, NoConsent):
        if names := held.get(error):
            raise error(_listed(list(dict.fromkeys(names))))


def _same(
    session: Session, policy: Policy, items: Sequence[str], said: Mapping[str, Sequence[Statement]], leaving: Leaving
) -> Mapping[str, Collection[str]]:
    """Item -> others of which something was said that keeps them back, and that hold the same."""
    others = [
        other
        for other in said.keys() - set(items)
        if any(error is not NoConsent for error, _sentence in _against(policy, said[other], other, leaving))
    ]
    if not others:
        return {}
    with open_catalogue(session, _quiet) as found:
        return holding_the_same(found.rows, items, others)


def _against(
    policy: Policy, said: Iterable[Statement], item: str, leaving: Leaving
) -> Iterator[tuple[type[WitnesskitError], str]]:
    """Each reason why an item may not leave, by what was said of it, oldest first."""
    own = tuple(said)
    level = newest(own)[item].level if item in newest(own) else ""
    if not (decision := decide.mark_may_leave(policy, level, secret=leaving.secret)).allowed:
        yield MarkKeepsBack, decision.sentence
    public = policy.rules.policy_audience is Audience.PUBLIC
    state, scope = standing(own, item, EVERYBODY if public else leaving.recipient)
    decision = decide.consent_may_leave(policy, state, lacking(state, scope, leaving.what))
    if not decision.allowed:
        yield ConsentWithdrawn if state in (WITHDRAWN, UNCLEAR) else NoConsent, decision.sentence


def _when(said: Statement) -> int:
    return said.n


def _quiet(_done: int, _whole: int) -> None:
    """Nobody waits for it."""


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
