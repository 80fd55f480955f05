"""Which files a PAR2 file describes is read from whole packets only."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from witnesskit.errors.parity import BadParity
from witnesskit.formats.par2 import described_names


def packet(kind: bytes, body: bytes) -> bytes:
    return b"PAR2\0PKT" + (64 + len(body)).to_bytes(8, "little") + bytes(32) + kind + body


def description(name: bytes) -> bytes:
    return packet(b"PAR 2.0\0FileDesc", bytes(56) + name + bytes(-len(name) % 4))


def test_names_are_read_without_their_padding():
    data = packet(b"PAR 2.0\0Main\0\0\0\0", bytes(12)) + description(b"abc.age") + description(b"../etc")
    assert list(described_names(data)) == [b"abc.age", b"../etc"]


@pytest.mark.parametrize(
    "data",
    [
        b"x",
        description(b"abc")[:-1],
        description(b"abc") + b"\0",
        packet(b"x" * 16, b"123"),
        b"PAR2\0PKT" + bytes(56),
    ],
)
def test_anything_but_whole_packets_is_refused(data):
    with pytest.raises(BadParity):
        list(described_names(data))


@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_else(data):
    with contextlib.suppress(BadParity):
        list(described_names(data))
