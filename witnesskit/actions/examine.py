"""Look at media in the jail: inspect the original, write the copy, inspect the copy again.

Nothing here can change the outcome of a capture: an UNKNOWN, a refusal or the death of the child is a fact of
the record, and the original stays as it was sealed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Protocol

from witnesskit.actions.measured import Measured
from witnesskit.errors import WitnesskitError
from witnesskit.errors.jail import JailRefused
from witnesskit.errors.media import BadMedia, MediaCut, MediaTooLarge, UnsupportedMedia
from witnesskit.errors.strip import UnknownFormat, Unstrippable
from witnesskit.jail.run import Given, Jailed, Reply, run
from witnesskit.media_model import DEFAULT_CHOICES, Finding, Inspection, Revelation, StripChoices
from witnesskit.model import Json, Sink

MODULE: Final = "witnesskit.actions.jailed"
INSPECT, STRIP, INSPECT_AGAIN = "inspect", "strip", "inspect_again"  # calls of the table in jailed.py
_ALONE: Final = {
    **dict.fromkeys((".jpg", ".jpeg"), " jpeg"),
    **dict.fromkeys((".mp4", ".mov", ".m4v", ".m4a", ".3gp"), " film"),
}


OTHER_KIND: Final = {"other_kind": True}  # the reply of such a child to what it did not load for


@dataclass(frozen=True)
class Copy:
    """What the strip wrote, and what the second look at it found."""

    facts: Mapping[str, Json]
    finding: Finding
    jail: str
    original: Inspection

    @property
    def sha256(self) -> str:
        """Digest of the copy's bytes."""
        return str(self.facts["sha256"])


@dataclass(frozen=True)
class Examined:
    """All that is known of one stream; ``copy`` only if it is clean."""

    original: Inspection
    jail: str
    copy: Copy | None = None
    refusal: str = ""  # stable code, why there is no copy


class CopyPlace(Protocol):
    """Where a copy goes: opened for writing, then for reading by the jail, then kept or destroyed."""

    def sink(self) -> Sink:
        """Take the copy's bytes."""
        ...

    def source(self) -> Given:
        """Give the written copy back to the jail."""
        ...

    def destroy(self) -> None:
        """Leave nothing of it."""
        ...


def inspector(source: Given) -> Jailed:
    """A child made ready to inspect ``source`` while its bytes still arrive; raises NoJail. The caller ends it."""
    return Jailed(MODULE, [source], INSPECT)


def likely(paths: Sequence[Path]) -> str:
    """What to put behind a call so that the child loads only what files of such names need, in half the time.

    A guess, which costs time where it is wrong: what a file is its bytes say, in the jail, and such a child replies
    ``OTHER_KIND`` to what it did not load for. Empty where the names say nothing; for plain files only.
    """
    kinds = {_ALONE.get(path.suffix.lower(), "") for path in paths}
    return kinds.pop() if len(kinds) == 1 else ""


def inspect_source(source: Given, ready: Jailed | None = None, only: str = "") -> tuple[Inspection, str]:
    """Inspect in the jail; a child that dies makes the answer UNKNOWN. Returns also the jail's level.

    ``only``: of ``likely``.
    """
    try:
        reply = ready.call(INSPECT, {}) if ready else run(MODULE, INSPECT + only, {}, [source])
        if only and reply.value == OTHER_KIND:
            reply = run(MODULE, INSPECT, {}, [source])
    except WitnesskitError as error:
        return Inspection(Finding.UNKNOWN, "", reason=f"the inspection ended with {error.code}"), "none"
    return inspection_from(reply.value), reply.level


def copy_source(source: Given, place: CopyPlace, choices: StripChoices = DEFAULT_CHOICES) -> Copy:
    """Strip into ``place`` and inspect again; the caller destroys a copy that is not clean.

    Raises the jail's and the stripper's leaves; what is in ``place`` is then worth nothing.
    """
    sink = Measured(place.sink())
    try:
        reply = run(MODULE, STRIP, strip_request(choices), [source], sink)
        sink.demand(reply.value)
        again = run(MODULE, INSPECT_AGAIN, {}, [source, place.source()])
    except JailRefused as refused:
        raise refusal_of(refused) from None
    return copy_from(reply, again)


def strip_request(choices: StripChoices) -> Json:
    """Parameters of the jail's call ``strip``."""
    return {"choices": asdict(choices)}


def copy_from(written: Reply, judged: Reply) -> Copy:
    """What the answers of writer and judge say together; a copy of what is UNKNOWN is not clean."""
    original = inspection_from(judged.value.get("original", {}))
    finding = inspection_from(judged.value).finding
    if original.finding is Finding.UNKNOWN:
        finding = Finding.UNKNOWN
    return Copy(written.value, finding, weakest(written.level, judged.level), original)


def refusal_of(refused: JailRefused) -> WitnesskitError:
    """The leaf that the child raised, by its code; the jail's own word for any other."""
    for leaf in _leaves(Unstrippable, UnknownFormat, BadMedia, MediaCut, MediaTooLarge, UnsupportedMedia):
        if leaf.code == refused.detail:
            return leaf()
    return refused


def _leaves(*tops: type[WitnesskitError]) -> Iterator[type[WitnesskitError]]:
    for top in tops:
        yield top
        yield from _leaves(*top.__subclasses__())


def examine(
    source: Given,
    place: Callable[[], CopyPlace],
    ready: Jailed | None = None,
    choices: StripChoices = DEFAULT_CHOICES,
) -> Examined:
    """The whole look at one stream; never raises for what the media does. ``ready``: of ``inspector``."""
    original, level = inspect_source(source, ready)
    if original.finding is Finding.UNKNOWN:
        return Examined(original, level, refusal="UNKNOWN")
    kept = place()
    try:
        copy = copy_source(source, kept, choices)
    except WitnesskitError as error:
        kept.destroy()
        return Examined(original, level, refusal=error.code)
    if copy.finding is not Finding.CLEAN:
        kept.destroy()
        return Examined(original, level, refusal=f"COPY-{copy.finding.upper()}")
    return Examined(original, weakest(level, copy.jail), copy)


def inspection_from(value: Json) -> Inspection:
    """Read the child's answer; one that is not an inspection is UNKNOWN."""
    try:
        return Inspection(
            Finding(value["finding"]),
            str(value["media_type"]),
            tuple(Revelation(**{str(k): str(v) for k, v in part.items()}) for part in value["revelations"]),
            str(value["reason"]),
            dict(value["facts"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return Inspection(Finding.UNKNOWN, "", reason="the inspection gave no answer that can be read")


def weakest(*levels: str) -> str:
    """``full`` only if every look was made in a full jail."""
    return "full" if all(level == "full" for level in levels) else "limits-only"
