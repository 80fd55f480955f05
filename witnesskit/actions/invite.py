"""``invite``: one file for one device, written only after the recovery sheet was typed back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from witnesskit.actions.anchored import anchored
from witnesskit.errors.cli import OutputExists
from witnesskit.formats.invite import invite_digits
from witnesskit.model import VaultKind
from witnesskit.policy import load
from witnesskit.vault import durable, layout, lock
from witnesskit.vault.keyring_file import open_keyring, save_keyring
from witnesskit.vault.layout import Vault
from witnesskit.vault.trustfile import InviteTerms, issue_invite


@dataclass(frozen=True)
class InviteWish:
    """What the person asked for; ``name`` stays in the keyring."""

    out: Path
    name: str = field(repr=False)
    valid_days: int = 30
    policy: bytes = b""


def write_invite(vault: Vault, passphrase: str, wish: InviteWish) -> str:
    """Write the invite; returns the digits to read aloud. Raises SheetNotConfirmed, PoolEmpty, BadPolicy."""
    layout.demand(vault, VaultKind.DESK)
    if wish.out.exists() or wish.out.is_symlink():
        raise OutputExists
    if wish.policy:
        load.parse(wish.policy)
    last_day = datetime.now(UTC).date() + timedelta(days=wish.valid_days)
    with lock.writing(vault):
        terms = InviteTerms(wish.name, last_day.isoformat(), wish.policy.decode(), anchored(vault))
        data, keyring = issue_invite(open_keyring(vault, passphrase), terms)
        save_keyring(vault, keyring)  # first: a number is never given out twice
        durable.replace(wish.out, data)
    return invite_digits(data)
