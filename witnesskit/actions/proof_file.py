"""``verify P.tlog-proof`` and ``verify FILE --proof P``: one line, its openings, and the file that it commits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from witnesskit.actions.given_file import given_bytes, open_given
from witnesskit.actions.verify import Verified, verified
from witnesskit.digest import sha256_stream
from witnesskit.errors import WitnesskitError
from witnesskit.formats import custody_event, disclosure
from witnesskit.formats.tlog_proof import PROOF_MAX, TlogProof, parse_proof
from witnesskit.model import Json
from witnesskit.verify import Found, Trust, examine_proof


@dataclass(frozen=True)
class ProofAnswer:
    """The answer; ``fields``: what the openings say, ``shut``: digests of the line that are not opened here."""

    answer: Verified
    event: str
    fields: Mapping[str, Json]
    shut: int


def verify_proof(proof: Path, file: Path | None, trust: Trust) -> ProofAnswer:
    """Judge a proof by itself or about ``file``; raises FileUnreadable, BadTlogProof."""
    read = parse_proof(given_bytes(proof, PROOF_MAX + 1))
    verdict = examine_proof(read, _found(file) if file else None, trust)
    event, fields, shut = _opened(read)
    return ProofAnswer(verified(verdict), event, fields, shut)


def _found(path: Path) -> Found:
    with open_given(path) as stream:
        digest, size = sha256_stream(stream)
    return Found(path.name, digest, size)


def _opened(proof: TlogProof) -> tuple[str, dict[str, Json], int]:
    """Type of the line, what its openings say, how many digests stay shut; nothing of what it does not commit."""
    try:
        event = custody_event.parse(proof.line)
        held = {text for text in proof.disclosures if disclosure.digest(text) in event.sd}
        told = [disclosure.parse(text) for text in sorted(held)]
    except WitnesskitError:
        return "", {}, 0
    return event.type, {one.name: one.value for one in told}, len(event.sd) - len(held)
