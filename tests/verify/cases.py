"""Vector files of tests/vectors/custody_log, by name; witnesskit/actions/vectors.py reads them for doctor too."""

from __future__ import annotations

from pathlib import Path

from witnesskit.actions import vectors
from witnesskit.actions.vectors import Vector, case_of, ended, trust_of

__all__ = ["FOLDER", "case_of", "ended", "load", "names", "trust_of"]
FOLDER = Path(__file__).parent.parent / "vectors" / "custody_log"


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def load(name: str) -> Vector:
    return vectors.load(FOLDER / f"{name}.json")
