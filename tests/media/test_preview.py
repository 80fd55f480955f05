"""Small pictures inside are found wherever they lie, as they are; a film gives a sheet."""

from __future__ import annotations

import io
import random

from PIL import Image

from tests.media_builders.clips import Memory, film, like, quartered, sound_only
from witnesskit.media.preview import write_previews


def saved(kind: str, size=(320, 240), **more) -> bytes:
    out = io.BytesIO()
    quartered(*size).save(out, kind, **more)
    return out.getvalue()


def previews(data: bytes):
    sink = Memory()
    written = write_previews(Memory(data), sink)
    place, found = 0, []
    for one in written:
        found.append((one["kind"], one["ending"], bytes(sink.data[place : place + one["size"]])))
        place += one["size"]
    assert place == sink.size
    return found


def with_app1(picture: bytes, thumbnail: bytes) -> bytes:
    body = b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\x0e" + thumbnail
    return picture[:2] + b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body + picture[2:]


def test_thumbnail_and_trailing_picture_are_found_as_they_are():
    small, second = saved("JPEG", (80, 60)), saved("JPEG", (64, 48))
    data = with_app1(saved("JPEG"), small) + b"\0junk" + second
    assert previews(data) == [("embedded", "jpg", small), ("embedded", "jpg", second)]


def test_a_picture_alone_holds_none():
    for kind in ("JPEG", "PNG", "WEBP"):
        assert previews(saved(kind)) == []


def test_a_cover_in_a_sound_is_found():
    cover = saved("PNG", (50, 50))
    assert previews(sound_only(0.1) + cover + b"tail") == [("embedded", "png", cover)]


def test_a_film_gives_a_sheet_turned_as_it_is_shown():
    for turn, size, corner in (("none", (240, 180), (200, 40, 40)), ("clock", (180, 240), (40, 40, 200))):
        ((kind, ending, data),) = previews(film(0.3, turn=turn))
        assert (kind, ending) == ("sheet", "jpg")
        sheet = Image.open(io.BytesIO(data))
        assert sheet.size == size
        assert like(sheet.getpixel((20, 20)), corner, 30)


def test_broken_and_hostile_files_never_raise():
    chance = random.Random(9)
    seeds = [
        with_app1(saved("JPEG"), saved("JPEG", (80, 60))),
        film(0.2),
        b"x" + saved("PNG") * 3,
        b"\xff\xd8\xff\xe0" * 3000,
    ]
    for number in range(60):
        data = bytearray(seeds[number % len(seeds)])
        for _ in range(chance.choice((1, 5, 50))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        if chance.random() < 0.3:
            del data[chance.randrange(len(data)) :]
        previews(bytes(data))


def test_their_number_is_bounded():
    one = saved("JPEG", (16, 16))
    assert len(previews(b"x" + one * 100)) == 60
