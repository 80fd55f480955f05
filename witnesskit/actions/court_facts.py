"""What a court can check without us, gathered from what goes into its bundle."""

from __future__ import annotations

import base64
import re
from calendar import timegm
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from time import strptime
from typing import Final

from witnesskit.actions.chain_members import LogCopy
from witnesskit.actions.custody_story import OpenedEvent
from witnesskit.actions.log_keys import changes, genesis, key_at
from witnesskit.bundle.plan import PlannedMember
from witnesskit.digest import sha256_hex
from witnesskit.errors.formats import BadNote
from witnesskit.formats import disclosure, sshsig
from witnesskit.formats.anchor import AnchorName, note_size, parse_anchor_name
from witnesskit.formats.checkpoint import SignatureState, parse_checkpoint, parse_note
from witnesskit.formats.cosignature import cosigned_by
from witnesskit.keys import COSIGNATURE, VerifierKey, parse_verifier_key
from witnesskit.media_model import EssenceHash
from witnesskit.model import Opening
from witnesskit.report.checkable import (
    Checkable,
    CheckableAnchor,
    CheckableFile,
    CheckableKeyChange,
    CheckableLog,
    CheckableReceipt,
    file_name,
)

# genTime of a timestamp: the first GeneralizedTime of a response, for the text of a command and no more
_GEN_TIME = re.compile(rb"\x18[\x0f-\x19](\d{14})(?:\.\d+)?Z")
_OWN: Final = ("data/00000001", "data/00000002")  # the chain stands first, and the desk's own log before others
_NAMED: Final = frozenset({"origin", "log", "size", "root"})


@dataclass(frozen=True)
class CourtParts:
    """What the facts are gathered from. ``ssh_signatures``: origin -> the OpenSSH signature over its newest note.

    ``members``: files of items with the short id they belong to; ``witnesses``: keys that the desk trusts.
    """

    logs: Sequence[LogCopy]
    events: Sequence[OpenedEvent]
    openings: Sequence[Opening]
    members: Sequence[tuple[str, PlannedMember]] = ()
    essences: Mapping[str, tuple[EssenceHash, ...]] = field(default_factory=dict)  # SHA-256 of the file -> essence
    ssh_signatures: Mapping[str, bytes] = field(default_factory=dict)
    witnesses: Sequence[VerifierKey] = ()
    verifier: tuple[str, str] = ("", "")


def checkable(parts: CourtParts) -> Checkable:
    """Every fact that the commands of report/court_steps.py are filled with."""
    return Checkable(
        logs=tuple(_log(log, parts.ssh_signatures.get(log.origin, b""), log is parts.logs[0]) for log in parts.logs),
        files=tuple(_files(parts)),
        anchors=tuple(anchor for log in parts.logs for anchor in _anchors(log, parts.witnesses)),
        key_changes=tuple(change for log in parts.logs for change in _key_changes(log)),
        receipts=tuple(_receipts(parts)),
        verifier=parts.verifier,
    )


def _log(log: LogCopy, ssh_signature: bytes, own: bool) -> CheckableLog:
    vkey = key_at(log.lines, log.size)
    allowed = sshsig.allowed_signers_line(parse_verifier_key(vkey)) if ssh_signature else ""
    digest = sha256_hex(ssh_signature) if ssh_signature else ""
    return CheckableLog(
        log.origin,
        vkey,
        log.size,
        log.root,
        sha256_hex(log.lines),
        sha256_hex(log.note),
        digest,
        allowed,
        _OWN if own else None,
    )


def _files(parts: CourtParts) -> Iterator[CheckableFile]:
    commits = _commits(parts)
    counts: dict[tuple[str, str], int] = {}
    for short, member in parts.members:
        kind = {"media": "original", "copy": "copy", "record": "page"}[member.kind]
        counts[kind, short] = number = counts.get((kind, short), 0) + 1
        log, n, text = commits.get(member.sha256, ("", 0, ""))
        yield CheckableFile(
            f"{kind}-{short}-{number}", f"{kind} {number} of item {short}", member.sha256, log, n, text,
            parts.essences.get(member.sha256, ()),
        )  # fmt: skip


