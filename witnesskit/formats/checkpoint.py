"""C2SP signed notes, written; their form and their reader are in checkpoint_read.py (docs/spec/checkpoint.md)."""

from __future__ import annotations

import base64

from witnesskit.formats.checkpoint_read import (
    Checkpoint,
    NoteSignature,
    SignatureState,
    SignedNote,
    parse_checkpoint,
    parse_note,
    root_text,
)
from witnesskit.keys import VerifierKey

__all__ = [
    "Checkpoint",
    "NoteSignature",
    "SignatureState",
    "SignedNote",
    "note_bytes",
    "parse_checkpoint",
    "parse_note",
    "root_text",
    "signature_line",
]


def note_bytes(text: str, *signature_lines: str) -> bytes:
    """A note: ``text`` ends with a line feed, and so does each line of ``signature_line``."""
    return (text + "\n" + "".join(signature_lines)).encode()


def signature_line(key: VerifierKey, signature: bytes) -> str:
    """The line, with its line feed, that carries ``signature`` (64 bytes) of ``key``."""
    return f"— {key.name} {base64.b64encode(key.key_hash + signature).decode()}\n"
