"""What an import says at its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from witnesskit.actions.arrivals import Came
from witnesskit.actions.counted import counted
from witnesskit.bundle.result import Unpacked
from witnesskit.bundle.sequence import Verdict
from witnesskit.formats.short_id import short_id
from witnesskit.model import Json


@dataclass(frozen=True)
class About:
    """Where a bundle stands among those of its sender: the verdict, its number, and those that have not arrived.

    ``senders``: every name of its device. ``strangers``: ordinals of capsules that other keys open too than those of
    the bundle.
    """

    place: Verdict
    counter: int
    senders: tuple[str, ...]
    gap: tuple[int, ...] = ()
    strangers: tuple[int, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """What the person is told beside the counts."""
        told = {"REPLAY": self.place is Verdict.REPLAY, "GAP": self.gap, "RECIPIENTS": self.strangers}
        return tuple(code for code, found in told.items() if found)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The same in words; gaps are told when all that comes in one run is here."""
        told = {
            "REPLAY": "this very bundle was taken in before; nothing of it counts twice",
            "RECIPIENTS": f"not the desk's and its recovery key alone open {len(self.strangers)} of its files",
        }
        return tuple(f"{code}: {told[code]}" for code in self.codes if code in told)


@dataclass(frozen=True)
class ImportDone:
    """What was taken in; ``receipt`` is the path of the answer."""

    bundle: str
    came: Came
    receipt: str
    copies: int
    items: tuple[str, ...] = ()  # 32 hex digits each
    new: frozenset[str] = frozenset()  # of these items the ones that were not here before
    about: About | None = None

    @property
    def counts(self) -> Mapping[str, int]:
        """How many items it has, and how many of them are new or were here already."""
        return {"items": len(self.items), "new": len(self.new), "here": len(self.items) - len(self.new)}

    @property
    def unpacked(self) -> Unpacked:
        """What became of the members of this file."""
        return self.came.unpacked

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
            text += f"; {counted(len(self.unpacked.missing), 'file')} damaged: the rest is kept, ask for a fresh copy"
        lacking = self.lacking
        if lacking and self.came.journal:
            named = ", ".join(map(self.came.journal.named, lacking))
            text += f"; PARTIAL: of {counted(self.volumes, 'volume')} {named} not here yet"
        return text

    @property
    def volumes(self) -> int:
        """How many volumes the bundle has."""
        return self.came.journal.volumes if self.came.journal else 1

    @property
    def lacking(self) -> tuple[int, ...]:
        """Volumes that have not arrived."""
        return self.came.journal.lacking if self.came.journal else ()

    @property
    def next_step(self) -> str:
        """What to do with the papers."""
        return "bring the receipt to the device, there: witnesskit receipt FILE"

    def facts(self) -> Mapping[str, Json]:
        """For ``--json``."""
        damage = [vars(part) for part in self.unpacked.damage]
        return {
            "bundle": self.bundle,
            "result": "complete" if self.came.is_complete else "partial",
            "receipt": self.receipt,
            "copies": self.copies,
            "damage": damage,
            "items": sorted(map(short_id, self.items)),
            "codes": list(self.about.codes) if self.about else [],
            "volumes": self.volumes,
            "lacking": list(self.lacking),
        }


@dataclass(frozen=True)
class PeerImportDone(ImportDone):
    """What was taken in from another desk; ``answers`` are the files that go back to it."""

    peer: str = ""
    answers: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """One line for the person."""
        if self.lacking and self.came.journal:
            named = ", ".join(map(self.came.journal.named, self.lacking))
            return (
                f"a volume of a bundle of the desk {self.peer}: verified, kept as sent, in {_copies(self.copies)}; "
                f"PARTIAL: of {counted(self.volumes, 'volume')} {named} not here yet"
            )
        return (
            f"a bundle of the desk {self.peer}: {counted(self.unpacked.listed, 'file')} verified and kept as sent, "
            f"in {_copies(self.copies)}; give these answers back to {self.peer}:"
        )

    @property
    def next_step(self) -> str:
        """What the other desk does with the answers."""
        if self.lacking:
            return "import the other volumes; nothing is answered before all of them are here"
        return "there: witnesskit receipt FILE FILE"

    def facts(self) -> Mapping[str, Json]:
        """For ``--json``."""
        return {**super().facts(), "peer": self.peer, "answers": list(self.answers)}

    @property
    def papers(self) -> tuple[str, ...]:
        """Paths of what goes back to the sender."""
        return self.answers


@dataclass
class Tally:
    """What became of many files: a bundle of several volumes counts once, and an item that lies in several too."""

    files: int = 0
    refused: int = 0
    bundles: dict[str, bool] = field(default_factory=dict)  # id -> whether all of it is here
    items: set[str] = field(default_factory=set)
    new: set[str] = field(default_factory=set)

    def take(self, done: ImportDone) -> None:
        """Count one file that was taken in."""
        self.files += 1
        self.bundles[done.bundle] = done.came.is_complete or self.bundles.get(done.bundle, False)
        self.items.update(done.items)
        self.new.update(done.new)

    def refuse(self) -> None:
        """Count one that was not."""
        self.files += 1
        self.refused += 1

    @property
    def counts(self) -> dict[str, int]:
        """Files are taken in or refused, bundles complete or partial, items new or here before."""
        complete = sum(self.bundles.values())
        return {
            "files": self.files, "refused": self.refused, "bundles": len(self.bundles), "complete": complete,
            "partial": len(self.bundles) - complete, "items": len(self.items), "new": len(self.new),
            "here": len(self.items - self.new),
        }  # fmt: skip

    @property
    def sentence(self) -> str:
        """One line for the person."""
        count = self.counts
        return (
            f"{counted(count['files'], 'file')}, {count['refused']} refused; {counted(count['bundles'], 'bundle')}, "
            f"{count['complete']} complete, {count['partial']} partial; {counted(count['items'], 'item')}, "
            f"{count['new']} new, {count['here']} already here"
        )


def _copies(number: int) -> str:
    return counted(number, "copy", "copies")
