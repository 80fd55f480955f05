"""What a court gets: originals where the policy lets them, copies, records, every log and the openings allowed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from witnesskit.actions.access import CUSTODIAN, DESK, log_access
from witnesskit.actions.audience_members import Contents, data_member, file_member, openings_member
from witnesskit.actions.bundled import BundleWish
from witnesskit.actions.court_papers import Wrapped, court_papers
from witnesskit.actions.court_view import court_view
from witnesskit.actions.custodian import custodian_of
from witnesskit.actions.item_files import PAGE_HELD_BACK, ItemFiles, chosen, read_item
from witnesskit.actions.openings import OpeningLine
from witnesskit.actions.places import with_places
from witnesskit.actions.session import Session
from witnesskit.bundle.plan import PlannedMember
from witnesskit.errors.actions import CustodianKeyNeeded, NotForBundle
from witnesskit.formats import strict_json
from witnesskit.formats.short_id import short_id
from witnesskit.media_model import Finding
from witnesskit.model import Opening, Role
from witnesskit.policy import decide
from witnesskit.policy.schema import Policy
from witnesskit.vault.keyring import desk_identities


def court_contents(session: Session, policy: Policy, wish: BundleWish) -> Contents:
    """Raises CustodianKeyNeeded where originals may leave and nobody brought the key."""
    view = court_view(session, policy, _opened(session, policy, wish), () if wish.items else tuple(_deleted(session)))
    held_back = tuple(PAGE_HELD_BACK for item in view.items if item.names_collector)
    contents = Contents(list(view.logs), items=len(view.items), held_back=held_back)
    files = [Wrapped(short_id(item.item), member) for item in view.items for member in _files(item, policy)]
    contents.members += [_record_member(item) for item in view.items]
    contents.members += [one.member for one in files]
    contents.members.append(openings_member(_lines(view.openings)))
    contents.members += court_papers(session, policy, view, files)
    return contents


def _opened(session: Session, policy: Policy, wish: BundleWish) -> tuple[ItemFiles, ...]:
    keyring = session.keyring
    if keyring is None:
        raise NotForBundle
    chosen_items = chosen(session.state, wish.items)
    custodian = custodian_of(keyring, wish.custodian) if policy.rules.release_originals else ()
    if custodian:  # on record before a byte of an original is read
        who = CUSTODIAN if wish.custodian else DESK
        log_access(session, chosen_items, who=who, why=wish.why, policy=policy.id)
    identities = (*desk_identities(keyring), *custodian)
    items = with_places(session, [read_item(session.vault, session.state, item, identities) for item in chosen_items])
    if policy.rules.release_originals and any(item.media and not any(item.streams("media")) for item in items):
        raise CustodianKeyNeeded
    return items


def _record_member(item: ItemFiles) -> PlannedMember:
    """The record as the desk read it; an empty object where a capture ended before one was written."""
    return data_member("record", strict_json.canonical(item.record), name=f"record-{short_id(item.item)}.json")


def _files(item: ItemFiles, policy: Policy) -> Iterator[PlannedMember]:
    for facts in item.media:
        file = next((one for one in item.streams("media") if one.prefix == f"media/{facts['stream']}"), None)
        if file and decide.media_may_leave(policy, Role.ORIGINAL, Finding.UNKNOWN).allowed:
            yield file_member("media", file, item=item.item)
    for facts in item.copies:
        file = next((one for one in item.streams("copy") if one.prefix == f"copy/{facts['stream']}"), None)
        if file and decide.media_may_leave(policy, "copy", Finding(facts["finding"])).allowed:
            yield file_member("copy", file, item=str(facts["item"]))
    for file in () if item.names_collector else item.streams("page"):
        yield file_member("record", file, name=f"page-{short_id(item.item)}.html")
    for file in item.streams("screenshot"):
        yield file_member("record", file, name=f"screenshot-{short_id(item.item)}.png")


def _lines(openings: Iterable[Opening]) -> Iterator[OpeningLine]:
    """One line for each event."""
    kept: dict[tuple[str, int], list[str]] = {}
    for opening in openings:
        kept.setdefault((opening.log, opening.n), []).append(opening.disclosure)
    return (OpeningLine(tuple(texts), {}) for texts in kept.values())


def _deleted(session: Session) -> Iterable[str]:
    return (item for item, found in session.state.items.items() if not found.capsules)
