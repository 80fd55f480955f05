"""``bundle`` at a desk: opened files, openings and logs for one recipient, as the audience's policy allows."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from witnesskit.actions import case_vault
from witnesskit.actions.bundle import BundleDone, BundleWish
from witnesskit.actions.chain_members import LogCopy, log_copy
from witnesskit.actions.item_files import ItemFiles, OpenedFile, chosen, read_item
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.openings import OpeningLine, resolve
from witnesskit.actions.publish import publish
from witnesskit.actions.report import POLICIES, build, public_report, read_items
from witnesskit.actions.seen import seen_logs
from witnesskit.actions.session import Session
from witnesskit.bundle.pack import Packed, write_volume
from witnesskit.bundle.plan import BundlePlan, PlannedMember
from witnesskit.digest import sha256_hex
from witnesskit.errors.actions import CustodianKeyNeeded, NoSuchItem, NotForBundle
from witnesskit.formats import custody_event, disclosure, media_record, strict_json
from witnesskit.formats.age import parse_recipient
from witnesskit.formats.sheet import SheetKind, parse_sheet
from witnesskit.limits import READ_BLOCK
from witnesskit.model import Audience, Finding, Json, Opening, Role
from witnesskit.policy import decide, load
from witnesskit.policy.openings import opening_may_leave
from witnesskit.policy.schema import Policy
from witnesskit.report import html
from witnesskit.sealing import rings
from witnesskit.sealing.identity import Identity
from witnesskit.vault import state
from witnesskit.vault.keyring import Keyring, custodian_identities, desk_identities
from witnesskit.vault.layout import Vault
from witnesskit.vault.state import BundleState

Report = Callable[[int, int | None], None]


@dataclass
class Contents:
    """Members of the bundle, and the logs they stand on."""

    logs: list[LogCopy]
    members: list[PlannedMember] = field(default_factory=list)
    items: int = 0


def bundle_for_audience(vault: Vault, wish: BundleWish, report: Report) -> BundleDone:
    """Write one bundle for a named recipient; raises NotForBundle, CustodianKeyNeeded, NoSuchItem."""
    if not wish.audience or not wish.recipient:
        raise NotForBundle
    parse_recipient(wish.recipient)
    audience = Audience(wish.audience)
    policy = load.shipped(POLICIES[audience])
    decide.check_audience(policy, audience)
    with open_for_saving(vault, wish.passphrase) as session:
        contents = _public(session, policy, wish) if audience is Audience.PUBLIC else _court(session, policy, wish)
        packed = _write(session, policy, wish, contents, report)
    return BundleDone(
        str(packed.path),
        packed.id,
        packed.sha256,
        packed.size,
        contents.items,
        packed.members,
        "Next: tell the recipient the desk's verifier key over another channel: " + session.signer.vkey,
    )


def _public(session: Session, policy: Policy, wish: BundleWish) -> Contents:
    copies = publish(session, policy, read_items(session, wish.items))
    if not copies:
        raise NoSuchItem("no clean copy that may be published")
    contents = Contents([log_copy(session.journal)], items=len(copies))
    for copy in copies:
        contents.members.append(_file_member("copy", copy.file, copy.item, str(copy.facts["sha256"])))
    contents.members.append(_openings_member(copy.line for copy in copies))
    page = html.render(public_report(session, policy, copies))
    contents.members.append(_data_member("report", page.encode(), name="report.html"))
    return contents


def _court(session: Session, policy: Policy, wish: BundleWish) -> Contents:
    """Originals too, where the policy lets them and somebody brought the custodian's key."""
    items = _opened(session, policy, wish)
    logs = [log_copy(session.journal), *_field_logs(session)]
    contents = Contents(logs, items=len(items))
    for item in items:
        contents.members += _item_members(item, policy)
    contents.members.append(_openings_member(_allowed_lines(session, items, logs, policy)))
    page = html.render(build(session, policy, items))
    contents.members.append(_data_member("report", page.encode(), name="report.html"))
    return contents


def _opened(session: Session, policy: Policy, wish: BundleWish) -> tuple[ItemFiles, ...]:
    keyring = session.keyring
    if keyring is None:
        raise NotForBundle
    identities = (*desk_identities(keyring), *_custodian(keyring, wish))
    chosen_items = chosen(session.state, wish.items)
    items = tuple(read_item(session.vault, session.state, item, identities) for item in chosen_items)
    if policy.rules.release_originals and any(item.media and not any(item.streams("media")) for item in items):
        raise CustodianKeyNeeded
    return items


def _custodian(keyring: Keyring, wish: BundleWish) -> tuple[Identity, ...]:
    """A lone researcher holds the key; anybody else brings the sheet."""
    if wish.custodian_sheet is None:
        return custodian_identities(keyring)
    seed = parse_sheet(wish.custodian_sheet.read_text(encoding="utf-8"), SheetKind.CUSTODIAN)
    numbers = (*(invite.number for invite in keyring.issued), rings.OWN)
    return tuple(rings.custodian_identity(seed, number) for number in numbers)


