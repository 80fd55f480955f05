"""``trust add``: accept an invite by its digits and begin the field log."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from witnesskit.actions.opening import INVITE_POLICY, policy_of
from witnesskit.actions.openings_capsule import seal_openings
from witnesskit.actions.tool_identity import TOOL
from witnesskit.custody.journal import Journal, utc_day
from witnesskit.custody.prepare import Prepared, prepare
from witnesskit.errors.actions import AlreadyTrusted
from witnesskit.errors.cli import FileUnreadable
from witnesskit.formats.invite import Invite, check_digits, check_valid, parse_invite
from witnesskit.limits import INVITE_MAX
from witnesskit.model import VaultKind
from witnesskit.policy import load
from witnesskit.policy.meet import tighten
from witnesskit.vault import durable, layout, lock
from witnesskit.vault.config import AcceptedInvite
from witnesskit.vault.layout import Vault
from witnesskit.vault.signing import load_signer
from witnesskit.vault.state import State


def trust_add(vault: Vault, path: Path, digits: str, passphrase: str) -> None:
    """Check the whole invite by all six groups; raises DigitsDiffer, InviteExpired, PolicyLoosens, BadInvite."""
    layout.demand(vault, VaultKind.FIELD)
    if vault.config.rings is not None:
        raise AlreadyTrusted
    data = durable.read(path, INVITE_MAX)
    if data is None:
        raise FileUnreadable
    check_digits(data, digits)
    invite = parse_invite(data)
    check_valid(invite, datetime.now(UTC).date())
    with lock.writing(vault):
        if layout.open_vault(vault.path).config.rings is not None:  # another command was quicker
            raise AlreadyTrusted
        _accept(vault, invite, passphrase)


def _accept(vault: Vault, invite: Invite, passphrase: str) -> None:
    """Log first, vault.toml last: a crash between leaves a vault without rings, and the command is run again."""
    signer = load_signer(vault, passphrase)
    if invite.policy:
        tighten(policy_of(vault), load.parse(invite.policy.encode()))
        durable.replace(vault.policies / INVITE_POLICY, invite.policy.encode())
    genesis = genesis_of(vault, invite)
    _discard_begun(vault)
    seal_openings(vault, State(), invite.rings, [genesis.opening_line()])
    Journal.create(vault.custody, signer=signer, by="field", genesis=genesis)
    accepted = AcceptedInvite(invite.id, invite.witness, invite.next, invite.enrol)
    layout.with_config(vault, rings=invite.rings, invite=accepted)


def _discard_begun(vault: Vault) -> None:
    """Remove what a crash left of an earlier try; the checkpoint first: it would contradict the log to come."""
    for note in (vault.custody / "checkpoints").glob("*"):
        durable.remove(note)
    durable.remove(vault.custody / "log.jsonl")


def genesis_of(vault: Vault, invite: Invite) -> Prepared:
    """The first event of a field log: who can open what is saved, and the invite's not-before."""
    committed = {
        "recipients": {"custodian": list(invite.rings.custodian), "desk": list(invite.rings.desk)},
        "kind": "field",
        "day": utc_day(),
        "tool": TOOL,
        "policy": policy_of(vault).id,
        "enrol": invite.enrol,
    }
    if invite.checkpoint:
        committed["not_before"] = invite.checkpoint
    return prepare("genesis", committed, x={"next": invite.next})
