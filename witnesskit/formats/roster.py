"""The roster: which files the other volumes of a set are, bytes <-> objects (docs/spec/bundle.md, "Roster").

The last volume carries it. A header is told by its digest: its MAC binds the file key, and every chunk behind it is
authenticated, so no digest of the whole sealed file is needed to know a volume again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from witnesskit.errors.bundle import BadManifest
from witnesskit.limits import VOLUMES_MAX

_LINE = re.compile(
    r'\{"file":"([a-z2-7]{16}\.age)","header_sha256":"([0-9a-f]{64})","size":([1-9][0-9]{0,15}),"volume":([1-9][0-9]{0,3})\}',
    re.ASCII,
)
ROSTER_MAX: Final = VOLUMES_MAX * 256  # bytes


@dataclass(frozen=True)
class RosterLine:
    """One volume: its file name, SHA-256 of its age header, and bytes of the sealed file."""

    volume: int
    file: str
    header_sha256: str
    size: int


def roster_bytes(lines: Sequence[RosterLine]) -> bytes:
    """One line for each volume, rising from 1."""
    return "".join(
        f'{{"file":"{one.file}","header_sha256":"{one.header_sha256}","size":{one.size},"volume":{one.volume}}}\n'
        for one in lines
    ).encode()


def parse_roster(untrusted_data: bytes) -> tuple[RosterLine, ...]:
    """Read it; raises BadManifest with the line that breaks a rule."""
    if len(untrusted_data) > ROSTER_MAX:
        raise BadManifest("the roster: too long")
    lines = untrusted_data.decode("ascii", "replace").split("\n")
    if lines.pop() != "":
        raise BadManifest("the roster: no line feed at its end")
    found = tuple(map(_line, lines))
    for number, line in enumerate(found, 1):
        if line.volume != number:
            raise BadManifest(f"the roster, line {number}: volume")
    return found


def _line(line: str) -> RosterLine:
    match = _LINE.fullmatch(line)
    if not match:
        raise BadManifest("the roster: not in its one canonical form")
    file, digest, size, volume = match.groups()
    return RosterLine(int(volume), file, digest, int(size))
