"""A case as the actions open it: files for the verifier, trust from outside, and what the container said."""

from __future__ import annotations

from dataclasses import dataclass

from witnesskit.verify import CaseFiles, Trust
from witnesskit.verify.verdict import CheckResult, CheckState


@dataclass(frozen=True)
class Case:
    """A case with what its container already said of itself; ``whole``: every item of its logs should open here."""

    files: CaseFiles
    trust: Trust
    container: tuple[CheckResult, ...] = ()
    whole: bool = False


def unknown_evidence(count: int) -> tuple[CheckResult, ...]:
    """What is said of files beside the evidence that are none by their name, their length or their number."""
    if not count:
        return ()
    sentence = f"{count} files beside the checkpoints are no evidence that is known, and were not looked at"
    return (container_check("ANCHORS", sentence, CheckState.WARN),)


def container_check(code: str, sentence: str, state: CheckState = CheckState.OK) -> CheckResult:
    """Step 0: the container the custody files came in."""
    return CheckResult(0, code, state, "container", sentence)
