"""What a desk gives back for another desk's bundle: a cosignature, and its own receipt with the proof that it stands.

The receipt is a line of this desk's log. Whoever holds the proof needs neither the log nor this desk to show it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from witnesskit.actions import heads
from witnesskit.actions.case_vault import paper_openings
from witnesskit.actions.history import History
from witnesskit.actions.openings import OpeningLine
from witnesskit.actions.openings_capsule import seal_openings
from witnesskit.actions.own_events import OpenedLine, own_events
from witnesskit.actions.seen import SeenLog, logs_like
from witnesskit.actions.session import Session
from witnesskit.bundle.sequence import SeenBundle
from witnesskit.custody.journal import utc_day
from witnesskit.custody.prepare import Prepared, prepare
from witnesskit.formats.bundle_manifest import BundleMeta
from witnesskit.formats.merkle import Tree, inclusion, leaf_hash
from witnesskit.formats.tlog_proof import TlogProof, proof_bytes
from witnesskit.vault import durable
from witnesskit.vault.keyring import Keyring

TOLD = ("bundle", "origin", "log", "size", "root", "result", "day")  # what the proof opens of the receipt


@dataclass(frozen=True)
class Taken:
    """A bundle of another desk that was verified and kept, with ``copies`` verified copies of it."""

    meta: BundleMeta  # of a set: of all of it
    logs: Sequence[SeenLog]
    copies: int
    seen: SeenBundle


def answer(
    session: Session, keyring: Keyring, taken: Taken, folder: Path, *, logged_before: bool
) -> tuple[Path, ...]:
    """Log a receipt for every log, unless that was done; write the answer about the sender's own log.

    Returns the paths of the proof and, where nothing larger of the log is known, of the cosignature.
    """
    papers = paper_openings(session, "receipt") if logged_before else ()
    logged = _receipts(session, papers, taken.meta.id)
    fresh = _log(session, taken, [log for log in taken.logs if log.log not in logged])
    logged |= _receipts(session, fresh, taken.meta.id)
    session.journal.checkpoint(session.signer)
    own = next(log for log in taken.logs if log.head.origin == taken.meta.sender.partition("+")[0])
    durable.make_folder(folder)
    stem = re.sub("[^a-z0-9]", "-", own.head.origin.removeprefix("wk1/"))
    paths = {folder / f"{stem}.{own.head.size}.proof": _proof(session, logged[own.log])}
    newest = _newest(session, keyring, own)
    if newest is not None:
        cosigned = keyring.cosigner(session.journal.origin).cosigned(newest.head, int(time.time()))
        paths[folder / f"{stem}.{newest.head.size}.cosig"] = cosigned
    for path, data in paths.items():
        durable.replace(path, data)
    return tuple(paths)


def _log(session: Session, taken: Taken, logs: Sequence[SeenLog]) -> list[OpeningLine]:
    """One receipt event for each of ``logs``, its openings sealed first; returns the openings."""
    events = [_receipt(session, taken, log) for log in logs]
    if events:
        lines = [event.opening_line() for event in events]
        session.state = seal_openings(session.vault, session.state, session.recipients, lines)
        session.journal.append_all([(event, {}) for event in events])
    return [OpeningLine(event.disclosures, {}) for event in events]


def _receipt(session: Session, taken: Taken, log: SeenLog) -> Prepared:
    committed = {
        "bundle": taken.meta.id,
        "origin": log.head.origin,
        "log": log.log,
        "size": log.head.size,
        "root": log.head.root_text,
        "result": "complete",
        "checked": taken.meta.members,
        "opened": 0,
        "missing": [],
        "copies": taken.copies,
        "day": utc_day(),
        "sender": taken.meta.sender,
        "policy": session.policy.id,
    }
    return prepare("receipt", committed)


def _receipts(session: Session, lines: Iterable[OpeningLine], bundle: str) -> dict[str, OpenedLine]:
    """Those of ``lines`` that open a receipt of this bundle in this desk's log, by the log that it is about."""
    found = (event for event in own_events(session, lines) if event.type == "receipt")
    ours = (event for event in found if event.fields.get("bundle") == bundle and set(TOLD) <= event.fields.keys())
    return {str(event.fields["log"]): event for event in ours}


def _proof(session: Session, found: OpenedLine) -> bytes:
    lines = session.journal.lines()
    hashes = inclusion(Tree(map(leaf_hash, lines)), found.n)
    texts = tuple(found.disclosures[name] for name in TOLD)
    return proof_bytes(TlogProof(found.n, hashes, session.journal.newest_note(), found.line, texts))


def _newest(session: Session, keyring: Keyring, own: SeenLog) -> SeenLog | None:
    """The longest that is held of the sender's log: a cosignature says that nothing larger was seen at its time."""
    like = logs_like(session.vault, keyring, [own])
    held = max((log for log in like if log.log == own.log), key=lambda log: log.head.size)
    return held if not heads.ahead_of(session.vault, History(held.lines)) else None
