"""The shipped vectors, run through the installed verifier: files that must pass and, mostly, files that must not.

The forms are those of docs/spec/custody-log.md, "Vectors"; our own tests run the same code over the same files.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from witnesskit.errors import WitnesskitError
from witnesskit.errors.verify import BadProof
from witnesskit.formats import merkle
from witnesskit.formats.invite import encode_invite, parse_invite
from witnesskit.formats.quorum import TrustPolicy
from witnesskit.formats.trust_policy import parse_trust_policy
from witnesskit.model import Opening
from witnesskit.verify import AnchorFile, CaseFiles, CheckState, Expected, Found, LogFiles, Trust, examine
from witnesskit.verify.timestamp import token_time

_PACKAGE: Final = Path(__file__).resolve().parents[1]
_FOLDERS: Final = (_PACKAGE / "_vectors", _PACKAGE.parent / "tests" / "vectors")  # installed; editable
_TOLD: Final = (CheckState.FAIL, CheckState.UNKNOWN, CheckState.WARN)
_LEFT_OUT: Final = frozenset({"TIME", "UNANCHORED"})  # codes that say of an honest case what it lacks

Vector = dict[str, Any]


@dataclass(frozen=True)
class Validation:
    """How many vectors there are, and the names of those that did not end as they say."""

    total: int
    problems: tuple[str, ...]

    @property
    def passed(self) -> int:
        """Vectors that ended as they say."""
        return self.total - len(self.problems)

    @property
    def trusted(self) -> bool:
        """Whether this program answers as it must; without a vector nothing is known."""
        return self.total > 0 and not self.problems


def validate() -> Validation:
    """Run all that are shipped; a vector that breaks the verifier is one that did not end as it says."""
    there = folder()
    names = [*_custody_log(there), *_merkle(there), *_invites(there), *_timestamps(there)] if there else []
    return Validation(len(names), tuple(name for name, holds in names if not _holds(holds)))


def folder() -> Path | None:
    """Where the vectors lie: inside the wheel, or beside the package that is worked on."""
    return next((one for one in _FOLDERS if (one / "custody_log").is_dir()), None)


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
    """What a vector of the custody log brings from outside its case."""
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


def ended(vector: Vector) -> Vector:
    """How a vector of the custody log ends here, in the form of its ``expect``."""
    verdict = examine(case_of(vector), trust_of(vector))
    codes = sorted({code for code in verdict.codes(*_TOLD) if code not in _LEFT_OUT})
    finding = vector["expect"]["finding"]
    told = (finding["code"], finding["sentence"]) in {(check.code, check.sentence) for check in verdict.checks}
    return {"state": str(verdict.state), "codes": codes, "finding": finding if told else {}}


def merkle_proof_holds(vector: Vector) -> bool:
    """Whether an RFC 6962 proof of transparency-dev/merkle is right, whatever it says of itself."""
    proof = [_bytes(part) for part in vector["proof"] or []]
    try:
        if "leafIdx" in vector:
            leaf, root = _bytes(vector["leafHash"]), _bytes(vector["root"])
            merkle.check_inclusion(vector["leafIdx"], vector["treeSize"], leaf, proof, root)
        else:
            old_root, root = _bytes(vector["root1"]), _bytes(vector["root2"])
            merkle.check_consistency(vector["size1"], vector["size2"], proof, old_root, root)
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
        time = token_time((there / f"{name}.tsr").read_bytes(), (there / "data").read_bytes(), root, between)
    except WitnesskitError as error:
        return {"code": error.code, "rule": error.detail}
    return {"time": time}


Named = tuple[str, Callable[[], bool]]


def _custody_log(there: Path) -> Iterator[Named]:
    for path in sorted((there / "custody_log").glob("*.json")):
        yield f"custody_log/{path.stem}", partial(_ends_as_it_says, path)


def _ends_as_it_says(path: Path) -> bool:
    vector = load(path)
    return bool(ended(vector) == vector["expect"])


def _merkle(there: Path) -> Iterator[Named]:
    for path in (there / "merkle").glob("rfc6962.json"):
        for name, vector in load(path).items():
            yield f"merkle/{name}", partial(_proof_as_it_says, vector)


def _proof_as_it_says(vector: Vector) -> bool:
    return bool(merkle_proof_holds(vector) is not vector["wantErr"])


def _invites(there: Path) -> Iterator[Named]:
    for path in sorted((there / "invite").glob("*.invite")):
        yield f"invite/{path.stem}", partial(_invite_as_it_says, path)


def _invite_as_it_says(path: Path) -> bool:
    return invite_code(path.read_bytes()) == (path.name.partition("--")[0] if "--" in path.name else "")


def _timestamps(there: Path) -> Iterator[Named]:
    place = there / "timestamp_token"
    for path in place.glob("expected.json"):
        for name, told in load(path).items():
            yield f"timestamp_token/{name}", partial(_token_as_it_says, place, name, told)


def _token_as_it_says(place: Path, name: str, told: Mapping[str, Any]) -> bool:
    found = time_of_token(place, name, told)
    return all(told.get(member) == value for member, value in found.items())


def _holds(holds: Callable[[], bool]) -> bool:
    try:
        return holds()
    except Exception:  # noqa: BLE001 - whatever it is, this verifier does not answer as it must
        return False


def _bytes(text: str | None) -> bytes:
    return base64.b64decode(text or "")
