"""Every key decides something: each decision, and the rule it names."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from witnesskit.errors.policy import PolicyConflict, PolicyLoosens, RefusedByPolicy
from witnesskit.media_model import EXPOSURES, Finding, StripChoices
from witnesskit.model import Audience, Role
from witnesskit.policy import decide, load, openings
from witnesskit.policy.meet import loosened, stricter, tighten
from witnesskit.policy.schema import (
    COLLECTED,
    CONSENTS,
    CREDENTIALS,
    DEVICE_TRACES,
    EXPOSURE_STATES,
    FIELDS,
    FURTHER_PAGES,
    HIDDEN_FOOTAGE,
    KEYS,
    MARKS,
    PARTS,
    SECOND_IMAGES,
    TIMES,
    Policy,
    Rules,
)

DESK, COURT, PUBLIC = (load.shipped(name) for name in ("protect-filmer", "court", "public"))


def changed(policy, **rules):
    return dataclasses.replace(policy, id="changed@1#00", rules=dataclasses.replace(policy.rules, **rules))


def test_a_policy_serves_its_own_audience_only():
    decide.check_audience(COURT, Audience.COURT)
    with pytest.raises(PolicyConflict):
        decide.check_audience(COURT, Audience.PUBLIC)


def test_a_missing_required_part_makes_a_capture_incomplete():
    answer = decide.completeness(DESK, {"url", "html"})
    assert (answer.complete, answer.missing, answer.rule) == (False, ("media",), "capture.require")
    assert answer.wanted == ("headers", "screenshot", "metadata", "context")
    assert decide.completeness(DESK, {"url", "media"}).complete


def test_a_part_that_cannot_be_is_not_missing():
    answer = decide.completeness(DESK, {"media"}, possible={"media", "metadata"})
    assert (answer.complete, answer.missing, answer.wanted) == (True, (), ("metadata",))


@pytest.mark.parametrize(
    ("policy", "role", "finding", "allowed", "rule"),
    [
        (COURT, Role.ORIGINAL, Finding.UNKNOWN, True, "release.originals"),
        (DESK, Role.ORIGINAL, Finding.CLEAN, False, "release.originals"),
        (PUBLIC, Role.ORIGINAL, Finding.CLEAN, False, "release.originals"),
        (PUBLIC, Role.RECORD, Finding.CLEAN, False, "release.originals"),
        (PUBLIC, "copy", Finding.CLEAN, True, "strip.required"),
        (PUBLIC, "copy", Finding.FOUND, False, "strip.required"),
        (PUBLIC, "copy", Finding.UNKNOWN, False, "strip.on_unknown"),
        (COURT, "copy", Finding.UNKNOWN, False, "strip.on_unknown"),
        (COURT, "copy", Finding.FOUND, True, "strip.required"),
    ],
)
def test_media_leave_only_as_the_policy_says(policy, role, finding, allowed, rule):
    decision = decide.media_may_leave(policy, role, finding)
    assert (decision.allowed, decision.rule, decision.policy) == (allowed, rule, policy.id)
    if allowed:
        decide.require(decision)
    else:
        with pytest.raises(RefusedByPolicy, match=rule.replace(".", r"\.")):
            decide.require(decision)


ITEM = {name: f"value of {name}" for name in FIELDS} | {
    "saved": "2011-12-20T08:10:00Z", "published": "2011-12-20T07:00:00Z", "original_sha256": "ab" * 32, "new thing": "x",
}  # fmt: skip


def test_a_public_report_shows_the_day_and_the_copy():
    shown = decide.show(PUBLIC, ITEM)
    assert set(shown.values) == PUBLIC.rules.release_fields
    assert shown.values["saved"] == "2011-12-20"
    assert {"uploader", "url", "title", "original_sha256", "sealed_sha256", "new thing"} <= set(shown.withheld)
    assert set(shown.values) | set(shown.withheld) == set(ITEM)


def test_only_a_court_sees_digests_of_originals():
    assert decide.show(COURT, ITEM).values["original_sha256"] == "ab" * 32
    for policy in (DESK, PUBLIC):
        assert "original_sha256" in decide.show(policy, ITEM).withheld


def test_a_time_may_be_withheld():
    assert "saved" in decide.show(changed(PUBLIC, release_time="withheld"), ITEM).withheld


@pytest.mark.parametrize(
    ("receipted", "copies", "allowed", "rule"),
    [(False, 9, False, "forget.needs"), (True, 1, False, "copies.min"), (True, 2, True, "copies.min")],
)
def test_a_device_forgets_after_a_receipt_and_enough_copies(receipted, copies, allowed, rule):
    decision = decide.may_forget(DESK, receipted=receipted, copies=copies)
    assert (decision.allowed, decision.rule) == (allowed, rule)


@pytest.mark.parametrize(
    ("policy", "event", "name", "allowed", "rule"),
    [
        (COURT, "ingest", "sha256", True, "release.original_digests"),
        (DESK, "ingest", "sha256", False, "release.original_digests"),
        (PUBLIC, "ingest", "media", False, "release.fields"),
        (PUBLIC, "ingest", "essence", False, "release.fields"),
        (PUBLIC, "derive", "essence", True, "release.fields"),
        (PUBLIC, "derive", "sha256", True, "release.fields"),
        (PUBLIC, "derive", "parent", False, "release.fields"),
        (PUBLIC, "derive", "day", True, "release.fields"),
        (PUBLIC, "derive", "at", False, "release.time"),
        (COURT, "observe", "at", True, "release.fields"),
        (PUBLIC, "observe", "url", False, "release.fields"),
        (COURT, "observe", "egress", False, "release.fields"),
        (COURT, "receipt", "root", True, "release.fields"),
        (PUBLIC, "receipt", "root", False, "release.fields"),
        (PUBLIC, "genesis", "recipients", False, "release.fields"),
        (COURT, "ingest", "a later name", False, "release.fields"),
        (COURT, "a later type", "url", False, "release.fields"),
        (COURT, "access", "who", True, "release.fields"),
        (COURT, "access", "why", True, "release.fields"),
        (COURT, "delete", "authority", True, "release.fields"),
        (COURT, "link", "other_item", True, "release.fields"),
        (COURT, "anchor", "provider", True, "release.fields"),
        (COURT, "key", "day", True, "release.fields"),
        (COURT, "check", "bad", True, "release.fields"),
        (COURT, "check", "who", False, "release.fields"),
        (COURT, "check", "problems", False, "release.fields"),
        *(
            (PUBLIC, kind, "day", False, "release.fields")
            for kind in ("access", "check", "anchor", "delete", "link", "key")
        ),
    ],
)
def test_an_opening_leaves_only_as_the_policy_says(policy, event, name, allowed, rule):
    decision = openings.opening_may_leave(policy, event, name)
    assert (decision.allowed, decision.rule) == (allowed, rule)


policies = st.builds(
    lambda parts, wanted, flags, time, fields, copies, choices, states, collect, leaving: Policy(
        "drawn", 1, f"drawn@1#{hash((parts, wanted, flags, time, fields, copies, choices, states, collect, leaving)) & 0xFFFF:04x}",
        Rules(
            policy_audience=Audience.DESK, capture_require=parts, capture_want=wanted - parts,
            strip_on_unknown="refuse", strip_required=flags == 1, release_originals=flags == 2,
            release_original_digests=False, release_time=time, release_fields=fields, copies_min=copies,
            forget_needs="receipt", strip_credentials=choices[0], strip_hidden_footage=choices[1],
            strip_further_pages=choices[2], strip_second_images=choices[3], release_lossless=choices[4],
            release_exposure_refuse=states, capture_collect=collect, release_consent=leaving[0], release_marks=leaving[1],
            device_traces=choices[5],
        ),
    ),
    st.frozensets(st.sampled_from(PARTS)), st.frozensets(st.sampled_from(PARTS)), st.integers(0, 2),
    st.sampled_from(TIMES), st.frozensets(st.sampled_from(FIELDS)), st.integers(1, 4),
    st.tuples(st.sampled_from(CREDENTIALS), st.sampled_from(HIDDEN_FOOTAGE), st.sampled_from(FURTHER_PAGES),
              st.sampled_from(SECOND_IMAGES), st.booleans(), st.sampled_from(DEVICE_TRACES)),
    st.frozensets(st.sampled_from(EXPOSURE_STATES)), st.frozensets(st.sampled_from(COLLECTED)),
    st.tuples(st.sampled_from(CONSENTS), st.frozensets(st.sampled_from(MARKS))),
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(policies, policies, policies)
def test_stricter_is_a_meet(a, b, c):
    assert stricter(a, a).rules == a.rules
    assert stricter(a, b) == stricter(b, a)
    assert stricter(stricter(a, b), c) == stricter(a, stricter(b, c))
    assert loosened(a, stricter(a, b)) == ()


@settings(max_examples=80, deadline=None)
@given(policies, policies)
def test_an_invite_only_tightens(present, offered):
    if loosened(present, offered):
        with pytest.raises(PolicyLoosens):
            tighten(present, offered)
    else:
        assert stricter(present, offered).rules == tighten(present, offered).rules == offered.rules


@pytest.mark.parametrize(
    ("rules", "key"),
    [
        ({"strip_required": False}, "strip.required"),
        ({"release_originals": True}, "release.originals"),
        ({"release_original_digests": True}, "release.original_digests"),
        ({"release_fields": frozenset(FIELDS)}, "release.fields"),
        ({"copies_min": 1}, "copies.min"),
        ({"capture_require": frozenset({"url"})}, "capture.require"),
        ({"capture_want": frozenset()}, "capture.want"),
        ({"policy_audience": Audience.COURT}, "policy.audience"),
    ],
)
def test_each_loosened_key_is_named(rules, key):
    with pytest.raises(PolicyLoosens, match=key.replace(".", r"\.")):
        tighten(DESK, changed(DESK, **rules))


@pytest.mark.parametrize(
    ("rules", "key"),
    [
        ({"strip_credentials": "drop"}, "strip.credentials"),
        ({"strip_hidden_footage": "keep"}, "strip.hidden_footage"),
        ({"strip_further_pages": "keep"}, "strip.further_pages"),
        ({"strip_second_images": "drop"}, "strip.second_images"),
        ({"release_lossless": True}, "release.lossless"),
        ({"device_traces": "warn"}, "device.traces"),
        ({"release_exposure_refuse": frozenset({"unsure"})}, "release.exposure_refuse"),
        ({"release_consent": "not-withdrawn"}, "release.consent"),
        ({"release_marks": frozenset({"secret"})}, "release.marks"),
    ],
)
def test_each_loosened_choice_is_named(rules, key):
    strict = changed(
        DESK, strip_credentials="keep", strip_hidden_footage="refuse", strip_further_pages="refuse",
        strip_second_images="refuse", release_lossless=False, release_exposure_refuse=frozenset(EXPOSURE_STATES),
        release_consent="required", release_marks=frozenset(), device_traces="refuse",
    )  # fmt: skip
    assert loosened(strict, changed(strict, **rules)) == (key,)
    assert loosened(changed(strict, **rules), strict) == ()


def test_collecting_more_than_the_vault_does_is_loosening():
    less = changed(DESK, capture_collect=frozenset({"subtitles"}))
    assert loosened(less, DESK) == ("capture.collect",)
    assert tighten(DESK, less) is less
    assert decide.to_collect(DESK) == COLLECTED
    assert decide.to_collect(less) == ("subtitles",)


def test_a_computer_that_keeps_traces_is_refused_only_where_the_policy_says_so():
    hostile = load.shipped("hostile")
    assert decide.device_may_keep(hostile, ()).allowed
    decision = decide.device_may_keep(hostile, ("swap", "indexes"))
    assert (decision.allowed, decision.rule) == (False, "device.traces")
    assert decision.sentence == "this computer keeps traces by: swap, indexes"
    assert decide.device_may_keep(DESK, ("swap",)).allowed


def test_the_choices_of_a_policy_reach_the_stripper():
    strict = changed(DESK, strip_credentials="keep", strip_further_pages="drop", strip_second_images="refuse")
    assert decide.strip_choices(strict) == StripChoices("keep", "keep", "drop", "refuse")


def test_a_lossless_copy_leaves_only_where_the_policy_lets_it():
    assert not decide.lossless_may_leave(PUBLIC, lossless=True).allowed
    assert decide.lossless_may_leave(PUBLIC, lossless=False).allowed
    assert decide.lossless_may_leave(DESK, lossless=True).allowed


@pytest.mark.parametrize(
    ("answers", "allowed"),
    [
        ({}, False),
        (dict.fromkeys(EXPOSURES, "no"), True),
        (dict.fromkeys(EXPOSURES, "no") | {"face": "yes"}, True),
        (dict.fromkeys(EXPOSURES, "no") | {"voice": "unsure"}, False),
        (dict.fromkeys(EXPOSURES[1:], "no"), False),
    ],
)
def test_the_public_sees_nothing_that_nobody_answered_for(answers, allowed):
    decision = decide.exposure_may_leave(PUBLIC, answers)
    assert (decision.allowed, decision.rule) == (allowed, "release.exposure_refuse")
    assert decide.exposure_may_leave(DESK, answers).allowed


def test_a_policy_can_refuse_what_a_person_sees():
    strict = changed(PUBLIC, release_exposure_refuse=frozenset(EXPOSURE_STATES))
    assert not decide.exposure_may_leave(strict, dict.fromkeys(EXPOSURES, "no") | {"face": "yes"}).allowed


def test_a_later_day_is_looser():
    assert loosened(changed(DESK, release_time="day"), DESK) == ("release.time",)


def test_different_audiences_have_no_meet():
    with pytest.raises(PolicyConflict):
        stricter(COURT, PUBLIC)


def test_each_key_is_enforced_by_a_function_that_says_so():
    told = "".join(function.__doc__ or "" for function in vars(decide).values() if callable(function))
    for key in KEYS.keys() - {"policy.name", "policy.version"}:
        assert key in told, key


@pytest.mark.parametrize(
    ("policy", "level", "secret", "allowed"),
    [
        (PUBLIC, "", False, True),
        (PUBLIC, "public", False, True),
        (PUBLIC, "restricted", True, False),
        (PUBLIC, "secret", True, False),
        (DESK, "restricted", False, True),
        (DESK, "secret", True, False),
        (COURT, "secret", False, False),
        (COURT, "secret", True, True),
        (COURT, "a later word", True, False),
        (changed(COURT, release_marks=frozenset({"public"})), "", False, False),
    ],
)
def test_a_mark_keeps_an_item_back_unless_policy_and_person_let_it_go(policy, level, secret, allowed):
    decision = decide.mark_may_leave(policy, level, secret=secret)
    assert (decision.allowed, decision.rule) == (allowed, "release.marks")


REQUIRED = changed(COURT, release_consent="required")


@pytest.mark.parametrize(
    ("policy", "state", "lacking", "allowed"),
    [
        (COURT, "unknown", (), True),
        (COURT, "given", (), True),
        (COURT, "withdrawn", (), False),
        (COURT, "unclear", (), False),
        (REQUIRED, "unknown", (), False),
        (REQUIRED, "given", (), True),
        (REQUIRED, "given", ("original",), False),
        (REQUIRED, "withdrawn", (), False),
        (REQUIRED, "a later word", (), False),
    ],
)
def test_withdrawn_refuses_everywhere_and_unknown_where_consent_is_demanded(policy, state, lacking, allowed):
    decision = decide.consent_may_leave(policy, state, lacking)
    assert (decision.allowed, decision.rule) == (allowed, "release.consent")
