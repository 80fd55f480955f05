"""``receipt FILE``: what the desk confirms, checked under the invite's key."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from witnesskit.actions import successor
from witnesskit.actions.opening import policy_of
from witnesskit.actions.openings_capsule import seal_openings
from witnesskit.custody.journal import Journal, utc_day
from witnesskit.custody.prepare import prepare
from witnesskit.custody_limits import NOTE_MAX
from witnesskit.errors.actions import ReceiptForeign
from witnesskit.errors.cli import FileUnreadable
from witnesskit.formats.receipt import Receipt, parse_receipt
from witnesskit.keys import parse_verifier_key
from witnesskit.model import VaultKind
from witnesskit.vault import durable, layout, lock, state
from witnesskit.vault.layout import Vault
from witnesskit.vault.signing import is_locked, load_signer
from witnesskit.vault.state import State


@dataclass(frozen=True)
class Taken:
    """What a receipt says, checked. ``since``: it says that what comes next is later than a time."""

    result: str
    confirmed: int
    missing: int
    copies: int
    since: bool = False
    least: int = 0  # copies that the policy demands before anything is forgotten


def take_receipt(vault: Vault, path: Path) -> Taken:
    """Check a receipt and mark what it confirms; raises ReceiptForeign, SIGNATURE leaves for a forged one.

    The file is not kept: its checkpoint names the desk, and would join two devices.
    """
    layout.demand(vault, VaultKind.FIELD)
    data = durable.read(path, NOTE_MAX)
    if data is None:
        raise FileUnreadable
    if vault.config.invite is None:
        raise ReceiptForeign("no desk is trusted here")
    receipt = parse_receipt(data, parse_verifier_key(vault.config.invite.witness))
    with lock.writing(vault):
        vault = successor.finish(vault)
        present = state.load_state(vault)
        _check_ours(vault, present, receipt)
        present = _note_time(vault, present, receipt)
        if receipt.complete:
            present = state.receipted(present, receipt.bundle, receipt.copies)
            state.save_state(vault, present)
            if receipt.log == Journal.open(vault.custody, by="field").log:
                successor.discard_closed(vault)
            _spend_code(vault)
    listed = (present.items.get(item) for item in present.bundles[receipt.bundle].items)
    items = [item for item in listed if item is not None and not item.paper]
    return Taken(
        "complete" if receipt.complete else "partial",
        len(items) if receipt.complete else 0,
        len(receipt.missing),
        receipt.copies,
        bool(receipt.checkpoint),
        policy_of(vault).rules.copies_min,
    )


def _note_time(vault: Vault, present: State, receipt: Receipt) -> State:
    """Commit the desk's checkpoint: what is logged from here on is later than what proves its time.

    Once for each receipt that is read: nothing that could tell a checkpoint again is kept in clear. A locked vault
    signs the event with its next command, so that no passphrase is asked for here.
    """
    if not receipt.checkpoint:
        return present
    journal = Journal.open(vault.custody, by="field")
    committed = {"kind": "checkpoint", "note": receipt.checkpoint, "day": utc_day(), "policy": policy_of(vault).id}
    event = prepare("anchor", committed)
    present = seal_openings(vault, present, vault.config.recipients, [event.opening_line()])
    journal.append(event)
    if not is_locked(vault):
        journal.checkpoint(load_signer(vault, ""))
    return present


def _spend_code(vault: Vault) -> None:
    """The desk knows the device by its key now: the one-time code is kept no longer."""
    invite = vault.config.invite
    if invite is not None and invite.enrol:
        layout.with_config(vault, invite=replace(invite, enrol=""))


def _check_ours(vault: Vault, present: state.State, receipt: Receipt) -> None:
    """The receipt must be about a bundle of ours and about the log as we wrote it."""
    if receipt.bundle not in present.bundles:
        raise ReceiptForeign("its bundle was not packed here")
    journal = Journal.open(vault.custody, by="field")
    if receipt.log == journal.log:
        if receipt.size > journal.size or journal.root_at(receipt.size) != receipt.root:
            raise ReceiptForeign("the desk confirms another history of this log")
    elif receipt.log not in present.closed:
        raise ReceiptForeign("its log was not written here")
