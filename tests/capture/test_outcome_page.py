"""docs/spec/outcome.md cannot drift: its tables and numbers are those of the code."""

import dataclasses
import re
from pathlib import Path

from tests.capture.test_rules import TABLE
from witnesskit import limits
from witnesskit.capture import phrases, rules
from witnesskit.capture.messages import Control
from witnesskit.capture.outcome import Evidence
from witnesskit.cli.saving import STATUS
from witnesskit.model import Outcome

PAGE = (Path(__file__).parents[2] / "docs" / "spec" / "outcome.md").read_text(encoding="utf-8")


def table(title):
    section = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, flags=re.MULTILINE | re.DOTALL)[1]
    return [
        [cell.strip() for cell in row.strip("|").split("|")] for row in re.findall(r"^\|.*\|$", section, re.M)[2:]
    ]


def words(text):
    return re.findall(r"`([^`]+)`", text)


def test_each_outcome_has_its_row_and_exit_status():
    rows = {words(row[0])[0]: int(row[-1]) for row in table("The words")}
    assert rows == {str(outcome): int(STATUS[outcome]) for outcome in Outcome}


def test_statuses_are_those_of_the_rules():
    assert {int(row[0]): words(row[1])[0] for row in table("By status")} == {
        status: str(outcome) for status, outcome in rules._STATUS.items()
    }


def test_each_rule_of_the_tests_is_of_a_form_that_the_page_names():
    section = re.search(r"^## Rules\n(.*?)^## ", PAGE, flags=re.MULTILINE | re.DOTALL)[1]
    forms = [re.sub(r"[A-Z]+", ".+", re.escape(word)) for word in words(section)]
    for _seen, _outcome, rule in TABLE:
        assert any(re.fullmatch(form, rule) for form in forms), rule


def test_the_evidence_is_named_as_the_record_holds_it():
    named = [word for row in table("Evidence") for word in words(row[0])]
    assert sorted({word.removesuffix("[]") for word in named} | {"error_kind"}) == sorted(
        field.name for field in dataclasses.fields(Evidence)
    )
    (control,) = (row[1] for row in table("Evidence") if row[0] == "`control`")
    assert {field.name for field in dataclasses.fields(Control)} <= set(words(control))


def test_the_keys_of_a_phrase_are_those_that_are_taken():
    assert {words(row[0])[0] for row in table("Phrases")} == phrases._KEYS
    assert set(words(next(row[1] for row in table("Phrases") if row[0] == "`where`"))) == set(phrases.PLACES)


def test_the_numbers_are_the_limits():
    for most in (
        limits.CONTROL_READ_MAX, limits.CONTROL_SECONDS, limits.RETRY_AFTER_MAX, limits.EXTRACTOR_TEXT_MAX,
        limits.PAGE_TEXT_MAX, limits.SHORT_PAGE_WORDS, phrases._LEAST,
    ):  # fmt: skip
        assert re.search(rf"\b{most}\b", PAGE), most
