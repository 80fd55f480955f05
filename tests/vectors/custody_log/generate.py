"""Write the vectors of the custody log: one defect each, named after the code it must raise.

Run ``python -m tests.vectors.custody_log.generate``; tests/verify/test_vectors.py regenerates and compares.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from tests.vectors.custody_log import (
    defects_evidence,
    defects_files,
    defects_insiders,
    defects_keys,
    defects_lines,
    defects_parties,
    defects_signatures,
)
from tests.vectors.custody_log.catalogue import VECTORS, Vector
from tests.vectors.custody_log.honest import build
from tests.vectors.custody_log.sentences import SENTENCES
from witnesskit.verify import Trust

HERE = Path(__file__).parent
ROOMS = (defects_files, defects_lines, defects_signatures, defects_keys, defects_evidence, defects_insiders, defects_parties)  # importing them fills VECTORS


def all_vectors() -> list[Vector]:
    honest = build()
    return [Vector(name, says, state, codes, make(honest)) for name, says, state, codes, make in VECTORS]


def as_json(made: Vector) -> str:
    case, trust = made.example.case, made.example.trust
    content = {
        "name": made.name,
        "says": made.says,
        "expect": {
            "state": made.state,
            "codes": sorted(set(made.codes)),
            **SENTENCES[made.name],
        },
        "trust": trust_json(trust, made.example.policy),
        "logs": [
            {
                "lines": one.log.decode().split("\n"),
                "notes": [note.decode() for note in one.notes],
                "anchors": [{"name": file.name, "data": _base64(file.data)} for file in one.anchors],
            }
            for one in case.logs
        ],
        "openings": [{"log": one.log, "n": one.n, "disclosure": one.disclosure} for one in case.openings],
        "found": [{k: v for k, v in vars(one).items() if v is not None} for one in case.found],
        "expected": {"everything": case.expected.everything, "listed": sorted(case.expected.listed)},
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def trust_json(trust: Trust, policy: str) -> dict[str, Any]:
    """What the person brought; ``policy`` is the text that ``trust.policy`` was read from."""
    return {
        "keys": list(trust.keys),
        "remembered": {origin: list(seen) for origin, seen in trust.remembered.items()},
        "policy": policy,
        "roots": {name: pem.decode() for name, pem in trust.roots.items()},
        "intermediates": [pem.decode() for pem in trust.intermediates],
        "headers": {str(height): header.hex() for height, header in trust.headers.items()},
        "now": trust.now,
    }


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def main() -> None:
    for made in all_vectors():
        (HERE / f"{made.name}.json").write_text(as_json(made), encoding="utf-8")


if __name__ == "__main__":
    main()
