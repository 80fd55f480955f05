"""Forecasts of several sources: kept as versions, averaged by kind, scored by what happened."""

from fractions import Fraction

import pytest

from witnesskit.actions.risk_average import averages, by_country
from witnesskit.actions.risk_score import NO_OUTCOME, OTHER_KIND, SUPERSEDED, TOO_LATE, TOO_OLD, score
from witnesskit.capture.triage import Signals, rank
from witnesskit.formats.risk_outcomes import Happened
from witnesskit.formats.risk_table import Forecast

TODAY = "2026-01-05"


def forecast(country="KAZ", percent=1, as_of="2025-01-01", source="A", kind="onset"):
    return Forecast(country, int(percent * 10_000), as_of, source, "mass killing", kind)


def outcome(country="KAZ", happened=False, start="2025-01-01", kind="onset"):
    return Happened(country, start, "2025-12-31", happened, kind)


def test_the_average_is_of_the_latest_of_each_source():
    found = averages(
        [
            forecast(percent=9, as_of="2024-06-01"),
            forecast(percent=1),
            forecast(percent=4, source="B", as_of="2025-10-01"),
        ],
        TODAY,
    )
    assert [(one.probability, len(one.forecasts)) for one in found] == [(25_000, 2)]


def test_what_is_old_takes_no_part_and_what_is_not_yet_said_neither():
    found = averages([forecast(percent=9, as_of="2023-01-01"), forecast(percent=1, source="B")], TODAY)
    assert [one.probability for one in found] == [10_000]
    assert averages([forecast(as_of="2026-01-06")], TODAY) == ()


def test_a_later_table_corrects_the_same_day():
    assert averages([forecast(percent=9), forecast(percent=1)], TODAY)[0].probability == 10_000


def test_kinds_are_never_mixed_and_the_higher_counts():
    given = [forecast(percent=2), forecast(percent=60, kind="ongoing"), forecast(percent=4, source="B")]
    assert [(one.kind, one.probability) for one in averages(given, TODAY)] == [
        ("ongoing", 600_000),
        ("onset", 30_000),
    ]
    assert by_country(given, TODAY) == {"KAZ": 6000}


def test_a_newer_as_of_reorders_the_queue():
    waiting = [Signals("a", 0, country="KAZ"), Signals("b", 0, country="FIN")]
    tables = [forecast(percent=3), forecast("FIN", 1)]
    assert [one.id for one in rank(waiting, by_country(tables, TODAY), 0)] == ["a", "b"]
    tables.append(forecast("FIN", 9, as_of="2025-12-01"))
    assert [one.id for one in rank(waiting, by_country(tables, TODAY), 0)] == ["b", "a"]


def test_the_score_is_briers():
    """0.9 and it happened, 0.2 and it did not: (0.01 + 0.04) / 2."""
    found = score([forecast("KAZ", 90), forecast("FIN", 20)], [outcome("KAZ", happened=True), outcome("FIN")])
    first, average = found.scores
    assert (first.source, first.scored, first.happened) == ("A", 2, 1)
    assert first.brier == average.brier == Fraction(5, 200)
    assert first.baseline == Fraction(1, 4)
    assert first.better


def test_the_average_is_scored_as_the_mean_of_what_was_said():
    found = score([forecast(percent=100), forecast(percent=0, source="B")], [outcome(happened=True)])
    assert {one.source: one.brier for one in found.scores} == {"A": 0, "B": 1, "average": Fraction(1, 4)}


def test_what_is_left_out_is_counted_by_its_reason():
    given = [
        forecast(),
        forecast(as_of="2024-05-01", percent=2),
        forecast(as_of="2025-03-01", percent=3),
        forecast(as_of="2022-01-01", percent=4),
        forecast("FIN"),
        forecast(kind="ongoing"),
        forecast("TCD", as_of="2022-01-01"),
    ]
    found = score(given, [outcome(), outcome("TCD"), outcome("NOR")])
    assert found.left_out == dict.fromkeys(sorted((NO_OUTCOME, OTHER_KIND, SUPERSEDED, TOO_LATE)), 1) | {TOO_OLD: 2}
    assert found.unforeseen == 2
    assert [one.scored for one in found.scores] == [1, 1]


def test_a_forecast_that_was_changed_after_the_fact_is_scored_as_it_first_was():
    assert score([forecast(percent=0), forecast(percent=100)], [outcome(happened=True)]).scores[0].brier == 1


@pytest.mark.parametrize(
    ("forecasts", "outcomes"), [([], [outcome()]), ([forecast()], []), ([forecast("FIN")], [outcome()])]
)
def test_nothing_is_scored_where_nothing_can_be(forecasts, outcomes):
    assert score(forecasts, outcomes).scores == ()
