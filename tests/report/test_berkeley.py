"""The table of the Berkeley Protocol: what is missing is said to be missing, with its reason."""

from __future__ import annotations

import dataclasses

import pytest

from tests.report.cases import report_for
from tests.report.stories import STORY, story
from witnesskit.model import Audience
from witnesskit.report import berkeley, court_sheet, html, text
from witnesskit.report import json as report_json
from witnesskit.report.model import Item, Part

ITEM = report_for(Audience.COURT).items[0]
CLOCK = {"clock": "system, synced: unknown"}


def rows(item=ITEM, found=STORY, facts=CLOCK):
    return {(row.clause, row.asks): row for row in berkeley.table(item, found, facts).rows}


def row(clause, word, **given):
    (found,) = [one for (place, asks), one in rows(**given).items() if place == clause and word in asks]
    return found


def test_every_part_of_the_capture_is_told_as_it_is():
    assert row("155 (a)", "web address").state == "held"
    missing = row("155 (c)", "full page")
    assert (missing.state, missing.why, missing.where) == ("MISSING", "no browser on the field device", "")
    refused = row("155 (f)", "context")
    assert (refused.state, refused.why) == ("MISSING", "refused: the site asked for a login")


def test_each_row_that_is_not_held_has_its_reason_and_no_missing_one_a_place():
    for item in (ITEM, Item("k7f2-93", {}), dataclasses.replace(ITEM, parts=())):
        for found in rows(item, story(things=(), happenings=()), {}).values():
            assert found.why or found.state == "held", found
            assert not found.where or found.state != "MISSING", found


def test_an_item_of_which_nothing_is_known_holds_nothing_of_its_capture():
    found = rows(Item("k7f2-93", {}), story(things=(), happenings=()), {})
    states = {place: row.state for (place, _asks), row in found.items()}
    assert {state for place, state in states.items() if place.startswith(("153", "155"))} == {"MISSING"}
    assert states["167"] == "MISSING"


def test_people_are_never_said_to_be_recorded():
    for word in ("name of the collector", "address of the machine", "virtual identity"):
        assert row("155 (g)", word).state == "MISSING"
    assert row("167", "names of the custodians").state == "MISSING"


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ({}, "MISSING"),
        (CLOCK, "in part"),
        ({"clock": "ntp, synced: false"}, "in part"),
        ({"clock": "ntp, synced: true"}, "held"),
    ],
)
def test_a_clock_is_good_only_if_it_was_set(told, state):
    assert row("155 (g)", "clock", facts=told).state == state


@pytest.mark.parametrize("answer", ["CHANGED", "CANNOT TELL"])
def test_authenticity_is_not_held_unless_the_checks_say_unchanged(answer):
    assert row("Authenticity", "unchanged", found=story(answer=answer)).state == "MISSING"
    assert row("Authenticity", "unchanged").state == "held"


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (("held", "held", "held"), "met."),
        (("held", "held", "missing"), "NOT met, missing: screenshot."),
        (("not applicable",) * 3, "NOT met, it did not come from a web page."),
    ],
)
def test_the_minimum_is_summed_up(parts, said):
    given = tuple(Part(name, state, "x") for name, state in zip(("url", "html", "screenshot"), parts, strict=True))
    summary = berkeley.table(dataclasses.replace(ITEM, parts=given), STORY, CLOCK).summary
    assert summary.endswith(f"155 (a) to (c): {said}")


def test_the_table_is_in_every_form_of_the_courts_report_and_in_no_other():
    table = berkeley.table(ITEM, STORY, CLOCK)
    for render in (html.render, text.render, report_json.render):
        assert "Berkeley Protocol: item k7f2-93" in render(report_for(Audience.COURT, tables=(table,)))
        for audience in (Audience.DESK, Audience.PUBLIC):
            assert "whoever collected it" not in render(report_for(audience, tables=(table,)))
    assert "[MISSING] 155 (c): picture of the full page" in court_sheet.berkeley_text((table,)).decode()
