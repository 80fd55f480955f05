"""``disclose`` for the public: a statement on the desk's own log, under a fresh id, with chosen fields opened.

No line and no digest of a field log leaves, and nothing that tells of an original: what a seized device holds cannot
be matched with what was published.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Final

from witnesskit.actions.disclosed import Disclosed, DiscloseWish, Fields, WrittenProof, write_proof
from witnesskit.actions.item_files import ItemFiles
from witnesskit.actions.logged import log_events
from witnesskit.actions.publish import may_be_published
from witnesskit.actions.session import Session
from witnesskit.actions.tool_identity import TOOL
from witnesskit.custody.journal import utc_day
from witnesskit.custody.prepare import prepare
from witnesskit.errors.actions import FieldWithheld, NoSuchField, NotForThePublic
from witnesskit.formats import custody_event, disclosure
from witnesskit.formats.short_id import short_id
from witnesskit.formats.tlog_proof import TlogProof
from witnesskit.model import Json
from witnesskit.policy.openings import opening_may_leave
from witnesskit.policy.schema import Policy

_OF_A_COPY: Final = ("sha256", "size", "media_type", "essence", "presentation_sha256", "finding")
_EVENT: Final = "derive"


def public_fields(policy: Policy, item: ItemFiles) -> Fields:
    """What could be said of the item, and what the policy lets be said. A copy's fields exist where it has a copy."""
    names = [*_said(item), *(_OF_A_COPY if item.copies else ())]
    return Fields("public", {name: opening_may_leave(policy, _EVENT, name) for name in names})


def disclose_public(session: Session, policy: Policy, item: ItemFiles, wish: DiscloseWish) -> Disclosed:
    """Log the statement, write its proof; raises NoSuchField, FieldWithheld, NotForThePublic, the disk's leaves."""
    fields = public_fields(policy, item)
    check_fields(fields, wish.fields)
    values = _said(item)
    if set(wish.fields) & set(_OF_A_COPY):
        values |= _copy(session, policy, item, wish.copy)
    chosen = {name: values[name] for name in wish.fields}
    own = {"parent": item.item, "day": utc_day(), "tool": TOOL, "policy": policy.id}
    event = prepare(_EVENT, {**own, **chosen}, item=secrets.token_hex(16))
    (number,) = log_events(session, [event])
    texts = tuple(text for text in event.disclosures if disclosure.parse(text).name in chosen)
    line = session.journal.last_line
    proof = TlogProof(number, session.journal.inclusion(number), session.journal.newest_note(), line, texts)
    file = write_proof(wish.out, short_id(event.item), proof)
    shut = len(custody_event.parse(line).sd) - len(texts)
    withheld = tuple(name for name in fields.decisions if name not in chosen)
    return Disclosed((WrittenProof(file, _EVENT, session.signer.vkey, tuple(chosen), shut),), withheld)


def check_fields(fields: Fields, names: Sequence[str]) -> None:
    """Raise NoSuchField or FieldWithheld for the first of ``names`` that does not exist or may not leave."""
    for name in names:
        decision = fields.decisions.get(name)
        if decision is None:
            raise NoSuchField(f"it holds {', '.join(fields.decisions) or 'none'}")
        if not decision.allowed:
            raise FieldWithheld(f"{name}: {decision.rule}: {decision.sentence}")


def _said(item: ItemFiles) -> dict[str, Json]:
    """What the record tells; ``day`` is the day of this statement."""
    source, capture, times = (item.record.get(name, {}) for name in ("source", "capture", "times"))
    found = {"url": source.get("url"), "at": times.get("collected"), "outcome": capture.get("outcome")}
    return {"day": utc_day(), **{name: value for name, value in found.items() if isinstance(value, str) and value}}


def _copy(session: Session, policy: Policy, item: ItemFiles, wanted: str) -> Mapping[str, Json]:
    """Facts of the newest copy that may be published, or of the one whose digest begins with ``wanted``."""
    allowed, refused = may_be_published(session, policy, [item])
    facts = [copy for _item, copy, _file in allowed if str(copy["sha256"]).startswith(wanted)]
    if not facts:
        raise NotForThePublic("; ".join(dict.fromkeys(refused)))
    return {name: facts[-1][name] for name in _OF_A_COPY}
