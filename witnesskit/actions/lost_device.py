"""``key lost``: a field device is in other hands. Its own word ends at the last receipt that counts.

Until then its lines stand on this desk's receipts; later bundles are set aside (quarantine.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from witnesskit.actions.case_vault import paper_openings
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.own_checks import LOST, Looked, log_check
from witnesskit.actions.own_events import OpenedLine, own_events
from witnesskit.actions.session import Session
from witnesskit.errors.actions import ReceiptUnknown
from witnesskit.errors.cli import WrongVaultKind
from witnesskit.model import VaultKind
from witnesskit.vault import layout
from witnesskit.vault.keyring import IssuedInvite, Loss
from witnesskit.vault.keyring_file import save_keyring
from witnesskit.vault.layout import Vault
from witnesskit.vault.trustfile import find_device, mark_lost

_BUNDLE_LEAST = 8  # digits of a bundle's id that name it; fewer are the number of an event


@dataclass(frozen=True)
class LossNoted:
    """What counts from now on: so many ``lines`` of the device's logs, up to receipt event ``receipt`` (0: none)."""

    name: str
    receipt: int
    day: str  # of that receipt; empty if there is none
    logs: int
    lines: int


def device_lost(vault: Vault, passphrase: str, name: str, since_receipt: str = "") -> LossNoted:
    """Mark a device as lost since a receipt: of a bundle (8 digits of its id or more), of an event, or the newest.

    Raises DeviceUnknown, DeviceAmbiguous, ReceiptUnknown.
    """
    layout.demand(vault, VaultKind.DESK)
    with open_for_saving(vault, passphrase) as session:
        if session.keyring is None:
            raise WrongVaultKind
        invite = find_device(session.keyring, name)
        receipts = tuple(_receipts(session, invite))
        last = _last(receipts, since_receipt)
        loss = Loss(last.n if last else 0, _lines(receipts, last.n if last else 0))
        session.keyring = mark_lost(session.keyring, invite, loss)
        save_keyring(vault, session.keyring)  # first: what comes in from now on is set aside
        lines = sum(size for _log, size in loss.logs)
        named = tuple(f"{log} {size}" for log, size in loss.logs)
        who = " ".join((*invite.senders, invite.id))  # the id: an older keyring may know the invite and no sender
        log_check(session, Looked(LOST, ok=lines, bad=1, problems=named, who=who))
    return LossNoted(invite.name, loss.receipt, str(last.fields.get("day", "")) if last else "", len(named), lines)


def _receipts(session: Session, invite: IssuedInvite) -> Iterator[OpenedLine]:
    """Receipts that this desk gave to a device, under whatever name it signed, oldest first."""
    for event in own_events(session, paper_openings(session, "receipt"), "receipt"):
        if event.type == "receipt" and event.fields.get("sender") in invite.senders:
            yield event


def _last(receipts: Sequence[OpenedLine], wanted: str) -> OpenedLine | None:
    """The last receipt that counts."""
    if not wanted:
        return receipts[-1] if receipts else None
    by_number = wanted.isdecimal() and len(wanted) < _BUNDLE_LEAST
    for event in reversed(receipts):
        if event.n == int(wanted) if by_number else _is_bundle(event, wanted):
            return event
    raise ReceiptUnknown


def _is_bundle(event: OpenedLine, wanted: str) -> bool:
    return len(wanted) >= _BUNDLE_LEAST and str(event.fields.get("bundle", "")).startswith(wanted.lower())


def _lines(receipts: Iterable[OpenedLine], last: int) -> tuple[tuple[str, int], ...]:
    """For each log the most lines that a receipt up to event ``last`` names."""
    found: dict[str, int] = {}
    for event in receipts:
        if event.n <= last:
            log, size = str(event.fields.get("log", "")), event.fields.get("size")
            found[log] = max(found.get(log, 0), size if isinstance(size, int) else 0)
    return tuple(sorted(found.items()))
