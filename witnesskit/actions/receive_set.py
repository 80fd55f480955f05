"""``import`` of another desk's set: volumes wait as they came, and count when all of them are here and verify."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from witnesskit.actions import case_bundle, peer_bundle, received
from witnesskit.actions.arrivals import Came, copies_of
from witnesskit.actions.few_open import FewOpen
from witnesskit.actions.given_file import open_given
from witnesskit.actions.import_sinks import ChainPart, MemorySink
from witnesskit.actions.imported import PeerImportDone
from witnesskit.actions.peer_answer import Taken
from witnesskit.actions.second_copy import second_copy
from witnesskit.actions.seen import SeenLog
from witnesskit.actions.session import Session
from witnesskit.bundle.joined import JoinedSet, joined
from witnesskit.bundle.result import LookSink, MemberSink, Unpacked
from witnesskit.bundle.sequence import SeenBundle, Verdict, seen_bundle, together
from witnesskit.bundle.unpack import open_volume
from witnesskit.errors import WitnesskitError
from witnesskit.errors.actions import ChainRefused
from witnesskit.errors.bundle import BadManifest, BundleDamaged, BundleIdReused
from witnesskit.errors.peers import BundleUnproven
from witnesskit.errors.vault import NoRoom, StorageFault
from witnesskit.formats.bundle_manifest import BundleMeta
from witnesskit.formats.bundle_members import ROSTER_KIND, Member
from witnesskit.formats.roster import parse_roster
from witnesskit.sealing.identity import Identity
from witnesskit.vault import arriving, durable
from witnesskit.vault.arriving import Arrived, Arriving
from witnesskit.vault.keyring import Keyring
from witnesskit.vault.layout import Vault
from witnesskit.verify import LogFiles

Report = Callable[[int, int | None], None]
_REFUSED = (BadManifest, BundleUnproven, ChainRefused)  # the bundle itself is what was refused


def receive_volume(
    session: Session, keyring: Keyring, whose: peer_bundle.Whose, part: Path, place: Verdict, report: Report
) -> PeerImportDone:
    """Keep one volume; with the last of them verify the whole and answer. ``part``: its copy inside the vault.

    Raises what ``receive`` raises. Where the whole was here and is refused for what it is, nothing of it is kept.
    """
    arrival, peer, identities = whose
    vault, meta = session.vault, arrival.meta
    journal, logs = _with_volume(vault, part, whose)
    second = second_copy(part, arrival.second_copy, meta.id, identities)
    journal = _copied(journal, meta.volume, 1 + second)
    before = received.is_kept(vault, meta.set)
    same = before and place is Verdict.REPLAY and received.is_listed(vault, meta.set, meta.volume, part)
    received.keep_volume(vault, part, meta.set, meta.volume)
    if same:
        taken = _as_before(session, meta, peer_bundle.paired(logs), arrival.again.of_set(meta, second))
    elif not before and not journal.is_complete:
        arriving.save(vault, journal)
        here = Unpacked(meta.members, tuple(range(1, meta.members + 1)), (), ())
        return PeerImportDone(meta.set, Came(here, journal), "", 1 + second, peer=peer.name)
    else:
        copies = arrival.again.of_set(meta, second) if before else copies_of(journal)
        try:
            taken = replace(_verified(session, keyring, whose, place, report), copies=copies)
        except WitnesskitError as error:
            if not before:
                _refuse(vault, journal, identities, error)
            raise
        received.close_set(vault, meta.set, meta.volumes)
    done = peer_bundle.conclude(session, keyring, whose, taken, logged_before=before)
    arriving.finish(vault, meta.set)
    return done


def _refuse(vault: Vault, journal: Arriving, identities: Sequence[Identity], error: WitnesskitError) -> None:
    """Of a set that is refused for what it is nothing is kept.

    What fails at this desk alone, a disk or a file of an authority, says nothing of the bundle: its volumes wait, for
    their sticks may be far away.
    """
    if isinstance(error, (StorageFault, NoRoom)):
        return
    _demand_sound(vault, journal, identities)
    if isinstance(error, _REFUSED):
        received.drop_set(vault, journal.id)
        arriving.finish(vault, journal.id)


def _demand_sound(vault: Vault, journal: Arriving, identities: Sequence[Identity]) -> None:
    """A copy that was whole when it came and rotted while it waited is no fault of the set: it alone goes.

    Raises BundleDamaged, which names it; the others wait on.
    """
    rotten = [number for number in journal.arrived if not _is_sound(vault, journal, number, identities)]
    if not rotten:
        return
    for number in rotten:
        durable.remove(received.volume_path(vault, journal.id, number))
    arrived = {number: one for number, one in journal.arrived.items() if number not in rotten}
    arriving.save(vault, replace(journal, arrived=arrived))
    named = ", ".join(map(journal.named, rotten))
    raise BundleDamaged(f"volume {named} rotted while it waited here: bring it once more, the others wait on")


def _is_sound(vault: Vault, journal: Arriving, number: int, identities: Sequence[Identity]) -> bool:
    """Whether a copy is still the volume that came; raises StorageFault where the disk cannot tell."""
    path = received.volume_path(vault, journal.id, number)
    if not path.is_file():
        return False
    try:
        with durable.faults(), open_given(path) as stream:
            volume = open_volume(stream, identities)
            same = volume.tags.meta_sha256 == journal.arrived[number].meta_sha256
            return same and volume.each(lambda _member: LookSink()).error is None
    except StorageFault:
        raise
    except WitnesskitError:
        return False


def _with_volume(vault: Vault, part: Path, whose: peer_bundle.Whose) -> tuple[Arriving, tuple[LogFiles, ...]]:
    """The journal with this volume, all of which verified, and its logs; raises what is wrong, BundleIdReused."""
    meta = whose[0].meta
    journal, gathered, roster = _journal(vault, meta), case_bundle.Gathered(()), list[ChainPart]()

    def sink(member: Member) -> MemberSink:
        return MemorySink(roster, member) if member.kind == ROSTER_KIND else gathered.store(member)

    with open_given(part) as stream:
        volume = peer_bundle.reopened(stream, whose)
        damaged = volume.each(sink).error
    if damaged:
        raise damaged
    known = journal.arrived.get(meta.volume)
    if known is not None and known.meta_sha256 != volume.tags.meta_sha256:
        raise BundleIdReused(f"volume {meta.volume} came before with other content")
    files = tuple(line.file for _member, data in roster for line in parse_roster(data)) or journal.files
    arrived = {**journal.arrived, meta.volume: Arrived(volume.tags.meta_sha256, meta.members)}
    return replace(journal, arrived=arrived, files=files), gathered.logs()


def _journal(vault: Vault, meta: BundleMeta) -> Arriving:
    """What waits of this set; raises BundleIdReused where that is another one's, or says other things."""
    journal = arriving.of_bundle(vault, meta)
    if (journal.sender, journal.counter, journal.volumes) != (meta.sender, meta.counter, meta.volumes):
        raise BundleIdReused("volumes of another set wait under this id")
    return journal


