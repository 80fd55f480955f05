"""What each audience may see, in every form of the report."""

from __future__ import annotations

import dataclasses
import json

import pytest

from tests.report.cases import COPY, FIELD_LOG, ORIGINAL, SEALED, SECRETS, VALUES, report_for
from witnesskit.model import Audience
from witnesskit.policy import schema
from witnesskit.report import html, text, words
from witnesskit.report import json as report_json
from witnesskit.report.model import NEVER_PUBLIC, ONLY_FOR_COURT, Answer, Check, Item, guarded, withheld

TELLING = {name: value.split() for name, value in SECRETS.items()} | {  # pieces that stand nowhere else in a page
    "received": ["(Tor,", "video.example", "published it"],
    "attempts": ["21 requests", "without (reset)"],
    "resolver": ["the proxy looked"],
    "connection": ["TLSv1.3", "5a" * 32],
    "clock": ["41 seconds behind"],
    "tool_identity": ["6b" * 32, "3.11.7"],
    "formats": ["avc1.64001F/mp4a.40.2", "1280x720;"],
    "ranges": ["65536:", "etag-540"],
}
FORMS = {"html": html.render, "text": text.render, "json": report_json.render}
forms = pytest.mark.parametrize("form", FORMS)


def unwrapped(page):
    return "".join(page.split())


@forms
def test_the_public_page_holds_nothing_of_what_is_withheld(form):
    page = FORMS[form](report_for(Audience.PUBLIC))
    for name, pieces in TELLING.items():
        for piece in pieces:
            assert len(piece) < 4 or piece not in page, name
    assert "2011-12-20T" not in page
    assert "socks" not in page
    assert "no browser on the field device" not in page
    assert COPY in page


@pytest.mark.parametrize("audience", [Audience.DESK, Audience.COURT])
@forms
def test_desk_and_court_read_what_the_footage_shows_and_what_it_does_not(form, audience):
    page = unwrapped(FORMS[form](report_for(audience)))
    assert unwrapped(SECRETS["received"]) in page
    assert "socks5h" not in page
    for name in ("attempts", "connection", "resolver", "tool_identity", "formats", "ranges"):
        assert unwrapped(SECRETS[name].split("\n")[-1]) in page, name


@forms
def test_a_value_of_several_lines_is_several_lines_and_no_other_value_is(form):
    page = FORMS[form](report_for(Audience.COURT))
    assert "\\x0a2011-12-20T08:10:40Z" not in page
    assert words.lines("title", "a\nb") == ["a\nb"] and words.lines("ranges", "a\nb") == ["a", "b"]


@forms
def test_digests_of_originals_appear_for_court_only(form):
    assert ORIGINAL in FORMS[form](report_for(Audience.COURT))
    for audience in (Audience.DESK, Audience.PUBLIC):
        assert ORIGINAL[:16] not in FORMS[form](report_for(audience))


@forms
def test_a_slip_of_the_policy_is_caught_and_named(form):
    for audience in (Audience.DESK, Audience.PUBLIC):
        slip = report_for(audience, items=(Item("k7f2-93", VALUES),))
        page = FORMS[form](slip)
        assert ORIGINAL not in page
        assert "original_sha256" in withheld(guarded(slip))
        if audience is Audience.PUBLIC:
            for name in NEVER_PUBLIC & VALUES.keys():
                assert TELLING[name][0] not in page, name


def test_sentences_of_the_verifier_lose_digests_and_ids_for_the_public():
    root = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA="
    sentence = f"file {ORIGINAL} of capsule {'ab' * 16} under {root}, copy {COPY}, day 2011-12-20"
    check = Check(1, "ALTERED", "fail", FIELD_LOG, sentence)
    seen = guarded(report_for(Audience.PUBLIC, checks=(check,))).checks[0]
    assert seen.sentence == f"file [withheld] of capsule [withheld] under [withheld], copy {COPY}, day 2011-12-20"
    assert seen.subject == "[withheld]"
    assert guarded(report_for(Audience.COURT, checks=(check,))).checks[0] == check


@forms
def test_what_is_withheld_is_named(form):
    report = report_for(Audience.PUBLIC)
    page = FORMS[form](report)
    for name in withheld(report):
        assert name in page if form == "json" else words.label(name) in page
    assert "ithheld" in page


@forms
@pytest.mark.parametrize("state", ["UNCHANGED", "CHANGED", "CANNOT TELL"])
def test_the_answer_is_one_of_three_words_with_its_meaning(form, state):
    page = FORMS[form](report_for(Audience.COURT, state))
    assert state in page
    if form != "json":
        assert unwrapped(words.MEANINGS[state])[:60] in unwrapped(page)
        assert ("No clock outside" in page) == (state == "UNCHANGED")


def test_a_word_that_is_no_answer_is_said_to_be_none():
    report = report_for(Audience.COURT, answer=Answer("VALID", "2011-12-20", ()))
    for form in ("html", "text"):
        assert unwrapped(words.NO_STATE) in unwrapped(FORMS[form](report))


@pytest.mark.parametrize("form", ["html", "text"])
def test_the_limits_of_stripping_are_always_said(form):
    page = unwrapped(FORMS[form](report_for(Audience.PUBLIC, items=())))
    for title, sentence in words.LIMITS:
        assert unwrapped(title) in page
        assert unwrapped(sentence)[:25] in page


def test_the_berkeley_minimum_needs_all_three():
    item = report_for(Audience.COURT).items[0]
    assert not item.berkeley_minimum
    held = tuple(dataclasses.replace(part, state="held") for part in item.parts)
    assert dataclasses.replace(item, parts=held).berkeley_minimum
    assert not dataclasses.replace(item, parts=()).berkeley_minimum


@forms
def test_the_berkeley_minimum_is_printed_where_parts_may_be_seen(form):
    word = '"berkeley_minimum": false' if form == "json" else "NOT met"
    assert word in FORMS[form](report_for(Audience.COURT))
    assert word not in FORMS[form](report_for(Audience.PUBLIC))


def test_the_json_is_one_object_of_our_schema():
    document = json.loads(report_json.render(report_for(Audience.COURT)))
    assert document["schema"] == "witnesskit.report/1"
    assert document["answer"]["state"] == "UNCHANGED"
    assert document["items"][0]["values"]["original_sha256"] == ORIGINAL
    assert [check["code"] for check in document["checks"]][:3] == ["CANON", "ROOT", "SIG"]


def test_policy_and_report_mean_the_same_fields():
    assert set(words.LABELS) == {*schema.FIELDS, *schema.ORIGINAL_DIGESTS}
    assert schema.PUBLIC_NEVER == NEVER_PUBLIC
    assert set(schema.ORIGINAL_DIGESTS) == ONLY_FOR_COURT
    assert set(words.PARTS) == set(schema.PARTS)


def test_no_check_is_no_success():
    assert "No check was made" in html.render(report_for(Audience.COURT, checks=()))
    assert SEALED in html.render(report_for(Audience.COURT))
