"""JSON in and out: what the profile refuses, and that what goes out is RFC 8785."""

from __future__ import annotations

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from witnesskit.errors.formats import BadJson, BadNumber, DuplicateKey, NotCanonical
from witnesskit.formats import strict_json

_TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
_VALUES = st.recursive(
    st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(_VALUES)
def test_canonical_bytes_are_those_of_another_implementation_of_rfc_8785(value):
    assert rfc8785.dumps(value) == strict_json.canonical(value)


@settings(max_examples=200, deadline=None)
@given(_VALUES)
def test_what_goes_out_comes_back(value):
    encoded = strict_json.canonical(value)
    assert value == strict_json.loads(encoded) == strict_json.loads_canonical(encoded)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60) | st.text(alphabet='{}[]":,\\u0d8null1.e-', max_size=40).map(str.encode))
def test_nothing_but_our_refusal_leaks_from_hostile_bytes(data):
    try:
        strict_json.loads(data)
    except BadJson:
        return


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b'{"a":1,"a":2}', DuplicateKey),
        (b'[{"b":{"a":1,"a":1}}]', DuplicateKey),
        (b"1.0", BadNumber),
        (b"1e3", BadNumber),
        (b"-0", BadNumber),
        (b"NaN", BadNumber),
        (b"-Infinity", BadNumber),
        (b"9007199254740992", BadNumber),
        (b"-9007199254740992", BadNumber),
        (b"1" * 5000, BadNumber),
        (b"null", BadJson),
        (b'{"a":[null]}', BadJson),
        (b'"\\ud800"', BadJson),
        (b'{"\\udfff":1}', BadJson),
        (b'"\xff"', BadJson),
        (b"\xef\xbb\xbf1", BadJson),
        (b"", BadJson),
        (b"1 1", BadJson),
        (b"[" * 17 + b"]" * 17, BadJson),
        (b"[" * 100_000, BadJson),
        (b'{"a":' * 100_000, BadJson),
    ],
)
def test_a_document_outside_the_profile_is_refused_under_its_own_code(data, refusal):
    with pytest.raises(BadJson) as caught:
        strict_json.loads(data)
    assert refusal is type(caught.value)


@pytest.mark.parametrize("inside", ["[" * 40, '\\"[' * 40, "\\\\", '{"' * 0 + "}" * 40])
def test_brackets_inside_a_string_are_not_depth(inside):
    data = b'{"a":["' + inside.encode() + b'",[1]]}'
    assert strict_json.loads(data)["a"][1] == [1]


def test_a_string_that_is_never_closed_is_refused_in_one_pass():
    with pytest.raises(BadJson):
        strict_json.loads(b'["' + b'\\"' * 2_000_000)


def test_sixteen_levels_are_read():
    assert strict_json.loads(b"[" * 16 + b"]" * 16)


def test_a_document_over_the_size_is_not_parsed():
    with pytest.raises(BadJson, match="at most 4"):
        strict_json.loads(b"[1,2]", max_size=4)


@pytest.mark.parametrize(
    "value", [None, 1.0, [None], {"a": 2**53}, {1: 2}, "\ud800", {"\ud800": 1}, b"bytes", float("nan")]
)
def test_a_value_outside_the_profile_is_not_written(value):
    with pytest.raises(BadJson):
        strict_json.canonical(value)


@pytest.mark.parametrize("data", [b'{"a": 1}', b'{"b":1,"a":1}', b'"\\u0061"', b'"\\/"', b"[1]\n"])
def test_a_document_that_is_not_canonical_is_told_apart(data):
    strict_json.loads(data)
    with pytest.raises(NotCanonical):
        strict_json.loads_canonical(data)


def test_keys_outside_the_first_plane_are_sorted_by_utf_16():
    assert strict_json.canonical({"\ue000": 1, "\U0001f600": 2}).index("\U0001f600".encode()) == 2


@settings(max_examples=500, deadline=None)
@given(_VALUES, st.data())
def test_canonical_is_told_alike_with_and_without_writing_the_document_again(value, data):
    document = strict_json.canonical(value)
    if data.draw(st.booleans()):
        place = data.draw(st.integers(0, len(document)))
        piece = data.draw(
            st.sampled_from([b"", b" ", b"0", b"-", b"\\u0061", b"\t", b'"', b",", b"1", b"[]", b"true"])
        )
        document = document[:place] + piece + document[place + data.draw(st.integers(0, 1)) :]
    try:
        parsed = strict_json.loads(document)
    except BadJson:
        parsed = None
    try:
        strict = strict_json.loads_canonical(document)
    except NotCanonical:
        assert parsed is None or strict_json.canonical(parsed) != document
    except BadJson:
        assert parsed is None
    else:
        assert strict_json.canonical(strict) == document
