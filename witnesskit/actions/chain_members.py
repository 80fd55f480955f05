"""The chain as members of a bundle: every log of this vault, closed ones first, each with its newest checkpoint.

A desk's log goes with the evidence about it, and with the older checkpoints that the evidence is about, or that a key
signed which was replaced.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from witnesskit.actions.anchor_files import stored_anchors
from witnesskit.actions.successor import closed_folders
from witnesskit.bundle.plan import PlannedMember
from witnesskit.custody.journal import Journal
from witnesskit.custody_limits import ANCHORS_MAX
from witnesskit.digest import sha256_hex
from witnesskit.formats.anchor import AnchorName
from witnesskit.formats.bundle_manifest import ChainHead
from witnesskit.formats.checkpoint import root_text
from witnesskit.vault.layout import Vault
from witnesskit.verify.case import AnchorFile

OF_DESKS: Final = (".cosig", ".proof")  # evidence that names another desk


@dataclass(frozen=True)
class LogCopy:
    """Bytes of one log, of the checkpoint that covers it, and of evidence: ``N.note`` and files about them."""

    origin: str
    log: str
    size: int
    root: str
    lines: bytes
    note: bytes
    evidence: tuple[AnchorFile, ...] = ()

    @property
    def head(self) -> ChainHead:
        """What bundle.json says of it."""
        return ChainHead(self.origin, self.log, self.size, self.root)


def log_copy(journal: Journal, evidence: tuple[AnchorFile, ...] = ()) -> LogCopy:
    """The open log as it is now; its newest checkpoint covers all of it."""
    lines, note = journal.log_bytes(), journal.newest_note()
    return LogCopy(journal.origin, journal.log, journal.size, journal.root, lines, note, evidence)


def log_copies(vault: Vault, journal: Journal) -> tuple[LogCopy, ...]:
    """Closed logs, oldest first, then the open one."""
    return (*(log_copy(Journal.open(folder, by="field")) for folder in closed_folders(vault)), log_copy(journal))


def desk_copy(vault: Vault, journal: Journal, *, public: bool = False, grown: bool = False) -> LogCopy:
    """A desk's log with the evidence about it; ``public``: without what other desks answered, for it names them.

    ``grown``: its newest checkpoint stands among the evidence too, as it will once the log has a newer one.
    """
    notes = dict(zip(journal.sizes(), journal.notes(), strict=True))
    files: dict[int, list[AnchorFile]] = {size: [] for size in _last_of_each_key(journal)}
    for name, data in thinned(stored_anchors(vault)):
        if name.size in notes and not (public and name.text.endswith(OF_DESKS)):
            files.setdefault(name.size, []).append(AnchorFile(name.text, data))
    for size in files.keys() - ({} if grown else {max(notes)}):
        files[size].insert(0, AnchorFile(f"{size}.note", notes[size]))
    return log_copy(journal, tuple(file for _size, about in sorted(files.items()) for file in about))


def _last_of_each_key(journal: Journal) -> set[int]:
    """Sizes of the last checkpoints that keys signed before they were replaced: they show whose log it was."""
    sizes = journal.sizes()
    return {max(size for size in sizes if size <= change.n) for change in journal.keys.changes}


def thinned(files: Iterable[tuple[AnchorName, bytes]], most: int = ANCHORS_MAX) -> list[tuple[AnchorName, bytes]]:
    """At most ``most`` files: all of every k-th checkpoint and of the newest; bounds grow wider, none is lost."""
    groups = [list(group) for _size, group in groupby(files, key=lambda one: one[0].size)]
    step = 1
    while sum(map(len, groups[::-step])) > most and step < len(groups):
        step += 1
    return [one for group in reversed(groups[::-step]) for one in group][:most]


def chain_members(vault: Vault, journal: Journal) -> list[PlannedMember]:
    """Members of every log of a field device, in the order the desk reads them."""
    return [member for copy in log_copies(vault, journal) for member in copy_members(copy)]


def chain_members_at(
    vault: Vault, journal: Journal, lines: int, note: str
) -> tuple[list[PlannedMember], tuple[ChainHead, ...]]:
    """Members and heads of the logs when the open one had so many ``lines``, signed by ``note``."""
    *closed, now = log_copies(vault, journal)
    first = b"".join(now.lines.splitlines(keepends=True)[:lines])
    then = replace(now, size=lines, root=root_text(journal.root_at(lines)), lines=first, note=note.encode())
    copies = (*closed, then)
    return [member for copy in copies for member in copy_members(copy)], tuple(copy.head for copy in copies)


def copy_members(copy: LogCopy) -> list[PlannedMember]:
    """One log, its newest checkpoint, and what is evidence about it."""
    first = [_member("chain", copy.lines, copy.origin), _member("checkpoint", copy.note, copy.origin)]
    return first + [_member("anchor", file.data, copy.origin, file.name) for file in copy.evidence]


def chain_heads(vault: Vault, journal: Journal) -> tuple[ChainHead, ...]:
    """Heads of every log."""
    return tuple(copy.head for copy in log_copies(vault, journal))


def _member(kind: str, data: bytes, origin: str, name: str = "") -> PlannedMember:
    return PlannedMember(kind, len(data), sha256_hex(data), lambda: io.BytesIO(data), origin=origin, name=name)
