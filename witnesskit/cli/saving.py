"""What ``archive`` and ``add`` print alike: one line for each item, counts that add up, one status for the batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from witnesskit.cli.output import Answer, Output, Progress
from witnesskit.errors import ExitStatus, WitnesskitError
from witnesskit.model import Outcome

if TYPE_CHECKING:
    from witnesskit.actions.saving import SavedItem

STATUS = {
    Outcome.SAVED: ExitStatus.DONE,
    Outcome.PARTIAL: ExitStatus.PARTIAL,
    Outcome.REMOVED: ExitStatus.NOTHING_SAVED,
    Outcome.UNKNOWN: ExitStatus.NOTHING_SAVED,
    Outcome.NETWORK_DOWN: ExitStatus.NETWORK,
}
WORDS = {
    Outcome.SAVED: "SAVED",
    Outcome.PARTIAL: "SAVED IN PART",
    Outcome.REMOVED: "REMOVED: the site says it is gone; its answer is kept",
    Outcome.UNKNOWN: "NOT SAVED: no media was found; what the site answered, if it did, is kept",
    Outcome.NETWORK_DOWN: "NOT SAVED: the network or the site did not answer; nothing can be said about the link",
}


class Watcher:
    """Turns what the action reports into lines, items and counts, which stand even if the batch is broken off."""

    def __init__(self, output: Output, answer: Answer, line: Progress, asked: int) -> None:
        self._output = output
        self._answer = answer
        self._line = line
        self._statuses: set[ExitStatus] = set()
        answer.counts = {"in": asked} | {str(outcome): 0 for outcome in Outcome} | {"refused": 0}

    def progress(self, done: int, whole: int | None) -> None:
        """``done`` of ``whole`` bytes of the current item are sealed."""
        self._line.update(done, whole)

    def item(self, saved: SavedItem) -> None:
        """One item is finished and signed."""
        self._answer.items.append(saved.facts())
        self._answer.counts[str(saved.outcome)] += 1
        self._statuses.add(STATUS[saved.outcome])
        text = f"{WORDS[saved.outcome]}  {saved.short}"
        if saved.missing:
            text += f"  missing: {', '.join(saved.missing)}"
        self._output.say(text)
        if saved.kind == "url":
            met = "met" if saved.berkeley_minimum else "NOT met"
            self._output.say(f"  Berkeley Protocol minimum (address, source, full-page picture): {met}")
        if saved.copy:
            self._output.say(f"  copy to share: {saved.copy}")

    def refused(self, error: WitnesskitError) -> None:
        """One of several was not taken; the others are."""
        self._answer.refuse(error)
        self._answer.counts["refused"] += 1
        self._statuses.add(error.status)

    def conclude(self) -> None:
        """The one status of the batch, and counts that add up."""
        self._answer.status = self._statuses.pop() if len(self._statuses) == 1 else ExitStatus.PARTIAL
        counts = self._answer.counts
        if counts["in"] > 1:
            counted = ", ".join(f"{count} {name}" for name, count in counts.items() if count and name != "in")
            self._output.say(f"{counts['in']}: {counted}")
