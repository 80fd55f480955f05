"""A desk whose checkpoints others have seen: stamps, cosignatures, blocks, receipts; keys that change.

Lines of the standard one: 0 genesis, 1-3 the first item, 4 and 5 the two stamps of checkpoint 4, 6-8 the second item,
9 and 10 the two stamps of checkpoint 9.
"""

from __future__ import annotations

import base64
import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from opentimestamps.core.notary import BitcoinBlockHeaderAttestation

from tests.simulators import calendar, tsa
from tests.simulators.tsa import Recipe
from tests.vectors.custody_log.honest import (
    DAY,
    DESK,
    Example,
    Team,
    counted_randomness,
    sign,
    with_case,
)
from witnesskit.custody import Prepared, Signer, prepare
from witnesskit.formats import cosignature, disclosure, key_change, merkle
from witnesskit.formats.checkpoint import parse_checkpoint, parse_note
from witnesskit.formats.ots_proof import HEAD
from witnesskit.formats.tlog_proof import TlogProof, proof_bytes
from witnesskit.formats.trust_policy import parse_trust_policy
from witnesskit.keys import COSIGNATURE, VerifierKey
from witnesskit.model import Opening
from witnesskit.verify import AnchorFile, CaseFiles, Found, LogFiles, Trust

NOON = 1_795_435_200  # 2026-11-23T12:00:00Z
HOUR = 3600
NOW = NOON + 48 * HOUR
ROOTS = {"alpha": tsa.pem("root"), "beta": tsa.pem("rogue-root")}  # two authorities that have nothing in common
BETA = {"signer": "rogue-signer", "certificates": ("rogue-signer",)}
NEW = Signer(DESK.origin, b"\x06" * 32)  # the desk's second key
RECOVERY = Signer("wk1/recovery00000", b"\x07" * 32)
LATER_RECOVERY = Signer("wk1/recovery00001", b"\x08" * 32)
OTHER = Signer("wk1/other00000000", b"\x09" * 32)  # another desk


class Witness:
    """A witness that cosigns what it is shown, at any time it is told."""

    def __init__(self, name: str, seed: bytes) -> None:
        self.private = Ed25519PrivateKey.from_private_bytes(seed)
        self.key = VerifierKey(name, self.private.public_key().public_bytes_raw(), COSIGNATURE)

    def line(self, note: bytes, time: int, *, of: int | None = None) -> str:
        """Its line under ``note``; ``of``: the time that was really signed."""
        checkpoint = parse_checkpoint(parse_note(note).text)
        signed = cosignature.message(self.key, checkpoint, time if of is None else of)
        return cosignature.cosignature_line(self.key, time, self.private.sign(signed))

    def cosig(self, note: bytes, *times: int) -> bytes:
        text = note.partition(b"\n\n")[0] + b"\n\n"
        return text + "".join(self.line(note, time) for time in times).encode()


NORTH, SOUTH = Witness("north.example/w", b"\x0a" * 32), Witness("south.example/w", b"\x0b" * 32)
STRANGE = Witness("strange.example/w", b"\x0c" * 32)


def policy(quorum: str = "none", *, north: Witness = NORTH) -> str:
    return (
        f"log {DESK.vkey}\nwitness north {north.key.text}\nwitness south {SOUTH.key.text}\n"
        f"group both all north south\nquorum {quorum}\n"
    )


def stamp(note: bytes, time: int, **recipe: object) -> bytes:
    return tsa.answer(tsa.request(note), Recipe(time=time, **recipe))


def block(note: bytes, height: int) -> bytes:
    digest = hashlib.sha256(note).digest()
    return HEAD + digest + calendar.attested(digest, BitcoinBlockHeaderAttestation(height))


@dataclass
class Desk:
    """A desk's log while it is written, its notes, and the evidence it gathers."""

    team: Team
    signer: Signer = DESK
    notes: list[bytes] = field(default_factory=list)
    anchors: list[AnchorFile] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)

    def item(self, name: str) -> Desk:
        self.found += self.team.item(name)
        return self

    def log(self, event: Prepared) -> Desk:
        self.team.log(event)
        return self

    def checkpoint(self) -> bytes:
        self.notes.append(sign(self.team.journal.log_bytes(), self.signer))
        return self.notes[-1]

    def anchor(self, name: str, data: bytes, *, logged: bool = True) -> Desk:
        """File evidence, and log that it was filed."""
        self.anchors.append(AnchorFile(name, data))
        kind = {"tsr": "rfc3161", "ots": "ots", "cosig": "cosignature", "proof": "receipt"}[name.rpartition(".")[2]]
        public = {"kind": kind, "size": int(name.partition(".")[0]), "file": hashlib.sha256(data).hexdigest()}
        return self.log(prepare("anchor", {"day": DAY, "kind": kind}, x=public)) if logged else self

    def example(self, **trust: object) -> Example:
        files = LogFiles(self.team.journal.log_bytes(), tuple(self.notes), tuple(self.anchors))
        given = {"keys": (DESK.vkey,), "roots": ROOTS, "intermediates": (tsa.pem("intermediate"),), "now": NOW, **trust}
        text = str(given.pop("policy", ""))
        read = {"policy": parse_trust_policy(text.encode())} if text else {}
        case = CaseFiles((files,), self.team.openings(), tuple(self.found))
        return Example(case, Trust(**given, **read), text)


