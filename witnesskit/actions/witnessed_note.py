"""The checkpoint that says most of an event of the own log: the oldest that witnesses cosigned, else the newest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from witnesskit.actions.given_file import given_bytes
from witnesskit.actions.session import Session
from witnesskit.custody_limits import NOTE_MAX
from witnesskit.formats.anchor import parse_anchor_name
from witnesskit.formats.checkpoint import parse_checkpoint, parse_note
from witnesskit.formats.key_change import REVOKE


def witnessed_note(session: Session, n: int) -> bytes:
    """A note that covers event ``n``, with the lines of its witnesses under it (docs/spec/anchor.md).

    The oldest one, because a cosignature proves that the event existed when it was made. None that a revoked key
    signed: whoever reads one note alone cannot see that it was revoked.
    """
    notes = {parse_checkpoint(parse_note(note).text).size: note for note in session.journal.notes()}
    evidence = sorted(_cosignatures(session.vault.custody / "anchors"))
    least = max([n, *(change.n for change in session.journal.keys.changes if change.op == REVOKE)])
    first = min((size for size, _ in evidence if size > least and size in notes), default=max(notes))
    note = notes[first]
    for size, path in evidence:
        if size == first:
            note = _joined(note, given_bytes(path, NOTE_MAX))
    return note


def _cosignatures(folder: Path) -> Iterator[tuple[int, Path]]:
    """Sizes and files of the cosignatures that are kept."""
    for path in folder.glob("*.cosig"):
        name = parse_anchor_name(path.name)
        if name and path.is_file():
            yield name.size, path


def _joined(note: bytes, cosigned: bytes) -> bytes:
    """The note with further signature lines; unchanged where they are about another text, or too many."""
    text, _, signatures = note.partition(b"\n\n")
    other, _, more = cosigned.partition(b"\n\n")
    lines = dict.fromkeys((*signatures.splitlines(keepends=True), *more.splitlines(keepends=True)))
    joined = text + b"\n\n" + b"".join(lines)
    return joined if other == text and len(joined) <= NOTE_MAX else note
