"""Read a vector file of tests/vectors/custody_log as any other implementation would."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from witnesskit.model import Opening
from witnesskit.verify import CaseFiles, Expected, Found, LogFiles, Trust

FOLDER = Path(__file__).parent.parent / "vectors" / "custody_log"


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def load(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def case_of(vector: dict[str, Any]) -> CaseFiles:
    expected = vector["expected"]
    return CaseFiles(
        tuple(
            LogFiles("\n".join(log["lines"]).encode(), tuple(note.encode() for note in log["notes"]))
            for log in vector["logs"]
        ),
        tuple(Opening(**one) for one in vector["openings"]),
        tuple(Found(**one) for one in vector["found"]),
        Expected(expected["everything"], frozenset(expected["listed"])),
    )


def trust_of(vector: dict[str, Any]) -> Trust:
    remembered = {origin: (size, root) for origin, (size, root) in vector["trust"]["remembered"].items()}
    return Trust(tuple(vector["trust"]["keys"]), remembered)
