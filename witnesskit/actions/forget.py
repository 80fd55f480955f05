"""``forget --delivered``: erase what the desk confirmed, close the log, begin the next one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from witnesskit.actions import successor
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.openings_capsule import seal_openings
from witnesskit.actions.session import Session
from witnesskit.actions.tool_identity import TOOL
from witnesskit.custody.journal import Journal, utc_day
from witnesskit.custody.prepare import Prepared, prepare
from witnesskit.custody.signer import Signer, new_origin
from witnesskit.errors.actions import NothingToForget, TooFewCopies
from witnesskit.model import VaultKind
from witnesskit.policy.decide import may_forget
from witnesskit.vault import layout, state, store
from witnesskit.vault.layout import Vault
from witnesskit.vault.state import State


@dataclass(frozen=True)
class Forgotten:
    """Counts of items."""

    erased: int
    kept: int


def forget_delivered(vault: Vault, passphrase: str) -> Forgotten:
    """Erase confirmed items; raises NothingToForget, or TooFewCopies while copies are too few."""
    layout.demand(vault, VaultKind.FIELD)
    with open_for_saving(vault, passphrase) as session:
        present = session.state
        real = {item for item, found in present.items.items() if not found.paper}
        gone = {item for item in present.items if _may_go(session, present, item)}
        if not gone & real:
            raise NothingToForget
        _close_log(session)
        for item in gone:
            for capsule in present.items[item].capsules:
                store.erase(vault, capsule.id)
        session.state = session.state.without_items(gone)
        state.save_state(vault, session.state)
    return Forgotten(len(gone & real), len(real - gone))


def _may_go(session: Session, present: State, item: str) -> bool:
    """Confirmed, and by a receipt with enough copies; raises TooFewCopies when only copies are missing."""
    found = present.items[item]
    if not found.receipted:
        return False
    decision = may_forget(session.policy, receipted=True, copies=present.bundles[found.receipted].copies)
    if not decision.allowed:
        raise TooFewCopies(f"{decision.rule}: {decision.sentence}")
    return True


def _close_log(session: Session) -> None:
    """Sign the last event, set the log aside until a desk has it, begin a new one that names it in its openings.

    The new log has a new name and the same key: the desk knows the device by it.
    """
    vault, journal = session.vault, session.journal
    signer = Signer(new_origin(), session.signer.to_bytes())
    close = prepare(
        "close", {"day": utc_day(), "successor": signer.vkey, "reason": "delivered", "policy": session.policy.id}
    )
    session.state = seal_openings(vault, session.state, session.recipients, [close.opening_line()])
    journal.append(close)
    journal.checkpoint(session.signer)
    genesis = _next_genesis(session, journal)
    session.state = seal_openings(vault, session.state, session.recipients, [genesis.opening_line()])
    session.state = replace(session.state, closed=(*session.state.closed, journal.log))
    state.save_state(vault, session.state)
    successor.begin(vault, signer, genesis)
    session.vault = successor.finish(vault)


def _next_genesis(session: Session, journal: Journal) -> Prepared:
    recipients, invite = session.recipients, session.vault.config.invite
    committed = {
        "recipients": {"custodian": list(recipients.custodian), "desk": list(recipients.desk)},
        "kind": "field",
        "day": utc_day(),
        "tool": TOOL,
        "policy": session.policy.id,
        "previous": {"log": journal.log, "size": journal.size, "root": journal.root},
    }
    return prepare("genesis", committed, x={"next": invite.next if invite else ""})
