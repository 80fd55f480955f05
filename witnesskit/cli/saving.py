"""What ``archive`` and ``add`` print alike: one line for each item, counts that add up, one status for the batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from witnesskit.cli.output import Answer, Output, Progress
from witnesskit.errors import ExitStatus, WitnesskitError
from witnesskit.model import IN_PART, UNREACHED, Outcome

if TYPE_CHECKING:
    from witnesskit.actions.saving import SavedItem

NOT_REACHED = "NOT SAVED: {}; nothing can be said about the link"
STATUS = {
    Outcome.SAVED: ExitStatus.DONE,
    **dict.fromkeys(IN_PART, ExitStatus.PARTIAL),
    **dict.fromkeys(
        (
            Outcome.REMOVED, Outcome.LEGAL, Outcome.PRIVATE, Outcome.LOGIN, Outcome.GEO, Outcome.RATE_LIMITED,
            Outcome.BLOCKED, Outcome.UNSUPPORTED, Outcome.UNKNOWN,
        ),
        ExitStatus.NOTHING_SAVED,
    ),
    **dict.fromkeys(UNREACHED, ExitStatus.NETWORK),
}  # fmt: skip
WORDS = {
    Outcome.SAVED: "SAVED",
    Outcome.PARTIAL: "SAVED IN PART",
    Outcome.CHANGED: "CHANGED WHILE IT WAS SAVED: both versions are kept, as far as they came",
    Outcome.TRUNCATED: "SAVED IN PART: it ends before its end; what came is kept",
    Outcome.LIVE: "SAVED IN PART: it is still being broadcast",
    Outcome.REMOVED: "REMOVED: the site says it is gone; its answer is kept",
    Outcome.LEGAL: "NOT SAVED: withheld for legal reasons (451); the answer is kept",
    Outcome.PRIVATE: "NOT SAVED: the site says it is private; its answer is kept",
    Outcome.LOGIN: "NOT SAVED: the site asks for a login; its answer is kept",
    Outcome.GEO: "NOT SAVED: the site does not show it in the country of this connection; its answer is kept",
    Outcome.RATE_LIMITED: "NOT SAVED: the site wants fewer requests; try again later",
    Outcome.BLOCKED: "NOT SAVED: the site, or somebody on the way, refuses this connection",
    Outcome.UNSUPPORTED: "NOT SAVED: this kind of media or site cannot be saved by this version",
    Outcome.UNKNOWN: "NOT SAVED: no media was found; what the site answered, if it did, is kept",
    Outcome.NETWORK_DOWN: NOT_REACHED.format("the network or the site did not answer"),
    Outcome.DNS: NOT_REACHED.format("the name of the site could not be looked up"),
    Outcome.REFUSED: NOT_REACHED.format("the site took no connection"),
    Outcome.PROXY_DOWN: NOT_REACHED.format("the proxy did not answer, so nothing was sent"),
    Outcome.TLS_INTERCEPTED: NOT_REACHED.format("nobody vouches for the certificate that answered, nothing was sent"),
}


_WITH_MEDIA = IN_PART | {Outcome.SAVED}  # outcomes that say themselves that media came


def status_of(saved: SavedItem) -> ExitStatus:
    """The exit status of one item; something in part is nothing saved where not one byte came."""
    status = STATUS[saved.outcome]
    return ExitStatus.NOTHING_SAVED if status is ExitStatus.PARTIAL and not saved.received else status


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
        self._statuses.add(status_of(saved))
        text = f"{WORDS[saved.outcome]}  {saved.short}"
        if saved.missing:
            text += f"  missing: {', '.join(saved.missing)}"
        self._output.say(text)
        if saved.kind == "url":
            met = "met" if saved.berkeley_minimum else "NOT met"
            self._output.say(f"  Berkeley Protocol minimum (address, source, full-page picture): {met}")
        if saved.outcome not in _WITH_MEDIA and saved.received:
            self._output.say(f"  what came in its place is kept: {saved.received} bytes")
        if saved.note:
            self._output.say(f"  {saved.note}")
        if saved.copy:
            self._output.say(f"  copy to share: {saved.copy}")

    def refused(self, error: WitnesskitError) -> None:
        """One of several was not taken; the others are."""
        self._answer.refuse(error)
        self._answer.counts["refused"] += 1
        self._statuses.add(error.status)

    def known(self) -> None:
        """One is here already, byte for byte."""
        self._answer.counts["known"] = self._answer.counts.get("known", 0) + 1
        self._statuses.add(ExitStatus.DONE)

    def conclude(self) -> None:
        """The one status of the batch, and counts that add up."""
        if self._statuses:
            self._answer.status = self._statuses.pop() if len(self._statuses) == 1 else ExitStatus.PARTIAL
        counts = self._answer.counts
        if counts["in"] > 1:
            counted = ", ".join(f"{count} {name}" for name, count in counts.items() if count and name != "in")
            self._output.say(f"{counts['in']}: {counted}")
