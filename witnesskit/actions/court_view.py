"""What a desk may tell a court of some items: logs, openings, verdict, story and tables. The policy decides."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from witnesskit.actions import case_vault
from witnesskit.actions.chain_members import LogCopy, desk_copy
from witnesskit.actions.custody_story import OpenedEvent, opened_events, story_of
from witnesskit.actions.item_files import ItemFiles
from witnesskit.actions.log_events import events_of
from witnesskit.actions.older_copy import with_logged_losses
from witnesskit.actions.openings import resolve
from witnesskit.actions.seen import seen_logs
from witnesskit.actions.session import Session
from witnesskit.actions.shown_items import shown_item
from witnesskit.actions.statements import CLAIM, CONSENT, MARK, PLACE
from witnesskit.actions.validation import last_validation
from witnesskit.actions.verify import judged
from witnesskit.actions.vouched import still_vouched
from witnesskit.formats import disclosure
from witnesskit.model import Opening
from witnesskit.policy.openings import opening_may_leave
from witnesskit.policy.schema import Policy
from witnesskit.report import berkeley
from witnesskit.report.custody import Story
from witnesskit.report.model import Item, Table
from witnesskit.verify import Trust, Verdict


@dataclass(frozen=True)
class CourtView:
    """One desk's answer about ``items``. ``openings``: those that the policy lets out; the story stands on them."""

    items: tuple[ItemFiles, ...]
    shown: tuple[Item, ...]
    logs: tuple[LogCopy, ...]
    openings: tuple[Opening, ...]
    events: tuple[OpenedEvent, ...]
    trust: Trust
    verdict: Verdict
    story: Story
    tables: tuple[Table, ...]
    validated: str  # when this program was last checked against its own vectors; empty for never


def court_view(
    session: Session, policy: Policy, items: Sequence[ItemFiles], deleted: Sequence[str] = ()
) -> CourtView:
    """Everything at once; hashes every capsule of the vault. ``deleted``: items of which it is told that they were.

    The verdict is the one that a court reaches that was told the desk's key and nobody else's: devices stand on the
    desk's receipts, and so on the times of these.
    """
    logs = court_logs(session)
    openings = tuple(_allowed(session, {*deleted, *(item.item for item in items)}, items, logs, policy))
    case = case_vault.case_of(session.vault, session.keyring, session.signer.vkey, Trust(), _silent)
    trust = replace(case.trust, keys=(session.signer.vkey,))
    verdict = judged(replace(case, trust=trust))
    events = opened_events(logs, openings)
    story = story_of(events, [*(item.item for item in items), *deleted], verdict, policy.id)
    shown = tuple(shown_item(files, policy) for files in items)
    tables = tuple(berkeley.table(one, story, _clock(files)) for one, files in zip(shown, items, strict=True))
    last = last_validation(session)
    validated = last.sentence if last else ""
    return CourtView(tuple(items), shown, logs, openings, events, case.trust, verdict, story, tables, validated)


def court_logs(session: Session) -> tuple[LogCopy, ...]:
    """The desk's own log, then every field log it has seen."""
    seen = (
        LogCopy(log.head.origin, log.log, log.head.size, log.head.root_text, log.lines, log.note)
        for log in seen_logs(session.vault)
    )
    return (desk_copy(session.vault, session.journal), *seen)


def _allowed(
    session: Session, asked: Collection[str], items: Sequence[ItemFiles], logs: Sequence[LogCopy], policy: Policy
) -> Iterator[Opening]:
    """Openings of the items and of what is of no item (genesis, receipts), as the policy lets them out.

    Who asked for everything reads of each item that was deleted that it was, and why. A paper may tell of an item
    that was not ``asked`` for: of a copy of it that was published, say.
    """
    receipts = [line for line in case_vault.paper_openings(session) if line.about() <= set(asked)]
    lines = [line for item in items for line in item.lines]
    types = {(log.log, event.n): event.type for log in logs for event in events_of(log.lines)}
    kept: dict[tuple[str, int], list[Opening]] = {}
    found = resolve([*lines, *receipts], [log.lines for log in logs])
    for opening in _vouched(session, found, logs[0].lines):
        event_type = types.get((opening.log, opening.n), "")
        if opening_may_leave(policy, event_type, disclosure.parse(opening.disclosure).name).allowed:
            kept.setdefault((opening.log, opening.n), []).append(opening)
    shown = {log.log for log in logs}
    for (log, n), openings in kept.items():
        own_type = types[log, n] if log == session.journal.log else ""
        if not _stays(own_type, openings, shown):
            yield from openings


def _vouched(session: Session, found: Sequence[Opening], own: bytes) -> tuple[Opening, ...]:
    """Without the receipts for what a lost device sent after its loss, on the keyring's word or on the log's."""
    return still_vouched(found, own, with_logged_losses(session.keyring, found, own)) if session.keyring else ()


def _stays(own_type: str, openings: Sequence[Opening], shown: Collection[str]) -> bool:
    """Whether an event of the desk's own log tells what it gave to, or took from, somebody who is not in here.

    So do marks, consents and claims: they name recipients, and people who spoke to the desk.
    """
    told = {found.name: found.value for found in (disclosure.parse(one.disclosure) for one in openings)}
    if own_type == "receipt":
        return told.get("log") not in shown
    return own_type == "transfer" or (own_type == "note" and told.get("kind") in (MARK, CONSENT, CLAIM, PLACE))


def _clock(files: ItemFiles) -> dict[str, str]:
    clock = files.record.get("collection", {}).get("clock", {})
    if not clock:
        return {}
    synced = clock.get("synced", "unknown")
    return {"clock": f"{clock.get('source', 'unknown')}, synced: {str(synced).lower()}"}


def _silent(_done: int, _whole: int | None) -> None:
    """Nobody watches."""
