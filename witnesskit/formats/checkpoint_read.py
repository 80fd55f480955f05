"""C2SP signed notes and checkpoints, read: bytes -> objects (docs/spec/checkpoint.md).

A note is text, an empty line, and signature lines ``— NAME BASE64(key hash || signature)``. A checkpoint is
a note whose text is three lines: origin, size, base64 root. Extension lines are refused.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from enum import StrEnum

from witnesskit.custody_limits import NOTE_MAX, NOTE_SIGNATURES_MAX
from witnesskit.errors.formats import BadNote
from witnesskit.keys import VerifierKey

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
_SIGNATURE = re.compile(r"— ([^\s+]{1,255}) ([A-Za-z0-9+/]+={0,2})")
_ORIGIN = re.compile(r"[a-z0-9/._-]{1,64}", re.ASCII)
_SIZE = re.compile(r"0|[1-9][0-9]{0,14}", re.ASCII)


class SignatureState(StrEnum):
    """What a note says about one key."""

    GOOD = "good"
    BAD = "bad"
    ABSENT = "absent"


@dataclass(frozen=True)
class NoteSignature:
    """One signature line: signer's name, four bytes of key hash, signature bytes."""

    name: str
    key_hash: bytes
    signature: bytes


@dataclass(frozen=True)
class SignedNote:
    """Signed text (ends with a line feed) and the signatures under it, none of them checked."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def signed_by(self, key: VerifierKey) -> SignatureState:
        """Whether ``key`` signed: one bad line under its name and hash outweighs a good one."""
        lines = [line for line in self.signatures if (line.name, line.key_hash) == (key.name, key.key_hash)]
        if not lines:
            return SignatureState.ABSENT
        message = self.text.encode()
        good = all(key.verifies(line.signature, message) for line in lines)
        return SignatureState.GOOD if good else SignatureState.BAD


@dataclass(frozen=True)
class Checkpoint:
    """A log's origin, its number of lines, and the root (32 bytes) of their tree."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{self.root_text}\n"

    @property
    def root_text(self) -> str:
        """The root as base64."""
        return root_text(self.root)


def root_text(root: bytes) -> str:
    """A root as all our formats write it: standard base64 with padding."""
    return base64.b64encode(root).decode()


def parse_note(untrusted_data: bytes) -> SignedNote:
    """Read a signed note; raises BadNote. No signature is checked here."""
    if len(untrusted_data) > NOTE_MAX:
        raise BadNote(f"{len(untrusted_data)} bytes, at most {NOTE_MAX} are read")
    try:
        whole = untrusted_data.decode("utf-8")
    except UnicodeDecodeError:
        raise BadNote("not UTF-8") from None
    if _CONTROL.search(whole):
        raise BadNote("a control character")
    text, separator, block = whole.rpartition("\n\n")
    if not separator or not text or not block.endswith("\n"):
        raise BadNote("no signature block")
    lines = block[:-1].split("\n")
    if len(lines) > NOTE_SIGNATURES_MAX:
        raise BadNote(f"more than {NOTE_SIGNATURES_MAX} signatures")
    return SignedNote(text + "\n", tuple(_parse_signature(line) for line in lines))


def parse_checkpoint(untrusted_text: str) -> Checkpoint:
    """Read the text of a checkpoint note; raises BadNote, also for extension lines."""
    lines = untrusted_text.split("\n")
    if len(lines) != 4 or lines[3]:
        raise BadNote("a checkpoint has three lines")
    if not _ORIGIN.fullmatch(lines[0]) or not _SIZE.fullmatch(lines[1]):
        raise BadNote("origin or size")
    root = _decode(lines[2])
    if len(root) != 32:
        raise BadNote("the root has not 32 bytes")
    return Checkpoint(lines[0], int(lines[1]), root)


def _parse_signature(line: str) -> NoteSignature:
    match = _SIGNATURE.fullmatch(line)
    if not match:
        raise BadNote("a signature line")
    raw = _decode(match[2])
    if len(raw) < 5:
        raise BadNote("a signature is too short")
    return NoteSignature(match[1], raw[:4], raw[4:])


def _decode(text: str) -> bytes:
    """Strict base64: padded, and the unused bits are zero."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadNote("base64") from None
    if base64.b64encode(raw).decode() != text:
        raise BadNote("base64")
    return raw
