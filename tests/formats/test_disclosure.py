"""Salted openings: their text, their digest, and what is refused."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from witnesskit.errors.verify import BadDisclosure
from witnesskit.formats import disclosure
from witnesskit.model import Opening


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


SALT = "A" * 22


def test_the_digest_is_that_of_rfc_9901():
    text = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
    assert disclosure.digest(text) == "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"


def test_what_is_made_is_read_and_a_kept_salt_gives_it_again():
    text = disclosure.make("url", "https://example.org/ё")
    told = disclosure.parse(text)
    assert (told.name, told.value) == ("url", "https://example.org/ё")
    assert disclosure.make("url", told.value, told.salt) == text


def test_equal_fields_never_give_equal_digests():
    digests = {disclosure.digest(disclosure.make("day", "2026-11-23")) for _ in range(50)}
    assert len(digests) == 50


@pytest.mark.parametrize("count", [0, 1, 2, 3, 32])
def test_decoys_look_like_digests(count):
    made = disclosure.decoys(count)
    assert len(set(made)) == count
    for text in made:
        raw = base64.urlsafe_b64decode(text + "=")
        assert len(raw) == 32
        assert base64.urlsafe_b64encode(raw).decode() == text + "="


@pytest.mark.parametrize(
    "text",
    [
        "",
        "=",
        "é",
        _text(b'["' + SALT.encode() + b'","a",1]') + "=",
        _text(b'["' + SALT.encode() + b'", "a",1]'),
        _text(b'["' + SALT.encode() + b'","a"]'),
        _text(b'["' + SALT.encode() + b'","a",1,2]'),
        _text(b'["' + SALT.encode() + b'","a",null]'),
        _text(b'["' + SALT.encode() + b'","A",1]'),
        _text(b'["' + SALT.encode() + b'",1,1]'),
        _text(b'["short","a",1]'),
        _text(b'["' + b"A" * 21 + b'B","a",1]'),
        _text(b'{"salt":"a"}'),
        "A" * (4 * 1024 * 1024 + 1),
    ],
)
def test_an_opening_in_another_form_is_refused(text):
    with pytest.raises(BadDisclosure):
        disclosure.parse(text)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40) | st.binary(max_size=40).map(_text))
def test_hostile_text_is_refused_and_nothing_else_leaks(text):
    with pytest.raises(BadDisclosure):
        disclosure.parse(text)


def test_openings_find_the_line_that_commits_them():
    texts = [disclosure.make("day", "2026-11-23"), disclosure.make("url", "x")]
    lines = [b'{"sd":[]}', b'{"sd":["' + disclosure.digest(texts[1]).encode() + b'"]}']
    placed, left = disclosure.place("f" * 64, lines, texts)
    assert placed == (Opening("f" * 64, 1, texts[1]),)
    assert left == (texts[0],)
