"""What lies on the disk when a log is opened: whole lines, and what a crash left (docs/spec/custody-log.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from witnesskit.custody import checkpointer
from witnesskit.custody.key_line import KeyLine
from witnesskit.errors.custody import JournalDamaged, RolledBack, UnauthorisedChange
from witnesskit.errors.formats import BadJson, BadKey
from witnesskit.errors.verify import BadLine
from witnesskit.formats import custody_event, merkle
from witnesskit.formats.custody_event import Event
from witnesskit.keys import VerifierKey, parse_verifier_key


@dataclass(frozen=True)
class Found:
    """What lies on the disk: whole lines, and the bytes after them that a crash left."""

    lines: tuple[bytes, ...]
    torn: int
    keys: KeyLine
    tree: merkle.Tree


def scan(folder: Path, data: bytes) -> Found:
    """Whole lines: the signed ones must give the signed root, later ones must be well formed.

    A later line that changes the key without authority counts as torn. Raises RolledBack, JournalDamaged;
    UnauthorisedChange if such a line was signed; NewerFormat if a later version wrote the lines.
    """
    lines = data.split(b"\n")[:-1]
    first = _first_keys(lines)
    signed = checkpointer.newest(folder, lambda size: first.through(lines[:size]).key)
    size = signed.size if signed else 1
    if len(lines) < size:
        raise RolledBack(f"{len(lines)} lines, {size} were signed")
    tree = tree_of(lines[:size])
    if signed and tree.root() != signed.root:
        raise RolledBack("another root")
    keys = first.through(lines[:size])
    kept = size
    while kept < len(lines) and (later := _continued(lines[kept], kept, keys)):
        tree.append(merkle.leaf_hash(lines[kept]))
        keys = later
        kept += 1
    whole = sum(map(len, lines[:kept])) + kept
    return Found(tuple(lines[:kept]), len(data) - whole, keys, tree)


def keys_of(lines: Sequence[bytes]) -> KeyLine:
    """The keys of a log by its stored lines, none of which is checked by a signature of the log.

    Raises JournalDamaged, UnauthorisedChange.
    """
    return _first_keys(lines).through(lines)


def tree_of(lines: Sequence[bytes]) -> merkle.Tree:
    """The tree whose leaves are ``lines``."""
    return merkle.Tree(map(merkle.leaf_hash, lines))


def _first_keys(lines: Sequence[bytes]) -> KeyLine:
    genesis = _genesis(lines)
    return KeyLine(merkle.leaf_hash(lines[0]).hex(), _genesis_key(genesis), str(genesis.x["next"]))


def _genesis(lines: Sequence[bytes]) -> Event:
    if not lines:
        raise JournalDamaged("its genesis")
    try:
        genesis = custody_event.parse(lines[0])
    except (BadLine, BadJson):
        raise JournalDamaged("its genesis") from None
    if genesis.n != 0:
        raise JournalDamaged("its genesis")
    return genesis


def _genesis_key(genesis: Event) -> VerifierKey:
    try:
        key = parse_verifier_key(genesis.x["key"])
    except BadKey:
        raise JournalDamaged("its key") from None
    if key.name != genesis.x["origin"]:
        raise JournalDamaged("its key")
    return key


def _continued(line: bytes, number: int, keys: KeyLine) -> KeyLine | None:
    """The line of keys after an unsigned line; None unless it is whole: a power cut may have taken a block of it."""
    try:
        event = custody_event.parse(line)
        return keys.after(event) if (event.n, event.log) == (number, keys.log) else None
    except (BadLine, BadJson, UnauthorisedChange):
        return None
