"""What a desk remembers of every log it saw: the newest lines and checkpoint, under random-looking names.

``seen/`` holds logs of its own devices; ``seen/peers/`` what came from other desks, which is no part of its own case.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from witnesskit.actions import heads, seen_files
from witnesskit.actions.history import History
from witnesskit.actions.ownership import is_name_of_another
from witnesskit.custody_limits import LOG_MAX, NOTE_MAX
from witnesskit.errors import WitnesskitError
from witnesskit.errors.actions import ChainRefused
from witnesskit.errors.formats import BadNote
from witnesskit.formats.bundle_manifest import BundleMeta
from witnesskit.formats.bundle_members import Member
from witnesskit.formats.checkpoint import Checkpoint, parse_checkpoint, parse_note
from witnesskit.formats.merkle_read import leaf_hash
from witnesskit.keys import VerifierKey, parse_verifier_key
from witnesskit.model import Opening
from witnesskit.vault import durable
from witnesskit.vault.keyring import Keyring
from witnesskit.vault.layout import Vault
from witnesskit.vault.trustfile import taken_keys
from witnesskit.verify import CaseFiles, CheckState, LogFiles, Trust, examine_chain
from witnesskit.verify.case import LISTED

_BY_DEVICE = b'{"by":"field",'  # a line's first member in its one canonical form


@dataclass(frozen=True)
class SeenLog:
    """One log of somebody else: lines and newest note, as they came; ``earlier``: a note of each key before."""

    lines: bytes
    note: bytes
    earlier: tuple[bytes, ...] = ()

    @property
    def head(self) -> Checkpoint:
        """Origin, size and root that the note signs; raises BadNote."""
        return parse_checkpoint(parse_note(self.note).text)

    @property
    def log(self) -> str:
        """Leaf hash of line 0, 64 hex digits."""
        return leaf_hash(self.lines.split(b"\n", 1)[0]).hex()

    def signed_part(self) -> SeenLog:
        """Without the lines behind its note: anybody can write on somebody's log, and call what follows a fork."""
        with contextlib.suppress(BadNote):
            lines = self.lines.split(b"\n")[:-1][: self.head.size]
            return replace(self, lines=b"".join(line + b"\n" for line in lines))
        return self

    def is_one_with(self, other: SeenLog) -> bool:
        """Whether both are one log, in whatever history: they have their first line, or a key that signed both."""
        if self.log == other.log:
            return True
        return self.head.origin == other.head.origin and bool(self._signers() & other._signers())

    def _signers(self) -> frozenset[VerifierKey]:
        return frozenset(History(self.lines).signers((self.note, *self.earlier)))


def logs_of(chain: Sequence[tuple[Member, bytes]]) -> tuple[SeenLog, ...]:
    """Pair the chain members of a bundle: each log, once, with the checkpoint of its origin; raises ChainRefused."""
    notes = {member.origin: data for member, data in chain if member.kind == "checkpoint"}
    logs = [(member.origin, data) for member, data in chain if member.kind == "chain"]
    if not logs or {origin for origin, _data in logs} != set(notes) or not len(notes) == len(logs) == len(chain) / 2:
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
    if any(is_name_of_another((vault.config.key, *taken_keys(keyring)), key) for key in keys):
        raise ChainRefused("a log of another device")
    if any(not line.startswith(_BY_DEVICE) for log in logs for line in log.lines.splitlines()):
        raise ChainRefused("a device's log that says a desk wrote it")
    held = tuple(logs_like(vault, keyring, logs))
    old = old_logs(held, logs) if late else frozenset()
    trust = Trust(tuple(key.text for key in keys), remembered(held, logs, old))
    case = CaseFiles(tuple(LogFiles(log.lines, (log.note,)) for log in logs), _openings(meta, logs[-1]), (), LISTED)
    bad = [check.code for check in examine_chain(case, trust) if check.state in (CheckState.FAIL, CheckState.UNKNOWN)]
    if bad:
        raise ChainRefused(", ".join(dict.fromkeys(bad)))
    check_heads(meta, logs)
    heads.demand(vault, [History(log.lines) for log in logs], [log.note for log in logs], old)


