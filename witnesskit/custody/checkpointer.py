"""Checkpoints on disk: ``checkpoints/N.note``, immutable; a field log keeps only the newest."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from witnesskit.custody.durable import flush_folder, read_whole, replace_durably
from witnesskit.custody.signer import Signer
from witnesskit.errors.custody import JournalDamaged, LogNotWritten, RolledBack
from witnesskit.errors.formats import BadNote
from witnesskit.formats.checkpoint import Checkpoint, SignatureState, parse_checkpoint, parse_note
from witnesskit.keys import VerifierKey

_NAME = re.compile(r"(0|[1-9][0-9]{0,14})\.note", re.ASCII)


def note_path(folder: Path, size: int) -> Path:
    """Where the checkpoint of ``size`` lines lies."""
    return folder / f"checkpoints/{size}.note"


def sizes(folder: Path) -> list[int]:
    """Sizes of the checkpoints that lie there, ascending."""
    try:
        names = [entry.name for entry in (folder / "checkpoints").iterdir()]
    except OSError:
        raise JournalDamaged("its checkpoints") from None
    return sorted(int(match[1]) for match in map(_NAME.fullmatch, names) if match)


def read_note(folder: Path, size: int) -> bytes:
    """The checkpoint of ``size`` lines; raises JournalDamaged."""
    return read_whole(note_path(folder, size), "a checkpoint")


def stored_note(folder: Path, size: int) -> bytes | None:
    """The same, None where there is none."""
    return read_note(folder, size) if os.path.lexists(note_path(folder, size)) else None


def newest(folder: Path, key_at: Callable[[int], VerifierKey]) -> Checkpoint | None:
    """The newest checkpoint, signed by the key in force at its size; None before the first.

    Raises RolledBack, JournalDamaged, and what ``key_at`` raises.
    """
    found = sizes(folder)
    if not found:
        return None
    try:
        note = parse_note(read_note(folder, found[-1]))
        checkpoint = parse_checkpoint(note.text)
    except BadNote:
        raise JournalDamaged("its newest checkpoint") from None
    key = key_at(found[-1])
    if note.signed_by(key) is not SignatureState.GOOD or checkpoint.origin != key.name:
        raise RolledBack("the checkpoint is not signed by the log's key")
    if checkpoint.size != found[-1]:
        raise RolledBack("the checkpoint's name and size differ")
    return checkpoint


def write(
    folder: Path, checkpoint: Checkpoint, signer: Signer, *, keep_all: bool, operators: Sequence[Signer] = ()
) -> bytes:
    """Sign and store ``checkpoint``, once for each size; returns the note. Raises LogNotWritten."""
    path = note_path(folder, checkpoint.size)
    older = [] if keep_all else [size for size in sizes(folder) if size < checkpoint.size]
    _drop(path.parent, older[:-1])  # what a kill left: never more than the newest and the one being written
    if path.exists():
        note = read_note(folder, checkpoint.size)
    else:
        note = signer.note(checkpoint.text, operators)
        replace_durably(path, note)
    _drop(path.parent, older[-1:])
    return note


def _drop(notes: Path, older: Sequence[int]) -> None:
    try:
        for size in older:
            (notes / f"{size}.note").unlink(missing_ok=True)
        if older:
            flush_folder(notes)
    except OSError as error:
        raise LogNotWritten(error.strerror or "a checkpoint") from None
