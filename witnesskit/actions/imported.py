"""What an import says at its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from witnesskit.actions.counted import counted
from witnesskit.bundle.result import Unpacked
from witnesskit.model import Json


@dataclass(frozen=True)
class ImportDone:
    """What was taken in; ``receipt`` is the path of the answer."""

    bundle: str
    counts: Mapping[str, int]
    unpacked: Unpacked
    receipt: str
    copies: int
    items: tuple[str, ...] = field(default=())

    @property
    def papers(self) -> tuple[str, ...]:
        """Paths of what goes back to the sender."""
        return (self.receipt,)

    @property
    def sentence(self) -> str:
        """One line for the person."""
        new, here = self.counts["new"], self.counts["here"]
        text = f"{counted(self.counts['items'], 'item')}: {new} new, {here} already here; {_copies(self.copies)}"
        if not self.unpacked.complete:
            text += f"; {len(self.unpacked.missing)} files damaged: the rest is kept, ask for a fresh copy"
        return text

    @property
    def next_step(self) -> str:
        """What to do with the papers."""
        return "bring the receipt to the device, there: witnesskit receipt FILE"

    def facts(self) -> Mapping[str, Json]:
        """For ``--json``."""
        damage = [vars(part) for part in self.unpacked.damage]
        return {
            "bundle": self.bundle,
            "result": "complete" if self.unpacked.complete else "partial",
            "receipt": self.receipt,
            "copies": self.copies,
            "damage": damage,
            "items": list(self.items),
        }


@dataclass(frozen=True)
class PeerImportDone(ImportDone):
    """What was taken in from another desk; ``answers`` are the files that go back to it."""

    peer: str = ""
    answers: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """One line for the person."""
        return (
            f"a bundle of the desk {self.peer}: {self.unpacked.listed} files verified and kept as they came, in "
            f"{_copies(self.copies)}; give these answers back to {self.peer}:"
        )

    @property
    def next_step(self) -> str:
        """What the other desk does with the answers."""
        return "there: witnesskit receipt FILE FILE"

    def facts(self) -> Mapping[str, Json]:
        """For ``--json``."""
        return {**super().facts(), "peer": self.peer, "answers": list(self.answers)}

    @property
    def papers(self) -> tuple[str, ...]:
        """Paths of what goes back to the sender."""
        return self.answers


def _copies(number: int) -> str:
    return counted(number, "copy", "copies")
