"""A field's bundle of several volumes: begun, written, and gone on with after any interruption."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from witnesskit.actions import transfer
from witnesskit.actions.bundled import BundleDone, BundleWish
from witnesskit.actions.chain_members import chain_heads, chain_members, chain_members_at
from witnesskit.actions.counted import counted
from witnesskit.actions.given_file import open_given
from witnesskit.actions.session import Session
from witnesskit.bundle.pack import Packed
from witnesskit.bundle.plan import PlannedMember
from witnesskit.bundle.spread import Room, hashed, sliced
from witnesskit.bundle.volumes import Volumes, Written, content_class, laid_out, meta_room, write_set
from witnesskit.errors import WitnesskitError
from witnesskit.formats.bundle_manifest import ChainHead
from witnesskit.limits import AGE_HEADER_MAX, KIB, VOLUME_DEFAULT
from witnesskit.model import Ring, SealedCapsule
from witnesskit.vault import outgoing, state
from witnesskit.vault.outgoing import Finished, Outgoing, Slice
from witnesskit.vault.state import BundleState

TRANSFER_ROOM = 16 * KIB  # bytes by which the log, its checkpoint and bundle.json grow until they are packed

Report = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Packing:
    """One run of ``bundle`` on a field vault."""

    session: Session
    wish: BundleWish
    report: Report


def laid_out_for(session: Session, payload: Sequence[PlannedMember], wanted: int) -> Volumes:
    """How the payload goes into volumes of at most ``wanted`` bytes, as far as sizes tell; raises VolumeTooLarge."""
    content = content_class(wanted or VOLUME_DEFAULT)
    chain = chain_members(session.vault, session.journal)
    longer = [*chain[:-1], replace(chain[-1], size=chain[-1].size + TRANSFER_ROOM)]
    plan = replace(
        transfer.plan_of(session, *transfer.next_in_line(session.state)),
        chain=chain_heads(session.vault, session.journal),
    )
    room = Room(content, meta_room(plan, session.recipients.of(Ring.DESK)) + TRANSFER_ROOM, longer)
    volumes, names = laid_out(payload, room)
    return Volumes(plan, volumes, content, names)


def begin(packing: Packing, volumes: Volumes, items: Sequence[str]) -> list[Written]:
    """Log the transfer and write every volume; after the first is whole, a later run goes on from there."""
    session = packing.session
    payload = hashed(volumes.payload)
    plan = transfer.logged(session, payload)
    found = Outgoing(
        id=plan.id,
        counter=plan.counter,
        previous=plan.previous,
        content=volumes.content,
        log=session.journal.log,
        lines=session.journal.size,
        note=session.journal.newest_note().decode(),
        names=tuple(volumes.names),
        volumes=tuple(tuple(Slice(one.capsule, one.offset, one.size) for one in volume) for volume in payload),
    )
    return _written(packing, replace(volumes, plan=plan, payload=payload), found, items)


def volumes_begun(session: Session) -> int:
    """How many volumes of an unfinished set were written by an earlier run."""
    found = outgoing.load(session.vault)
    return len(found.done) if found else 0


def resumed(packing: Packing) -> BundleDone | None:
    """Go on with the set that was begun; None where there is none, or where it cannot be gone on with.

    It can while its finished volumes lie in the folders that are named, and its capsules and log in the vault.
    """
    session = packing.session
    found = outgoing.load(session.vault)
    if found is None:
        return None
    written = _finished(found, packing.wish.folders)
    volumes = _volumes(session, found) if written else None
    if volumes is None or not written:
        outgoing.clear(session.vault)
        return None
    listed = session.state.capsules()
    items = tuple(dict.fromkeys(listed[one].item for one in _capsules(found)))
    every = _written(packing, volumes, found, items, written)
    real = sum(not session.state.items[item].paper for item in items)
    return replace(done(every, len(_capsules(found)), real), resumed=len(written))


def done(written: Sequence[Written], capsules: int, items: int) -> BundleDone:
    """What is said at the end; the set's id is the bundle's."""
    first, *others = (str(one.packed.path) for one in written)
    text = f"{transfer.FOLLOWING}; the desk needs all {counted(len(written), 'volume')}, in any order"
    sets = written[0].packed
    return BundleDone(first, sets.set, sets.size, items, capsules, text, more_files=tuple(others))


def _written(
    packing: Packing, volumes: Volumes, found: Outgoing, items: Sequence[str], done: Sequence[Written] = ()
) -> list[Written]:
    session = packing.session
    whole = sum(one.size for volume in volumes.payload for one in volume)
    progress = [found]

    def remember(one: Written) -> None:
        """Before a volume has its name: what is whole is known, and the first spends the set's number."""
        facts = Finished(one.packed.header_sha256, one.packed.size, one.packed.meta_sha256)
        progress[0] = replace(progress[0], done=(*progress[0].done, facts))
        if one.volume == 1:
            _list(session, found, one.packed, ())
        if one.volume < volumes.number:
            outgoing.save(session.vault, progress[0])

    written = write_set(
        packing.wish.folders,
        volumes,
        session.recipients.of(Ring.DESK),
        session.signer.sign_note,
        (lambda count: packing.report(count, whole), remember),
        done,
    )
    _list(session, found, written[0].packed, items)
    outgoing.clear(session.vault)
    return written


