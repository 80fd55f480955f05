"""Ask both verifiers about one vector. The second one is read from the file that a court gets, as a court gets it."""

from __future__ import annotations

import base64
import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.verify import cases
from witnesskit.errors.verify import BadTlogProof
from witnesskit.formats.tlog_proof import parse_proof
from witnesskit.verify import CheckState, Found, Verdict, examine, examine_proof

Vector = dict[str, Any]
Told = tuple[str, list[str]]
PROGRAM = Path(__file__).resolve().parents[2] / "docs" / "verifier" / "verify_standalone.py"


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_standalone", PROGRAM)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


second = _load()


def first_says(vector: Vector) -> Told:
    """State and codes by witnesskit.verify; a proof that cannot be read is told as an action tells it."""
    trust = cases.trust_of(vector)
    if "proof" not in vector:
        return _told(examine(cases.case_of(vector), trust))
    found = Found(**vector["found"]) if vector.get("found") else None
    try:
        return _told(examine_proof(parse_proof(base64.b64decode(vector["proof"])), found, trust))
    except BadTlogProof as error:
        return "CANNOT TELL", [error.code]


def second_says(vector: Vector) -> Told:
    """State and codes by docs/verifier/verify_standalone.py."""
    return second.judge(vector)


def _told(verdict: Verdict) -> Told:
    codes = verdict.codes(CheckState.FAIL, CheckState.UNKNOWN, CheckState.WARN)
    return str(verdict.state), sorted(set(codes) - {"TIME", "UNANCHORED"})
