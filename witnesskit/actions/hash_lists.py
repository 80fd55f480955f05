"""``verify --write-hashes`` and ``verify --hash-list``: the case and ``sha256sum``, both ways."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from witnesskit.actions.case import Case
from witnesskit.actions.given_file import given_bytes
from witnesskit.actions.known_file import digests_of, events_of
from witnesskit.actions.verify import STATUS, Report, Verified, VerifyWish, judged, opened_case, verified
from witnesskit.errors import ExitStatus
from witnesskit.errors.actions import BadHashList
from witnesskit.errors.cli import FileUnreadable, OutputExists
from witnesskit.formats.hash_list import HashLine, dump_hash_list, parse_hash_list
from witnesskit.limits import MIB
from witnesskit.verify import State

_LIST_MAX = 64 * MIB  # bytes: some hundred thousand files
NOT_KNOWN = "not known here"


@dataclass(frozen=True)
class ListedFile:
    """One line of a list and what the case says of its digest."""

    name: str
    sha256: str
    answer: str  # of Kinship, or "not known here"
    item: str  # short id, or empty


@dataclass(frozen=True)
class CheckedList:
    """All lines, the numbers of those that could not be read, and the answer about the case."""

    files: tuple[ListedFile, ...]
    bad: tuple[int, ...]
    case: Verified

    @property
    def counts(self) -> Mapping[str, int]:
        """Lines by their answer."""
        return {"files": len(self.files), **Counter(file.answer for file in self.files)}

    @property
    def exit_status(self) -> ExitStatus:
        """The case's own, unless it is unchanged: then 0 only if every line could be read and is known."""
        if self.case.verdict.state is not State.UNCHANGED:
            return STATUS[self.case.verdict.state]
        known = all(file.answer != NOT_KNOWN for file in self.files) and not self.bad
        return ExitStatus.DONE if known else ExitStatus.CANNOT_TELL


def check_hash_list(path: Path, wish: VerifyWish, report: Report) -> CheckedList:
    """Look up every line of a sha256sum list; raises BadHashList where none can be read, FileUnreadable."""
    read = parse_hash_list(given_bytes(path, _LIST_MAX))
    if not read.lines:
        raise BadHashList
    case = opened_case(wish, report)
    answer = verified(judged(case))
    known = digests_of(events_of(case))
    sealed = {found.sha256 for found in case.files.found if found.capsule}
    files = []
    for line in read.lines:
        match = known.of(line.sha256)
        kinship = str(match.kinship) if match else "sealed capsule" if line.sha256 in sealed else NOT_KNOWN
        name = os.fsdecode(line.name).encode("utf-8", "backslashreplace").decode()
        files.append(ListedFile(name, line.sha256, kinship, match.short if match else ""))
    return CheckedList(tuple(files), read.bad, answer)


def write_hash_list(case: Case, path: Path) -> int:
    """Write what was hashed in the form of ``sha256sum``; returns how many files. Raises OutputExists."""
    lines = tuple(_lines(case))
    try:
        with path.open("xb") as stream:
            stream.write(dump_hash_list(lines))
    except FileExistsError:
        raise OutputExists from None
    except OSError as error:
        raise FileUnreadable(error.strerror or "") from None
    return len(lines)


def _lines(case: Case) -> Iterator[HashLine]:
    """Of a vault the capsules by their place in it, of a bundle or bag the files by theirs."""
    for found in case.files.found:
        name = (
            found.name if found.name.startswith("data/") else f"capsules/{(found.capsule or '')[:2]}/{found.capsule}"
        )
        yield HashLine(found.sha256, name.encode())