def _commits(parts: CourtParts) -> dict[str, tuple[str, int, str]]:
    """Digest of a file -> log, number and opening of the event that commits it; ``sha256`` before lists."""
    names = {log.log: file_name(log.origin) for log in parts.logs}
    sums = {(one.log.log, one.event.n): frozenset(one.event.sd) for one in parts.events}
    found: dict[str, tuple[str, int, str]] = {}
    for opening in parts.openings:
        if disclosure.digest(opening.disclosure) not in sums.get((opening.log, opening.n), ()):
            continue
        told = disclosure.parse(opening.disclosure)
        place = (names.get(opening.log, ""), opening.n, opening.disclosure)
        if told.name in ("sha256", "body_sha256") and isinstance(told.value, str):
            found[told.value] = place
        elif told.name == "media" and isinstance(told.value, list):
            for stream in (one for one in told.value if isinstance(one, dict)):
                found.setdefault(str(stream.get("sha256")), place)
    return found


def _anchors(log: LogCopy, witnesses: Sequence[VerifierKey]) -> Iterator[CheckableAnchor]:
    notes = {log.size: log.note}
    notes |= {size: one.data for one in log.evidence if (size := note_size(one.name))}
    for one in log.evidence:
        name = parse_anchor_name(one.name)
        if name is None or name.size not in notes:
            continue
        yield CheckableAnchor(
            file_name(log.origin), name.size, name.text, name.kind, sha256_hex(one.data),
            sha256_hex(notes[name.size]), name.provider, _told_time(name, one.data),
            tuple(_cosigners(name, one.data, witnesses)),
        )  # fmt: skip


def _told_time(name: AnchorName, data: bytes) -> int:
    match = _GEN_TIME.search(data) if name.kind == "rfc3161" else None
    return timegm(strptime(match[1].decode(), "%Y%m%d%H%M%S")) if match else 0


def _cosigners(name: AnchorName, data: bytes, witnesses: Iterable[VerifierKey]) -> Iterator[tuple[str, int]]:
    """Ed25519 witnesses that the desk knows and whose signature is here: OpenSSL 3.0 checks no other."""
    if name.kind != "cosignature":
        return
    try:
        note = parse_note(data)
        checkpoint = parse_checkpoint(note.text)
    except BadNote:
        return
    for key in witnesses:
        if key.kind == COSIGNATURE:
            state, time = cosigned_by(note, checkpoint, key)
            if state is SignatureState.GOOD:
                yield key.text, time


def _key_changes(log: LogCopy) -> Iterator[CheckableKeyChange]:
    first = genesis(log.lines)
    committed = str(first.x.get("next", "")) if first else ""
    for change in changes(log.lines):
        name, auth = file_name(log.origin), base64.b64encode(change.auth).decode()
        yield CheckableKeyChange(name, change.n, change.auth_key.text, auth, change.text(log.log), committed)
        committed = change.next


def _receipts(parts: CourtParts) -> Iterator[CheckableReceipt]:
    logs = {log.log: log for log in parts.logs}
    told: dict[tuple[str, int], list[str]] = {}
    for opening in parts.openings:
        told.setdefault((opening.log, opening.n), []).append(opening.disclosure)
    for one in parts.events:
        fields = one.fields
        received = logs.get(str(fields.get("log", "")))
        if one.event.type != "receipt" or received is None or not fields.keys() >= _NAMED:
            continue
        texts = [text for text in told[one.log.log, one.event.n] if disclosure.parse(text).name in _NAMED]
        yield CheckableReceipt(
            file_name(one.log.origin), one.event.n, file_name(received.origin),
            int(fields["size"]), str(fields["root"]), tuple(texts),
        )  # fmt: skip
