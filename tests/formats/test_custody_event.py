"""One log line: what it may hold, and that reading and writing do not change a byte."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from witnesskit.errors import WitnesskitError
from witnesskit.errors.formats import BadJson
from witnesskit.errors.verify import BadLine
from witnesskit.formats import custody_event, disclosure
from witnesskit.formats.custody_event import Event
from witnesskit.formats.custody_types import COMMITTED, DIGESTS


def _digests(count):
    return tuple(sorted(disclosure.decoys(count)))


def _close(**changes):
    event = {"v": 1, "n": 5, "log": "a" * 64, "t": "2026-11-23", "type": "close", "by": "desk", "x": {}}
    event["sd"] = list(_digests(8))
    event.update(changes)
    return json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def test_every_type_has_room_for_all_its_names():
    assert all(len(names) <= DIGESTS[name] for name, names in COMMITTED.items())


def test_unknown_fields_are_kept_byte_for_byte_and_reported():
    line = _close(type="blessing", zeal={"a": [1]}, x={"new": "Ё"}, sd=list(_digests(3)))
    event = custody_event.parse(line)
    assert custody_event.dump(event) == line
    assert event.unknown_names == ("type blessing", "zeal")


@pytest.mark.parametrize(
    "changes",
    [
        {"n": -1}, {"n": True}, {"n": "5"}, {"n": 0}, {"v": 0}, {"v": True}, {"v": "1"}, {"t": "yesterday"},
        {"t": "2026-11-23T10:00:00+01:00"}, {"t": 5}, {"type": "Close"}, {"type": ""}, {"by": "Aigul K."},
        {"log": "A" * 64}, {"log": "a" * 63}, {"log": ""}, {"item": "a" * 32}, {"item": 5}, {"x": []}, {"x": {"A": 1}},
        {"sd": {}}, {"sd": ["a"] * 8}, {"sd": list(_digests(7))}, {"sd": [*_digests(7), 5]}, {"Field": 1},
        {"sd": [*_digests(6), ",".join(_digests(2))]}, {"sd": list(reversed(_digests(8)))},
        {"sd": sorted([*_digests(7), "A" * 42 + "B"])}, {"sd": sorted([*_digests(7), "A" * 42 + "é"])},
        {"sd": [_digests(1)[0]] * 8}, {"type": "genesis"}, {"type": "ingest", "sd": list(_digests(32))},
        {"type": "recover", "x": {}}, {"type": "recover", "x": {"lost": -1}},
    ],
)  # fmt: skip
def test_a_line_with_one_defect_is_refused(changes):
    with pytest.raises(BadLine):
        custody_event.parse(_close(**changes))


@pytest.mark.parametrize("name", ["v", "n", "log", "t", "type", "by", "sd", "x"])
def test_a_line_without_a_field_is_refused(name):
    event = json.loads(_close())
    del event[name]
    with pytest.raises(BadLine):
        custody_event.parse(json.dumps(event, sort_keys=True, separators=(",", ":")).encode())


def test_a_line_that_is_too_long_is_refused():
    with pytest.raises(BadJson):
        custody_event.parse(_close(x={"a": "a" * 65536}))


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_a_changed_line_is_refused_with_our_refusal_or_differs(data):
    line = _close()
    place = data.draw(st.integers(0, len(line) - 1))
    changed = line[:place] + data.draw(st.binary(max_size=3)) + line[place + 1 :]
    try:
        event = custody_event.parse(changed)
    except WitnesskitError:
        return
    assert custody_event.dump(event) == changed


def test_lines_of_one_type_have_one_length():
    def line(*committed):
        sd = sorted([*map(disclosure.digest, committed), *disclosure.decoys(24 - len(committed))])
        return custody_event.dump(Event(n=7, type="observe", t="sealed", by="field", sd=tuple(sd), log="b" * 64))

    short, long = (
        line(),
        line(disclosure.make("url", "https://example.org/" + "a" * 500), disclosure.make("day", "x")),
    )
    assert len(short) == len(long)