@contextmanager
def desk(seed: str, by: str = "desk", signer: Signer = DESK, **genesis: object) -> Iterator[Desk]:
    with counted_randomness(seed), tempfile.TemporaryDirectory() as name:
        following = hashlib.sha256(RECOVERY.vkey.encode()).hexdigest()
        yield Desk(Team(Path(name), signer, by, following, **genesis), signer)


def twice(made: Desk, size: int, note: bytes, time: int) -> Desk:
    """Both authorities stamp a checkpoint, a minute apart."""
    made.anchor(f"{size}.alpha.tsr", stamp(note, time))
    return made.anchor(f"{size}.beta.tsr", stamp(note, time + 60, **BETA))


def standard(**trust: object) -> Example:
    """Two items, two authorities, twice."""
    with desk("anchored") as made:
        twice(made.item("first"), 4, made.checkpoint(), NOON)
        twice(made.item("second"), 9, made.checkpoint(), NOON + HOUR)
        made.checkpoint()
        return made.example(**trust)


def simple(seed: str, *, signed: bool = True) -> Iterator[Desk]:
    """One item and its checkpoint of four lines."""
    with desk(seed) as made:
        made.item("first")
        if signed:
            made.checkpoint()
        yield made


one_item = contextmanager(simple)


def with_anchors(example: Example, *anchors: AnchorFile) -> Example:
    (files,) = example.case.logs
    return with_case(example, logs=(replace(files, anchors=anchors),))


def change_of(made: Desk, op: str, since: str = "", by: Signer = RECOVERY, **other: str) -> Prepared:
    """The event that replaces the desk's key, as ``by`` allows it; ``other``: members that were changed after that."""
    following = hashlib.sha256(LATER_RECOVERY.vkey.encode()).hexdigest()
    n = made.team.journal.size
    text = key_change.signed_text(made.team.journal.log, n, op, NEW.vkey, following, since)
    auth = Ed25519PrivateKey.from_private_bytes(by.to_bytes()).sign(text.encode())
    change = key_change.KeyChange(n, op, NEW.key, following, since, by.key, auth)
    public = {**key_change.public_members(change), **other}
    return prepare("key", {"day": DAY, "reason": "example"}, x=public)


def receipt_of(made: Desk, **other: object) -> dict[str, object]:
    journal = made.team.journal
    told = {"origin": journal.origin, "log": journal.log, "size": journal.size, "root": journal.root}
    return {**told, "day": DAY, **other}


def proof_of(keeper: Desk, n: int, *names: str, signer: Signer | None = None) -> TlogProof:
    """The proof of line ``n`` of a log, with the openings of these names (none: all) under a fresh checkpoint."""
    journal = keeper.team.journal
    lines = journal.lines()
    tree = merkle.Tree(map(merkle.leaf_hash, lines))
    texts = [one.disclosure for one in keeper.team.openings() if one.n == n]
    chosen = tuple(text for text in texts if not names or disclosure.parse(text).name in names)
    note = sign(journal.log_bytes(), signer or keeper.signer)
    return TlogProof(n, merkle.inclusion(tree, n), note, lines[n], chosen)


def receipt_file(made: Desk, **other: object) -> bytes:
    """The proof that another desk logged a receipt of this desk's lines."""
    told = receipt_of(made, **other)
    with counted_randomness("another desk"), tempfile.TemporaryDirectory() as name:
        keeper = Desk(Team(Path(name), OTHER, "desk"), OTHER)
        keeper.log(prepare("receipt", told)).log(prepare("close", {"day": DAY}))
        return proof_bytes(proof_of(keeper, 1))


def broken(note: bytes) -> bytes:
    """One bit of a note's last signature is another."""
    head, _, encoded = note.rstrip(b"\n").rpartition(b" ")
    raw = bytearray(base64.b64decode(encoded))
    raw[-1] ^= 1
    return head + b" " + base64.b64encode(raw) + b"\n"


def text_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def openings_of(example: Example, *numbers: int) -> tuple[Opening, ...]:
    return tuple(one for one in example.case.openings if one.n in numbers)


