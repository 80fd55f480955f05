"""``bundle`` at a desk: opened files, openings and logs for one recipient, as the audience's policy allows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from witnesskit.actions.audience_members import Contents, data_member, file_member, openings_member
from witnesskit.actions.audience_policy import audience_policy
from witnesskit.actions.bundle_set import TRANSFER_ROOM
from witnesskit.actions.bundled import BundleDone, BundleWish
from witnesskit.actions.chain_members import LogCopy, copy_members, desk_copy
from witnesskit.actions.court_contents import court_contents
from witnesskit.actions.item_files import chosen
from witnesskit.actions.may_leave import Leaving, demand_may_leave
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.openings_capsule import seal_openings
from witnesskit.actions.publish import publish
from witnesskit.actions.report import public_report, read_items
from witnesskit.actions.session import Session
from witnesskit.bundle.pack import Packed, write_volume
from witnesskit.bundle.plan import BundlePlan, PlannedMember, transfer_digest
from witnesskit.bundle.spread import Room, hashed
from witnesskit.bundle.volumes import Volumes, Written, content_class, laid_out, meta_room, write_set
from witnesskit.custody.journal import utc_day
from witnesskit.custody.prepare import prepare
from witnesskit.errors.actions import NoSuchItem, NotForBundle
from witnesskit.formats.age_keys import is_hybrid, parse_recipient
from witnesskit.formats.bundle_manifest import TransferOpening
from witnesskit.formats.short_id import short_id
from witnesskit.limits import VOLUME_MAX
from witnesskit.model import Audience
from witnesskit.policy.schema import Policy
from witnesskit.report import html
from witnesskit.vault import state
from witnesskit.vault.layout import Vault
from witnesskit.vault.state import BundleState, State

Report = Callable[[int, int | None], None]
Payload = Sequence[Sequence[PlannedMember]]  # of each volume
_WEAKER = (
    "This desk's own keys are post-quantum ones, the recipient's is not: whoever records this bundle on its way may\n"
    "open it one day. If that matters, ask them for a key that begins with age1pq1 and make the bundle anew."
)


def bundle_for_audience(vault: Vault, wish: BundleWish, report: Report) -> BundleDone:
    """Write one bundle for a named recipient; raises NotForBundle, CustodianKeyNeeded, NoSuchItem.

    MarkKeepsBack, ConsentWithdrawn, NoConsent and StatementsShut come before anything is logged or written.
    """
    if not wish.audience or not wish.recipient:
        raise NotForBundle
    parse_recipient(wish.recipient)
    audience = Audience(wish.audience)
    policy = audience_policy(vault, audience)
    with open_for_saving(vault, wish.passphrase) as session:
        leaving = Leaving(_what(policy), wish.name, wish.secret)
        demand_may_leave(session, policy, chosen(session.state, wish.items), leaving)
        contents = (
            _public(session, policy, wish) if audience is Audience.PUBLIC else court_contents(session, policy, wish)
        )
        packed, *others = _write(session, policy, wish, contents, report)
    return BundleDone(
        str(packed.path),
        packed.set,
        packed.size,
        contents.items,
        packed.members + sum(one.members for one in others),
        _following(session, packed, audience, wish.recipient),
        contents.held_back,
        more_files=tuple(str(one.path) for one in others),
    )


def _what(policy: Policy) -> frozenset[str]:
    """What of an item goes into a bundle, as consents say it."""
    if policy.rules.policy_audience is Audience.PUBLIC:
        return frozenset({"copy"})
    return frozenset({"copy", "record", *(["original"] if policy.rules.release_originals else [])})


def _following(session: Session, packed: Packed, audience: Audience, recipient: str) -> str:
    told = "Next: tell the recipient the desk's verifier key over another channel: " + session.signer.vkey
    if is_hybrid(session.recipients.desk[0]) and not is_hybrid(recipient):
        told = f"{_WEAKER}\n{told}"
    if audience is not Audience.COURT:
        return told
    named = f"`witnesskit status` names it {short_id(packed.set)} until `witnesskit receipt` has read its answer."
    return f"{told}\n{named}"


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


def _write(session: Session, policy: Policy, wish: BundleWish, contents: Contents, report: Report) -> list[Packed]:
    counter, previous = _next_in_line(session.state)
    plan = BundlePlan(
        sender=session.signer.vkey,
        counter=counter,
        previous=previous,
        audience=wish.audience,
        members=[*_chain(contents.logs), *contents.members],
        chain=tuple(log.head for log in contents.logs),
        policy=policy.id,
    )
    if wish.audience == Audience.COURT:
        volumes = _laid_out(session, wish, contents, plan)
        if volumes.number > 1:
            return _write_set(session, wish, contents, volumes, report)
        plan = _handed_over(session, wish, contents, plan, [contents.members])
    whole = sum(member.size for member in plan.members)
    before = session.state
    try:
        packed = write_volume(
            wish.folder,
            plan,
            [wish.recipient],
            session.signer.sign_note,
            lambda done: report(done, whole),
            lambda ready: _remember(session, plan, ready),
        )
    except BaseException:
        if session.state is not before:  # remembered, and then it could not get its name
            state.save_state(session.vault, session.state.without_bundle(plan.id))
        raise
    return [packed]


def _laid_out(session: Session, wish: BundleWish, contents: Contents, plan: BundlePlan) -> Volumes:
    """How it goes into volumes: one, as large as can be, unless a size was asked for or there is too much for it."""
    content = content_class(wish.volume_size or VOLUME_MAX)
    chain = _chain(_with_own(session, contents.logs, grown=True))
    longer = [*chain[:-1], replace(chain[-1], size=chain[-1].size + TRANSFER_ROOM)]
    room = Room(content, meta_room(plan, [wish.recipient]) + TRANSFER_ROOM, longer)
    volumes, names = laid_out(contents.members, room)
    return Volumes(plan, volumes, content, names)


def _write_set(
    session: Session, wish: BundleWish, contents: Contents, volumes: Volumes, report: Report
) -> list[Packed]:
    """All volumes, or none: a set that is broken off is made anew, and nothing of it stays."""
    payload = hashed(volumes.payload)
    plan = _handed_over(session, wish, contents, volumes.plan, payload)
    whole = sum(member.size for volume in payload for member in volume)
    written: list[Packed] = []

    def remember(one: Written) -> None:
        written.append(one.packed)
        if one.volume == 1:
            _remember(session, plan, one.packed)

    try:
        done = write_set(
            wish.folders,
            replace(volumes, plan=plan, payload=payload),
            [wish.recipient],
            session.signer.sign_note,
            (lambda count: report(count, whole), remember),
        )
    except BaseException as error:
        error.add_note(_taken_away([one.path for one in written]))
        if written:
            state.save_state(session.vault, session.state.without_bundle(plan.id))
        raise
    return [one.packed for one in done]


def _taken_away(paths: Sequence[Path]) -> str:
    """Leave nothing of a set that was broken off; says so, and what could not be taken away."""
    left = []
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError:  # its stick may be what broke it off
            left.append(path.name)
    told = f"; delete these yourself: {', '.join(left)}" if left else ""
    return (
        f"a set for a court is made whole or not at all: nothing of it is kept, and it is made anew next time{told}"
    )


def _handed_over(
    session: Session,
    wish: BundleWish,
    contents: Contents,
    plan: BundlePlan,
    payload: Payload,
) -> BundlePlan:
    """The plan after its transfer was logged: who takes the files over can show that this log says so.

    ``payload``: of each volume; that of one alone is in the plan. A copy for the public is in nobody's custody, and
    nobody will answer for it: of that no transfer is logged.
    """
    committed = {
        "bundle": plan.id,
        "manifest_sha256": transfer_digest(
            payload, chain_members=len(_chain(_with_own(session, contents.logs, grown=True)))
        ),
        "day": utc_day(),
        "to": wish.recipient,
        "counter": plan.counter,
        "policy": plan.policy,
    }
    event = prepare("transfer", committed)
    session.state = seal_openings(session.vault, session.state, session.recipients, [event.opening_line()])
    number = session.journal.append(event)
    session.journal.checkpoint(session.signer)
    logs = _with_own(session, contents.logs)
    return replace(
        plan,
        members=[*_chain(logs), *(payload[0] if len(payload) == 1 else ())],
        chain=tuple(log.head for log in logs),
        openings=(TransferOpening(number, event.disclosures),),
    )


def _with_own(session: Session, logs: Iterable[LogCopy], *, grown: bool = False) -> list[LogCopy]:
    """The logs with the desk's own as it is now; ``grown``: with the files it will have after its next checkpoint."""
    own = desk_copy(session.vault, session.journal, grown=grown)
    return [own if log.log == own.log else log for log in logs]


def _chain(logs: Iterable[LogCopy]) -> list[PlannedMember]:
    return [member for log in logs for member in copy_members(log)]


def _next_in_line(present: State) -> tuple[int, str]:
    """(counter, digest of the bundle.json before) of the desk's next bundle."""
    own = [one for _bundle, one in present.bundles_of([""])]
    newest = max(own, key=lambda one: one.counter, default=None)
    return (newest.counter + 1, newest.meta_sha256) if newest else (1, "")


def _remember(session: Session, plan: BundlePlan, packed: Packed) -> None:
    """Before the bundle has its name: its number is used once, and its answer will be known."""
    facts = BundleState(plan.counter, plan.previous, "", packed.meta_sha256, awaited=bool(plan.openings))
    session.state = state.delivered(session.state, packed.set, facts)
    state.save_state(session.vault, session.state)
