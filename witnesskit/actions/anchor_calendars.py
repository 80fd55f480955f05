"""``anchor --ots``: calendars promise to bring a digest into a block; ``--upgrade`` fetches what they promised.

The pending proof stays as it came; the completed one is a file of its own under the name ``bitcoin``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from witnesskit.actions.anchor_files import keep_anchor, log_anchors, stored_anchors
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.session import Session
from witnesskit.capture import ask as http
from witnesskit.capture.egress import Egress, check_url, parse_egress
from witnesskit.custody import calendar
from witnesskit.custody_limits import OTS_MAX
from witnesskit.errors import WitnesskitError
from witnesskit.errors.custody import StampRefused
from witnesskit.errors.verify import BadToken
from witnesskit.formats.anchor import AnchorName
from witnesskit.formats.ots_proof import read_branch, read_proof
from witnesskit.model import VaultKind
from witnesskit.vault import layout
from witnesskit.vault.layout import Vault
from witnesskit.verify.case import AnchorFile

PENDING = "pending"
COMPLETE = "bitcoin"


@dataclass(frozen=True)
class Promised:
    """What became of one calendar's question: nothing to say, or an error."""

    calendar: str
    error: WitnesskitError | None = None


@dataclass(frozen=True)
class Upgraded:
    """Proofs that are complete now, those that wait; what was not answered; calendars that nobody named to us."""

    complete: int
    waiting: int
    failures: tuple[Promised, ...] = ()
    unasked: tuple[str, ...] = ()


def checked_calendars(urls: Sequence[str]) -> tuple[str, ...]:
    """Their addresses without a slash at the end; raises BadUrl, OtsMissing before anything is sent."""
    found = tuple(check_url(url, allow_local=True).rstrip("/") for url in urls)
    calendar.require_library()
    return found


def promise(session: Session, urls: Sequence[str], note: bytes, size: int) -> tuple[list[AnchorFile], list[Promised]]:
    """Store the pending proof of ``note``, if any calendar answered."""
    egress, asked = parse_egress(session.vault.config.egress), calendar.submission(note)
    answers: list[bytes] = []
    told: list[Promised] = []
    for url in urls:
        question = http.Question(f"{url}/digest", OTS_MAX, asked.digest, "application/octet-stream", calendar.ACCEPT)
        try:
            answer = _answer(egress, question, asked.digest)
            calendar.pending_proof(asked, [*answers, answer])  # one that spoils what others answered is left out
            answers.append(answer)
            told.append(Promised(url))
        except WitnesskitError as error:
            told.append(Promised(url, error))
    if not answers:
        return [], told
    return [keep_anchor(session, AnchorName(size, PENDING, "ots"), calendar.pending_proof(asked, answers))], told


def upgrade(vault: Vault, passphrase: str, urls: Sequence[str]) -> Upgraded:
    """Ask the named calendars, and no other that a proof may name, for what they promised."""
    layout.demand(vault, VaultKind.DESK)
    egress, named = parse_egress(vault.config.egress), frozenset(checked_calendars(urls))
    both = named | {f"{url}/" for url in named}
    kept: list[AnchorFile] = []
    failures: list[Promised] = []
    unasked: set[str] = set()
    with open_for_saving(vault, passphrase) as session:
        pending = _pending(session)
        for size, note, proof in pending:
            answers, failed = _answers(egress, calendar.questions(proof, note, both))
            failures.extend(failed)
            unasked |= _calendars(proof, note) - both
            if whole := calendar.upgraded(proof, note, answers):
                kept.append(keep_anchor(session, AnchorName(size, COMPLETE, "ots"), whole))
        log_anchors(session, kept)
    return Upgraded(len(kept), len(pending) - len(kept), tuple(failures), tuple(sorted(unasked)))


def _pending(session: Session) -> list[tuple[int, bytes, bytes]]:
    """Size, note and proof of every promise that is open and can be read."""
    files = {name.text: (name, data) for name, data in stored_anchors(session.vault)}
    notes = dict(zip(session.journal.sizes(), session.journal.notes(), strict=True))
    found = []
    for name, data in files.values():
        mine = name.provider == PENDING and name.ending == "ots" and name.size in notes
        if mine and f"{name.size}.{COMPLETE}.ots" not in files and _is_proof(data, notes[name.size]):
            found.append((name.size, notes[name.size], data))
    return found


def _is_proof(data: bytes, note: bytes) -> bool:
    try:
        read_proof(data, note)
    except BadToken:
        return False
    return True


def _calendars(proof: bytes, note: bytes) -> set[str]:
    """Addresses that a proof names."""
    told = (one for _message, one in read_proof(proof, note).all_attestations())
    return {str(one.uri) for one in told if hasattr(one, "uri")}


def _answers(
    egress: Egress, questions: Sequence[calendar.Question]
) -> tuple[dict[calendar.Question, bytes], list[Promised]]:
    found: dict[calendar.Question, bytes] = {}
    failed: list[Promised] = []
    for one in questions:
        asked = http.Question(one.calendar.rstrip("/") + one.path, OTS_MAX, accepts=calendar.ACCEPT)
        try:
            found[one] = _answer(egress, asked, one.commitment)
        except WitnesskitError as error:
            failed.append(Promised(one.calendar, error))
    return found, failed


def _answer(egress: Egress, question: http.Question, message: bytes) -> bytes:
    """What a calendar says of ``message``; raises NoReply, StampRefused."""
    data = http.ask(egress, question)
    try:
        read_branch(data, message)
    except BadToken as refused:
        raise StampRefused(f"what a calendar answered: {refused.detail}") from None
    return data
