"""What the recovery sheet opens of a vault's capsules: the test's own look at what is really there."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.journeys.program import Folder
from witnesskit.errors.sealing import FileCut
from witnesskit.formats.sheet import SheetKind, parse_sheet
from witnesskit.sealing.capsule import CapsuleReader
from witnesskit.sealing.identity import Identity
from witnesskit.sealing.rings import OWN, recovery_identity

INVITES = 3  # numbers of invites that the tests give out, and the desk's own


@dataclass
class Opened:
    """One capsule."""

    item: str
    role: str
    part: int
    complete: bool
    documents: dict[str, dict] = field(default_factory=dict)
    streams: dict[str, bytes] = field(default_factory=dict)
    texts: dict[str, bytes] = field(default_factory=dict)  # documents in lines


def recovery_identities(folder: Folder) -> list[Identity]:
    """The key on the recovery sheet for the desk itself and for every invite."""
    seed = parse_sheet((folder.path / "sec" / "recovery-sheet.txt").read_text(), SheetKind.RECOVERY)
    return [recovery_identity(seed, number) for number in (OWN, *range(1, INVITES + 1))]


def capsules(folder: Folder, vault: str) -> Iterator[Opened]:
    """Every capsule of a vault, opened as far as it goes."""
    identities = recovery_identities(folder)
    for path in sorted((folder.path / vault / "capsules").glob("*/*")):
        with contextlib.suppress(FileCut):  # cut before its first whole chunk: it holds nothing
            yield open_capsule(path, identities)


def open_capsule(path: Path, identities: list[Identity]) -> Opened:
    with path.open("rb", buffering=0) as stream:
        reader = CapsuleReader(stream, identities)
        header = reader.header
        found = Opened(header.item, str(header.role), header.part, reader.complete)
        for name in reader.names():
            if "/" in name:
                found.streams[name] = reader.stream(name).read_at(0, reader.size(name))
            elif name.endswith(".json"):
                found.documents[name] = json.loads(reader.read(name))
            elif name.endswith(".jsonl"):
                found.texts[name] = reader.read(name)
    return found
