"""What a court gets: originals where the policy lets them, copies, records, every log and the openings allowed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from witnesskit.actions import case_vault
from witnesskit.actions.access import CUSTODIAN, DESK, log_access
from witnesskit.actions.audience_members import Contents, data_member, file_member, openings_member
from witnesskit.actions.bundled import BundleWish
from witnesskit.actions.chain_members import LogCopy, desk_copy
from witnesskit.actions.given_file import given_text
from witnesskit.actions.item_files import ItemFiles, chosen, read_item
from witnesskit.actions.openings import OpeningLine, resolve
from witnesskit.actions.report import build
from witnesskit.actions.seen import seen_logs
from witnesskit.actions.session import Session
from witnesskit.actions.vouched import still_vouched
from witnesskit.bundle.plan import PlannedMember
from witnesskit.errors.actions import CustodianKeyNeeded, NotForBundle
from witnesskit.formats import custody_event, disclosure, strict_json
from witnesskit.formats.sheet import SheetKind, parse_sheet
from witnesskit.limits import SHEET_TEXT_MAX
from witnesskit.media_model import Finding
from witnesskit.model import Opening, Role
from witnesskit.policy import decide
from witnesskit.policy.openings import opening_may_leave
from witnesskit.policy.schema import Policy
from witnesskit.report import html
from witnesskit.sealing import rings
from witnesskit.sealing.identity import Identity
from witnesskit.vault.keyring import Keyring, custodian_identities, desk_identities


def court_contents(session: Session, policy: Policy, wish: BundleWish) -> Contents:
    """Raises CustodianKeyNeeded where originals may leave and nobody brought the key."""
    items = _opened(session, policy, wish)
    logs = [desk_copy(session.vault, session.journal), *_field_logs(session)]
    contents = Contents(logs, items=len(items))
    for item in items:
        contents.members += _item_members(item, policy)
    deleted = () if wish.items else tuple(_deleted(session))
    contents.members.append(openings_member(_allowed_lines(session, items, deleted, logs, policy)))
    page = html.render(build(session, policy, items)[0])
    contents.members.append(data_member("report", page.encode(), name="report.html"))
    return contents


def _opened(session: Session, policy: Policy, wish: BundleWish) -> tuple[ItemFiles, ...]:
    keyring = session.keyring
    if keyring is None:
        raise NotForBundle
    chosen_items = chosen(session.state, wish.items)
    custodian = _custodian(keyring, wish) if policy.rules.release_originals else ()
    if custodian:  # on record before a byte of an original is read
        who = CUSTODIAN if wish.custodian_sheet else DESK
        log_access(session, chosen_items, who=who, why=wish.why, policy=policy.id)
    identities = (*desk_identities(keyring), *custodian)
    items = tuple(read_item(session.vault, session.state, item, identities) for item in chosen_items)
    if policy.rules.release_originals and any(item.media and not any(item.streams("media")) for item in items):
        raise CustodianKeyNeeded
    return items


def _custodian(keyring: Keyring, wish: BundleWish) -> tuple[Identity, ...]:
    """A lone researcher holds the key; anybody else brings the sheet. Raises CustodianKeyNeeded for a wrong one."""
    if wish.custodian_sheet is None:
        return custodian_identities(keyring)
    seed = parse_sheet(given_text(wish.custodian_sheet, SHEET_TEXT_MAX), SheetKind.CUSTODIAN)
    if rings.custodian_identity(seed, rings.OWN).recipient != keyring.own.custodian:
        raise CustodianKeyNeeded
    numbers = (*(invite.number for invite in keyring.issued), rings.OWN)
    return tuple(rings.custodian_identity(seed, number) for number in numbers)


def _item_members(item: ItemFiles, policy: Policy) -> list[PlannedMember]:
    members = [data_member("record", _record_bytes(item), name=f"record-{item.item}.json")]
    for facts in item.media:
        file = next((one for one in item.streams("media") if one.prefix == f"media/{facts['stream']}"), None)
        if file and decide.media_may_leave(policy, Role.ORIGINAL, Finding.UNKNOWN).allowed:
            members.append(file_member("media", file, item=item.item))
    for facts in item.copies:
        file = next((one for one in item.streams("copy") if one.prefix == f"copy/{facts['stream']}"), None)
        if file and decide.media_may_leave(policy, "copy", Finding(facts["finding"])).allowed:
            members.append(file_member("copy", file, item=str(facts["item"])))
    pages = (file_member("record", file, name=f"page-{item.item}.html") for file in item.streams("page"))
    return [*members, *pages]


def _record_bytes(item: ItemFiles) -> bytes:
    """The record as the desk read it; an empty object where a capture ended before one was written."""
    return strict_json.canonical(item.record)


def _field_logs(session: Session) -> list[LogCopy]:
    return [
        LogCopy(log.head.origin, log.log, log.head.size, log.head.root_text, log.lines, log.note)
        for log in seen_logs(session.vault)
    ]


def _allowed_lines(
    session: Session, items: Sequence[ItemFiles], deleted: Sequence[str], logs: Sequence[LogCopy], policy: Policy
) -> Iterable[OpeningLine]:
    """Openings of the items and of what is of no item (genesis, transfers, receipts), as the policy lets them out.

    Who asked for everything reads of each item that was ``deleted`` that it was, and why. A paper may tell of an item
    that was not asked for: of a copy of it that was published, say.
    """
    papers = case_vault.vault_openings(session.vault, session.keyring, papers=True) if session.keyring else ()
    asked = {*deleted, *(item.item for item in items)}
    receipts = [line for line in papers if line.about() <= asked]
    lines = [line for item in items for line in item.lines]
    types = {(log.log, event.n): event.type for log in logs for event in _events(log)}
    kept: dict[tuple[str, int], list[Opening]] = {}
    found = resolve([*lines, *receipts], [log.lines for log in logs])
    vouched = still_vouched(found, logs[0].lines, session.keyring) if session.keyring else ()
    for opening in vouched:
        event_type = types.get((opening.log, opening.n), "")
        name = disclosure.parse(opening.disclosure).name
        if opening_may_leave(policy, event_type, name).allowed:
            kept.setdefault((opening.log, opening.n), []).append(opening)
    shown = {log.log for log in logs}
    for (log, n), openings in kept.items():
        own = types[log, n] if log == session.journal.log else ""
        if not _is_between_others(own, openings, shown):
            yield OpeningLine(tuple(opening.disclosure for opening in openings), {})


def _is_between_others(own_type: str, openings: Sequence[Opening], shown: Collection[str]) -> bool:
    """Whether an event of the desk's own log tells what it gave to, or took from, somebody who is not in here."""
    if own_type == "receipt":
        told = {found.name: found.value for found in (disclosure.parse(one.disclosure) for one in openings)}
        return told.get("log") not in shown
    return own_type == "transfer"


def _deleted(session: Session) -> Iterable[str]:
    return (item for item, found in session.state.items.items() if not found.capsules)


def _events(log: LogCopy) -> Iterable[custody_event.Event]:
    return (custody_event.parse(line) for line in log.lines.splitlines())
