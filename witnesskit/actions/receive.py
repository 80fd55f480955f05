"""``import`` of another desk's bundle: verify all of it, keep it as it came, witness its logs, answer.

Its items never become this desk's: what another desk collected stays its evidence, in the file it sent.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from witnesskit.actions import case_bundle, heads, peer_answer, received, seen
from witnesskit.actions.arrivals import Came
from witnesskit.actions.case_vault import own_trust
from witnesskit.actions.given_file import open_given
from witnesskit.actions.handover import seen_of
from witnesskit.actions.history import History
from witnesskit.actions.imported import PeerImportDone
from witnesskit.actions.peers import peer_named, peer_of
from witnesskit.actions.second_copy import second_copy
from witnesskit.actions.seen import SeenLog
from witnesskit.actions.session import Session
from witnesskit.actions.verify import judged
from witnesskit.bundle.result import Unpacked
from witnesskit.bundle.sequence import Verdict, require_sequence, seen_bundle
from witnesskit.bundle.unpack import OpenVolume, open_volume
from witnesskit.errors.actions import ChainRefused
from witnesskit.errors.bundle import BadManifest, BundleDamaged, BundleIdReused, SenderUnknown, StrangeRecipients
from witnesskit.errors.peers import BundleUnproven
from witnesskit.formats.bundle_manifest import BundleMeta
from witnesskit.model import Audience
from witnesskit.sealing import rings
from witnesskit.sealing.identity import Identity
from witnesskit.vault import state
from witnesskit.vault.keyring import Keyring, Peer, desk_identities
from witnesskit.vault.state import BundleState
from witnesskit.vault.trustfile import taken_keys
from witnesskit.verify import LogFiles, Trust
from witnesskit.verify.verdict import CheckState, State

Report = Callable[[int, int | None], None]
_HISTORY = {"FORK", "ROLLBACK"}


@dataclass(frozen=True)
class Arrival:
    """A bundle file, the desk it says it is from, the person's own identities, and where answer and copy go."""

    path: Path
    meta: BundleMeta
    brought: tuple[Identity, ...]
    receipts: Path
    second_copy: Path | None = None


def is_between_desks(keyring: Keyring, meta: BundleMeta) -> bool:
    """Whether the bundle was made by a desk, for a court or another desk; a device's goes another way."""
    devices = {keyring.desk_identity(invite.number).recipient for invite in keyring.issued}
    return meta.audience == Audience.COURT and not devices.intersection(meta.recipients)


def receive(session: Session, keyring: Keyring, arrival: Arrival, report: Report) -> PeerImportDone:
    """Take in a trusted desk's bundle; once more means the same, and nothing is logged twice.

    Times are proven by the authorities that this desk believes. Raises SenderUnknown, StrangeRecipients,
    BundleIdReused, RolledBackSender, ChainRefused, BundleUnproven, BadAuthorities, and what ``open_volume`` raises;
    then nothing of it is kept.
    """
    vault, meta = session.vault, arrival.meta
    if meta.volumes > 1:
        raise BadManifest("bundle.json: volumes; a desk sends one file")
    peer = _sender(keyring, arrival)
    place = require_sequence(seen_of(session.state, _names_of(session.state, meta)), meta)
    identities = (*arrival.brought, *desk_identities(keyring))
    with received.copied(vault, arrival.path) as part:
        logs = _verified(session, keyring, part, (arrival, peer, identities), place, report)
        second = second_copy(part, arrival.second_copy, meta.id, identities)
        before = received.path_of(vault, meta.id).exists()
        received.keep(vault, part, meta.id)
    seen.remember(vault, keyring, logs, from_a_desk=True)
    taken = peer_answer.Taken(meta, logs, 1 + second)
    answers = peer_answer.answer(session, keyring, taken, arrival.receipts, logged_before=before)
    _list(session, meta)
    whole = Unpacked(meta.members, tuple(range(1, meta.members + 1)), (), ())
    papers = tuple(map(str, answers))
    return PeerImportDone(meta.id, Came(whole, None), papers[0], 1 + second, peer=peer.name, answers=papers)


def _names_of(present: state.State, meta: BundleMeta) -> list[str]:
    """The keys under which this desk's bundles were taken in before: it may have replaced one."""
    name = meta.sender.partition("+")[0]
    return [meta.sender, *{one.sender for one in present.bundles.values() if one.sender.partition("+")[0] == name}]


