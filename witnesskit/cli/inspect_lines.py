"""How an inspection is shown: as a person thinks, and whose words are whose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from witnesskit.cli.terminal import printable
from witnesskit.media_model import Finding, Inspection, Revelation

if TYPE_CHECKING:
    from witnesskit.actions.inspect_file import OtherReader
    from witnesskit.actions.second_opinion import Opinion

_OTHER_SHOWN = 5  # lines; what identifies nobody is counted beyond that
_OPINION_SHOWN = 60  # lines of a second opinion; --json lists all
_VALUE_SHOWN = 200  # characters
GROUPS: Final = {
    "where": "Where",
    "when": "When",
    "device": "Which device",
    "who": "Who",
    "software": "Which software",
    "inside": "What else is inside",
    "other": "Other",
}
_SIGNS: Final = re.compile(r"[^0-9a-z.]|(?<![0-9])[.]")
_ZEROS: Final = re.compile(r"[.]0+(?![0-9])")
CANNOT_TELL: Final = (
    "  Metadata cannot tell: the picture, the voice, reflections, the view from the window, the sensor, the hum."
)


def lines_of(path: Path, seen: Inspection) -> Iterator[str]:
    """The verdict and our own reader's words."""
    yield f"{printable(path.name)}: {_verdict(seen.finding)}"
    if seen.reason:
        yield f"  {printable(seen.reason)}"
    yield from _grouped(seen.revelations)


def lines_of_other(other: OtherReader, seen: Inspection) -> Iterator[str]:
    """What another reader says beyond ours."""
    known = {_bare(one.value) for one in seen.revelations}
    more = [one for one in other.told if _bare(one.value) not in known]
    if not other.facts and not more:
        if seen.finding is Finding.UNKNOWN:
            yield f"  Another reader, {printable(other.name)}, could not read it: {printable(other.failure)}"
        return
    facts = "; ".join(f"{name} {value}" for name, value in other.facts)
    yield f"  Another reader, {printable(other.name)}, says: {printable(facts)[: 3 * _VALUE_SHOWN]}"
    if other.failure:
        yield f"    it stopped: {printable(other.failure)}"
    if seen.finding is Finding.UNKNOWN:
        yield "    it does not look at every byte: what it does not say may be there all the same"
    for line in _grouped(more):
        yield f"  {line}"


def lines_of_opinion(opinion: Opinion) -> Iterator[str]:
    """What exiftool says, as its own words."""
    if opinion.failure:
        yield f"  Second opinion: none, {opinion.failure}"
        return
    yield f"  Second opinion: exiftool {printable(opinion.version)} (outside the jail) says"
    lines = list(_grouped(opinion.told))
    for line in lines[:_OPINION_SHOWN]:
        yield f"  {line}"
    if len(lines) > _OPINION_SHOWN:
        yield f"    and {len(lines) - _OPINION_SHOWN} more lines; --json lists them"


def _bare(value: str) -> str:
    """A value without what readers write differently: brackets, signs of dates, zeros behind the point."""
    return _ZEROS.sub("", _SIGNS.sub("", value.lower())).replace(".", "")


def _grouped(revelations: Sequence[Revelation]) -> Iterator[str]:
    for group, title in GROUPS.items():
        lines = [revelation for revelation in revelations if revelation.group == group]
        if lines:
            yield f"  {title}"
        if group == "other" and len(lines) > _OTHER_SHOWN:
            yield f"    {len(lines)} settings and technical values; --json lists them"
            continue
        for (name, value), places in _together(lines).items():
            more = f" and {len(places) - 1} more places" if len(places) > 1 else ""
            yield f"    {printable(name)}: {printable(value)[:_VALUE_SHOWN]}   ({printable(places[0])}{more})"


def _together(lines: Iterable[Revelation]) -> dict[tuple[str, str], list[str]]:
    """The same thing said in several places is shown once."""
    found: dict[tuple[str, str], list[str]] = {}
    for line in lines:
        found.setdefault((line.name, line.value), []).append(line.place)
    return found


def _verdict(finding: Finding) -> str:
    if finding is Finding.CLEAN:
        return "clean: no identifying metadata found"
    if finding is Finding.FOUND:
        return "found: this file gives something away"
    return "UNKNOWN: this file is not understood; treat it as if it told everything"
