"""Read a vector file of tests/vectors/custody_log as any other implementation would."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from witnesskit.formats.quorum import TrustPolicy
from witnesskit.formats.trust_policy import parse_trust_policy
from witnesskit.model import Opening
from witnesskit.verify import AnchorFile, CaseFiles, Expected, Found, LogFiles, Trust, Verdict

FOLDER = Path(__file__).parent.parent / "vectors" / "custody_log"


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def load(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def case_of(vector: dict[str, Any]) -> CaseFiles:
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


def trust_of(vector: dict[str, Any]) -> Trust:
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
