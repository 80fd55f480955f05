"""The vault's file ``audit``: where an audit without a key goes on, and what it found that no log tells yet.

Nobody signs it: what is logged of it is logged as that (docs/spec/vault.md, "audit").
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from witnesskit.actions.own_checks import Looked, log_check
from witnesskit.actions.session import Session
from witnesskit.errors import WitnesskitError
from witnesskit.formats import strict_json
from witnesskit.limits import STATE_MAX
from witnesskit.vault import durable
from witnesskit.vault.fixity import CHANGED, MISSING, UNREADABLE
from witnesskit.vault.layout import Vault

FORMAT: Final = "witnesskit.audit/1"
KIND: Final = "fixity-no-key"
NAME: Final = "audit"
_ID: Final = re.compile(r"(?:[0-9a-f]{32}|[0-9a-f]{64})?", re.ASCII)
_DAY: Final = re.compile(r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2})?", re.ASCII)
_WORDS: Final = (MISSING, CHANGED, UNREADABLE)


@dataclass(frozen=True)
class AuditState:
    """``next``: the id to go on with, or empty for a new round; the rest is not logged yet."""

    next: str = ""
    since: str = ""  # YYYY-MM-DD
    until: str = ""
    ok: int = 0
    bad: Mapping[str, str] = field(default_factory=dict)  # opaque id -> missing, changed, unreadable
    rounds: int = 0  # that ended since the desk was opened


def load_audit(vault: Vault) -> AuditState:
    """What the last slice left; a file that is not in its form means that there was none. Raises StorageFault."""
    data = durable.read(vault.path / NAME, STATE_MAX)
    try:
        return _state(strict_json.loads(data, max_size=STATE_MAX)) if data else AuditState()
    except (WitnesskitError, ValueError, TypeError, KeyError, AttributeError):
        return AuditState()


def save_audit(vault: Vault, state: AuditState) -> None:
    """Replace the file in one step; raises NoRoom, StorageFault."""
    durable.replace(vault.path / NAME, strict_json.canonical({"format": FORMAT, **vars(state)}) + b"\n")


def log_unlogged(session: Session) -> int:
    """Log what was found without a key since the desk was last opened; returns how many files that was.

    A kill between the log and the file logs it twice.
    """
    found = load_audit(session.vault)
    looked = found.ok + len(found.bad)
    if looked:
        problems = tuple(f"{name} {word}" for name, word in sorted(found.bad.items()))
        who = f"without a key, {found.since} to {found.until}"
        log_check(session, Looked(KIND, found.ok, len(found.bad), problems, who))
        save_audit(session.vault, AuditState(next=found.next))
    return looked


def _state(document: Any) -> AuditState:
    if set(document) != {"format", *vars(AuditState())} or document["format"] != FORMAT:
        raise ValueError
    found = AuditState(**{name: value for name, value in document.items() if name != "format"})
    numbers, days = (found.ok, found.rounds), (found.since, found.until)
    fits = all(type(one) is int and one >= 0 for one in numbers) and all(_DAY.fullmatch(one) for one in days)
    fits = fits and bool(_ID.fullmatch(found.next)) and isinstance(found.bad, dict)
    if not fits or not all(name and _ID.fullmatch(name) and word in _WORDS for name, word in found.bad.items()):
        raise ValueError
    return found
