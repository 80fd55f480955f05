"""docs/spec/outcome.md says what the program does."""

from __future__ import annotations

import re
from pathlib import Path

from witnesskit.capture.outcome import SAYABLE
from witnesskit.cli.saving import STATUS, WORDS
from witnesskit.limits import FEW_WORDS, SIGNS_MAX, SIGNS_TEXT_MAX
from witnesskit.model import Outcome

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "spec" / "outcome.md").read_text(encoding="utf-8")


def test_every_outcome_is_listed_with_its_exit_status():
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| .* \| (\d+) \|$", PAGE, re.MULTILINE))
    assert rows == {str(outcome): str(int(STATUS[outcome])) for outcome in Outcome}
    assert set(WORDS) == set(Outcome)


def test_what_words_can_say_and_where_they_are_read():
    said = PAGE.partition("`outcome` (of ")[2].partition(":")[0]
    assert set(re.findall(r"`([a-z-]+)`", said)) == {str(one) for one in SAYABLE}
    for number in (f"{SIGNS_TEXT_MAX:,} characters", f"{FEW_WORDS} words", f"{SIGNS_MAX // 1024} KiB"):
        assert number in PAGE
