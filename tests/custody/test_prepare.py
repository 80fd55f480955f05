"""What the writer refuses to commit, and that it hides what it holds."""

from __future__ import annotations

import pytest

from witnesskit.custody import Signer, prepare
from witnesskit.custody.signer import new_origin
from witnesskit.errors.custody import NotCommittable, SigningKeyDamaged
from witnesskit.formats import disclosure
from witnesskit.keys import parse_verifier_key

ITEM = "a" * 32


@pytest.mark.parametrize(
    ("kind", "committed", "more"),
    [
        ("blessing", {}, {}),
        ("testify", {"day": "2026-11-23"}, {}),
        ("observe", {"uploader": "x"}, {}),
        ("observe", {"url": None}, {}),
        ("observe", {"status": 1.5}, {}),
        ("observe", {"status": 2**53}, {}),
        ("observe", {"url": "\ud800"}, {}),
        ("observe", {}, {"item": ITEM}),
        ("observe", {}, {"x": {"url": "x"}}),
        ("ingest", {}, {}),
        ("ingest", {}, {"item": "A" * 32}),
        ("ingest", {"record_sha256": "b" * 64}, {"item": ITEM, "deferred": ["record_sha256"]}),
        ("ingest", {}, {"item": ITEM, "deferred": ["record_sha256", "record_sha256"]}),
        ("ingest", {}, {"item": ITEM, "deferred": ["uploader"]}),
    ],
)
def test_what_the_chain_has_no_place_for_is_refused(kind, committed, more):
    with pytest.raises(NotCommittable):
        prepare(kind, committed, **more)


@pytest.mark.parametrize("values", [{}, {"sha256": "b"}, {"record_sha256": "b", "sha256": "c"}])
def test_deferred_values_are_exactly_those_announced(values):
    with pytest.raises(NotCommittable):
        prepare("ingest", {}, item=ITEM, deferred=["record_sha256"]).completed(values)


def test_the_opening_line_gives_back_every_field():
    event = prepare("observe", {"url": "https://example.org", "status": 200})
    told = {one.name: one.value for one in map(disclosure.parse, event.opening_line()["disclosures"])}
    assert told == {"url": "https://example.org", "status": 200}
    assert event.opening_line()["event"] == "observe"


def test_text_forms_hold_no_opening_and_no_key():
    event = prepare("ingest", {"url": "https://example.org"}, item=ITEM, deferred=["record_sha256"])
    hidden = [*event.disclosures, *event.deferred_salts.values()]
    assert not any(secret in repr(event) for secret in hidden)
    signer = Signer.generate(new_origin())
    assert signer.to_bytes().hex() not in repr(signer)
    assert repr(signer.to_bytes()) not in repr(signer)


def test_a_stored_key_signs_as_before():
    signer = Signer.generate(new_origin())
    again = Signer.from_bytes(signer.origin, signer.to_bytes())
    assert again.sign_note("text\n") == signer.sign_note("text\n")
    assert parse_verifier_key(signer.vkey) == again.key


@pytest.mark.parametrize("data", [b"", b"a" * 31, b"a" * 33])
def test_a_damaged_signing_key_is_refused(data):
    with pytest.raises(SigningKeyDamaged):
        Signer.from_bytes("wk1/a", data)
