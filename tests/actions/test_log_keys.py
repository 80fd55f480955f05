"""A key that a court is told to use is one that the recovery key allowed."""

from __future__ import annotations

import json

import pytest

from tests.verify import cases
from witnesskit.actions.log_keys import changes, key_at


def log_of(name: str) -> bytes:
    return "\n".join(cases.load(name)["logs"][0]["lines"]).encode()


@pytest.mark.parametrize("name", ["ROTATE-without-the-recovery-key", "ROTATE-other-recovery-key"])
def test_a_change_that_nobody_allowed_names_no_key(name):
    lines = log_of(name)
    first = json.loads(lines.split(b"\n", 1)[0])["x"]["key"]
    assert changes(lines)
    assert key_at(lines, 10**6) == first


def test_an_allowed_change_does_for_checkpoints_behind_it():
    lines = log_of("ok-rotation")
    (change,) = changes(lines)
    first = json.loads(lines.split(b"\n", 1)[0])["x"]["key"]
    assert (key_at(lines, change.n), key_at(lines, change.n + 1)) == (first, change.key.text)
    assert change.key.text != first
