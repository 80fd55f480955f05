"""``receipt`` at a desk: what another desk answered, checked, kept beside the checkpoint it is about, and logged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from witnesskit.actions import heads, witnessing
from witnesskit.actions.anchor_files import keep_anchor, log_anchors, logged_files
from witnesskit.actions.given_file import open_given
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.session import Session
from witnesskit.digest import sha256_hex
from witnesskit.errors.actions import AnchorExists
from witnesskit.errors.cli import FileUnreadable, WrongVaultKind
from witnesskit.errors.formats import BadNote
from witnesskit.errors.peers import AnswerForeign, AnswerForged, HistoryForked
from witnesskit.formats.anchor import AnchorName
from witnesskit.formats.checkpoint import Checkpoint, SignatureState, parse_checkpoint, parse_note, root_text
from witnesskit.formats.cosignature import cosigned_by
from witnesskit.formats.exchange import Head
from witnesskit.formats.short_id import short_id
from witnesskit.formats.tlog_proof import FIRST_LINE, PROOF_MAX, parse_proof
from witnesskit.keys import COSIGNATURE, parse_verifier_key
from witnesskit.model import VaultKind
from witnesskit.vault import layout, state
from witnesskit.vault.keyring import Keyring, Peer
from witnesskit.vault.layout import Vault
from witnesskit.verify.openings import OpenedEvent
from witnesskit.verify.proven_line import ProvenLine
from witnesskit.verify.verdict import CheckState


@dataclass(frozen=True)
class Answer:
    """One answer that holds. ``heads``: where the other desk's own log stood; ``bundle``: which one it is about."""

    name: AnchorName
    data: bytes
    heads: tuple[Head, ...] = ()
    bundle: str = ""


@dataclass(frozen=True)
class AnswersTaken:
    """Who confirmed what: names of desks, lines of this log that were confirmed, bundles that were answered."""

    peers: tuple[str, ...]
    size: int
    bundles: tuple[str, ...]  # short ids
    new: int  # answers that were not here before


def take_answers(vault: Vault, passphrase: str, paths: Sequence[Path]) -> AnswersTaken:
    """Check every answer, then keep and log them all; once more is nothing.

    Raises AnswerForeign, AnswerForged, BadTlogProof, and HistoryForked where a desk confirms another history: then
    the file is kept as evidence.
    """
    layout.demand(vault, VaultKind.DESK)
    found = [_read(path) for path in paths]
    with open_for_saving(vault, passphrase) as session:
        if session.keyring is None:
            raise WrongVaultKind
        answers = [_checked(session, session.keyring, data) for data in found]
        for answer in answers:
            evidence = (answer.data, answer.name.ending)
            witnessing.take(session, session.keyring, _teller(answer), answer.heads, evidence)
        new = _keep(session, answers)
        present = session.state
        for answer in answers:
            present = state.answered(present, answer.bundle)
        if present is not session.state:
            session.state = present
            state.save_state(vault, present)
    return AnswersTaken(
        tuple(dict.fromkeys(answer.name.provider for answer in answers)),
        max((answer.name.size for answer in answers), default=0),
        tuple(dict.fromkeys(short_id(answer.bundle) for answer in answers if answer.bundle)),
        new,
    )


def _keep(session: Session, answers: Sequence[Answer]) -> int:
    """Store and log those that are not here yet; returns how many."""
    logged = logged_files(session.journal.lines())
    kept = []
    for answer in answers:
        if sha256_hex(answer.data) in logged:
            continue
        try:
            kept.append(keep_anchor(session, answer.name, answer.data))
        except AnchorExists:  # the same desk confirmed the same lines before: the earliest word is worth most
            continue
    log_anchors(session, kept)
    return len(kept)


def _checked(session: Session, keyring: Keyring, untrusted_data: bytes) -> Answer:
    if untrusted_data.startswith(FIRST_LINE.encode()):
        return _proof(session, keyring, untrusted_data)
    return _cosignature(session, keyring, untrusted_data)


