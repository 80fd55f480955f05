"""The draft certification: a draft, with blanks, and with nothing that the story does not hold."""

from __future__ import annotations

import re

from tests.report.cases import COPY, ORIGINAL, SEALED
from tests.report.stories import BOUNDS, STORY, story
from witnesskit.report import fre_902


def draft(found=STORY):
    return fre_902.render(found).decode()


def unwrapped(text):
    return " ".join(text.split())


def test_it_says_that_it_is_a_draft_and_no_advice_before_anything_else():
    head = unwrapped(draft())[:400]
    assert head.startswith("DRAFT CERTIFICATION")
    assert "signed by nobody; not legal advice" in head


def test_whoever_signs_has_a_blank_for_all_that_only_they_know():
    text = unwrapped(draft())
    for asked in ("Name:", "Position and organisation:", "Qualification (training, experience with such systems):",
                  "Date and place:", "Signature:", "I know from:", "How I know of the process described below:"):  # fmt: skip
        assert re.search(re.escape(asked) + r" _{10,}", text), asked
    assert text.count("[ ]") == 4


def test_files_are_named_by_digest_with_what_is_claimed_and_what_is_proven():
    text = unwrapped(draft())
    assert ORIGINAL in text and COPY in text
    assert SEALED not in text  # ciphertext is no exhibit
    assert BOUNDS in text
    assert "claimed time: 2011-12-20T08:10:31Z" in text


def test_every_event_the_verdict_and_the_policy_of_notice_are_there():
    text = unwrapped(draft())
    for happening in STORY.happenings:
        assert f"{happening.id}: {happening.premis_type} ({happening.type})" in text
    assert STORY.answer in text
    assert "2 further entries of these logs are not opened here" in text
    assert "gives notice that it intends to offer the records" in text


def test_without_a_digest_it_says_that_it_cannot_be_used():
    things = tuple(thing for thing in STORY.things if thing.kind not in ("original", "copy"))
    text = unwrapped(draft(story(things=things, happenings=(), agents=())))
    assert "Without one, Rule 902(14) cannot be certified" in text
    assert "no program is named in what is opened" in text
    assert not re.search(r"[0-9a-f]{64}", text)
