"""Make a derivative in the jail and look at it again: of any source, to any place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from witnesskit.actions.examine import MODULE, CopyPlace, inspection_from, weakest
from witnesskit.actions.measured import Measured
from witnesskit.errors import WitnesskitError
from witnesskit.errors.derive import (
    BadRegion,
    BadSpan,
    ChangingPicture,
    ChoiceDoesNotFit,
    DerivativeTooLarge,
    Undecodable,
)
from witnesskit.errors.jail import JailRefused
from witnesskit.errors.media import BadMedia, MediaTooLarge, UnsupportedMedia
from witnesskit.errors.strip import CopyNotClean, UnknownFormat
from witnesskit.jail.run import Cell, Given, run
from witnesskit.media_limits import DERIVE_CPU_SECONDS, DERIVE_MEMORY, DERIVE_WALL_SECONDS
from witnesskit.media_model import Finding
from witnesskit.model import Json
from witnesskit.strip.derivation import Derivation

_CELL: Final = Cell(MODULE, memory=DERIVE_MEMORY, cpu_seconds=DERIVE_CPU_SECONDS, wall_seconds=DERIVE_WALL_SECONDS)
_LEAVES: Final[dict[str, type[WitnesskitError]]] = {
    leaf.code: leaf
    for leaf in (
        BadMedia, BadRegion, BadSpan, ChangingPicture, ChoiceDoesNotFit, DerivativeTooLarge, MediaTooLarge,
        Undecodable, UnknownFormat, UnsupportedMedia,
    )
}  # fmt: skip


@dataclass(frozen=True)
class DerivedCopy:
    """A derivative that the second look found clean."""

    facts: dict[str, Json]  # strip.derive.Derived.json
    jail: str  # level

    @property
    def sha256(self) -> str:
        """Digest of the derivative's bytes."""
        return str(self.facts["sha256"])

    @property
    def remarks(self) -> tuple[str, ...]:
        """What must be said of it."""
        return tuple(self.facts["remarks"])

    def json(self) -> dict[str, Json]:
        """For ``--json`` and the event."""
        return {**self.facts, "finding": str(Finding.CLEAN), "jail": self.jail}


def derive_source(source: Given, derivation: Derivation, place: CopyPlace) -> DerivedCopy:
    """Write the derivative of ``source`` into ``place``; only what is clean is answered.

    After any error the caller destroys what is in ``place``. Raises the leaves of errors/derive.py, MediaTooLarge,
    UnsupportedMedia, UnknownFormat, CopyNotClean and the jail's leaves.
    """
    sink = Measured(place.sink())
    try:
        reply = run(_CELL, "derive", {"derivation": derivation.json()}, [source], sink)
    except JailRefused as refused:
        raise _LEAVES[refused.detail] from None if refused.detail in _LEAVES else refused
    sink.demand(reply.value)
    again = run(MODULE, "inspect_again", {}, [source, place.source()])
    finding = inspection_from(again.value).finding
    if finding is not Finding.CLEAN:
        raise CopyNotClean(str(finding))
    return DerivedCopy(dict(reply.value), weakest(reply.level, again.level))
