"""What ``archive`` and ``add`` print alike: one line for each item, counts that add up, one status for the batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from witnesskit.cli.output import Answer, Output, Progress
from witnesskit.errors import ExitStatus
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
    Outcome.UNKNOWN: "NOT SAVED: no media was found; what the site answered is kept",
    Outcome.NETWORK_DOWN: "NOT SAVED: the network or the site did not answer; nothing can be said about the link",
}


class Watcher:
    """Turns what the action reports into progress lines."""

    def __init__(self, output: Output, line: Progress) -> None:
        self._output = output
        self._line = line

    def progress(self, done: int, whole: int | None) -> None:
        """``done`` of ``whole`` bytes of the current item are sealed."""
        self._line.update(done, whole)

    def item(self, saved: SavedItem) -> None:
        """One item is finished and signed."""
        text = f"{WORDS[saved.outcome]}  {saved.short}"
        if saved.missing:
            text += f"  missing: {', '.join(saved.missing)}"
        self._output.say(text)
        if saved.copy:
            self._output.say(f"  copy to share: {saved.copy}")


def conclude(output: Output, answer: Answer, items: Sequence[SavedItem]) -> None:
    """Counts, items and the one status of the batch."""
    for saved in items:
        answer.items.append(saved.facts())
    answer.counts = {"in": len(items)} | {
        str(outcome): sum(saved.outcome is outcome for saved in items) for outcome in Outcome
    }
    statuses = {STATUS[saved.outcome] for saved in items}
    answer.status = statuses.pop() if len(statuses) == 1 else ExitStatus.PARTIAL
    if len(items) > 1:
        counted = ", ".join(f"{count} {name}" for name, count in answer.counts.items() if count and name != "in")
        output.say(f"{len(items)}: {counted}")
