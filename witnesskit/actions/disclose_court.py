"""``disclose`` for a court: lines of the logs themselves, each with its proof and the openings that were chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from witnesskit.actions.disclose_public import check_fields
from witnesskit.actions.disclosed import Disclosed, DiscloseWish, Fields, WrittenProof, write_proof
from witnesskit.actions.item_files import ItemFiles
from witnesskit.actions.log_keys import key_at
from witnesskit.actions.openings import resolve
from witnesskit.actions.own_events import OpenedLine, opened_events
from witnesskit.actions.seen import seen_logs
from witnesskit.actions.session import Session
from witnesskit.actions.witnessed_note import witnessed_note
from witnesskit.errors.actions import ChainRefused
from witnesskit.formats import custody_event, merkle
from witnesskit.formats.checkpoint import parse_checkpoint, parse_note
from witnesskit.formats.short_id import short_id
from witnesskit.formats.tlog_proof import TlogProof
from witnesskit.policy.decide import Decision
from witnesskit.policy.openings import opening_may_leave
from witnesskit.policy.schema import Policy

_TYPES = ("observe", "ingest", "derive")


@dataclass(frozen=True)
class _Log:
    """Lines of one log and a checkpoint that covers them."""

    lines: bytes
    note: bytes
    key: str  # verifier key of the signer of ``note``


def court_fields(session: Session, policy: Policy, item: ItemFiles) -> Fields:
    """Names that the item's events open at the desk; one that may leave of some event may leave."""
    decisions: dict[str, Decision] = {}
    for event in _events(item, _logs(session)):
        for name in event.disclosures:
            decision = opening_may_leave(policy, event.type, name)
            if name not in decisions or decision.allowed:
                decisions[name] = decision
    return Fields("court", dict(sorted(decisions.items())))


def disclose_court(session: Session, policy: Policy, item: ItemFiles, wish: DiscloseWish) -> Disclosed:
    """One proof for each event that commits a chosen field; raises NoSuchField, FieldWithheld, the disk's leaves."""
    fields = court_fields(session, policy, item)
    check_fields(fields, wish.fields)
    logs = _logs(session)
    written = []
    for event in _events(item, logs):
        names = [name for name in wish.fields if name in event.disclosures]
        names = [name for name in names if opening_may_leave(policy, event.type, name).allowed]
        if names:
            log = _log_of(session, event, logs)
            written.append(_write(event, log, names, wish))
    return Disclosed(tuple(written), tuple(name for name in fields.decisions if name not in wish.fields))


def _log_of(session: Session, event: OpenedLine, logs: Sequence[_Log]) -> _Log:
    """The log of an event; of the own log with the checkpoint that says most of it."""
    if event.log == session.journal.log:
        note = witnessed_note(session, event.n)
        return replace(logs[0], note=note, key=key_at(logs[0].lines, parse_checkpoint(parse_note(note).text).size))
    return next(one for one in logs[1:] if event.line in one.lines)


def _write(event: OpenedLine, log: _Log, names: Sequence[str], wish: DiscloseWish) -> WrittenProof:
    checkpoint = parse_checkpoint(parse_note(log.note).text)
    lines = log.lines.split(b"\n")[: checkpoint.size]
    if event.n >= len(lines):
        raise ChainRefused("no checkpoint covers the event")
    tree = merkle.Tree(map(merkle.leaf_hash, lines))
    texts = tuple(event.disclosures[name] for name in names)
    proof = TlogProof(event.n, merkle.inclusion(tree, event.n), log.note, event.line, texts)
    name = f"{short_id(event.source)}-{event.type}-{event.n}"
    shut = len(custody_event.parse(event.line).sd) - len(texts)
    return WrittenProof(write_proof(wish.out, name, proof), event.type, log.key, tuple(names), shut)


def _events(item: ItemFiles, logs: Sequence[_Log]) -> list[OpenedLine]:
    """Events of the item and of its copies, as its own sealed records open them."""
    lines = [log.lines for log in logs]
    found = opened_events(resolve(item.lines, lines), lines)
    return [one for one in found if one.type in _TYPES and one.source == item.item]


def _logs(session: Session) -> list[_Log]:
    own = _Log(session.journal.log_bytes(), session.journal.newest_note(), session.signer.vkey)
    return [own, *(_Log(log.lines, log.note, _key(log.lines)) for log in seen_logs(session.vault))]


def _key(lines: bytes) -> str:
    """Of a log that another signs: the key in its first line."""
    return str(custody_event.parse(lines.partition(b"\n")[0]).x["key"])
