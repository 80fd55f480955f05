"""``verify LOG_A --against LOG_B``: do two copies of a log tell one history?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from witnesskit.actions import seen_files
from witnesskit.actions.given_file import given_bytes
from witnesskit.actions.verify import Report, VerifyWish, opened_case
from witnesskit.custody_limits import LOG_MAX, NOTE_MAX
from witnesskit.errors import ExitStatus, WitnesskitError
from witnesskit.errors.actions import NothingToCompare
from witnesskit.formats import custody_event
from witnesskit.verify import CheckState, LogFiles, compare_logs
from witnesskit.verify.verdict import CheckResult

_LOG = "log.jsonl"
NOT_THE_SAME = "LOGID"  # code of the finding that two logs have nothing to do with each other


@dataclass(frozen=True)
class Compared:
    """Findings about every pair that is one log, the relation last; else that there is none."""

    checks: tuple[CheckResult, ...]

    @property
    def exit_status(self) -> ExitStatus:
        """7 for two histories or a damaged copy, 8 where they are not one log, else 0."""
        states = {check.state for check in self.checks}
        if CheckState.FAIL in states:
            return ExitStatus.CHANGED
        return ExitStatus.CANNOT_TELL if CheckState.UNKNOWN in states else ExitStatus.DONE


def compare(wish: VerifyWish, other: Path, report: Report) -> Compared:
    """Compare every log of one place with every log of another; raises NothingToCompare, FileUnreadable.

    A place is a ``log.jsonl``, a ``custody`` folder, a vault, a bag, or a sealed bundle and the key that opens it.
    """
    (first, damage), (second, further) = _logs(wish, report), _logs(replace(wish, path=other), report)
    pairs = [_compared(one, two) for one in first for two in second]
    related = [checks for checks in pairs if checks[-1].code != NOT_THE_SAME]
    found = [check for checks in (related or pairs[:1]) for check in checks]
    return Compared(tuple(dict.fromkeys((*damage, *further, *found))))


def _compared(one: LogFiles, two: LogFiles) -> tuple[CheckResult, ...]:
    """The findings, the last one about the log by its name."""
    *found, relation = compare_logs(one, two)
    if relation.code == NOT_THE_SAME:
        return (*found, relation)
    return (*found, replace(relation, subject=f"log {_origin(one)}"))


def _origin(log: LogFiles) -> str:
    try:
        return str(custody_event.parse(log.log.partition(b"\n")[0]).x["origin"])
    except (WitnesskitError, KeyError):
        return "without a name"


def _logs(wish: VerifyWish, report: Report) -> tuple[Sequence[LogFiles], tuple[CheckResult, ...]]:
    """The logs of a place, and what failed of the bundle they lie in: a damaged one may have lost a log."""
    path, damage = wish.path, list[CheckResult]()
    if path.is_file() and path.suffix == ".jsonl":
        found = [_log(path)]
    elif (path / _LOG).is_file():
        found = list(_custody(path))
    elif (path / "vault.toml").is_file():
        found = list(_custody(path / "custody"))
    else:
        case = opened_case(wish, report)
        found, damage = list(case.files.logs), [one for one in case.container if one.state is CheckState.FAIL]
    if not found:
        raise NothingToCompare
    return found, tuple(damage)


def _custody(folder: Path) -> Iterator[LogFiles]:
    """The log of a custody folder, and those of others that it saw."""
    yield _log(folder / _LOG)
    for path in seen_files.every(folder / "seen"):
        note = path.with_suffix(".note")
        yield LogFiles(given_bytes(path, LOG_MAX), (given_bytes(note, NOTE_MAX),) if note.is_file() else ())


def _log(path: Path) -> LogFiles:
    """A log with the checkpoints that lie in its folder."""
    notes = sorted((path.parent / "checkpoints").glob("*.note"))
    return LogFiles(given_bytes(path, LOG_MAX), tuple(given_bytes(note, NOTE_MAX) for note in notes))
