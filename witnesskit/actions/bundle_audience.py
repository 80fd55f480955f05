"""``bundle`` at a desk: opened files, openings and logs for one recipient, as the audience's policy allows."""

from __future__ import annotations

from collections.abc import Callable

from witnesskit.actions.audience_members import Contents, data_member, file_member, openings_member
from witnesskit.actions.bundled import BundleDone, BundleWish
from witnesskit.actions.chain_members import copy_members, desk_copy
from witnesskit.actions.court_contents import court_contents
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.publish import publish
from witnesskit.actions.report import POLICIES, public_report, read_items
from witnesskit.actions.session import Session
from witnesskit.bundle.pack import Packed, write_volume
from witnesskit.bundle.plan import BundlePlan
from witnesskit.errors.actions import NoSuchItem, NotForBundle
from witnesskit.formats.age import parse_recipient
from witnesskit.model import Audience
from witnesskit.policy import decide, load
from witnesskit.policy.schema import Policy
from witnesskit.report import html
from witnesskit.vault import state
from witnesskit.vault.layout import Vault
from witnesskit.vault.state import BundleState

Report = Callable[[int, int | None], None]


def bundle_for_audience(vault: Vault, wish: BundleWish, report: Report) -> BundleDone:
    """Write one bundle for a named recipient; raises NotForBundle, CustodianKeyNeeded, NoSuchItem."""
    if not wish.audience or not wish.recipient:
        raise NotForBundle
    parse_recipient(wish.recipient)
    audience = Audience(wish.audience)
    policy = load.shipped(POLICIES[audience])
    decide.check_audience(policy, audience)
    with open_for_saving(vault, wish.passphrase) as session:
        contents = (
            _public(session, policy, wish) if audience is Audience.PUBLIC else court_contents(session, policy, wish)
        )
        packed = _write(session, policy, wish, contents, report)
    return BundleDone(
        str(packed.path),
        packed.id,
        packed.size,
        contents.items,
        packed.members,
        "Next: tell the recipient the desk's verifier key over another channel: " + session.signer.vkey,
        contents.held_back,
    )


def _public(session: Session, policy: Policy, wish: BundleWish) -> Contents:
    done = publish(session, policy, read_items(session, wish.items))
    copies = done.copies
    if not copies:
        raise NoSuchItem("no clean copy that may be published")
    contents = Contents(
        [desk_copy(session.vault, session.journal, public=True)], items=len(copies), held_back=done.held_back
    )
    for copy in copies:
        contents.members.append(file_member("copy", copy.file, item=copy.item))
    contents.members.append(openings_member(copy.line for copy in copies))
    page = html.render(public_report(session, policy, copies))
    contents.members.append(data_member("report", page.encode(), name="report.html"))
    return contents


def _write(session: Session, policy: Policy, wish: BundleWish, contents: Contents, report: Report) -> Packed:
    counter = 1 + max((one.counter for one in session.state.bundles.values() if not one.sender), default=0)
    previous = next(
        (one.meta_sha256 for one in session.state.bundles.values() if not one.sender and one.counter == counter - 1),
        "",
    )
    chain = [member for log in contents.logs for member in copy_members(log)]
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
    facts = BundleState(counter, previous, "", packed.meta_sha256)
    session.state = state.delivered(session.state, packed.id, facts)
    state.save_state(session.vault, session.state)
    return packed
