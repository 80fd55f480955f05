"""``anchor --ots``: calendars promise to bring a digest into a block; ``--upgrade`` fetches what they promised.

The pending proof stays as it came; the completed one is a file of its own under the name ``bitcoin``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from witnesskit.actions.anchor_files import keep_anchor, log_anchors, stored_anchors
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.session import Session
from witnesskit.capture.ask import Question, ask
from witnesskit.capture.egress import Egress, check_url, parse_egress
from witnesskit.custody import calendars
from witnesskit.custody.calendars import Begun
from witnesskit.errors import WitnesskitError
from witnesskit.formats.anchor import AnchorName
from witnesskit.limits import CALENDAR_ANSWER_MAX
from witnesskit.model import VaultKind
from witnesskit.vault import layout
from witnesskit.vault.layout import Vault
from witnesskit.verify.case import AnchorFile

PENDING = "pending"
COMPLETE = "bitcoin"
_TYPE = "application/vnd.opentimestamps.v1"


@dataclass(frozen=True)
class Promised:
    """What became of one calendar's question: nothing to say, or an error."""

    calendar: str
    error: WitnesskitError | None = None


@dataclass(frozen=True)
class Upgraded:
    """Proofs that are complete now, those that still wait, and what calendars did not answer."""

    complete: int
    waiting: int
    failures: tuple[Promised, ...] = ()


def checked_calendars(urls: Sequence[str]) -> tuple[str, ...]:
    """Their addresses, each ended by a slash; raises BadUrl, OtsMissing."""
    found = tuple(check_url(url, allow_local=True).rstrip("/") + "/" for url in urls)
    Begun(b"")  # the library is there, before anything is sent
    return found


def promise(session: Session, urls: Sequence[str], note: bytes, size: int) -> tuple[list[AnchorFile], list[Promised]]:
    """Store the pending proof of ``note``, if any calendar answered."""
    egress, begun = parse_egress(session.vault.config.egress), Begun(note)
    answers: list[bytes] = []
    told: list[Promised] = []
    for url in urls:
        question = Question(url + "digest", CALENDAR_ANSWER_MAX, begun.question, "application/octet-stream", _TYPE)
        try:
            data = ask(egress, question)
            calendars.is_answer(data, begun.question)
        except WitnesskitError as error:
            told.append(Promised(url, error))
            continue
        answers.append(data)
        told.append(Promised(url))
    if not answers:
        return [], told
    return [keep_anchor(session, AnchorName(size, PENDING, "ots"), begun.answered(answers))], told


def upgrade(vault: Vault, passphrase: str, urls: Sequence[str]) -> Upgraded:
    """Ask the named calendars, and no other that a proof may name, for what they promised."""
    layout.demand(vault, VaultKind.DESK)
    egress, named = parse_egress(vault.config.egress), frozenset(checked_calendars(urls))
    with open_for_saving(vault, passphrase) as session:
        here = {name.text: (name, data) for name, data in stored_anchors(vault)}
        pending = [
            (name, data)
            for name, data in here.values()
            if (name.provider, name.ending) == (PENDING, "ots") and f"{name.size}.{COMPLETE}.ots" not in here
        ]
        kept, failures = [], []
        for name, data in pending:
            answers, failed = _answers(egress, named, data)
            failures.extend(failed)
            if whole := calendars.completed(data, answers):
                kept.append(keep_anchor(session, AnchorName(name.size, COMPLETE, "ots"), whole))
        log_anchors(session, kept)
    return Upgraded(len(kept), len(pending) - len(kept), tuple(failures))


def _answers(egress: Egress, named: frozenset[str], proof: bytes) -> tuple[dict[bytes, bytes], list[Promised]]:
    found: dict[bytes, bytes] = {}
    failed: list[Promised] = []
    for one in calendars.waiting(proof):
        url = one.calendar.rstrip("/") + "/"
        if url not in named:
            continue
        try:
            data = ask(egress, Question(f"{url}timestamp/{one.commitment.hex()}", CALENDAR_ANSWER_MAX, accepts=_TYPE))
            calendars.is_answer(data, one.commitment)
        except WitnesskitError as error:
            failed.append(Promised(url, error))
            continue
        found[one.commitment] = data
    return found, failed
