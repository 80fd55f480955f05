"""Content credentials are told in words, and no store makes the reader raise or run long."""

import json
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.media_builders.jpeg import Plan, build, segment
from tests.media_builders.readers import Bytes
from tests.media_builders.samples import SAMPLES
from witnesskit.media.inspect import inspect
from witnesskit.media.walk_jumbf import joined_segments, jumbf_values
from witnesskit.media_limits import JUMBF_VALUES_MAX


def box(kind, data):
    return struct.pack(">I", 8 + len(data)) + kind + data


def superbox(label, *children):
    return box(b"jumb", box(b"jumd", bytes(16) + b"\x03" + label + b"\0") + b"".join(children))


def cbor(value):
    """The smallest encoder that the tests need."""
    if isinstance(value, dict):
        return bytes([0xA0 + len(value)]) + b"".join(cbor(key) + cbor(part) for key, part in value.items())
    if isinstance(value, list):
        return bytes([0x80 + len(value)]) + b"".join(map(cbor, value))
    if isinstance(value, bytes):
        return b"\x59" + struct.pack(">H", len(value)) + value
    data = value.encode()
    return b"\x79" + struct.pack(">H", len(data)) + data


CLAIM = {"claim_generator": "Camera app 3.1", "dc:title": "IMG_2011.jpg", "parts": [{"who": "Aigerim"}]}
STORE = superbox(
    b"c2pa",
    superbox(
        b"urn:uuid:1",
        superbox(b"c2pa.claim", box(b"cbor", cbor(CLAIM))),
        superbox(b"stds.exif", box(b"json", json.dumps({"exif:GPSLatitude": "43,20.1N"}).encode())),
        superbox(b"c2pa.signature", box(b"cbor", cbor([b"\x30\x82Signer of the news desk", "x"]))),
        superbox(b"c2pa.thumbnail", box(b"bidb", b"%&'()*456789:CDEFGHIJ" * 9)),
    ),
)


def test_every_text_is_told_under_the_label_of_its_box():
    told = list(jumbf_values(STORE))
    assert ("c2pa.claim claim_generator", "Camera app 3.1") in told
    assert ("c2pa.claim dc:title", "IMG_2011.jpg") in told
    assert ("c2pa.claim parts who", "Aigerim") in told
    assert ("stds.exif exif:GPSLatitude", "43,20.1N") in told
    assert ("c2pa.signature", "Signer of the news desk") in told
    assert ("c2pa.thumbnail", "189 bytes") in told


def pieces(store, size):
    """As a JPEG carries it: each piece behind the number, its place and the head of the box."""
    head, rest = store[:8], store[8:]
    parts = [rest[at : at + size] for at in range(0, len(rest), size)]
    return [b"JP\0\1" + struct.pack(">I", place) + head + part for place, part in enumerate(parts, 1)]


@pytest.mark.parametrize("size", [40, 100, 60000])
def test_a_store_in_many_segments_is_joined(size):
    bodies = pieces(STORE, size)
    assert joined_segments(bodies) == STORE
    assert joined_segments(bodies[::-1]) == STORE


def test_a_picture_tells_who_signed_it():
    seen = inspect(Bytes(build(Plan(head=[segment(0xEB, part) for part in pieces(STORE, 100)]))))
    values = {(one.group, one.value) for one in seen.revelations}
    assert ("where", "43,20.1N") in values
    assert "Camera app 3.1" in {value for _, value in values}
    assert any(one.name == "content credentials (C2PA)" for one in seen.revelations)


def test_real_credentials_name_their_author():
    path = SAMPLES / "image" / "c2pa.jpg"
    if not path.exists():
        pytest.skip("no samples here")
    seen = inspect(Bytes(path.read_bytes()))
    assert any(one.group == "who" and one.value == "Gavin Peacock" for one in seen.revelations)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_a_fault(data):
    assert len(list(jumbf_values(box(b"jumb", data)))) <= JUMBF_VALUES_MAX
    assert (
        len(list(jumbf_values(superbox(b"c2pa.claim", box(b"cbor", data), box(b"json", data))))) <= JUMBF_VALUES_MAX
    )
    joined_segments([b"JP" + data, data])


@pytest.mark.parametrize(
    "content",
    [
        b"\x9f" * 5000, b"\x81" * 5000, b"\xba\xff\xff\xff\xff", b"\x5b" + b"\xff" * 8, b"\xbf\x9f\xff" * 900,
        b"\xfb",
    ],
    ids=["endless", "deep", "many", "long", "odd", "cut"],
)  # fmt: skip
def test_hostile_cbor_ends_soon(content):
    list(jumbf_values(superbox(b"c2pa.claim", box(b"cbor", content))))


def test_boxes_in_boxes_end_at_the_limit():
    store = STORE
    for _ in range(300):
        store = box(b"jumb", store)
    assert len(list(jumbf_values(store))) == 1