def _cosignature(session: Session, keyring: Keyring, untrusted_data: bytes) -> Answer:
    try:
        note = parse_note(untrusted_data)
        checkpoint = parse_checkpoint(note.text)
    except BadNote:
        raise AnswerForeign("neither a cosigned checkpoint nor a proof") from None
    if checkpoint.origin != session.journal.origin:
        raise AnswerForeign("it is about another log")
    for peer in keyring.peers:
        if not peer.witness:
            continue
        told, _time = cosigned_by(note, checkpoint, parse_verifier_key(peer.witness, (COSIGNATURE,)))
        if told is SignatureState.BAD:
            raise AnswerForged
        if told is SignatureState.GOOD:
            _demand_ours(session, peer, checkpoint, untrusted_data, "cosig")
            return Answer(AnchorName(checkpoint.size, peer.name, "cosig"), untrusted_data)
    raise AnswerForeign("no witness key of a trusted desk signed it")


def _proof(session: Session, keyring: Keyring, untrusted_data: bytes) -> Answer:
    proof = parse_proof(untrusted_data)
    line = ProvenLine(proof, {key for peer in keyring.peers for key in witnessing.keys_of(session, peer)})
    wrong = [check for check in line.checks if check.state is not CheckState.OK]
    if any(check.state is CheckState.FAIL for check in wrong):
        raise AnswerForged(", ".join(dict.fromkeys(check.code for check in wrong)))
    if wrong or line.entry is None or line.signed is None:
        raise AnswerForeign("no key of a trusted desk signed it")
    peer = next(one for one in keyring.peers if one.key.partition("+")[0] == line.view.voucher)
    told = _receipt(session, line.entry)
    head = Head(line.entry.event.log, proof.note)
    if witnessing.is_of_a_replaced_key(session, peer, head):  # first: it accuses nobody
        raise AnswerForeign("the key that signed it was replaced")
    _demand_ours(session, peer, told, untrusted_data, "proof")
    bundle = line.entry.text("bundle")
    known = bundle if bundle in session.state.bundles else ""
    return Answer(AnchorName(told.size, peer.name, "proof"), untrusted_data, (head,), known)


def _receipt(session: Session, entry: OpenedEvent) -> Checkpoint:
    """The lines that a receipt names; raises AnswerForeign unless they are of this log and it names all four."""
    size, root = entry.fields.get("size"), entry.text("root")
    if entry.event.type != "receipt" or type(size) is not int or size < 1 or not root:
        raise AnswerForeign("it is no receipt, or does not tell of which lines")
    if (entry.text("origin"), entry.text("log")) != (session.journal.origin, session.journal.log):
        raise AnswerForeign("it is about another log")
    try:
        return parse_checkpoint(f"{session.journal.origin}\n{size}\n{root}\n")
    except BadNote:
        raise AnswerForeign("it does not tell of which lines") from None


def _demand_ours(session: Session, peer: Peer, told: Checkpoint, data: bytes, ending: str) -> None:
    """Refuse what confirms another history, and keep it: somebody made two, and this proves it."""
    journal = session.journal
    if told.size > journal.size or root_text(journal.root_at(told.size)) != told.root_text:
        heads.keep_conflict(session.vault, data, ending)
        heads.keep_conflict(session.vault, journal.newest_note(), "note")
        raise HistoryForked(f"{peer.name} confirms {told.size} events of this log that are not those written here")
    if told.size not in journal.sizes():
        raise AnswerForeign("no checkpoint of so many lines was signed here")


def _teller(answer: Answer) -> str:
    return answer.heads[0].checkpoint.origin if answer.heads else ""


def _read(path: Path) -> bytes:
    with open_given(path) as stream:
        try:
            return stream.read(PROOF_MAX + 1)
        except OSError as error:
            raise FileUnreadable(error.strerror or "") from None
