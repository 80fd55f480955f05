"""The chain as members of a bundle: every log of this vault, closed ones first, each with its newest checkpoint."""

from __future__ import annotations

import io
from dataclasses import dataclass

from witnesskit.actions.successor import closed_folders
from witnesskit.bundle.plan import PlannedMember
from witnesskit.custody.journal import Journal
from witnesskit.digest import sha256_hex
from witnesskit.formats.bundle_manifest import ChainHead
from witnesskit.vault.layout import Vault
from witnesskit.verify.case import AnchorFile


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


def log_copy(journal: Journal) -> LogCopy:
    """The open log as it is now; its newest checkpoint covers all of it."""
    return LogCopy(journal.origin, journal.log, journal.size, journal.root, journal.log_bytes(), journal.notes()[-1])


def log_copies(vault: Vault, journal: Journal) -> tuple[LogCopy, ...]:
    """Closed logs, oldest first, then the open one."""
    return (*(log_copy(Journal.open(folder, by="field")) for folder in closed_folders(vault)), log_copy(journal))


def chain_members(vault: Vault, journal: Journal) -> list[PlannedMember]:
    """Members of every log, in the order the desk reads them."""
    members = []
    for copy in log_copies(vault, journal):
        members.append(_member("chain", copy.lines, copy.origin))
        members.append(_member("checkpoint", copy.note, copy.origin))
    return members


def chain_heads(vault: Vault, journal: Journal) -> tuple[ChainHead, ...]:
    """Heads of every log."""
    return tuple(copy.head for copy in log_copies(vault, journal))


def _member(kind: str, data: bytes, origin: str) -> PlannedMember:
    return PlannedMember(kind, len(data), sha256_hex(data), lambda: io.BytesIO(data), origin=origin)
