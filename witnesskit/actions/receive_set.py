"""``import`` of another desk's set: volumes wait as they came, and count when all of them are here and verify."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from witnesskit.actions import peer_bundle, received
from witnesskit.actions.arrivals import Came
from witnesskit.actions.given_file import open_given
from witnesskit.actions.import_sinks import ChainPart, LookSink, MemorySink
from witnesskit.actions.imported import PeerImportDone
from witnesskit.actions.peer_answer import Taken
from witnesskit.actions.second_copy import second_copy
from witnesskit.actions.session import Session
from witnesskit.bundle.joined import JoinedSet, joined
from witnesskit.bundle.result import MemberSink, Unpacked
from witnesskit.bundle.sequence import Verdict, seen_bundle, together
from witnesskit.bundle.unpack import OpenVolume, open_volume
from witnesskit.errors import WitnesskitError
from witnesskit.errors.bundle import BundleIdReused
from witnesskit.formats.bundle_manifest import BundleMeta
from witnesskit.formats.bundle_members import ROSTER_KIND, Member
from witnesskit.formats.roster import parse_roster
from witnesskit.sealing.identity import Identity
from witnesskit.vault import arriving
from witnesskit.vault.arriving import Arrived, Arriving
from witnesskit.vault.keyring import Keyring
from witnesskit.vault.layout import Vault

Report = Callable[[int, int | None], None]


def receive_volume(
    session: Session, keyring: Keyring, whose: peer_bundle.Whose, part: Path, place: Verdict, report: Report
) -> PeerImportDone:
    """Keep one volume; with the last of them verify the whole and answer. ``part``: its copy inside the vault.

    Raises what ``receive`` raises, and then nothing of the set is kept where all of it was here.
    """
    arrival, peer, identities = whose
    vault, meta = session.vault, arrival.meta
    journal = _with_volume(vault, part, whose)
    second = second_copy(part, arrival.second_copy, meta.id, identities)
    journal = _copied(journal, meta.volume, 1 + second)
    before = received.is_kept(vault, meta.set)
    received.keep_volume(vault, part, meta.set, meta.volume)
    if not before and not journal.is_complete:
        arriving.save(vault, journal)
        here = Unpacked(meta.members, tuple(range(1, meta.members + 1)), (), ())
        return PeerImportDone(meta.set, Came(here, journal), "", 1 + second, peer=peer.name)
    try:
        taken = _verified(session, keyring, whose, place, report)
    except WitnesskitError:
        received.drop_set(vault, meta.set)
        arriving.finish(vault, meta.set)
        raise
    received.close_set(vault, meta.set, meta.volumes)
    copies = 1 + second if before else min(one.copies for one in journal.arrived.values())
    done = peer_bundle.conclude(session, keyring, whose, replace(taken, copies=copies), logged_before=before)
    arriving.finish(vault, meta.set)
    return done


def _with_volume(vault: Vault, part: Path, whose: peer_bundle.Whose) -> Arriving:
    """The journal with this volume, all of which verified; raises what is wrong with it, BundleIdReused."""
    meta = whose[0].meta
    journal, roster = arriving.of_bundle(vault, meta), list[ChainPart]()

    def sink(member: Member) -> MemberSink:
        return MemorySink(roster, member) if member.kind == ROSTER_KIND else LookSink()

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
    return replace(journal, arrived=arrived, files=files)


def _copied(journal: Arriving, volume: int, copies: int) -> Arriving:
    arrived = {**journal.arrived, volume: replace(journal.arrived[volume], copies=copies)}
    return replace(journal, arrived=arrived)


def _verified(session: Session, keyring: Keyring, whose: peer_bundle.Whose, place: Verdict, report: Report) -> Taken:
    """The whole bundle, from the copies that are kept; raises what ``joined`` and ``judge`` raise."""
    arrival, peer, identities = whose
    with contextlib.ExitStack() as stack:
        volumes = _opened(stack, session.vault, arrival.meta, identities)
        whole: JoinedSet = joined(volumes)
        logs = peer_bundle.judge(session, keyring, whole, peer, late=peer_bundle.is_late(place), report=report)
        seen = seen_bundle(volumes[0].meta)
        for volume in volumes[1:]:
            seen = together(seen, seen_bundle(volume.meta))
    return Taken(whole.meta, logs, 1, seen)


def _opened(
    stack: contextlib.ExitStack, vault: Vault, meta: BundleMeta, identities: Sequence[Identity]
) -> list[OpenVolume]:
    paths = (received.volume_path(vault, meta.set, number) for number in range(1, meta.volumes + 1))
    return [open_volume(stack.enter_context(open_given(path)), identities) for path in paths]
