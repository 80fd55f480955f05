"""HEIC pictures are put together as every viewer shows them: grid, turn, mirror, cut."""

from __future__ import annotations

import io
import random

import pytest
from PIL import Image

from tests.media_builders.clips import QUARTERS, Memory, like, quartered
from tests.media_builders.heif_tiles import SIDE, heic
from witnesskit.errors import WitnesskitError
from witnesskit.errors.derive import ChoiceDoesNotFit
from witnesskit.errors.media import BadMedia, MediaTooLarge, UnsupportedMedia
from witnesskit.strip import heif_shown
from witnesskit.strip.derivation import Box, Derivation, Region
from witnesskit.strip.derive import recode

WHOLE = Derivation(half=False)


def made(data: bytes, derivation: Derivation = WHOLE) -> Image.Image:
    return Image.open(io.BytesIO(recode(Memory(data), "image/heic", derivation).made.getvalue()))


def corners(picture):
    width, height = picture.size
    return [picture.getpixel((width * x // 4, height * y // 4)) for y in (1, 3) for x in (1, 3)]


@pytest.fixture(scope="module")
def grid() -> bytes:
    return heic(quartered(2 * SIDE, 2 * SIDE), 2, 2)


def test_one_item():
    picture = made(heic(quartered(SIDE, SIDE)), Derivation())
    assert picture.size == (SIDE // 2, SIDE // 2)
    assert all(like(*pair) for pair in zip(corners(picture), QUARTERS, strict=True))


def test_a_grid_is_put_together(grid):
    picture = made(grid)
    assert picture.size == (2 * SIDE, 2 * SIDE)
    assert all(like(*pair) for pair in zip(corners(picture), QUARTERS, strict=True))


def test_a_grid_ends_where_it_says():
    picture = made(heic(quartered(2 * SIDE, 2 * SIDE), 2, 2, size=(200, 180)))
    assert picture.size == (200, 180)


@pytest.mark.parametrize(
    ("turn", "order"),
    [((b"irot", b"\1"), (1, 3, 0, 2)), ((b"irot", b"\2"), (3, 2, 1, 0)), ((b"irot", b"\3"), (2, 0, 3, 1)),
     ((b"imir", b"\0"), (2, 3, 0, 1)), ((b"imir", b"\1"), (1, 0, 3, 2))],
)  # fmt: skip
@pytest.mark.parametrize("tiles", [1, 2])
def test_turns_become_part_of_the_picture(turn, order, tiles):
    picture = made(heic(quartered(tiles * SIDE, tiles * SIDE), tiles, tiles, (turn,)))
    assert all(like(one, QUARTERS[n]) for one, n in zip(corners(picture), order, strict=True))


def test_the_order_of_turns_is_that_of_the_file():
    first, second = (b"irot", b"\1"), (b"imir", b"\1")
    one = made(heic(quartered(SIDE, SIDE), turns=(first, second)))
    other = made(heic(quartered(SIDE, SIDE), turns=(second, first)))
    assert [like(*pair) for pair in zip(corners(one), corners(other), strict=True)].count(False) >= 2


def test_what_is_cut_away_is_not_in_it():
    import struct

    clap = struct.pack(">IIIIiIiI", 64, 1, 64, 1, -32, 1, -32, 1)
    picture = made(heic(quartered(SIDE, SIDE), turns=((b"clap", clap),)))
    assert picture.size == (64, 64)
    assert all(like(point, QUARTERS[0]) for point in corners(picture))


def test_boxes_are_of_the_picture_as_shown():
    picture = made(heic(quartered(SIDE, SIDE), turns=((b"irot", b"\1"),)),
                   Derivation(half=False, boxes=(Box(Region(0, 0, 64, 64)),)))  # fmt: skip
    assert [like(point, (0, 0, 0), 8) for point in corners(picture)] == [True, False, False, False]


def test_what_has_no_time_takes_no_time(grid):
    with pytest.raises(ChoiceDoesNotFit):
        made(grid, Derivation(stills=1))


def test_overlays_holes_and_bombs_are_refused(grid, monkeypatch):
    with pytest.raises(UnsupportedMedia):
        made(heic(quartered(2 * SIDE, SIDE), 2, 1, kind=b"iovl"))
    with pytest.raises(BadMedia):
        made(grid.replace(bytes([0, 0, 1, 1]) + b"\1\0\1\0", bytes([0, 0, 3, 3]) + b"\1\0\1\0"))
    with pytest.raises(WitnesskitError):
        made(grid[:-300])
    monkeypatch.setattr(heif_shown, "PICTURE_PIXELS_MAX", 1000)
    with pytest.raises(MediaTooLarge):
        made(grid)


def test_broken_files_are_refused_by_name(grid):
    chance = random.Random(21)
    for number in range(100):
        data = bytearray(grid)
        for _ in range(chance.choice((1, 5, 50))):
            data[chance.randrange(min(len(data), 900) if number % 2 else len(data))] = chance.randrange(256)
        if chance.random() < 0.2:
            del data[chance.randrange(len(data)) :]
        try:
            made(bytes(data), Derivation())
        except WitnesskitError:
            continue
