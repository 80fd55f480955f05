"""``bundle``: from a field everything not confirmed yet, sealed as it is; from a desk what its policy allows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from witnesskit.actions import bundle_set, transfer
from witnesskit.actions.bundled import BundleDone, BundleWish
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.session import Session
from witnesskit.bundle.pack import Packed, write_volume
from witnesskit.bundle.plan import BundlePlan
from witnesskit.errors.actions import NotForBundle
from witnesskit.errors.bundle import NothingToPack
from witnesskit.errors.cli import NoFolder
from witnesskit.model import Audience, Ring, VaultKind
from witnesskit.vault import state
from witnesskit.vault.layout import Vault
from witnesskit.vault.state import BundleState

Report = Callable[[int, int | None], None]


def bundle(vault: Vault, wish: BundleWish, report: Report) -> BundleDone:
    """Write one bundle; raises NoFolder, NothingToPack, NoRoom, VolumeTooLarge and the disk's leaves."""
    if not all(folder.is_dir() for folder in wish.folders):
        raise NoFolder
    if vault.config.kind is VaultKind.DESK:
        from witnesskit.actions.bundle_audience import bundle_for_audience

        cut = wish.more_folders or wish.spare or wish.volume_size
        if cut and wish.audience != Audience.COURT:
            raise NotForBundle("what is for the public is one file: no further folders, volumes or spares")
        return bundle_for_audience(vault, wish, report)
    if wish.audience or wish.recipient or wish.items or wish.custodian or wish.name or wish.secret:
        raise NotForBundle
    with open_for_saving(vault, wish.passphrase) as session:
        packing = bundle_set.Packing(session, wish, report)
        begun = bundle_set.volumes_begun(session)
        return bundle_set.resumed(packing) or replace(_bundle_field(packing), given_up=begun)


def _bundle_field(packing: bundle_set.Packing) -> BundleDone:
    """Nothing is decrypted: capsules go as they lie, with the chain."""
    session, wish = packing.session, packing.wish
    waiting = tuple(item for item, found in session.state.items.items() if not found.receipted)
    if all(session.state.items[item].paper for item in waiting):
        raise NothingToPack
    capsules = (capsule for item in waiting for capsule in session.state.items[item].capsules)
    payload = [transfer.capsule_member(session.vault, capsule) for capsule in capsules]
    real = sum(not session.state.items[item].paper for item in waiting)
    volumes = bundle_set.laid_out_for(session, payload, wish.volume_size)
    if len(volumes.payload) > 1:
        written = bundle_set.begin(packing, volumes, waiting)
        return bundle_set.done(written, len(payload), real)
    plan = transfer.logged(session, [payload])
    whole = sum(member.size for member in payload)
    before = session.state
    try:
        packed = write_volume(
            wish.folder,
            plan,
            session.recipients.of(Ring.DESK),
            session.signer.sign_note,
            lambda done: packing.report(done, whole),
            lambda ready: _remember(session, plan, ready, waiting),
        )
    except BaseException:
        if session.state is not before:  # remembered, and then it could not get its name
            state.save_state(session.vault, before)
        raise
    return BundleDone(str(packed.path), packed.id, packed.size, real, packed.members, transfer.FOLLOWING)


def _remember(session: Session, plan: BundlePlan, packed: Packed, items: Sequence[str]) -> None:
    """Before the bundle has its name: its number is used once, and its receipt will be known."""
    facts = BundleState(plan.counter, plan.previous, "", packed.meta_sha256, tuple(items))
    session.state = state.delivered(session.state, packed.id, facts)
    state.save_state(session.vault, session.state)
