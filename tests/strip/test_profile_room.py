"""Room for text in the numbers of ICC profiles: the writer leaves it behind, the inspector never calls it clean."""

from __future__ import annotations

import io
import struct

import pytest
from PIL import ImageCms

from witnesskit.formats.icc import neutralise
from witnesskit.media.walk_icc import walk_icc

_TOKEN = b"TKN0042QXZJVKPA"
_STRAIGHT = bytes(range(256)) * 3


def _tags(profile: bytes) -> dict[bytes, bytes]:
    found = {}
    for at in range(132, 132 + 12 * int.from_bytes(profile[128:132], "big"), 12):
        name, place, size = struct.unpack(">4sII", profile[at : at + 12])
        found[name] = profile[place : place + size]
    return found


def _built(head: bytes, tags: dict[bytes, bytes]) -> bytes:
    place, table, body = 132 + 12 * len(tags), len(tags).to_bytes(4, "big"), b""
    for name, data in sorted(tags.items()):
        table += name + struct.pack(">II", place + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    return (place + len(body)).to_bytes(4, "big") + head[4:128] + table + body


def _numbers(kind: bytes, size: int) -> bytes:
    return kind + bytes(4) + (_TOKEN * 4)[:size]


def _curve() -> bytes:
    words = _TOKEN * 4
    return b"curv" + bytes(4) + (len(words) // 2).to_bytes(4, "big") + words


def _lookup(matrix: bytes = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)) -> bytes:
    return b"mft1" + bytes(4) + b"\3\3\2\0" + matrix + _STRAIGHT + _TOKEN.ljust(24, b"\0") + _STRAIGHT


_PLACES = {
    **{name.decode(): (name, _numbers(b"XYZ ", 12)) for name in (b"wtpt", b"bkpt", b"rXYZ")},
    **{f"{name.decode()} curve": (name, _curve()) for name in (b"rTRC", b"kTRC", b"bkpt", b"wtpt", b"A2B0")},
    **{name.decode(): (name, _lookup()) for name in (b"A2B0", b"A2B1", b"A2B2", b"B2A0", b"B2A1", b"B2A2", b"gamt")},
    "matrix of a table": (b"A2B1", _lookup(_TOKEN * 2 + _TOKEN[:6])),
    "chad": (b"chad", _numbers(b"sf32", 36)),
    "cicp": (b"cicp", _numbers(b"cicp", 4)),
    "parameters": (b"rTRC", b"para" + bytes(4) + b"\0\4\0\0" + (_TOKEN * 2)[:28]),
}


@pytest.fixture(scope="module")
def clean() -> bytes:
    """A profile as copies hold it."""
    stream = io.BytesIO(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    neutral = neutralise(stream.getvalue())
    assert neutral is not None and not walk_icc(neutral.data).strange
    return neutral.data


@pytest.mark.parametrize("place", _PLACES)
def test_text_in_the_numbers_of_a_profile(clean: bytes, place: str) -> None:
    name, data = _PLACES[place]
    planted = _built(clean, {**_tags(clean), name: data})
    neutral = neutralise(planted)
    assert neutral is None or _TOKEN[:8] not in neutral.data
    assert walk_icc(planted).strange or walk_icc(planted).texts


@pytest.mark.parametrize("place", [8, 12, 16, 20, 64, 68, 72, 76])
def test_text_in_the_header_of_a_profile(clean: bytes, place: int) -> None:
    planted = clean[:place] + _TOKEN[:4] + clean[place + 4 :]
    neutral = neutralise(planted)
    assert neutral is None or _TOKEN[:4] not in neutral.data
    assert walk_icc(planted).strange


def test_tags_of_another_colour_space_are_not_part_of_the_colours(clean: bytes) -> None:
    grey = b"curv" + bytes(4) + struct.pack(">IH", 1, 563)
    with_grey = _built(clean, {**_tags(clean), b"kTRC": grey})
    neutral = neutralise(with_grey)
    assert neutral is not None and neutral.data == clean
    assert walk_icc(with_grey).colour_sha256 == walk_icc(clean).colour_sha256 == neutral.colour_sha256
