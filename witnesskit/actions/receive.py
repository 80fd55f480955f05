"""``import`` of another desk's bundle: verify all of it, keep it as it came, witness its logs, answer.

Its items never become this desk's: what another desk collected stays its evidence, in the file it sent.
"""

from __future__ import annotations

from collections.abc import Callable

from witnesskit.actions import received
from witnesskit.actions.given_file import open_given
from witnesskit.actions.handover import seen_of
from witnesskit.actions.imported import PeerImportDone
from witnesskit.actions.peer_answer import Taken
from witnesskit.actions.peer_bundle import Arrival, conclude, is_late, judge, names_of, reopened
from witnesskit.actions.peers import peer_named, peer_of
from witnesskit.actions.receive_set import receive_volume
from witnesskit.actions.second_copy import second_copy
from witnesskit.actions.session import Session
from witnesskit.bundle.sequence import require_sequence, seen_bundle
from witnesskit.errors.bundle import BundleIdReused, SenderUnknown, StrangeRecipients
from witnesskit.formats.bundle_manifest import BundleMeta
from witnesskit.model import Audience
from witnesskit.sealing import rings
from witnesskit.vault.keyring import Keyring, Peer, desk_identities

Report = Callable[[int, int | None], None]


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
    whose = (arrival, _sender(keyring, arrival), (*arrival.brought, *desk_identities(keyring)))
    place = require_sequence(seen_of(session.state, names_of(session.state, meta)), meta)
    _demand_own_id(session, meta)
    with received.copied(vault, arrival.path) as part:
        if meta.volumes > 1:
            return receive_volume(session, keyring, whose, part, place, report)
        with open_given(part) as stream:
            volume = reopened(stream, whose)
            logs = judge(session, keyring, volume, whose[1], late=is_late(place), report=report)
        second = second_copy(part, arrival.second_copy, meta.id, whose[2])
        before = received.is_kept(vault, meta.id)
        received.keep(vault, part, meta.id)
    return conclude(session, keyring, whose, Taken(meta, logs, 1 + second, seen_bundle(meta)), logged_before=before)


def _sender(keyring: Keyring, arrival: Arrival) -> Peer:
    peer = peer_of(keyring, arrival.meta.sender) or peer_named(keyring, arrival.meta.sender)
    if peer is None:
        raise SenderUnknown("neither a device nor a desk that is trusted here")
    own = keyring.desk_identity(rings.OWN).recipient
    ours = {own, *(identity.recipient for identity in arrival.brought)}
    if not ours.intersection(arrival.meta.recipients):
        raise StrangeRecipients("it is not sealed to this desk")
    return peer


def _demand_own_id(session: Session, meta: BundleMeta) -> None:
    known = session.state.bundles.get(meta.set)
    if known is not None and known.sender not in names_of(session.state, meta):
        raise BundleIdReused("by another sender")
