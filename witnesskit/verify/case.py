"""What a verifier is handed. Nothing in a case is trusted; nothing in ``Trust`` comes from a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from witnesskit.custody_model import Opening
from witnesskit.formats.quorum import TrustPolicy


@dataclass(frozen=True)
class AnchorFile:
    """Evidence about one checkpoint, as it came: its file name and its bytes (docs/spec/anchor.md)."""

    name: str
    data: bytes


@dataclass(frozen=True)
class LogFiles:
    """Bytes of one ``log.jsonl``, of the checkpoint notes that came with it, and evidence about them."""

    log: bytes
    notes: tuple[bytes, ...] = ()
    anchors: tuple[AnchorFile, ...] = ()


@dataclass(frozen=True)
class Found:
    """One thing that lies there: a sealed capsule (its id), or an opened file (the item it is filed under)."""

    name: str
    sha256: str
    size: int
    capsule: str | None = None
    item: str | None = None


@dataclass(frozen=True)
class Expected:
    """What must lie there: everything that the logs' items commit, or what a list names.

    ``listed`` holds capsule ids and SHA-256 digests (of a bundle's manifest). A committed thing that is not
    listed and not there is withheld, not missing.
    """

    everything: bool
    listed: frozenset[str] = frozenset()


ALL = Expected(everything=True)
LISTED = Expected(everything=False)


@dataclass(frozen=True)
class CaseFiles:
    """One case: logs, openings of their lines, and what lies there."""

    logs: tuple[LogFiles, ...]
    openings: tuple[Opening, ...] = ()
    found: tuple[Found, ...] = ()
    expected: Expected = ALL


@dataclass(frozen=True)
class Trust:
    """What the person brought from outside the case: verifier keys, and logs seen before.

    ``keys``: texts of logs' and operators' verifier keys. ``remembered``: origin -> (size, base64 root) of the
    newest checkpoint seen of it. ``roots``: authority -> its one PEM root certificate; ``intermediates``: PEM.
    ``headers``: height -> 80 bytes of a Bitcoin block header. ``now``: POSIX seconds, 0 where nothing is too late.
    Empty trusts nobody.
    """

    keys: tuple[str, ...] = ()
    remembered: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    policy: TrustPolicy = field(default_factory=TrustPolicy)
    roots: Mapping[str, bytes] = field(default_factory=dict)
    intermediates: tuple[bytes, ...] = ()
    headers: Mapping[int, bytes] = field(default_factory=dict)
    now: int = 0
