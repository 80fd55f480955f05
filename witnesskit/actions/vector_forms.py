"""Vectors as any other implementation would read them, and how each ends here, in the form of its ``expect``.

The forms are those of docs/spec/custody-log.md, "Vectors". Our own tests and ``doctor --validate`` run this one code.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from witnesskit.errors import WitnesskitError
from witnesskit.errors.verify import BadProof, BadTlogProof
from witnesskit.formats.invite import encode_invite, parse_invite
from witnesskit.formats.merkle import check_consistency, check_inclusion
from witnesskit.formats.quorum import TrustPolicy
from witnesskit.formats.timestamp_token import checked
from witnesskit.formats.tlog_proof import parse_proof
from witnesskit.formats.trust_policy import parse_trust_policy
from witnesskit.model import Opening
from witnesskit.verify import (
    AnchorFile,
    CaseFiles,
    CheckState,
    Expected,
    Found,
    LogFiles,
    Trust,
    Verdict,
    examine,
    examine_proof,
)

_TOLD: Final = (CheckState.FAIL, CheckState.UNKNOWN, CheckState.WARN)
_CANNOT_TELL: Final = "CANNOT TELL"

Vector = dict[str, Any]
Told = tuple[str, list[str], set[tuple[str, str]], str]


def load(path: Path) -> Vector:
    """One file of vectors."""
    found: Vector = json.loads(path.read_text(encoding="utf-8"))
    return found


def case_of(vector: Vector) -> CaseFiles:
    """The case that a vector of the custody log holds."""
    expected = vector["expected"]
    return CaseFiles(
        tuple(
            LogFiles(
                "\n".join(log["lines"]).encode(),
                tuple(note.encode() for note in log["notes"]),
                tuple(AnchorFile(file["name"], base64.b64decode(file["data"])) for file in log["anchors"]),
            )
            for log in vector["logs"]
        ),
        tuple(Opening(**one) for one in vector["openings"]),
        tuple(Found(**one) for one in vector["found"]),
        Expected(expected["everything"], frozenset(expected["listed"])),
    )


def trust_of(vector: Vector) -> Trust:
    """What a vector brings from outside its case."""
    told = vector["trust"]
    return Trust(
        keys=tuple(told["keys"]),
        remembered={origin: (size, root) for origin, (size, root) in told["remembered"].items()},
        policy=parse_trust_policy(told["policy"].encode()) if told["policy"] else TrustPolicy(),
        roots={name: pem.encode() for name, pem in told["roots"].items()},
        intermediates=tuple(pem.encode() for pem in told["intermediates"]),
        headers={int(height): bytes.fromhex(header) for height, header in told["headers"].items()},
        now=told["now"],
    )


def intervals_of(verdict: Verdict) -> dict[str, Any]:
    """Item -> its bounds, those that there are."""
    told = {}
    for item in verdict.items:
        bounds = {"not_before": item.interval.not_before, "not_after": item.interval.not_after}
        told[item.item] = {name: [bound.time, bound.proven] for name, bound in bounds.items() if bound.time}
    return {item: bounds for item, bounds in told.items() if bounds}


def case_ended(vector: Vector) -> Vector:
    """How a vector of the custody log ends here."""
    verdict = examine(case_of(vector), trust_of(vector))
    codes = sorted(set(verdict.codes(*_TOLD)) - {"TIME", "UNANCHORED"})
    told = (str(verdict.state), codes, _sentences(verdict), verdict.sentence)
    intervals = intervals_of(verdict)
    found = {**_as_expected(told, vector), "tally": verdict.tally.sentence}
    return {**found, "intervals": intervals} if intervals else found


def proof_told(data: bytes, found: Found | None, trust: Trust) -> Told:
    """State, codes that are not ok, (code, sentence) of each, answer; also of a file that is no proof."""
    try:
        proof = parse_proof(data)
    except BadTlogProof as error:
        return _CANNOT_TELL, [error.code], {(error.code, str(error))}, _CANNOT_TELL
    verdict = examine_proof(proof, found, trust)
    return str(verdict.state), sorted(set(verdict.codes(*_TOLD)) - {"TIME"}), _sentences(verdict), verdict.sentence


def proof_ended(vector: Vector) -> Vector:
    """How a vector of a proof of one line ends here."""
    found = Found(**vector["found"]) if "found" in vector else None
    return _as_expected(proof_told(base64.b64decode(vector["proof"]), found, trust_of(vector)), vector)


def _sentences(verdict: Verdict) -> set[tuple[str, str]]:
    return {(check.code, check.sentence) for check in verdict.checks}


def _as_expected(told: Told, vector: Vector) -> Vector:
    """``finding`` is the one that is asked for, if it was told."""
    state, codes, sentences, answer = told
    finding = vector["expect"]["finding"]
    was_told = (finding["code"], finding["sentence"]) in sentences
    return {"state": state, "codes": codes, "finding": finding if was_told else {}, "answer": answer}


def merkle_proof_holds(vector: Vector) -> bool:
    """Whether an RFC 6962 proof of transparency-dev/merkle is right, whatever it says of itself."""
    proof = [_bytes(part) for part in vector["proof"] or []]
    try:
        if "leafIdx" in vector:
            leaf, root = _bytes(vector["leafHash"]), _bytes(vector["root"])
            check_inclusion(vector["leafIdx"], vector["treeSize"], leaf, proof, root)
        else:
            old_root, root = _bytes(vector["root1"]), _bytes(vector["root2"])
            check_consistency(vector["size1"], vector["size2"], proof, old_root, root)
    except BadProof:
        return False
    return True


def invite_code(data: bytes) -> str:
    """The code that an invite is refused with; empty for one that is read, and written again to the same bytes."""
    try:
        return "" if encode_invite(parse_invite(data)) == data else "WRITTEN-DIFFERENTLY"
    except WitnesskitError as error:
        return error.code


def time_of_token(there: Path, name: str, told: Mapping[str, Any]) -> Vector:
    """How a stored timestamp response ends here, in the form of ``expected.json``."""
    root, *between = ((there / f"{one}.pem").read_bytes() for one in (told["root"], *told["intermediates"]))
    try:
        time = checked((there / f"{name}.tsr").read_bytes(), (there / "data").read_bytes(), root, between).time
    except WitnesskitError as error:
        return {"code": error.code, "rule": error.detail}
    return {"time": time}


def _bytes(text: str | None) -> bytes:
    return base64.b64decode(text or "")
