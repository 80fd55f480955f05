"""What a reader can check of a bundle without us: the facts that the commands are filled with."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from witnesskit.media_model import EssenceHash


def file_name(origin: str) -> str:
    """Letters and digits of a log's name: whoever chose the name, the file's is safe in a command."""
    return re.sub(r"[^a-z0-9]", "", origin.rpartition("/")[2]) or "log"


@dataclass(frozen=True)
class CheckableLog:
    """One log, a checkpoint of it, and the OpenSSH signature where its key lay at the desk.

    Digests are SHA-256 of the files, by which they are found in the bag; ``root`` is base64 as in the checkpoint.
    ``place``: where the desk's own log and its newest checkpoint lie; no digest can tell that, for the log grows by
    the entry of this very bundle after these facts are told.
    """

    origin: str
    vkey: str
    size: int
    root: str
    sha256: str
    note_sha256: str
    sshsig_sha256: str = ""
    allowed_signers: str = ""  # the line for ssh-keygen
    place: tuple[str, str] | None = None

    @property
    def name(self) -> str:
        """What its files are called once they are copied out: a word for a file name."""
        return file_name(self.origin)


@dataclass(frozen=True)
class CheckableAnchor:
    """Evidence about one checkpoint of a log. ``time``: POSIX seconds, 0 where it cannot be told here.

    ``vkeys``: verifier keys (kind 0x04) of the witnesses that cosigned, with the time each told.
    """

    log: str  # CheckableLog.name
    size: int
    name: str  # "17.desk-b.tsr"
    kind: str  # rfc3161, cosignature, ots or receipt
    sha256: str
    note_sha256: str
    provider: str = ""
    time: int = 0
    vkeys: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class CheckableKeyChange:
    """A ``key`` event: the text that the recovery key signed, its signature (base64), the digest that named it."""

    log: str
    n: int
    auth_key: str
    auth: str
    text: str
    committed: str  # hex SHA-256 of the recovery key, as genesis or the change before names it


@dataclass(frozen=True)
class CheckableReceipt:
    """A desk's event that names a received log: what it committed, as openings."""

    log: str  # the desk's
    n: int
    received: str  # CheckableLog.name of the received log
    size: int
    root: str
    disclosures: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class CheckableFile:
    """One file with the opening that commits its digest; ``name``: what it is called once it is copied out."""

    name: str
    label: str
    sha256: str
    log: str = ""
    n: int = 0
    disclosure: str = field(default="", repr=False)
    essence: tuple[EssenceHash, ...] = ()


@dataclass(frozen=True)
class Checkable:
    """Everything of one bundle. ``verifier``: name and SHA-256 of the stand-alone verifier in it, or empty."""

    logs: tuple[CheckableLog, ...]
    files: tuple[CheckableFile, ...] = ()
    anchors: tuple[CheckableAnchor, ...] = ()
    key_changes: tuple[CheckableKeyChange, ...] = ()
    receipts: tuple[CheckableReceipt, ...] = ()
    verifier: tuple[str, str] = ("", "")
