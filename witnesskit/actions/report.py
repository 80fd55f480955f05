"""``report``: one page for one audience, as its policy allows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from witnesskit.actions import case_vault
from witnesskit.actions.audience_policy import audience_policy
from witnesskit.actions.case import Case
from witnesskit.actions.chain_members import OF_DESKS
from witnesskit.actions.claims import unseen, unseen_note
from witnesskit.actions.court_view import CourtView, court_view
from witnesskit.actions.item_files import ItemFiles, chosen, read_item
from witnesskit.actions.leaving_file import check_place, leaving_file
from witnesskit.actions.marks import mark_note, marks
from witnesskit.actions.may_leave import Leaving, demand_may_leave
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.places import with_places
from witnesskit.actions.publish import PublishedCopy, publish
from witnesskit.actions.session import Session
from witnesskit.actions.shown_items import shown_copy, shown_item, unreadable_note
from witnesskit.actions.tool_identity import TOOL
from witnesskit.actions.validation import last_validation
from witnesskit.actions.verify import judged
from witnesskit.digest import sha256_stream
from witnesskit.errors.actions import NoSuchItem
from witnesskit.formats.short_id import short_id
from witnesskit.media_model import EssenceHash
from witnesskit.model import Audience, VaultKind
from witnesskit.policy import decide
from witnesskit.policy.schema import Policy
from witnesskit.report import how_to, html
from witnesskit.report.model import Answer, Check, Item, Report, Step, guarded, withheld
from witnesskit.vault import layout
from witnesskit.vault.keyring import desk_identities
from witnesskit.vault.layout import Vault
from witnesskit.verify import CaseFiles, Found, Trust, Verdict
from witnesskit.verify.case import LISTED

_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)


@dataclass(frozen=True)
class ReportWish:
    """What the person asked for; ``items`` are short ids, none means all."""

    audience: str
    items: tuple[str, ...]
    out: Path
    recipient: str = ""  # as consents name them
    secret: bool = False


@dataclass(frozen=True)
class ReportDone:
    """What was written."""

    state: str
    items: int
    withheld: int
    policy: str
    unreadable: int = 0  # items that hold something that cannot be read; the page names them
    held_back: tuple[str, ...] = ()  # for each copy that the public does not get, why


def report(vault: Vault, passphrase: str, wish: ReportWish) -> ReportDone:
    """Write the page; raises NoSuchItem, WrongVaultKind, the leaves of the vault, and what ``check_place``,
    ``leaving_file`` and ``demand_may_leave`` raise.
    """
    layout.demand(vault, VaultKind.DESK)
    audience = Audience(wish.audience)
    policy = audience_policy(vault, audience)
    check_place(wish.out, audience)  # before anything is logged as published
    with open_for_saving(vault, passphrase) as session:
        if audience is not Audience.DESK:  # there it stays
            leaving = Leaving(frozenset({"record"}), wish.recipient, wish.secret)
            demand_may_leave(session, policy, chosen(session.state, wish.items), leaving)
        made, held_back = build(session, policy, read_items(session, wish.items))
    with leaving_file(wish.out) as stream:
        stream.write(html.render(made).encode())
    shut = len(withheld(guarded(made)))
    return ReportDone(made.answer.state, len(made.items), shut, policy.id, len(made.notes), held_back)


def read_items(session: Session, shorts: Sequence[str]) -> tuple[ItemFiles, ...]:
    """Items by short id, as the desk ring opens them."""
    identities = desk_identities(session.keyring) if session.keyring else ()
    items = chosen(session.state, shorts)
    return with_places(session, [read_item(session.vault, session.state, item, identities) for item in items])


def build(session: Session, policy: Policy, items: Sequence[ItemFiles]) -> tuple[Report, tuple[str, ...]]:
    """The report for the policy's audience; for each copy that the public does not get, why."""
    if policy.rules.policy_audience is Audience.PUBLIC:
        done = publish(session, policy, items)
        if not done.copies:
            raise NoSuchItem("no clean copy that may be published")
        return public_report(session, policy, done.copies), done.held_back
    if policy.rules.policy_audience is Audience.COURT:
        view = court_view(session, policy, items)
        return court_report(policy, view, how_to.steps(Audience.COURT, (session.signer.vkey,), _hashes(items))), ()
    verdict = judged(case_vault.case_of(session.vault, session.keyring, session.signer.vkey, Trust(), _silent))
    shown = tuple(shown_item(files, policy) for files in items)
    made = _report(policy, verdict, shown, how_to.steps(Audience.DESK, (session.signer.vkey,), _hashes(items)))
    validated = last_validation(session)
    marked = marks(session)
    told = tuple(mark_note(one.item, marked[one.item]) for one in items if one.item in marked)
    notes = tuple(filter(None, (*_unreadable(items), *told, unseen_note(unseen(session)))))
    return replace(made, notes=notes, validated=validated.sentence if validated else ""), ()