def _as_before(session: Session, meta: BundleMeta, logs: tuple[SeenLog, ...], copies: int) -> Taken:
    """A set that was taken in, of which a volume came once more: its logs stand in each, and were judged with it.

    Whoever knows its first volume knows all: ``require_sequence`` said that this is the very one that was seen.
    """
    known = session.state.bundles[meta.set]
    seen = SeenBundle(meta.set, known.counter, known.previous, known.meta_sha256, tuple(known.volumes))
    return Taken(replace(meta, id=meta.set), logs, copies, seen)


def _copied(journal: Arriving, volume: int, copies: int) -> Arriving:
    arrived = {**journal.arrived, volume: replace(journal.arrived[volume], copies=copies)}
    return replace(journal, arrived=arrived)


def _verified(session: Session, keyring: Keyring, whose: peer_bundle.Whose, place: Verdict, report: Report) -> Taken:
    """The whole bundle, from the copies that are kept; raises what ``joined`` and ``judge`` raise."""
    vault, meta = session.vault, whose[0].meta
    paths = (received.volume_path(vault, meta.set, number) for number in range(1, meta.volumes + 1))
    with contextlib.closing(FewOpen()) as few, durable.faults():
        volumes = [open_volume(few.file(path), whose[2]) for path in paths]
        whole: JoinedSet = joined(volumes)
        late = peer_bundle.is_late(place)
        logs = peer_bundle.judge(session, keyring, whole, whose[1], late=late, report=report)
    seen = seen_bundle(volumes[0].meta)
    for volume in volumes[1:]:
        seen = together(seen, seen_bundle(volume.meta))
    return Taken(whole.meta, logs, 1, seen)
