"""The four shipped files, word for word: a change of one is a change of this test."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from witnesskit.errors.policy import BadPolicy, NoSuchPolicy
from witnesskit.model import Audience
from witnesskit.policy import load
from witnesskit.policy.schema import COLLECTED, FIELDS

VERSIONS = {"protect-filmer": 5, "court": 5, "public": 4, "hostile": 1}
ALL_BUT_WHO = frozenset(FIELDS) - {"collector", "egress"}

GOLDEN = {
    "protect-filmer": {
        "policy_audience": Audience.DESK,
        "capture_require": {"url", "media"},
        "capture_want": {"html", "headers", "screenshot", "metadata", "context"},
        "capture_collect": set(COLLECTED),
        "strip_on_unknown": "refuse",
        "strip_required": True,
        "strip_credentials": "report",
        "strip_hidden_footage": "keep",
        "strip_further_pages": "keep",
        "strip_second_images": "drop",
        "release_lossless": True,
        "release_exposure_refuse": set(),
        "release_originals": False,
        "release_original_digests": False,
        "release_consent": "not-withdrawn",
        "release_marks": {"unmarked", "public", "restricted"},
        "release_time": "exact",
        "release_fields": ALL_BUT_WHO,
        "copies_min": 2,
        "forget_needs": "receipt",
        "device_traces": "warn",
    },
    "court": {
        "policy_audience": Audience.COURT,
        "capture_require": {"url", "html", "screenshot", "media"},
        "capture_want": {"headers", "metadata", "context"},
        "capture_collect": set(COLLECTED),
        "strip_on_unknown": "refuse",
        "strip_required": False,
        "strip_credentials": "report",
        "strip_hidden_footage": "keep",
        "strip_further_pages": "keep",
        "strip_second_images": "drop",
        "release_lossless": True,
        "release_exposure_refuse": set(),
        "release_originals": True,
        "release_original_digests": True,
        "release_consent": "not-withdrawn",
        "release_marks": {"unmarked", "public", "restricted", "secret"},
        "release_time": "exact",
        "release_fields": ALL_BUT_WHO,
        "copies_min": 2,
        "forget_needs": "receipt",
        "device_traces": "warn",
    },
    "public": {
        "policy_audience": Audience.PUBLIC,
        "capture_require": {"media"},
        "capture_want": {"url", "html", "headers", "screenshot", "metadata", "context"},
        "capture_collect": {"subtitles"},
        "strip_on_unknown": "refuse",
        "strip_required": True,
        "strip_credentials": "drop",
        "strip_hidden_footage": "keep",
        "strip_further_pages": "keep",
        "strip_second_images": "drop",
        "release_lossless": False,
        "release_exposure_refuse": {"unanswered", "unsure"},
        "release_originals": False,
        "release_original_digests": False,
        "release_consent": "not-withdrawn",
        "release_marks": {"unmarked", "public"},
        "release_time": "day",
        "release_fields": {"item", "saved", "copy_type", "copy_size", "copy_sha256", "essence", "finding"},
        "copies_min": 2,
        "forget_needs": "receipt",
        "device_traces": "warn",
    },
}
GOLDEN["hostile"] = GOLDEN["protect-filmer"] | {"device_traces": "refuse"}


@pytest.mark.parametrize("name", GOLDEN)
def test_a_shipped_file_says_exactly_this(name):
    assert vars(load.shipped(name).rules) == GOLDEN[name]


def test_no_other_file_is_shipped():
    assert load.shipped_names() == tuple(sorted(GOLDEN))


@pytest.mark.parametrize("name", GOLDEN)
def test_the_id_is_name_version_and_the_digest_of_the_bytes(name):
    data = load.shipped_bytes(name)
    assert load.shipped(name).id == f"{name}@{VERSIONS[name]}#{hashlib.sha256(data).hexdigest()}"
    assert load.lint(data) == ()


def test_the_default_protects_the_filmer():
    assert load.shipped() == load.shipped("protect-filmer")


def test_the_repository_and_the_package_hold_the_same_files():
    root = Path(__file__).resolve().parents[2]
    for name in GOLDEN:
        assert (root / "policies" / f"{name}.toml").read_bytes() == load.shipped_bytes(name)


def test_a_policy_is_found_by_name_or_by_path(tmp_path):
    path = tmp_path / "ours.toml"
    path.write_bytes(load.shipped_bytes("public"))
    assert load.find(str(path)) == load.find("public")


@pytest.mark.parametrize("name", ["", "newsroom", "../policies/court", "court/", "/etc/passwd"])
def test_a_name_that_is_not_shipped_is_refused(name):
    with pytest.raises(NoSuchPolicy):
        load.find(name)
    with pytest.raises(NoSuchPolicy):
        load.shipped_bytes(name)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(BadPolicy):
        load.find(str(tmp_path / "none.toml"))