def _list(session: Session, found: Outgoing, first: Packed, items: Sequence[str]) -> None:
    """The set among the bundles written here; its items point to it when all of its volumes are whole."""
    carried = Counter(capsules[one].item for capsules in [session.state.capsules()] for one in _capsules(found))
    counts = tuple(carried[item] for item in items)
    facts = BundleState(found.counter, found.previous, "", first.meta_sha256, tuple(items), counts=counts)
    session.state = state.delivered(session.state, found.id, facts)
    state.save_state(session.vault, session.state)


def _finished(found: Outgoing, folders: Sequence[Path]) -> list[Written]:
    """The volumes that are whole and lie where they were written; none where one of them is not there."""
    written = []
    for number, (name, one) in enumerate(zip(found.names, found.done, strict=False), 1):
        path = next((folder / name for folder in folders if _is_there(folder / name, one)), None)
        if path is None:
            return []
        packed = Packed(path, found.id, one.size, one.meta_sha256, 0, one.header_sha256, found.id)
        written.append(Written(number, packed))
    return written


def _is_there(path: Path, one: Finished) -> bool:
    try:
        with open_given(path) as stream:
            return path.stat().st_size == one.size and header_digest(stream) == one.header_sha256
    except (WitnesskitError, OSError):
        return False


def header_digest(stream: BinaryIO) -> str:
    """SHA-256 of an age header, from its first line to the end of the one with the MAC."""
    head = stream.read(AGE_HEADER_MAX)
    end = head.find(b"\n", head.find(b"\n--- ") + 1) + 1
    return hashlib.sha256(head[:end]).hexdigest()


def _volumes(session: Session, found: Outgoing) -> Volumes | None:
    """The set as it was planned; None where the vault does not hold all of it any more."""
    chain = _chain(session, found)
    capsules = session.state.capsules()
    if chain is None or any(one.capsule not in capsules for volume in found.volumes for one in volume):
        return None
    members, heads = chain
    plan = replace(
        transfer.plan_of(session, found.counter, found.previous), id=found.id, members=members, chain=heads
    )
    payload = [[_slice(session, capsules[one.capsule], one) for one in volume] for volume in found.volumes]
    return Volumes(plan, hashed(payload), found.content, found.names)


def _slice(session: Session, capsule: SealedCapsule, one: Slice) -> PlannedMember:
    return sliced(transfer.capsule_member(session.vault, capsule), one.start, one.size)


def _chain(session: Session, found: Outgoing) -> tuple[list[PlannedMember], tuple[ChainHead, ...]] | None:
    """The logs as they were when the set was begun, whatever was saved since; None after the log was closed."""
    journal = session.journal
    return chain_members_at(session.vault, journal, found.lines, found.note) if journal.log == found.log else None


def _capsules(found: Outgoing) -> list[str]:
    """Ids of the capsules in the set, each once, in order."""
    return list(dict.fromkeys(one.capsule for volume in found.volumes for one in volume))
