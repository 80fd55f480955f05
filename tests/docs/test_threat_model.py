"""Every promise of the threat model names a check that is there and an attack that is run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in PAGE.partition("## Guarantees")[2].partition("## ")[0].splitlines()
    if line.startswith("| ") and "`" in line
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:50])
def test_a_promise_has_a_check_and_an_attack_that_exist(row):
    _promise, against, checks, attacks = row
    assert against
    for check in re.findall(r"`([^`]+)`", checks):
        assert (ROOT / check).is_file() or (ROOT / "witnesskit" / check).is_file(), check
    named = re.findall(r"`(tests/[^`]+)::([^`]+)`", attacks)
    assert named
    for path, test in named:
        text = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(r"^def test_" if test == "*" else rf"^def {test}\(", text, flags=re.MULTILINE), (path, test)


def test_the_page_has_its_promises_and_says_what_cannot_be_promised():
    assert len(ROWS) >= 25
    for heading in ("Who is trusted for what", "Side channels that stay", "What no format can prove"):
        assert f"## {heading}" in PAGE


def test_every_letter_of_the_table_is_somebody():
    people = set(re.findall(r"^\| ([A-Z]) \|", PAGE, flags=re.MULTILINE))
    used = {letter for row in ROWS for letter in re.findall(r"\b([A-Z])\b", row[1])}
    assert used <= people
