"""Vector files of tests/vectors/custody_log, by name; witnesskit/actions/vector_forms.py reads them for doctor too."""

from __future__ import annotations

from pathlib import Path

from witnesskit.actions import vector_forms
from witnesskit.actions.vector_forms import Vector, case_ended, case_of, intervals_of, trust_of

__all__ = ["FOLDER", "case_ended", "case_of", "intervals_of", "load", "names", "trust_of"]
FOLDER = Path(__file__).parent.parent / "vectors" / "custody_log"


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def load(name: str) -> Vector:
    return vector_forms.load(FOLDER / f"{name}.json")