def _sender(keyring: Keyring, arrival: Arrival) -> Peer:
    peer = peer_of(keyring, arrival.meta.sender) or peer_named(keyring, arrival.meta.sender)
    if peer is None:
        raise SenderUnknown("neither a device nor a desk that is trusted here")
    own = keyring.desk_identity(rings.OWN).recipient
    ours = {own, *(identity.recipient for identity in arrival.brought)}
    if not ours.intersection(arrival.meta.recipients):
        raise StrangeRecipients("it is not sealed to this desk")
    return peer


def _verified(
    session: Session,
    keyring: Keyring,
    part: Path,
    whose: tuple[Arrival, Peer, tuple[Identity, ...]],
    place: Verdict,
    report: Report,
) -> tuple[SeenLog, ...]:
    """The logs of a bundle that is unchanged on its sender's word, and continues all that is known of them."""
    arrival, peer, identities = whose
    known = session.state.bundles.get(arrival.meta.id)
    if known is not None and known.sender not in _names_of(session.state, arrival.meta):
        raise BundleIdReused("by another sender")
    with open_given(part) as stream:
        volume = open_volume(stream, identities)
        if volume.meta != arrival.meta:
            raise BundleDamaged("it changed while it was read")
        return _judge(session, keyring, volume, peer, late=place in (Verdict.LATE, Verdict.REPLAY), report=report)


def _judge(
    session: Session, keyring: Keyring, volume: OpenVolume, peer: Peer, *, late: bool, report: Report
) -> tuple[SeenLog, ...]:
    trust = own_trust(session.vault, (peer.key,), None, Trust(now=int(time.time())))  # no other desk's word counts
    case = case_bundle.read_volume(volume, (), trust, report)
    logs = tuple(_seen(log) for log in case.files.logs if log.notes)
    if len(logs) != len(case.files.logs) or not logs:
        raise ChainRefused("its logs and checkpoints do not pair")
    histories = [History(log.lines) for log in logs]
    _refuse_borrowed_names(session, keyring, logs)
    held = tuple(seen.logs_like(session.vault, keyring, logs))
    old = seen.old_logs(held, logs) if late else frozenset()
    remembered = {**seen.remembered(held, logs, old), **_own_head(session)}
    verdict = judged(replace(case, trust=replace(case.trust, remembered=remembered)))
    if verdict.state is not State.UNCHANGED:
        failed, unknown = verdict.codes(CheckState.FAIL), verdict.codes(CheckState.UNKNOWN)
        codes = ", ".join(dict.fromkeys((*failed, *unknown)))
        raise ChainRefused(codes) if failed or _HISTORY.intersection(unknown) else BundleUnproven(codes)
    seen.check_heads(volume.meta, logs)
    heads.demand(session.vault, histories, [log.note for log in logs], old)
    return logs


def _seen(log: LogFiles) -> SeenLog:
    """A log with its newest checkpoint, and one of each key that was replaced."""
    signed = History(log.log).signers(log.notes)
    earlier = tuple(note for note in signed.values() if note != log.notes[0])
    return SeenLog(log.log, log.notes[0], earlier).signed_part()


def _own_head(session: Session) -> dict[str, tuple[int, str]]:
    """Of this desk's own log: another desk may show what it saw of us."""
    return {session.journal.origin: (session.journal.size, session.journal.root)}


def _refuse_borrowed_names(session: Session, keyring: Keyring, logs: Sequence[SeenLog]) -> None:
    """No log may be under the name that another key has here: this desk, a device, a desk that is trusted.

    Of a log under such a name a checkpoint is here that this key signed; that a line names it shows nothing.
    """
    own = {key.text for key in session.journal.keys.keys}
    taken: dict[str, set[str]] = {session.journal.origin: own}
    for text in taken_keys(keyring):
        taken.setdefault(text.partition("+")[0], set()).add(text)
    for log in logs:
        history = History(log.lines)
        owners = taken.get(history.origin)
        signers = {key.text for key in history.signers((log.note, *log.earlier))}
        if not history.origin or (owners and not owners & signers):
            raise ChainRefused("a log under the name of another")


def _list(session: Session, meta: BundleMeta) -> None:
    """Remember its number and what it is, and none of its items."""
    found = seen_bundle(meta)
    sealed = received.digest(received.path_of(session.vault, meta.id))
    facts = BundleState(found.counter, found.previous, sealed, found.meta_sha256, sender=meta.sender)
    session.state = state.delivered(session.state, meta.id, facts)
    state.save_state(session.vault, session.state)
