"""A log's key is replaced: what the offline recovery key signs for it (docs/spec/custody-log.md, "Keys")."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import date

from witnesskit.errors.formats import BadKey
from witnesskit.errors.verify import BadLine
from witnesskit.formats.custody_event_read import HEX64, Event
from witnesskit.keys import VerifierKey, parse_verifier_key

ROTATE, REVOKE = "rotate", "revoke"
_DAY = re.compile(r"\d{4}-[01]\d-[0-3]\d", re.ASCII)


@dataclass(frozen=True)
class KeyChange:
    """One ``key`` event: checkpoints of more than ``n`` lines are signed by ``key``, those before by the old one."""

    n: int
    op: str
    key: VerifierKey
    next: str  # SHA-256 of the text of the recovery key that may authorise the change after this one
    since: str  # the day from which the old key may have been in other hands; empty for rotate
    auth_key: VerifierKey
    auth: bytes

    def text(self, log: str) -> str:
        """What the recovery key signs, for the log of this id."""
        return signed_text(log, self.n, self.op, self.key.text, self.next, self.since)

    def authorised(self, log: str, committed_next: str) -> bool:
        """Whether the recovery key that genesis, or the change before, committed as ``next`` has signed this."""
        told = hashlib.sha256(self.auth_key.text.encode()).hexdigest()
        return told == committed_next and self.auth_key.verifies(self.auth, self.text(log).encode())


def signed_text(log: str, n: int, op: str, key: str, following: str, since: str) -> str:
    """The seven lines that are signed."""
    return f"witnesskit key v1\n{log}\n{n}\n{op}\n{key}\n{following}\n{since}\n"


def public_members(change: KeyChange) -> dict[str, str]:
    """The members of ``x``."""
    auth = base64.b64encode(change.auth).decode()
    return {
        "op": change.op, "key": change.key.text, "next": change.next, "since": change.since,
        "auth_key": change.auth_key.text, "auth": auth,
    }  # fmt: skip


def read(event: Event, origin: str) -> KeyChange:
    """The change that a ``key`` event of the log ``origin`` tells; raises BadLine."""
    told = {name: event.x.get(name) for name in ("op", "key", "next", "since", "auth_key", "auth")}
    if not all(isinstance(text, str) for text in told.values()):
        raise BadLine("its change of keys")
    op, key, following, since, auth_key, auth = map(str, told.values())
    try:
        change = KeyChange(
            event.n, op, parse_verifier_key(key), following, since,
            parse_verifier_key(auth_key), base64.b64decode(auth, validate=True),
        )  # fmt: skip
        day = _DAY.fullmatch(since) and date.fromisoformat(since) if op == REVOKE else not since
    except (BadKey, binascii.Error, ValueError):
        raise BadLine("its change of keys") from None
    if op not in (ROTATE, REVOKE) or change.key.name != origin or not HEX64.fullmatch(following) or not day:
        raise BadLine("its change of keys")
    if public_members(change) != told:  # white space around a key, base64 with unused bits
        raise BadLine("its change of keys")
    return change
