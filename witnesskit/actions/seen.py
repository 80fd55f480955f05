"""What a desk remembers of every field log: the newest lines and checkpoint it saw, under random-looking names."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from witnesskit.actions.ownership import is_name_of_another
from witnesskit.custody_limits import LOG_MAX, NOTE_MAX
from witnesskit.errors import WitnesskitError
from witnesskit.errors.actions import ChainRefused
from witnesskit.formats.bundle_manifest import BundleMeta
from witnesskit.formats.bundle_members import Member
from witnesskit.formats.checkpoint import Checkpoint, parse_checkpoint, parse_note
from witnesskit.keys import VerifierKey, parse_verifier_key
from witnesskit.model import Opening
from witnesskit.vault import durable
from witnesskit.vault.keyring import Keyring
from witnesskit.vault.layout import Vault
from witnesskit.vault.trustfile import known_keys
from witnesskit.verify import CaseFiles, CheckState, LogFiles, Trust, examine_chain
from witnesskit.verify.case import LISTED


@dataclass(frozen=True)
class SeenLog:
    """One log of somebody else: lines and newest note, as they came."""

    lines: bytes
    note: bytes

    @property
    def head(self) -> Checkpoint:
        """Origin, size and root that the note signs; raises BadNote."""
        return parse_checkpoint(parse_note(self.note).text)

    @property
    def log(self) -> str:
        """Leaf hash of line 0, 64 hex digits."""
        return hashlib.sha256(b"\x00" + self.lines.split(b"\n", 1)[0]).hexdigest()


def logs_of(chain: Sequence[tuple[Member, bytes]]) -> tuple[SeenLog, ...]:
    """Pair the chain members of a bundle: each log with the checkpoint of its origin; raises ChainRefused."""
    notes = {member.origin: data for member, data in chain if member.kind == "checkpoint"}
    logs = [(member.origin, data) for member, data in chain if member.kind == "chain"]
    if not logs or {origin for origin, _data in logs} != set(notes) or len(notes) != len(chain) - len(logs):
        raise ChainRefused("its logs and checkpoints do not pair")
    return tuple(SeenLog(data, notes[origin]) for origin, data in logs)


def judge(
    vault: Vault, keyring: Keyring, meta: BundleMeta, chain: Sequence[tuple[Member, bytes]], *, late: bool
) -> None:
    """Refuse a chain that does not hold, does not continue what was seen, or is not the sender's.

    ``keyring``: the sender is enrolled in it. Every log must be signed by the sender's own key, under names that
    nobody else has. ``late``: an older bundle than the newest one seen, whose log may be shorter.
    Raises ChainRefused with the codes of the verifier's findings, BadNote.
    """
    logs = logs_of(chain)
    public = parse_verifier_key(meta.sender).public
    keys = [VerifierKey(log.head.origin, public) for log in logs]
    if any(is_name_of_another((vault.config.key, *known_keys(keyring)), key) for key in keys):
        raise ChainRefused("a log of another device")
    trust = Trust(tuple(key.text for key in keys), _remembered(vault, logs, late=late))
    case = CaseFiles(tuple(LogFiles(log.lines, (log.note,)) for log in logs), _openings(meta, logs[-1]), (), LISTED)
    bad = [check.code for check in examine_chain(case, trust) if check.state in (CheckState.FAIL, CheckState.UNKNOWN)]
    if bad:
        raise ChainRefused(", ".join(dict.fromkeys(bad)))
    _check_heads(meta, logs)


def remember(vault: Vault, keyring: Keyring, chain: Sequence[tuple[Member, bytes]]) -> tuple[SeenLog, ...]:
    """Keep the logs of a judged chain; a shorter copy never replaces a longer one."""
    logs = logs_of(chain)
    durable.make_folder(vault.custody / "seen")
    for log in logs:
        path = _path(vault, keyring, log.log)
        old = durable.read(path, LOG_MAX)
        if old is None or len(old) <= len(log.lines):
            durable.replace(path, log.lines)
            durable.replace(path.with_suffix(".note"), log.note)
    return logs


def seen_logs(vault: Vault) -> Iterator[SeenLog]:
    """Every log seen, as it came."""
    for path in sorted((vault.custody / "seen").glob("*.jsonl")):
        lines = durable.read(path, LOG_MAX)
        note = durable.read(path.with_suffix(".note"), NOTE_MAX)
        if lines is not None and note is not None:
            yield SeenLog(lines, note)


def _remembered(vault: Vault, logs: Sequence[SeenLog], *, late: bool) -> dict[str, tuple[int, str]]:
    """What a chain must continue: size and root of each log as last seen.

    Not where a stick that comes ``late`` holds only its first lines, as they are here.
    """
    given = {log.log: log.lines for log in logs}
    found = {}
    for known in seen_logs(vault):
        lines = given.get(known.log)
        if late and lines is not None and known.lines.startswith(lines):
            continue
        with contextlib.suppress(WitnesskitError):
            found[known.head.origin] = (known.head.size, known.head.root_text)
    return found


def _check_heads(meta: BundleMeta, logs: Sequence[SeenLog]) -> None:
    """bundle.json names exactly the logs that are inside."""
    inside = {(log.head.origin, log.log, log.head.size, log.head.root_text) for log in logs}
    if inside != {(head.origin, head.log, head.size, head.root) for head in meta.chain}:
        raise ChainRefused("bundle.json names other logs")


def _openings(meta: BundleMeta, log: SeenLog) -> tuple[Opening, ...]:
    return tuple(Opening(log.log, opening.n, text) for opening in meta.openings for text in opening.disclosures)


def _path(vault: Vault, keyring: Keyring, log: str) -> Path:
    name = hmac.digest(keyring.desk_seed, b"seen/" + log.encode(), "sha256").hex()[:32]
    return vault.custody / "seen" / f"{name}.jsonl"
