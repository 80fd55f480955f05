"""The shipped vectors, run through the installed verifier: files that must pass and, mostly, files that must not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from witnesskit.actions import vector_forms as forms
from witnesskit.actions.vector_forms import Vector

_PACKAGE: Final = Path(__file__).resolve().parents[1]
_FOLDERS: Final = (_PACKAGE / "_vectors", _PACKAGE.parent / "tests" / "vectors")  # installed; editable

Named = tuple[str, Callable[[], bool | None]]  # None: this installation cannot run it, and says so


@dataclass(frozen=True)
class Validation:
    """How many vectors were run, and the names of those that did not end as they say."""

    total: int
    problems: tuple[str, ...]
    left_out: tuple[str, ...] = ()  # about what this installation does not read, and says so: no defect

    @property
    def passed(self) -> int:
        """Vectors that ended as they say."""
        return self.total - len(self.problems)

    @property
    def trusted(self) -> bool:
        """Whether this program answers as it must."""
        return not self.problems


def validate() -> Validation:
    """Run all that are shipped; a vector that breaks the verifier is one that did not end as it says.

    A family of which nothing is here counts as one that did not: nobody makes the answer good by taking files away.
    """
    there = folder()
    found: list[Named] = []
    for name, family in FAMILIES.items():
        found += (there and list(family(there / name))) or [(f"{name}: none is here", lambda: False)]
    ended = [(name, _holds(holds)) for name, holds in found]
    left_out = tuple(name for name, holds in ended if holds is None)
    return Validation(len(ended) - len(left_out), tuple(name for name, holds in ended if holds is False), left_out)


def folder() -> Path | None:
    """Where the vectors lie: inside the wheel, or beside the package that is worked on."""
    return next((one for one in _FOLDERS if (one / "custody_log").is_dir()), None)


def _files(there: Path, ended: Callable[[Vector], Vector | None]) -> Iterator[Named]:
    """One vector in each file, with what it must come to beside it."""
    for path in sorted(there.glob("*.json")):
        yield f"{there.name}/{path.stem}", partial(_ends_as_it_says, path, ended)


def _ends_as_it_says(path: Path, ended: Callable[[Vector], Vector | None]) -> bool | None:
    vector = forms.load(path)
    found = ended(vector)
    return None if found is None else bool(found == vector["expect"])


def _custody_log(there: Path) -> Iterator[Named]:
    return _files(there, _case_ended)


def _case_ended(vector: Vector) -> Vector | None:
    """None: it holds a proof of OpenTimestamps, and that optional package is not installed here."""
    calendars = any(file["name"].endswith(".ots") for log in vector["logs"] for file in log["anchors"])
    return None if calendars and find_spec("opentimestamps") is None else forms.case_ended(vector)


def _tlog_proof(there: Path) -> Iterator[Named]:
    return _files(there, forms.proof_ended)


def _merkle(there: Path) -> Iterator[Named]:
    for path in there.glob("rfc6962.json"):
        for name, vector in forms.load(path).items():
            yield f"{there.name}/{name}", partial(_proof_as_it_says, vector)


def _proof_as_it_says(vector: Vector) -> bool:
    return bool(forms.merkle_proof_holds(vector) is not vector["wantErr"])


def _invite(there: Path) -> Iterator[Named]:
    for path in sorted(there.glob("*.invite")):
        yield f"{there.name}/{path.stem}", partial(_invite_as_it_says, path)


def _invite_as_it_says(path: Path) -> bool:
    return forms.invite_code(path.read_bytes()) == (path.name.partition("--")[0] if "--" in path.name else "")


def _timestamp_token(there: Path) -> Iterator[Named]:
    for path in there.glob("expected.json"):
        for name, told in forms.load(path).items():
            yield f"{there.name}/{name}", partial(_token_as_it_says, there, name, told)


def _token_as_it_says(there: Path, name: str, told: Mapping[str, Any]) -> bool:
    found = forms.time_of_token(there, name, told)
    return all(told.get(member) == value for member, value in found.items())


def _holds(holds: Callable[[], bool | None]) -> bool | None:
    try:
        return holds()
    except Exception:  # noqa: BLE001 - whatever it is, this verifier does not answer as it must
        return False


FAMILIES: Final[Mapping[str, Callable[[Path], Iterator[Named]]]] = {
    "custody_log": _custody_log,
    "tlog_proof": _tlog_proof,
    "merkle": _merkle,
    "invite": _invite,
    "timestamp_token": _timestamp_token,
}