def court_report(policy: Policy, view: CourtView, steps: tuple[Step, ...]) -> Report:
    """The report for a court, with how to check it and the tables of what a standard asks for."""
    made = _report(policy, view.verdict, view.shown, steps)
    return replace(made, notes=_unreadable(view.items), validated=view.validated, tables=view.tables)


def _unreadable(items: Sequence[ItemFiles]) -> tuple[str, ...]:
    return tuple(unreadable_note(files) for files in items if files.faults)


def public_report(session: Session, policy: Policy, copies: Sequence[PublishedCopy]) -> Report:
    """A report that stands on the desk's own log and on nothing of a field device."""
    verdict = judged(public_case(session, copies))
    day = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    items = tuple(shown_copy(copy, policy, day) for copy in copies)
    hashes = tuple(EssenceHash(**part) for copy in copies for part in copy.facts["essence"])
    return _report(policy, verdict, items, how_to.steps(Audience.PUBLIC, (session.signer.vkey,), hashes))


def public_case(session: Session, copies: Sequence[PublishedCopy]) -> Case:
    """The desk's log, the openings that leave, and the copies as they are now."""
    found = []
    for copy in copies:
        with copy.file.open() as stream:
            digest, size = sha256_stream(stream)
        found.append(Found("copy", digest, size, None, copy.item))
    log = case_vault.own_log(session.vault, session.journal)
    public = tuple(one for one in log.anchors if not one.name.endswith(OF_DESKS))
    openings = tuple(opening for copy in copies for opening in copy.openings)
    files = CaseFiles((replace(log, anchors=public),), openings, tuple(found), LISTED)
    return Case(files, case_vault.own_trust(session.vault, (session.signer.vkey,), None))


def _report(policy: Policy, verdict: Verdict, items: tuple[Item, ...], steps: tuple[Step, ...]) -> Report:
    since = decide.time_of(policy, verdict.since) if verdict.since else ""
    return Report(
        audience=policy.rules.policy_audience,
        policy=policy.id,
        made=datetime.now(UTC).strftime("%Y-%m-%d"),
        tool=TOOL,
        answer=Answer(str(verdict.state), since, verdict.word_of, verdict.interval.not_after.proven),
        checks=tuple(
            Check(check.number, check.code, str(check.state), _subject(check.subject), check.sentence)
            for check in verdict.checks
        ),
        items=items,
        steps=steps,
    )


def _subject(subject: str) -> str:
    """What a check is about, for people: an item by its short id, and nothing where the question says it."""
    if subject in ("container", "case", "openings", "trust", "time"):
        return ""
    return f"item {short_id(subject)}" if _ID.fullmatch(subject) else subject


def _hashes(items: Sequence[ItemFiles]) -> tuple[EssenceHash, ...]:
    return tuple(EssenceHash(**part) for item in items for copy in item.copies for part in copy["essence"])


def _silent(_done: int, _whole: int | None) -> None:
    """Nobody watches."""
