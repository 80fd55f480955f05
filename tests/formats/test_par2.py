"""Which files a PAR2 file describes is found wherever par2 itself would find it."""

import contextlib
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from witnesskit.errors.parity import BadParity
from witnesskit.formats.par2 import Described, described


def packet(kind: bytes, body: bytes) -> bytes:
    hashed = bytes(16) + kind + body
    length = (32 + len(hashed)).to_bytes(8, "little")
    return b"PAR2\0PKT" + length + hashlib.md5(hashed, usedforsecurity=False).digest() + hashed


def description(name: bytes, size: int = 0) -> bytes:
    return packet(b"PAR 2.0\0FileDesc", bytes(48) + size.to_bytes(8, "little") + name + bytes(-len(name) % 4))


MAIN = packet(b"PAR 2.0\0Main\0\0\0\0", bytes(12))


def test_names_are_read_without_their_padding_and_sizes_beside_them():
    data = MAIN + description(b"abc.age", 2**40) + description(b"../etc")
    assert list(described(data)) == [Described(b"abc.age", 2**40), Described(b"../etc", 0)]


@pytest.mark.parametrize(
    "data",
    [
        b"rubbish" + description(b"abc"),
        MAIN[:-4] + description(b"abc"),
        packet(b"x" * 16, description(b"abc")),
        description(b"\0" * 60 + description(b"abc"))[:-200] + description(b"abc"),
        description(b"other").replace(b"other", b"rotte") + description(b"abc"),
    ],
    ids=[
        "behind rubbish",
        "behind a cut packet",
        "inside a packet",
        "inside a cut description",
        "behind a rotten one",
    ],
)
def test_a_description_is_found_wherever_it_stands_and_only_whole(data):
    assert list(described(data)) == [Described(b"abc", 0)]


@pytest.mark.parametrize("data", [b"", b"x", description(b"abc")[:-1], b"PAR2\0PKT" + bytes(56)])
def test_nothing_is_found_where_nothing_is(data):
    assert list(described(data)) == []


def test_a_description_longer_than_any_name_is_refused():
    with pytest.raises(BadParity):
        list(described(description(b"a" * 5000)))


@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_else(data):
    with contextlib.suppress(BadParity):
        list(described(data))
