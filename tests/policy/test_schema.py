"""One defect at a time: each must be found, named by its key, and refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from witnesskit.errors.policy import BadPolicy
from witnesskit.limits import POLICY_MAX
from witnesskit.policy import load
from witnesskit.policy.schema import KEYS

PUBLIC = load.shipped_bytes("public").decode()
COURT = load.shipped_bytes("court").decode()
DESK = load.shipped_bytes("protect-filmer").decode()

# name -> (text, what is replaced, by what, the key of the fault)
DEFECTS = {
    "a misspelt key": (PUBLIC, "on_unknown =", "on_unknow =", "strip.on_unknow"),
    "a misspelt section": (PUBLIC, "[copies]", "[copys]", "copys"),
    "a key outside a section": (PUBLIC, "[policy]", "version = 1\n[policy]", "version"),
    "an unknown key with control characters": (PUBLIC, "min = 2", 'min = 2\n"\\u001b[2J" = 1', "copies.\\x1b[2J"),
    "a key that nobody enforces": (COURT, "min = 2", "min = 2\nverify_days = 30", "copies.verify_days"),
    "a missing key": (PUBLIC, 'time = "day"', "", "release.time"),
    "a missing section": (PUBLIC, '[forget]\nneeds = "receipt"', "", "forget.needs"),
    "a word for a boolean": (PUBLIC, "originals = false", 'originals = "no"', "release.originals"),
    "a number for a boolean": (PUBLIC, "originals = false", "originals = 0", "release.originals"),
    "a boolean for a number": (PUBLIC, "min = 2", "min = true", "copies.min"),
    "a fraction": (PUBLIC, "min = 2", "min = 2.0", "copies.min"),
    "no copies": (PUBLIC, "min = 2", "min = 0", "copies.min"),
    "minus": (PUBLIC, "min = 2", "min = -1", "copies.min"),
    "a date": (PUBLIC, "version = 4", "version = 2011-12-16", "policy.version"),
    "not a number": (PUBLIC, "version = 4", "version = nan", "policy.version"),
    "a word for a list": (PUBLIC, 'require = ["media"]', 'require = "media"', "capture.require"),
    "a list of numbers": (PUBLIC, 'require = ["media"]', "require = [1]", "capture.require"),
    "an unknown part": (PUBLIC, 'require = ["media"]', 'require = ["Media"]', "capture.require"),
    "a part twice": (PUBLIC, 'require = ["media"]', 'require = ["media", "media"]', "capture.require"),
    "a part required and wanted": (PUBLIC, 'require = ["media"]', 'require = ["media", "url"]', "capture.want"),
    "an unknown thing to collect": (PUBLIC, '["subtitles"]', '["cookies"]', "capture.collect"),
    "an unknown field": (PUBLIC, '"finding"]', '"finding", "everything"]', "release.fields"),
    "an unknown precision": (PUBLIC, 'time = "day"', 'time = "hour"', "release.time"),
    "an unknown audience": (PUBLIC, 'audience = "public"', 'audience = "press"', "policy.audience"),
    "unknown may pass": (PUBLIC, 'on_unknown = "refuse"', 'on_unknown = "allow"', "strip.on_unknown"),
    "forgetting without a receipt": (PUBLIC, 'needs = "receipt"', 'needs = "nothing"', "forget.needs"),
    "a name with a space": (PUBLIC, 'name = "public"', 'name = "pub lic"', "policy.name"),
    "a name with a hash sign": (PUBLIC, 'name = "public"', 'name = "public@9"', "policy.name"),
    "original digests for the public": (
        PUBLIC, "original_digests = false", "original_digests = true", "release.original_digests",
    ),
    "original digests for a desk": (
        DESK, "original_digests = false", "original_digests = true", "release.original_digests",
    ),
    "originals for the public": (PUBLIC, "originals = false", "originals = true", "release.originals"),
    "originals although stripped copies are required": (DESK, "originals = false", "originals = true", "strip.required"),
    "lossless copies for the public": (PUBLIC, "lossless = false", "lossless = true", "release.lossless"),
    "nothing asked about the public": (
        PUBLIC, '["unanswered", "unsure"]', '["unsure"]', "release.exposure_refuse"),
    "an unknown choice": (DESK, 'second_images = "drop"', 'second_images = "keep"', "strip.second_images"),
    "unstripped copies for the public": (PUBLIC, "required = true", "required = false", "strip.required"),
    "the uploader for the public": (PUBLIC, '"finding"]', '"finding", "uploader"]', "release.fields"),
    "sealed digests for the public": (PUBLIC, '"finding"]', '"finding", "sealed_sha256"]', "release.fields"),
    "the field log for the public": (PUBLIC, '"finding"]', '"finding", "field_log"]', "release.fields"),
    "a restricted mark for the public": (
        PUBLIC, 'marks = ["unmarked", "public"]', 'marks = ["public", "restricted"]', "release.marks",
    ),
    "an unknown mark": (COURT, '"restricted", "secret"]', '"restricted", "topsecret"]', "release.marks"),
    "an unknown rule of consent": (COURT, 'consent = "not-withdrawn"', 'consent = "never"', "release.consent"),
    "a key twice": (PUBLIC, "min = 2", "min = 2\nmin = 3", "file"),
    "not TOML": (PUBLIC, "min = 2", "min = ", "file"),
    "deep nesting": (PUBLIC, "min = 2", "min = " + "[" * 9000 + "]" * 9000, "file"),
}  # fmt: skip


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_is_named_by_its_key_and_refused(name):
    text, old, new, key = DEFECTS[name]
    assert text.count(old) == 1, "the defect would not be the only one"
    data = text.replace(old, new).encode()
    assert [fault.key for fault in load.lint(data)][:1] == [key]
    with pytest.raises(BadPolicy) as caught:
        load.parse(data)
    assert key in str(caught.value)


def test_a_file_from_before_the_key_of_traces_warns():
    old = PUBLIC[: PUBLIC.index("[device]")]
    assert load.parse(old.encode()).rules.device_traces == "warn"


def test_lint_names_every_fault_at_once():
    text = PUBLIC.replace("min = 2", "min = 0").replace('time = "day"', "").replace("[forget]", "[forgot]")
    assert [fault.key for fault in load.lint(text.encode())] == [
        "forgot",
        "release.time",
        "copies.min",
        "forget.needs",
    ]


def test_other_bytes_are_refused():
    for data in (b"", b"\xff\xfe", b"\x00", b"#" * (POLICY_MAX + 1)):
        with pytest.raises(BadPolicy):
            load.parse(data)


def test_a_comment_changes_the_id_and_no_rule():
    assert load.parse(PUBLIC.encode()).rules == load.parse(f"{PUBLIC}# later\n".encode()).rules
    assert load.parse(PUBLIC.encode()).id != load.parse(f"{PUBLIC}# later\n".encode()).id


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(max_size=200).map(lambda text: f"{PUBLIC}\n{text}".encode("utf-8", "replace")),
    )
)
def test_any_bytes_are_a_policy_or_a_typed_refusal(data):
    try:
        load.parse(data)
    except BadPolicy:
        assert load.lint(data)


def test_every_key_of_the_schema_is_in_every_shipped_file():
    for text in (PUBLIC, COURT, DESK):
        for key in KEYS:
            assert f"\n{key.split('.')[1]} = " in text


def test_a_file_from_before_marks_and_consent_is_read_as_nothing_was_marked():
    lines = [line for line in COURT.splitlines() if not line.startswith(("consent = ", "marks = "))]
    rules = load.parse("\n".join(lines).encode()).rules
    assert (rules.release_consent, rules.release_marks) == ("not-withdrawn", {"unmarked", "public"})
