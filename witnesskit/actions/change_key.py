"""``key rotate`` and ``key revoke``: a new signing key for the desk's log, authorised by its recovery sheet.

Order: the keyring with both keys, the opening, the event, its checkpoint, vault.toml, the keyring with the new key.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from witnesskit.actions import own_key
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.openings_capsule import seal_openings
from witnesskit.actions.session import Session
from witnesskit.custody.journal import utc_day
from witnesskit.custody.key_line import ChangeWish, authorise
from witnesskit.custody.prepare import Prepared, prepare
from witnesskit.custody.signer import SEED_BYTES, Signer
from witnesskit.errors.actions import DayToCome
from witnesskit.errors.cli import WrongVaultKind
from witnesskit.formats import key_change
from witnesskit.formats.key_change import KeyChange
from witnesskit.model import Json, VaultKind
from witnesskit.vault import layout
from witnesskit.vault.keyring import Keyring
from witnesskit.vault.keyring_file import save_keyring
from witnesskit.vault.layout import Vault

_ANCHOR = b'"type":"anchor"'  # of every such line: a line is stored in its one canonical form


@dataclass(frozen=True)
class KeyWish:
    """What the person asked for; ``since`` (YYYY-MM-DD) makes it a revocation."""

    sheet: str = field(repr=False)
    since: str = ""
    reason: str = ""


@dataclass(frozen=True)
class KeyChanged:
    """The change that was logged as event ``n``; ``anchored``: how many events the log itself says were anchored in
    time before the day of a revocation."""

    n: int
    op: str
    old: str
    key: str
    second_key: str  # empty where no second key signs
    anchored: int


def change_key(vault: Vault, passphrase: str, wish: KeyWish) -> KeyChanged:
    """Replace the key that signs this desk's log; raises DayToCome, SheetTypo, SheetWrong, KeyFixed."""
    layout.demand(vault, VaultKind.DESK)
    if wish.since > utc_day():
        raise DayToCome
    with open_for_saving(vault, passphrase) as session:
        if session.keyring is None:
            raise WrongVaultKind
        recovery, following = own_key.sheet_authority(session.keyring, session.journal, wish.sheet)
        old, fresh = session.signer, _fresh(session.signer)
        _keep_both(session, session.keyring, fresh)
        asked = ChangeWish(key_change.REVOKE if wish.since else key_change.ROTATE, fresh.key, following, wish.since)
        change = authorise(recovery, session.journal.log, session.journal.settle(), asked)
        _log(session, change, wish.reason, fresh)
    anchored = anchored_before(session.journal.lines(), wish.since) if wish.since else 0
    second = fresh.second_key.text if fresh.post_quantum else ""
    return KeyChanged(change.n, change.op, old.vkey, fresh.vkey, second, anchored)


def anchored_before(lines: Iterable[bytes], day: str) -> int:
    """How many events lie below a checkpoint whose evidence the log claims to have got before ``day``."""
    events: list[Json] = [json.loads(line) for line in lines if _ANCHOR in line]
    sizes = [event["x"]["size"] for event in events if event["type"] == "anchor" and event["t"] < day and event["x"]]
    return max(sizes, default=0)


def _fresh(signer: Signer) -> Signer:
    return Signer(signer.origin, secrets.token_bytes(SEED_BYTES), post_quantum=signer.post_quantum)


def _keep_both(session: Session, keyring: Keyring, fresh: Signer) -> None:
    session.keyring = replace(keyring, pending_seed=fresh.to_bytes())
    save_keyring(session.vault, session.keyring)


def _log(session: Session, change: KeyChange, reason: str, fresh: Signer) -> None:
    event = _event(session, change, reason)
    session.state = seal_openings(session.vault, session.state, session.recipients, [event.opening_line()])
    session.journal.change_key(event, fresh)
    if session.keyring is not None:
        session.vault, session.keyring = own_key.settle(session.vault, session.keyring, session.journal)
    session.signer = fresh


def _event(session: Session, change: KeyChange, reason: str) -> Prepared:
    committed = {"day": utc_day(), "policy": session.policy.id}
    if reason:
        committed["reason"] = reason
    return prepare("key", committed, x=key_change.public_members(change))
