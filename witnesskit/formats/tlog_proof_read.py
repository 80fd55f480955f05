"""One line of a log with the proof that a checkpoint covers it (c2sp.org/tlog-proof; docs/spec/proof.md).

``extra`` is the canonical JSON ``{"disclosures":[TEXT...],"line":TEXT}``: the line itself and the openings that
go with it. Nothing signs it: the line is hashed, the openings are digests of the line.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field

from witnesskit.custody_limits import DISCLOSURE_MAX, EVENT_LINE_MAX, NOTE_MAX
from witnesskit.errors.formats import BadJson
from witnesskit.errors.verify import BadTlogProof
from witnesskit.formats.strict_json_read import loads_canonical

FIRST_LINE = "c2sp.org/tlog-proof@v1"
PROOF_MAX = 2 * (DISCLOSURE_MAX + EVENT_LINE_MAX) + NOTE_MAX  # bytes
_HASHES_MAX = 64
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,14})", re.ASCII)


@dataclass(frozen=True)
class TlogProof:
    """One proof. ``line`` has no line feed; ``note`` is the checkpoint with its signatures."""

    index: int
    hashes: tuple[bytes, ...]
    note: bytes
    line: bytes
    disclosures: tuple[str, ...] = field(default=(), repr=False)


def parse_proof(untrusted_data: bytes) -> TlogProof:
    """Read a proof; raises BadTlogProof. No hash and no signature is checked here."""
    head, separator, note = untrusted_data.partition(b"\n\n")
    if len(untrusted_data) > PROOF_MAX or not separator or not head.isascii():
        raise BadTlogProof("its parts")
    lines = head.decode().split("\n")
    index = _INDEX.fullmatch(lines[2]) if len(lines) >= 3 else None
    if lines[0] != FIRST_LINE or not index or not lines[1].startswith("extra ") or len(lines) > 3 + _HASHES_MAX:
        raise BadTlogProof("its first lines")
    hashes = tuple(map(_raw, lines[3:]))
    if any(len(one) != 32 for one in hashes):
        raise BadTlogProof("a hash")
    line, disclosures = _extra(_raw(lines[1].removeprefix("extra ")))
    return TlogProof(int(index[1]), hashes, note, line, disclosures)


def _extra(raw: bytes) -> tuple[bytes, tuple[str, ...]]:
    try:
        told = loads_canonical(raw, max_size=PROOF_MAX)
    except BadJson:
        raise BadTlogProof("what it brings along") from None
    texts = told.get("disclosures") if isinstance(told, dict) and set(told) == {"disclosures", "line"} else None
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in (*texts, told["line"])):
        raise BadTlogProof("what it brings along")
    return told["line"].encode(), tuple(texts)


def _raw(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadTlogProof("base64") from None
    if base64_text(raw) != text:
        raise BadTlogProof("base64")
    return raw


def base64_text(data: bytes) -> str:
    """Base64 as every line of a proof has it."""
    return base64.b64encode(data).decode()