def _item_members(item: ItemFiles, policy: Policy) -> list[PlannedMember]:
    members = [_data_member("record", media_record_bytes(item), name=f"record-{item.item}.json")]
    for facts in item.media:
        file = next((one for one in item.streams("media") if one.prefix == f"media/{facts['stream']}"), None)
        if file and decide.media_may_leave(policy, Role.ORIGINAL, Finding.UNKNOWN).allowed:
            members.append(_file_member("media", file, item.item, str(facts["sha256"])))
    for facts in item.copies:
        file = next((one for one in item.streams("copy") if one.prefix == f"copy/{facts['stream']}"), None)
        if file and decide.media_may_leave(policy, "copy", Finding(facts["finding"])).allowed:
            members.append(_file_member("copy", file, str(facts["item"]), str(facts["sha256"])))
    pages = (_hashed_member("record", file, f"page-{item.item}.html") for file in item.streams("page"))
    return [*members, *pages]


def media_record_bytes(item: ItemFiles) -> bytes:
    """The record as the desk read it; empty where the capture ended before one was written."""
    return strict_json.canonical(item.record) if item.record else media_record.FORMAT.encode()


def _field_logs(session: Session) -> list[LogCopy]:
    return [
        LogCopy(log.head.origin, log.log, log.head.size, log.head.root_text, log.lines, log.note)
        for log in seen_logs(session.vault)
    ]


def _allowed_lines(
    session: Session, items: Sequence[ItemFiles], logs: Sequence[LogCopy], policy: Policy
) -> Iterable[OpeningLine]:
    """Openings of the items and of the desk's receipts, reduced to what the policy lets out."""
    own = case_vault.vault_openings(session.vault, session.keyring) if session.keyring else ()
    receipts = [line for line in own if not line.deferred]
    lines = [line for item in items for line in item.lines]
    types = {(log.log, event.n): event.type for log in logs for event in _events(log)}
    kept: dict[tuple[str, int], list[Opening]] = {}
    for opening in resolve([*lines, *receipts], [log.lines for log in logs]):
        event_type = types.get((opening.log, opening.n), "")
        name = disclosure.parse(opening.disclosure).name
        if opening_may_leave(policy, event_type, name).allowed:
            kept.setdefault((opening.log, opening.n), []).append(opening)
    for openings in kept.values():
        yield OpeningLine(tuple(opening.disclosure for opening in openings), {})


def _events(log: LogCopy) -> Iterable[custody_event.Event]:
    return (custody_event.parse(line) for line in log.lines.splitlines())


def _write(session: Session, policy: Policy, wish: BundleWish, contents: Contents, report: Report) -> Packed:
    counter = 1 + max((one.counter for one in session.state.bundles.values() if not one.sender), default=0)
    previous = next(
        (one.meta_sha256 for one in session.state.bundles.values() if not one.sender and one.counter == counter - 1),
        "",
    )
    chain = []
    for log in contents.logs:
        chain.append(_data_member("chain", log.lines, origin=log.origin))
        chain.append(_data_member("checkpoint", log.note, origin=log.origin))
    plan = BundlePlan(
        sender=session.signer.vkey,
        counter=counter,
        previous=previous,
        audience=wish.audience,
        members=[*chain, *contents.members],
        chain=tuple(log.head for log in contents.logs),
        policy=policy.id,
    )
    whole = sum(member.size for member in plan.members)
    packed = write_volume(
        wish.folder, plan, [wish.recipient], session.signer.sign_note, lambda done: report(done, whole)
    )
    facts = BundleState(counter, previous, packed.sha256, packed.meta_sha256)
    session.state = state.delivered(session.state, packed.id, facts)
    state.save_state(session.vault, session.state)
    return packed


def _openings_member(lines: Iterable[OpeningLine]) -> PlannedMember:
    values: list[Json] = [
        {"event": "", "disclosures": list(line.disclosures), "deferred": dict(line.deferred)} for line in lines
    ]
    return _data_member("openings", b"".join(strict_json.canonical(value) + b"\n" for value in values))


def _data_member(kind: str, data: bytes, *, origin: str = "", name: str = "") -> PlannedMember:
    return PlannedMember(kind, len(data), sha256_hex(data), lambda: io.BytesIO(data), origin=origin, name=name)


def _file_member(kind: str, file: OpenedFile, item: str, sha256: str) -> PlannedMember:
    return PlannedMember(kind, file.size, sha256, file.open, item=item)


def _hashed_member(kind: str, file: OpenedFile, name: str) -> PlannedMember:
    hasher = hashlib.sha256()
    with file.open() as stream:
        while block := stream.read(READ_BLOCK):
            hasher.update(block)
    return PlannedMember(kind, file.size, hasher.hexdigest(), file.open, name=name)
