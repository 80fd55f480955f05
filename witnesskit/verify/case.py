"""What a verifier is handed. Nothing in a case is trusted; nothing in ``Trust`` comes from a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from witnesskit.model import Opening


@dataclass(frozen=True)
class LogFiles:
    """Bytes of one ``log.jsonl`` and of the checkpoint notes that came with it."""

    log: bytes
    notes: tuple[bytes, ...] = ()


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

    ``remembered``: origin -> (size, base64 root) of the newest checkpoint seen of it. Empty trusts nobody.
    """

    keys: tuple[str, ...] = ()
    remembered: Mapping[str, tuple[int, str]] = field(default_factory=dict)