def remember(
    vault: Vault, keyring: Keyring, logs: Iterable[SeenLog], *, from_a_desk: bool = False
) -> tuple[SeenLog, ...]:
    """Keep what is signed of judged logs; a copy of which less is signed never replaces another."""
    logs = tuple(logs)
    folder = seen_files.folders(vault)[from_a_desk]
    for log in map(SeenLog.signed_part, logs):
        path = seen_files.place_of(folder, keyring, log.log, log.lines)
        old = _read(path)
        if old is None or old.head.size <= log.head.size:
            _write(path, log)
    heads.settle(vault, (History(log.signed_part().lines) for log in logs))
    return logs


def seen_logs(vault: Vault) -> Iterator[SeenLog]:
    """Every log of this desk's devices, as it came."""
    return _logs_in(seen_files.folders(vault, peers=False))


def known_logs(vault: Vault) -> Iterator[SeenLog]:
    """Every log that is held here and is not this desk's own."""
    return _logs_in(seen_files.folders(vault))


def logs_like(vault: Vault, keyring: Keyring, logs: Iterable[SeenLog]) -> Iterator[SeenLog]:
    """Logs held here that have the name of one of these, by their first line or as a checkpoint says."""
    origins = {origin for log in logs for origin in (log.head.origin, seen_files.origin_of(log.lines))}
    for folder in seen_files.folders(vault):
        yield from filter(None, map(_read, seen_files.under(folder, keyring, origins)))


def move_in(vault: Vault, keyring: Keyring) -> None:
    """Put logs that were kept before there were folders where they are found by name; each is always somewhere."""
    for folder in seen_files.folders(vault):
        for path in sorted(folder.glob("*.jsonl")):
            log = _read(path)
            if log is not None:
                _write(seen_files.place_of(folder, keyring, log.log, log.lines), log)
                for old in (path, *path.parent.glob(f"{path.stem}.*")):
                    durable.remove(old)


def remembered(held: Sequence[SeenLog], logs: Sequence[SeenLog], old: Collection[str]) -> dict[str, tuple[int, str]]:
    """What ``logs`` must continue of those ``held`` here: size and root as last seen; not of the ``old`` ones, by id.

    A log that only has the name of another, and shares neither its first line nor a key that signed both, is not
    that log seen before: a name is public, and whoever took it first would have the other refused for ever.
    """
    found: dict[str, tuple[int, str]] = {}
    for known in held:
        with contextlib.suppress(WitnesskitError):
            head = known.head
            newest = head.size >= found.get(head.origin, (0, ""))[0]
            if known.log not in old and newest and any(known.is_one_with(log) for log in logs):
                found[head.origin] = (head.size, head.root_text)
    return found


def old_logs(held: Iterable[SeenLog], logs: Iterable[SeenLog]) -> frozenset[str]:
    """Ids of logs of which only first lines are given, as they are held here: a stick that comes late holds such."""
    given = {log.log: log.lines for log in logs}
    return frozenset(known.log for known in held if known.lines.startswith(given.get(known.log, b"\n")))


def check_heads(meta: BundleMeta, logs: Sequence[SeenLog]) -> None:
    """bundle.json names exactly the logs that are inside; raises ChainRefused."""
    inside = {(log.head.origin, log.log, log.head.size, log.head.root_text) for log in logs}
    if inside != {(head.origin, head.log, head.size, head.root) for head in meta.chain}:
        raise ChainRefused("bundle.json names other logs")


def _logs_in(folders: Iterable[Path]) -> Iterator[SeenLog]:
    return filter(None, (_read(path) for folder in folders for path in seen_files.every(folder)))


def _read(path: Path) -> SeenLog | None:
    lines = durable.read(path, LOG_MAX)
    note = durable.read(path.with_suffix(".note"), NOTE_MAX)
    if lines is None or note is None:
        return None
    earlier = (durable.read(one, NOTE_MAX) for one in sorted(path.parent.glob(f"{path.stem}.*.note")))
    return SeenLog(lines, note, tuple(filter(None, earlier)))


def _write(path: Path, log: SeenLog) -> None:
    """Lines before the checkpoint that signs them: of what a kill left, the older checkpoint counts."""
    for number, note in enumerate(log.earlier):
        durable.replace(path.with_suffix(f".{number}.note"), note)
    durable.replace(path, log.lines)
    durable.replace(path.with_suffix(".note"), log.note)


def _openings(meta: BundleMeta, log: SeenLog) -> tuple[Opening, ...]:
    return tuple(Opening(log.log, opening.n, text) for opening in meta.openings for text in opening.disclosures)
