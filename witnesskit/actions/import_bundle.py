"""``import``: open, check who sent it, judge the chain, store what verifies, re-read, log, answer with a receipt."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from witnesskit.actions import arrivals, handover, ownership, quarantine, quota, seen
from witnesskit.actions.case_bundle import read_identities
from witnesskit.actions.case_vault import known_losses
from witnesskit.actions.delete_item import erase_again
from witnesskit.actions.given_file import open_given
from witnesskit.actions.import_sinks import ChainPart, Stores
from witnesskit.actions.imported import About, ImportDone
from witnesskit.actions.listing import list_items
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.peer_bundle import Arrival
from witnesskit.actions.receive import is_between_desks, receive
from witnesskit.actions.second_copy import CopiedAgain, second_copy
from witnesskit.actions.session import Session
from witnesskit.bundle.result import Unpacked
from witnesskit.bundle.sequence import Verdict, require_sequence
from witnesskit.bundle.unpack import OpenVolume, open_volume
from witnesskit.errors.cli import WrongVaultKind
from witnesskit.errors.sealing import HeaderFailure, NewerAge, NotAge
from witnesskit.formats.bundle_manifest import BundleMeta
from witnesskit.limits import SENDER_QUOTA
from witnesskit.model import VaultKind
from witnesskit.vault import layout, store
from witnesskit.vault.keyring import IssuedInvite, Keyring, desk_identities
from witnesskit.vault.layout import Vault
from witnesskit.vault.state import State

Report = Callable[[int, int | None], None]


@dataclass(frozen=True)
class ImportWish:
    """Where receipts and the second copy go."""

    receipts: Path
    second_copy: Path | None = None
    quota: int = SENDER_QUOTA  # bytes that one device may have here
    key: Path | None = None  # age identity file for a bundle that another desk sealed to it


@dataclass
class Desk:
    """An opened desk; ``known``: its keyring with the losses that its log alone tells of (an older keyring).

    Several threads may import at once: whoever looks at what the desk holds, or changes it, has the ``turn``; while
    files are read nobody needs it. One device's bundles never overtake each other, under whatever name it signs.
    """

    session: Session
    known: Keyring
    turn: threading.Lock = field(default_factory=threading.Lock)
    senders: dict[str, threading.Lock] = field(default_factory=dict)
    again: CopiedAgain = field(default_factory=CopiedAgain)

    @contextmanager
    def turn_of(self, sender: str) -> Iterator[None]:
        """The turn, for a bundle of this sender: of a device the id of its invite."""
        with self.senders.setdefault(sender, threading.Lock()), self.turn:
            yield

    @contextmanager
    def let_others(self) -> Iterator[None]:
        """Without the turn, for as long as only files are read."""
        self.turn.release()
        try:
            yield
        finally:
            self.turn.acquire()

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
        if session.keyring is None:
            raise WrongVaultKind
        seen.move_in(vault, session.keyring)
        yield Desk(session, known_losses(session, session.keyring))


def import_bundle(desk: Desk, path: Path, wish: ImportWish, report: Report) -> ImportDone:
    """Take in one bundle or one volume; importing it again changes nothing but the receipt's date.

    Raises the leaves of errors/bundle.py, ForeignItem, ChainRefused, DeviceLost, QuotaReached and the disk's; what
    verified before stays. What a sender that is not known here sealed to this desk is set aside whole.
    """
    brought = read_identities(wish.key)
    with open_given(path) as stream:
        volume = open_volume(stream, (*desk_identities(desk.keyring), *brought))
        if not is_between_desks(desk.keyring, volume.meta):
            invite = handover.invite_for(desk.known, volume.meta)
            with desk.turn_of(invite.id):
                quarantine.refuse_lost(desk.session, invite, volume.meta, stream)
                with quarantine.of_unknown(desk.session, volume.meta, stream):
                    return _from_device(desk, path, volume, wish, report)
    with desk.turn_of(volume.meta.sender):
        arrival = Arrival(path, volume.meta, brought, wish.receipts, wish.second_copy, desk.again)
        return receive(desk.session, desk.keyring, arrival, report)


def _from_device(desk: Desk, path: Path, volume: OpenVolume, wish: ImportWish, report: Report) -> ImportDone:
    session, vault, meta = desk.session, desk.session.vault, volume.meta
    invite, keyring = _admitted(desk, meta)
    senders = handover.senders_of(keyring, invite)
    ownership.demand_own(session.state, senders, meta, volume.members)
    place = require_sequence(handover.seen_of(session.state, senders), meta)
    quota.demand_room(session, senders, volume, wish.quota)
    late = place in (Verdict.LATE, Verdict.REPLAY, Verdict.FURTHER)
    journal = arrivals.journal_of(session, meta, volume.members)
    arrivals.demand_one(journal, volume.members)

    def judge(chain: Sequence[ChainPart]) -> None:
        with desk.turn:
            seen.judge(vault, keyring, meta, chain, late=late)
            arrivals.begin(vault, journal)

    stores = Stores(vault, meta.set, judge)
    with desk.let_others():
        unpacked = volume.each(stores, lambda done: report(done, meta.bytes))
        stores.judge()
        came = arrivals.put_together(vault, journal, volume, (stores, unpacked))
        strangers = _reread(vault, volume, came.unpacked)
        second = second_copy(path, wish.second_copy, meta.id, desk_identities(desk.keyring))
    _invite, keyring = _admitted(desk, meta)  # others were taken in meanwhile
    ownership.demand_own(session.state, senders, meta, volume.members)
    before = _known(session.state, volume)
    items = list_items(session, volume, came.unpacked, stores.chain)  # first: a log is remembered of a listed bundle
    came = arrivals.keep(vault, came, meta.volume, 1 + second)
    copies = arrivals.copies_of(came.journal) if came.journal else desk.again.of_set(meta, second)
    copies = max(copies, _copies_before(session.state, meta.set))
    heads = seen.remember(vault, keyring, seen.logs_of(stores.chain))
    handover.keep_keyring(vault, desk, keyring)
    receipt = handover.answer(session, keyring, handover.Handover(meta, came, heads, invite, copies), wish.receipts)
    erase_again(session, items)
    gap = handover.missing_before(session.state, senders, meta.counter)
    about = About(place, meta.counter, senders, gap, strangers)
    return ImportDone(
        meta.set, came, str(receipt), copies, items=tuple(sorted(items)), new=frozenset(items - before), about=about
    )


def _admitted(desk: Desk, meta: BundleMeta) -> tuple[IssuedInvite, Keyring]:
    """The invite as it is now, and the keyring with the sender; raises StrangeRecipients, SenderUnknown."""
    invite = handover.invite_for(desk.keyring, meta)
    return invite, handover.admit(desk.keyring, invite, meta, desk.session.vault.config.key)


def _known(present: State, volume: OpenVolume) -> frozenset[str]:
    """Items in the volume that are here already, without papers."""
    named = {member.item: present.items.get(member.item) for member in volume.members if member.item}
    return frozenset(item for item, found in named.items() if found is not None and not found.paper)


def _copies_before(present: State, bundle: str) -> int:
    """Copies made at an earlier import of the same bundle: once more takes none of them away."""
    known = present.bundles.get(bundle)
    return known.copies if known else 0


def _reread(vault: Vault, volume: OpenVolume, unpacked: Unpacked) -> tuple[int, ...]:
    """Read again what was stored: a medium may lie. Raises CapsuleChanged.

    Returns the ordinals of capsules that more or fewer keys open than the bundle itself: somebody else may read them.
    """
    there, strange = {*unpacked.kept, *unpacked.skipped}, []
    for member in volume.members:
        if member.kind != "capsule" or member.ordinal not in there or not store.has(vault, member.capsule):
            continue
        if member.ordinal in unpacked.kept:
            store.check(vault, member.capsule, member.whole_sha256 or member.sha256)
        if _keys_of(vault, member.capsule) != len(volume.meta.recipients):
            strange.append(member.ordinal)
    return tuple(strange)


def _keys_of(vault: Vault, capsule: str) -> int:
    """How many keys open it; none where it is no sealed file: what is stored is listed, and counts, all the same."""
    try:
        return store.stanzas(vault, capsule)
    except (NotAge, NewerAge, HeaderFailure):
        return 0
