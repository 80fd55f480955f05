"""Derivatives of films and sounds: what is shown and heard, and what is not."""

from __future__ import annotations

import contextlib
import random

import pytest

from tests.media_builders.clips import (
    QUARTERS,
    Memory,
    changing,
    film,
    kinds_of,
    level,
    like,
    pictures_of,
    samples_of,
    seconds_of_sound,
    sound_only,
)
from witnesskit.errors import WitnesskitError
from witnesskit.errors.derive import BadRegion, BadSpan, ChangingPicture, ChoiceDoesNotFit, Undecodable
from witnesskit.errors.media import UnsupportedMedia
from witnesskit.media.probe import media_type
from witnesskit.strip.derivation import Box, Derivation, Region, Span, from_json
from witnesskit.strip.derive import recode

BLACK = (0, 0, 0)
UPPER_LEFT, UPPER_RIGHT, LOWER_LEFT, LOWER_RIGHT = QUARTERS


def made(data: bytes, derivation: Derivation | None = None) -> bytes:
    recoded = recode(Memory(data), media_type(data[:1024]), derivation or Derivation())
    return recoded.made.getvalue()


@pytest.fixture(scope="module")
def clip() -> bytes:
    return film()


def points(picture):
    """The middles of the four quarters."""
    width, height = picture.size
    return [picture.getpixel((width * x // 4, height * y // 4)) for y in (1, 3) for x in (1, 3)]


def test_a_film_is_vp9_and_opus_at_half_size(clip):
    data = made(clip)
    assert kinds_of(data) == ["video vp9", "audio opus"]
    pictures = pictures_of(data)
    assert {picture.size for _, picture in pictures} == {(160, 120)}
    assert len(pictures) == 50
    assert all(like(*pair) for pair in zip(points(pictures[5][1]), QUARTERS, strict=True))
    assert abs(pictures[-1][0] - 49 / 25) < 0.01
    assert abs(seconds_of_sound(data) - 2) < 0.06


def test_the_whole_size_can_be_kept(clip):
    assert pictures_of(made(clip, Derivation(half=False)))[0][1].size == (320, 240)


def test_the_same_film_gives_the_same_bytes(clip):
    assert made(clip) == made(clip)
    assert made(film()) == made(clip)


def test_nothing_is_said_of_the_original(clip):
    token = {"title": "tokentitle", "artist": "tokenartist", "comment": "tokencomment"}
    data = made(film(1, metadata=token))
    assert b"token" not in data
    assert b"x264" not in data and b"Lavc" not in data


@pytest.mark.parametrize(
    ("turn", "order"),
    [("none", (0, 1, 2, 3)), ("half", (3, 2, 1, 0)), ("clock", (2, 0, 3, 1)), ("counter", (1, 3, 0, 2)),
     ("mirror", (1, 0, 3, 2)), ("upside", (2, 3, 0, 1)), ("transposed", (0, 2, 1, 3)), ("other", (3, 1, 2, 0))],
)  # fmt: skip
def test_the_rotation_becomes_part_of_the_picture(turn, order):
    first = pictures_of(made(film(0.2, sound=False, turn=turn)))[0][1]
    assert first.size == ((120, 160) if turn in ("clock", "counter", "transposed", "other") else (160, 120))
    assert all(like(point, QUARTERS[number]) for point, number in zip(points(first), order, strict=True))


def test_a_slanted_film_is_refused():
    data = bytearray(film(0.2, sound=False, turn="clock"))
    place = data.index(b"tkhd") + 44
    data[place : place + 20] = b"\0\0\xb5\x04\0\0\xb5\x04\0\0\0\0\xff\xff\x4a\xfc\0\0\xb5\x04"
    with pytest.raises(UnsupportedMedia):
        made(bytes(data))


def test_a_box_is_black_inside_its_time_and_nothing_else_changes(clip):
    region = Region(20, 16, 101, 77)
    data = made(clip, Derivation(half=False, boxes=(Box(region, Span(500, 1200)),)))
    for second, picture in pictures_of(data):
        inside = [picture.getpixel((x, y)) for x in range(22, 119, 5) for y in range(18, 91, 5)]
        outside = [picture.getpixel(place) for place in ((4, 4), (140, 40), (60, 104), (200, 40), (60, 180))]
        wanted = [QUARTERS[n] for n in (0, 0, 0, 1, 2)]
        assert all(like(*pair) for pair in zip(outside, wanted, strict=True)), second
        if 0.47 <= second < 1.2:
            assert all(like(point, BLACK, 8) for point in inside), (second, max(inside))
        else:
            assert all(like(point, UPPER_LEFT) for point in inside), second


def test_a_box_covers_a_picture_that_is_still_shown_when_it_begins(clip):
    """The picture of 0.48 s is on the screen until 0.52 s."""
    data = made(clip, Derivation(half=False, boxes=(Box(Region(0, 0, 320, 240), Span(500, 510)),)))
    black = [round(second, 2) for second, picture in pictures_of(data) if like(picture.getpixel((40, 40)), BLACK, 8)]
    assert black == [0.48]


def test_boxes_and_crop_are_of_the_picture_as_shown():
    """Turned by a quarter: 240 wide, 320 high; its upper left quarter is the lower left one of the coded picture."""
    turned = film(0.2, sound=False, turn="clock")
    boxed = pictures_of(made(turned, Derivation(half=False, boxes=(Box(Region(0, 0, 120, 160)),))))[0][1]
    assert boxed.size == (240, 320)
    assert [like(point, BLACK, 8) for point in points(boxed)] == [True, False, False, False]
    cropped = pictures_of(made(turned, Derivation(crop=Region(120, 160, 120, 160))))[0][1]
    assert cropped.size == (60, 80)
    assert all(like(point, UPPER_RIGHT) for point in points(cropped))


def test_a_box_lies_on_the_whole_picture_also_with_a_crop(clip):
    choices = Derivation(half=False, crop=Region(160, 0, 160, 120), boxes=(Box(Region(160, 0, 80, 120)),))
    first = pictures_of(made(clip, choices))[0][1]
    assert first.size == (160, 120)
    assert [like(point, BLACK, 8) for point in points(first)] == [True, False, True, False]


def test_a_trim_keeps_its_part_of_picture_and_sound(clip):
    data = made(clip, Derivation(trim=Span(1000, 1600)))
    pictures = pictures_of(data)
    assert len(pictures) == 15
    assert pictures[0][0] == 0
    assert all(like(points(picture)[3], (250, 250, 250)) for _, picture in pictures)
    assert abs(seconds_of_sound(data) - 0.6) < 0.05
    with pytest.raises(BadSpan):
        made(clip, Derivation(trim=Span(5000)))


def test_a_muted_film_has_no_sound_stream(clip):
    assert kinds_of(made(clip, Derivation(mute=True))) == ["video vp9"]


def test_pixels_are_blocks_of_one_colour(clip):
    _, picture = pictures_of(made(clip, Derivation(half=False, pixelate=True)))[30]
    assert picture.size == (320, 240)
    for left, top in ((0, 0), (160, 120), (300, 220)):
        block = [picture.getpixel((left + x, top + y)) for x in (4, 9, 15) for y in (4, 9, 15)]
        assert all(like(point, block[0], 10) for point in block)


@pytest.mark.parametrize("stills", [1, 3])
def test_stills_are_spread_over_the_film(clip, stills):
    for number in range(stills):
        recoded = recode(Memory(clip), "video/mp4", Derivation(stills=stills, still=number))
        assert recoded.media_type == "image/jpeg"
        assert recoded.facts == {"width": 160, "height": 120, "ms": 2000 * (2 * number + 1) // (2 * stills)}
        bright = recoded.facts["ms"] >= 1000
        with_pillow = _jpeg(recoded.made.getvalue())
        assert like(points(with_pillow)[3], (250, 250, 250) if bright else LOWER_RIGHT)


def test_a_box_lies_on_the_stills_of_its_time(clip):
    box = (Box(Region(0, 0, 160, 120), Span(0, 900)),)
    for number, black in enumerate((True, False)):
        recoded = recode(Memory(clip), "video/mp4", Derivation(stills=2, still=number, boxes=box))
        assert like(points(_jpeg(recoded.made.getvalue()))[0], BLACK, 8) is black


def _jpeg(data: bytes):
    import io

    from PIL import Image

    return Image.open(io.BytesIO(data)).convert("RGB")


@pytest.mark.parametrize(
    ("container", "codec"), [("matroska", "libx264"), ("webm", "libvpx-vp9"), ("mpegts", "libx264")]
)
def test_other_containers_are_read_too(container, codec):
    data = made(film(0.6, container=container, codec=codec))
    assert kinds_of(data) == ["video vp9", "audio opus"]
    assert 14 <= len(pictures_of(data)) <= 15
    assert pictures_of(data)[0][0] < 0.06


@pytest.mark.parametrize(
    ("container", "codec"), [("wav", "pcm_s16le"), ("flac", "flac"), ("mp3", "mp3"), ("ogg", "libopus")]
)
def test_a_sound_becomes_opus(container, codec):
    data = made(sound_only(1, container, codec))
    assert kinds_of(data) == ["audio opus"]
    assert media_type(data[:1024]) == "application/ogg"
    assert abs(seconds_of_sound(data) - 1) < 0.08
    assert level(samples_of(data)[9600:38400], 440) > 0.2


@pytest.mark.parametrize("hum", [50, 60, 150, 300])
def test_the_hum_is_taken_out(hum):
    data = made(sound_only(2, tone=hum))
    assert level(samples_of(data)[48_000:86_400], hum) < 0.02


def test_what_does_not_fit_is_refused(clip):
    wav = sound_only(0.2)
    for choices in (Derivation(crop=Region(0, 0, 8, 8)), Derivation(pixelate=True), Derivation(stills=2),
                    Derivation(mute=True)):  # fmt: skip
        with pytest.raises(ChoiceDoesNotFit):
            made(wav, choices)
    for region in (Region(0, 0, 321, 10), Region(319, 239, 2, 1), Region(0, 0, 0, 5)):
        for choices in (Derivation(crop=region), Derivation(boxes=(Box(region),))):
            with pytest.raises(BadRegion):
                choices.check()
                made(clip, choices)
    with pytest.raises(BadSpan):
        Derivation(trim=Span(5, 5)).check()


def test_the_choices_survive_the_pipe():
    choices = Derivation(
        half=False, mute=True, pixelate=True, crop=Region(1, 2, 3, 4), trim=Span(5, 6), stills=4, still=1,
        boxes=(Box(Region(5, 6, 7, 8)), Box(Region(9, 10, 11, 12), Span(1))),
    )  # fmt: skip
    assert from_json(choices.json()) == choices
    assert from_json(Derivation().json()) == Derivation()


def test_a_list_of_other_files_is_refused(tmp_path, clip):
    (tmp_path / "victim.mp4").write_bytes(clip)
    for text in (
        f"ffconcat version 1.0\nfile {tmp_path}/victim.mp4\n",
        f"#EXTM3U\n#EXTINF:1,\n{tmp_path}/victim.mp4\n",
    ):
        with pytest.raises(Undecodable):
            made(text.encode())


def test_rubbish_and_nothing_are_refused():
    for data in (b"", b"x", bytes(5000), random.Random(1).randbytes(5000), b"\0\0\0\x18ftypisom" + bytes(900)):
        with pytest.raises(Undecodable):
            made(data)


def test_a_bomb_is_refused(clip, monkeypatch):
    from witnesskit.strip import recode_source

    monkeypatch.setattr(recode_source, "FILM_PIXELS_MAX", 10_000)
    with pytest.raises(Undecodable):
        made(clip)
    with pytest.raises(Undecodable):
        made(clip, Derivation(stills=1))


def test_a_derivative_that_outgrows_its_memory_is_refused(clip, monkeypatch):
    from witnesskit.errors.derive import DerivativeTooLarge
    from witnesskit.strip import recode_source

    monkeypatch.setattr(recode_source, "DERIVED_MAX", 3_000)
    with pytest.raises(DerivativeTooLarge):
        made(clip)


def test_a_film_whose_size_changes_takes_no_regions():
    """Two films in one transport stream, the second half as wide."""
    data = changing()
    with pytest.raises(ChangingPicture):
        made(data, Derivation(boxes=(Box(Region(0, 0, 8, 8)),)))
    assert {picture.size for _, picture in pictures_of(made(data))} == {(160, 120)}


def test_a_broken_film_is_refused_by_name_or_made_of_what_can_be_read(clip):
    chance = random.Random(7)
    for _ in range(100):
        data = bytearray(clip)
        for _ in range(chance.choice((1, 4, 40))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        if chance.random() < 0.3:
            del data[chance.randrange(len(data)) :]
        with contextlib.suppress(WitnesskitError):
            made(bytes(data), Derivation(trim=Span(0, 100), pixelate=True))
