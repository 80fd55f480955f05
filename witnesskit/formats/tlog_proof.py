"""A proof of one line, written; its form is told in tlog_proof_read.py, the reader's half (docs/spec/proof.md)."""

from __future__ import annotations

from witnesskit.errors.formats import BadJson
from witnesskit.errors.verify import BadTlogProof
from witnesskit.formats.strict_json import canonical
from witnesskit.formats.tlog_proof_read import FIRST_LINE, PROOF_MAX, TlogProof, base64_text, parse_proof

__all__ = ["FIRST_LINE", "PROOF_MAX", "TlogProof", "parse_proof", "proof_bytes"]


def proof_bytes(proof: TlogProof) -> bytes:
    """The file; raises BadTlogProof where ``parse_proof`` would not read it."""
    try:
        extra = canonical({"disclosures": list(proof.disclosures), "line": proof.line.decode()})
    except (BadJson, UnicodeDecodeError):
        raise BadTlogProof("a value it cannot hold") from None
    lines = [FIRST_LINE, f"extra {base64_text(extra)}", f"index {proof.index}", *map(base64_text, proof.hashes)]
    data = "\n".join(lines).encode() + b"\n\n" + proof.note
    if parse_proof(data) != proof:
        raise BadTlogProof("a value it cannot hold")
    return data
