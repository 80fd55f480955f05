"""What is said where some files go along and others do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from witnesskit.cli.output import Answer


def warn_held_back(answer: Answer, held_back: Sequence[str]) -> None:
    """One warning for each reason, with the number of files it holds back; the count goes with the others."""
    if held_back:
        answer.counts["held back"] = len(held_back)
    for reason, count in Counter(held_back).items():
        answer.warn("HELD-BACK", f"{count} {'file' if count == 1 else 'files'} of these items held back: {reason}")
