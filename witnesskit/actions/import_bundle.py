"""``import``: open, check who sent it, judge the chain, store what verifies, re-read, log, answer with a receipt."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from witnesskit.actions import handover, seen
from witnesskit.actions.import_sinks import CapsuleSink, MemorySink
from witnesskit.actions.imported import ImportDone
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.second_copy import second_copy
from witnesskit.actions.session import Session
from witnesskit.bundle.result import MemberSink, Unpacked
from witnesskit.bundle.sequence import require_sequence
from witnesskit.bundle.unpack import OpenVolume, open_volume
from witnesskit.errors.actions import ChainRefused
from witnesskit.errors.cli import FileUnreadable, WrongVaultKind
from witnesskit.formats.bundle_members import CHAIN_KINDS, Member
from witnesskit.formats.short_id import short_id
from witnesskit.model import Role, SealedCapsule, VaultKind
from witnesskit.vault import layout, state, store
from witnesskit.vault.keyring import IssuedInvite, Keyring, desk_identities
from witnesskit.vault.layout import Vault

Report = Callable[[int, int | None], None]


@dataclass(frozen=True)
class ImportWish:
    """Where receipts and the second copy go."""

    receipts: Path
    second_copy: Path | None = None


@dataclass
class Desk:
    """An opened desk."""

    session: Session

    @property
    def keyring(self) -> Keyring:
        """Its secrets."""
        keyring = self.session.keyring
        if keyring is None:
            raise WrongVaultKind
        return keyring


@contextmanager
def open_for_import(vault: Vault, passphrase: str) -> Iterator[Desk]:
    """Open a desk once for many bundles; raises WrongVaultKind, WrongPassphrase."""
    layout.demand(vault, VaultKind.DESK)
    with open_for_saving(vault, passphrase) as session:
        yield Desk(session)


def import_bundle(desk: Desk, path: Path, wish: ImportWish, report: Report) -> ImportDone:
    """Take in one bundle; importing it again changes nothing but the receipt's date.

    Raises the leaves of errors/bundle.py, ChainRefused and the disk's; what verified before stays.
    """
    vault = desk.session.vault
    try:
        stream = os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC), "rb", buffering=0)
    except OSError as error:
        raise FileUnreadable(os.strerror(error.errno or 0)) from None
    with stream:
        volume = open_volume(stream, desk_identities(desk.keyring))
        invite = handover.invite_for(desk.keyring, volume.meta)
        keyring = handover.admit(desk.keyring, invite, volume.meta)
        require_sequence(handover.seen_of(desk.session.state, _senders(keyring, invite)), volume.meta)
        chain: list[tuple[Member, bytes]] = []
        before = {item for item, found in desk.session.state.items.items() if not found.paper}
        whole = volume.meta.bytes
        unpacked = volume.each(_stores(desk, volume, chain), lambda done: report(done, whole))
    _reread(vault, volume, unpacked)
    copies = max(1 + second_copy(path, wish.second_copy), _copies_before(desk, volume.meta.id))
    heads = seen.remember(vault, keyring, chain)
    handover.keep_keyring(vault, desk, keyring)
    items = _list_items(desk.session, volume, unpacked)
    done = handover.Handover(volume.meta, unpacked, heads, invite, copies)
    receipt = handover.answer(desk.session, keyring, done, wish.receipts)
    counts = {"items": len(items), "new": len(items - before), "here": len(items & before)}
    return ImportDone(volume.meta.id, counts, unpacked, str(receipt), copies, tuple(sorted(map(short_id, items))))


def _copies_before(desk: Desk, bundle: str) -> int:
    """Copies made at an earlier import of the same bundle: once more takes none of them away."""
    known = desk.session.state.bundles.get(bundle)
    return known.copies if known else 0


def _stores(
    desk: Desk, volume: OpenVolume, chain: list[tuple[Member, bytes]]
) -> Callable[[Member], MemberSink | None]:
    """The chain comes first and is judged before any capsule is stored."""
    judged = False

    def store_member(member: Member) -> MemberSink | None:
        nonlocal judged
        if member.kind in CHAIN_KINDS:
            return MemorySink(chain, member)
        if not judged:
            seen.judge(desk.session.vault, desk.keyring, volume.meta, chain)
            judged = True
        if store.has(desk.session.vault, member.capsule):
            store.check(desk.session.vault, member.capsule, member.sha256)
            return None
        return CapsuleSink(desk.session.vault, member.capsule)

    return store_member


def _senders(keyring: Keyring, invite: IssuedInvite) -> tuple[str, ...]:
    """Every name under which the device of an invite has signed."""
    return next(each.senders for each in keyring.issued if each.id == invite.id)


def _reread(vault: Vault, volume: OpenVolume, unpacked: Unpacked) -> None:
    """Read again what was stored: a medium may lie. Raises CapsuleChanged."""
    kept = set(unpacked.kept)
    for member in volume.members:
        if member.kind == "capsule" and member.ordinal in kept:
            store.check(vault, member.capsule, member.sha256)
    if not any(member.kind == "chain" for member in volume.members):
        raise ChainRefused("there is none")


def _list_items(session: Session, volume: OpenVolume, unpacked: Unpacked) -> set[str]:
    """Add what verified to the state; returns the items of the bundle that are no papers."""
    there = {*unpacked.kept, *unpacked.skipped}
    papers = _papers(volume)
    present = session.state
    found: set[str] = set()
    for member in volume.members:
        if member.kind != "capsule" or member.ordinal not in there:
            continue
        capsule = SealedCapsule(
            member.capsule, member.item, Role(member.role), member.part, member.size, member.sha256
        )
        known = present.items.get(member.item)
        if known is None or capsule.id not in {each.id for each in known.capsules}:
            paper = member.item in papers
            present = (
                state.with_paper(present, capsule) if paper else state.with_capsules(present, member.item, capsule)
            )
        found.add(member.item)
    session.state = present
    state.save_state(session.vault, present)
    return found - papers


def _papers(volume: OpenVolume) -> set[str]:
    """Openings of the chain's own events: one record capsule and nothing else; an item has two or more."""
    capsules = [member for member in volume.members if member.kind == "capsule"]
    counted = Counter(member.item for member in capsules)
    return {one.item for one in capsules if counted[one.item] == 1 and one.role == Role.RECORD and one.part == 1}
