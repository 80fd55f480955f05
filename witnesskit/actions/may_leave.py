"""Whether items may leave at all: their marks and consents, asked before anything is written or logged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from witnesskit.actions.consents import EVERYBODY, UNCLEAR, WITHDRAWN, lacking, standing
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
    """Raise MarkKeepsBack, ConsentWithdrawn or NoConsent naming every item that may not; StatementsShut."""
    said = by_item(statements(session, MARK, CONSENT))
    held: dict[type[WitnesskitError], list[str]] = {}
    for item in items:
        own = said.get(item, ())
        level = newest(own)[item].level if item in newest(own) else ""
        if not (decision := decide.mark_may_leave(policy, level, secret=leaving.secret)).allowed:
            held.setdefault(MarkKeepsBack, []).append(f"{short_id(item)} ({decision.sentence})")
        error, sentence = _without_consent(policy, own, item, leaving)
        if error:
            held.setdefault(error, []).append(f"{short_id(item)} ({sentence})")
    for error in (MarkKeepsBack, ConsentWithdrawn, NoConsent):
        if names := held.get(error):
            raise error(_listed(names))


def _without_consent(
    policy: Policy, said: Iterable[Statement], item: str, leaving: Leaving
) -> tuple[type[WitnesskitError] | None, str]:
    public = policy.rules.policy_audience is Audience.PUBLIC
    state, scope = standing(said, item, EVERYBODY if public else leaving.recipient)
    decision = decide.consent_may_leave(policy, state, lacking(state, scope, leaving.what))
    if decision.allowed:
        return None, ""
    return (ConsentWithdrawn if state in (WITHDRAWN, UNCLEAR) else NoConsent), decision.sentence


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
