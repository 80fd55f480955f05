"""The files of ``custody/anchors``: read with limits, kept before they are logged (docs/spec/anchor.md)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from witnesskit.actions.openings_capsule import seal_openings
from witnesskit.actions.session import Session
from witnesskit.custody.journal import utc_day
from witnesskit.custody.prepare import Prepared, prepare
from witnesskit.custody_limits import OTS_MAX, TOKEN_MAX
from witnesskit.digest import sha256_hex
from witnesskit.errors.actions import AnchorExists
from witnesskit.formats import custody_event
from witnesskit.formats.anchor import AnchorName, parse_anchor_name
from witnesskit.formats.custody_event import Event
from witnesskit.formats.ots_proof import HEAD
from witnesskit.formats.tlog_proof import PROOF_MAX
from witnesskit.vault import durable
from witnesskit.vault.layout import Vault
from witnesskit.verify.case import AnchorFile

_MOST = {"tsr": TOKEN_MAX, "ots": len(HEAD) + 32 + OTS_MAX, "cosig": TOKEN_MAX, "proof": PROOF_MAX}


def anchor_limit(name: AnchorName) -> int:
    """Bytes that a file of this kind may have."""
    return _MOST[name.ending]


def stored_anchors(vault: Vault) -> tuple[tuple[AnchorName, bytes], ...]:
    """Every file with a name of ours, by size of the checkpoint and then by name; others are left alone."""
    place = vault.custody / "anchors"
    names = [parse_anchor_name(path.name) for path in place.iterdir()] if place.is_dir() else []
    known = sorted((name for name in names if name), key=lambda name: (name.size, name.text))
    read = ((name, durable.read(place / name.text, anchor_limit(name))) for name in known)
    return tuple((name, data) for name, data in read if data is not None and len(data) <= anchor_limit(name))


def strangers(vault: Vault) -> int:
    """How many things lie beside the evidence that no reader takes for evidence: by their name or their length."""
    place = vault.custody / "anchors"
    there = sum(1 for _ in place.iterdir()) if place.is_dir() else 0
    return there - len(stored_anchors(vault))


def keep_anchor(session: Session, name: AnchorName, data: bytes) -> AnchorFile:
    """Store evidence as it came; call ``log_anchors`` next. Raises AnchorExists where a logged file has the name."""
    folder = session.vault.custody / "anchors"
    durable.make_folder(folder)
    old = durable.read(folder / name.text, anchor_limit(name))
    if old is not None and old != data and sha256_hex(old) in logged_files(session.journal.lines()):
        raise AnchorExists
    durable.replace(folder / name.text, data)
    return AnchorFile(name.text, data)


def log_anchors(session: Session, files: Sequence[AnchorFile]) -> None:
    """One event for each file that lies there, then a checkpoint: events that follow are later than the evidence."""
    events = [_event(session, file) for file in files]
    if not events:
        return
    lines = [event.opening_line() for event in events]
    session.state = seal_openings(session.vault, session.state, session.recipients, lines)
    session.journal.append_all([(event, {}) for event in events])
    session.journal.checkpoint(session.signer)


def unlogged(session: Session) -> tuple[AnchorFile, ...]:
    """Files without an event: an earlier command ended between the two."""
    logged = logged_files(session.journal.lines())
    files = stored_anchors(session.vault)
    return tuple(AnchorFile(name.text, data) for name, data in files if sha256_hex(data) not in logged)


def anchor_events(lines: Iterable[bytes]) -> tuple[Event, ...]:
    """The ``anchor`` events of a desk's own log; its lines are whole and well formed."""
    found = (custody_event.parse(line) for line in lines if b'"type":"anchor"' in line)
    return tuple(event for event in found if event.type == "anchor" and event.x)


def logged_files(lines: Iterable[bytes]) -> dict[str, Event]:
    """SHA-256 of each file that an event names, and the first such event."""
    found: dict[str, Event] = {}
    for event in anchor_events(lines):
        found.setdefault(event.x["file"], event)
    return found


def _event(session: Session, file: AnchorFile) -> Prepared:
    name = parse_anchor_name(file.name)
    assert name is not None  # noqa: S101 - files come from keep_anchor or from stored_anchors
    committed = {"provider": name.provider, "day": utc_day(), "policy": session.policy.id}
    public = {"kind": name.kind, "size": name.size, "file": sha256_hex(file.data)}
    return prepare("anchor", committed, x=public)
