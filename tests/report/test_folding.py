"""Rows that differ only in numbers are folded; nothing that fails or cannot be told ever is."""

from witnesskit.report.folding import folded
from witnesskit.report.model import Check


def row(sentence: str, state: str = "ok", code: str = "ROOT", subject: str = "a log") -> Check:
    return Check(11, code, state, subject, sentence)


def shown(rows: list[Check]) -> list[str]:
    return [sentence for _row, sentence in folded(rows, [one.state for one in rows])]


def test_many_that_hold_are_one_row_with_the_last_of_them():
    rows = [row(f"the first {size} events are those signed") for size in (1, 20, 300, 4000)]
    assert shown(rows) == [
        "the first 1 events are those signed; and 3 more, the last: the first 4000 events are those signed"
    ]


def test_three_are_shown_as_they_are():
    rows = [row(f"the first {size} events are those signed") for size in (1, 2, 3)]
    assert shown(rows) == [one.sentence for one in rows]


def test_what_differs_in_a_word_a_code_or_a_subject_stays_apart():
    rows = [row(f"{name} saw the first {size} events") for size in range(4) for name in ("north", "south")]
    rows += [
        row("north saw the first 9 events", subject="another log"),
        row("north saw the first 9 events", code="TSA"),
    ]
    assert len(shown(rows)) == 4


def test_no_failure_and_nothing_unknown_is_hidden():
    for state in ("fail", "unknown", "FAIL"):
        rows = [row(f"event {n} is not the one signed", state) for n in range(9)]
        assert shown(rows) == [one.sentence for one in rows]


def test_what_is_said_twice_is_shown_once_and_in_its_order():
    rows = [row("received exactly the first 11 events"), row("received exactly the first 9 events")]
    assert shown([*rows, rows[0]]) == [one.sentence for one in rows]
