"""An honest case made by the real writer: a desk's log that received a field's log, two items, their files.

Everything random comes from a counter, so that a run gives the same bytes each time.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

from witnesskit.custody import Journal, Prepared, Signer, prepare
from witnesskit.formats import disclosure
from witnesskit.formats.checkpoint import Checkpoint
from witnesskit.formats.merkle import Tree, leaf_hash
from witnesskit.model import Opening
from witnesskit.verify import CaseFiles, Expected, Found, LogFiles, Trust

DESK = Signer("wk1/desk000000000", b"\x01" * 32)
FIELD = Signer("wk1/field00000000", b"\x02" * 32)
STRANGER = Signer("wk1/desk000000000", b"\x03" * 32)  # another key under the desk's name
DAY = "2026-11-23"


@dataclass(frozen=True)
class Example:
    """A case and what the person brought."""

    case: CaseFiles
    trust: Trust
    policy: str = ""  # the text that ``trust.policy`` was read from


def digest_of(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def id_of(name: str) -> str:
    return digest_of(name)[:32]


@contextmanager
def counted_randomness(seed: str) -> Iterator[None]:
    """Random bytes are blocks of SHA-256 of a seed and a counter; each draw begins with a fresh one."""
    count = 0

    def token_bytes(size: int) -> bytes:
        nonlocal count
        first, count = count, count + (size + 31) // 32
        blocks = (hashlib.sha256(f"{seed} {number}".encode()).digest() for number in range(first + 1, count + 1))
        return b"".join(blocks)[:size]

    with patch("witnesskit.formats.disclosure.secrets.token_bytes", token_bytes):
        yield


class Team:
    """One vault's log in a temporary folder, and the openings its record capsules would carry."""

    def __init__(
        self, folder: Path, signer: Signer, by: str, following: str = digest_of("recovery key"), **told: object
    ) -> None:
        self.signer = signer
        genesis = prepare("genesis", {"kind": by, "day": DAY, **told}, x={"next": following})
        self.journal = Journal.create(folder / by, signer=signer, by=by, genesis=genesis, today=lambda: DAY)
        self.texts: list[str] = list(genesis.disclosures)

    def log(self, event: Prepared, **deferred: str) -> int:
        self.texts += event.completed(deferred)
        if event.type == "key":  # thieves too: past the journal, which appends only what is authorised
            self.journal._write([self.journal._make(self.journal.size, event, deferred)])
            return self.journal.size - 1
        return self.journal.append(event, deferred)

    def item(self, name: str) -> tuple[Found, ...]:
        """Log one item as its capture does; returns its two capsules as they lie in a vault."""
        item, media = id_of(name), digest_of(f"{name} media")
        original = Found(f"{name} original", digest_of(f"{name} original"), 65536, id_of(f"{name} original"))
        record = Found(f"{name} record", digest_of(f"{name} record"), 65536, id_of(f"{name} record"))
        self.log(prepare("observe", {"item": item, "day": DAY, "outcome": "saved", "status": 200}))
        sealed = {"capsule": original.capsule, "role": "original", "part": 1, "size": 65536}
        streams = [{"stream": 1, "sha256": media, "size": 9000, "media_type": "video/mp4"}]
        committed = {
            "item": item, "day": DAY, "outcome": "saved", "sha256": media, "size": 9000,
            "sealed": [{**sealed, "sha256": original.sha256}], "media": streams,
        }  # fmt: skip
        ingest = prepare("ingest", committed, deferred=["record_sha256"], item=item)
        self.log(ingest, record_sha256=record.sha256)
        copy = {"item": id_of(f"{name} copy"), "parent": item, "day": DAY, "sha256": digest_of(f"{name} copy")}
        self.log(prepare("derive", copy, item=id_of(f"{name} copy")))
        return original, record

    def files(self) -> LogFiles:
        return LogFiles(self.journal.log_bytes(), self.journal.notes()[-1:])

    def openings(self) -> tuple[Opening, ...]:
        placed, unplaced = disclosure.place(self.journal.log, self.journal.lines(), self.texts)
        assert not unplaced
        return tuple(sorted(placed, key=lambda one: (one.log, one.n, one.disclosure)))


def build(seed: str = "witnesskit vectors") -> Example:
    """The honest case: UNCHANGED since DAY on the word of the desk."""
    with counted_randomness(seed), tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        field = Team(folder, FIELD, "field")
        found = field.item("in the field")
        field.journal.checkpoint(FIELD)
        desk = Team(folder, DESK, "desk")
        found += desk.item("at the desk")
        received = {
            "origin": field.journal.origin, "log": field.journal.log, "size": field.journal.size,
            "root": field.journal.root, "result": "complete", "day": DAY,
        }  # fmt: skip
        desk.log(prepare("receipt", received))
        desk.log(prepare("close", {"day": DAY, "reason": "end of the example"}))
        desk.journal.checkpoint(DESK)
        openings = tuple(sorted(desk.openings() + field.openings(), key=lambda one: (one.log, one.n, one.disclosure)))
        case = CaseFiles((desk.files(), field.files()), openings, found)
    return Example(case, Trust((DESK.vkey,)))


def sign(log: bytes, signer: Signer, size: int | None = None) -> bytes:
    """A checkpoint of the log's first ``size`` lines, whatever they are."""
    lines = log.split(b"\n")[:-1][:size]
    root = Tree(map(leaf_hash, lines)).root()
    return signer.note(Checkpoint(signer.origin, len(lines), root).text)


def with_desk(example: Example, log: bytes, *notes: bytes) -> Example:
    """The example with other desk files."""
    return with_case(example, logs=(LogFiles(log, notes), *example.case.logs[1:]))


def resigned(example: Example, log: bytes) -> Example:
    """The example as an insider who holds the desk's key would re-make it."""
    return with_desk(example, log, sign(log, DESK))


def with_case(example: Example, **changes: object) -> Example:
    return replace(example, case=replace(example.case, **changes))


def listed(*names: str) -> Expected:
    return Expected(everything=False, listed=frozenset(names))
