"""Derivatives of pictures: JPEG in sRGB, turned as shown, and nothing of what lay around the picture."""

from __future__ import annotations

import io
import random

import pytest
from PIL import Image, ImageCms

from tests.media_builders.clips import QUARTERS, Memory, like, quartered
from witnesskit.errors import WitnesskitError
from witnesskit.errors.derive import BadRegion, ChoiceDoesNotFit, Undecodable
from witnesskit.errors.media import BadMedia, MediaTooLarge, UnsupportedMedia
from witnesskit.media.probe import media_type
from witnesskit.strip import recode_picture
from witnesskit.strip.derivation import Box, Derivation, Region, Span
from witnesskit.strip.derive import derive, recode

BLACK = (0, 0, 0)


def saved(picture: Image.Image, kind: str, **more) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **more)
    return out.getvalue()


def made(data: bytes, derivation: Derivation | None = None) -> Image.Image:
    out = recode(Memory(data), media_type(data[:1024]) or "image/bmp", derivation or Derivation()).made.getvalue()
    return Image.open(io.BytesIO(out))


def corners(picture):
    width, height = picture.size
    return [picture.getpixel((width * x // 4, height * y // 4)) for y in (1, 3) for x in (1, 3)]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF"])
def test_every_kind_becomes_a_jpeg_of_half_size(kind):
    picture = made(saved(quartered(), kind))
    assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (160, 120))
    assert all(like(*pair, 30) for pair in zip(corners(picture), QUARTERS, strict=True))
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "LA", "1", "I;16", "CMYK"])
def test_every_mode_is_shown(mode):
    kind = "TIFF" if mode == "CMYK" else "PNG"
    grey = mode in ("L", "LA", "1", "I;16")
    source = (
        quartered(mode="L").point(lambda v: v * 256, "I").convert("I;16") if mode == "I;16" else quartered(mode=mode)
    )
    picture = made(saved(source, kind))
    wanted = [
        quartered(mode="L").convert("RGB").getpixel(place) for place in ((80, 60), (240, 60), (80, 180), (240, 180))
    ]
    if mode == "1":
        return
    assert all(like(*pair, 30) for pair in zip(corners(picture), wanted if grey else QUARTERS, strict=True))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_becomes_part_of_the_picture(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "tokenmake"
    data = saved(quartered(), "JPEG", exif=exif, quality=95)
    order = [
        (0, 1, 2, 3),
        (1, 0, 3, 2),
        (3, 2, 1, 0),
        (2, 3, 0, 1),
        (0, 2, 1, 3),
        (2, 0, 3, 1),
        (3, 1, 2, 0),
        (1, 3, 0, 2),
    ]
    picture = made(data)
    assert picture.size == ((160, 120) if orientation < 5 else (120, 160))
    assert all(like(one, QUARTERS[n], 30) for one, n in zip(corners(picture), order[orientation - 1], strict=True))
    assert not picture.getexif()


def test_nothing_written_around_the_picture_is_in_it():
    exif = Image.Exif()
    exif[0x010F], exif[0x9003] = "tokenmake", "2024:01:01 tokentime"
    data = saved(quartered(), "JPEG", exif=exif, comment=b"tokencomment", xmp=b"<x>tokenxmp</x>") + b"tokentrailer"
    sink = Memory()
    done = derive(Memory(data), "image/jpeg", sink, Derivation())
    assert b"token" in data and b"token" not in bytes(sink.data)
    assert done.result.size == sink.size
    again = Memory()
    derive(Memory(data), "image/jpeg", again, Derivation())
    assert again.data == sink.data


def test_facts_say_how_it_was_made():
    data = saved(quartered(), "PNG")
    done = derive(Memory(data), "image/png", Memory(), Derivation(boxes=(Box(Region(1, 2, 3, 4)),))).json()
    import hashlib

    assert done["parent_sha256"] == hashlib.sha256(data).hexdigest()
    assert done["parameters"]["boxes"] == [
        {"region": {"x": 1, "y": 2, "width": 3, "height": 4}, "span": {"start": 0, "end": -1}}
    ]
    assert done["engine"].keys() == {"av", "ffmpeg", "encoders"}
    assert done["facts"] == {"width": 160, "height": 120}


def test_colours_are_those_of_the_profile():
    swapped = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = made(saved(quartered(), "PNG", icc_profile=swapped))
    assert all(like(*pair, 30) for pair in zip(corners(picture), QUARTERS, strict=True))
    assert "icc_profile" not in picture.info
    recoded = recode(Memory(saved(quartered(), "PNG", icc_profile=b"broken" * 30)), "image/png", Derivation())
    assert recode_picture.COLOURS_GUESSED in recoded.remarks


def test_what_is_seen_through_is_white_and_said():
    picture = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    data = saved(picture, "PNG")
    assert like(made(data).getpixel((5, 5)), (255, 255, 255), 2)
    assert recode_picture.SEE_THROUGH in recode(Memory(data), "image/png", Derivation()).remarks


def test_only_the_first_picture_is_taken_and_it_is_said():
    data = saved(quartered(), "GIF", save_all=True, append_images=[Image.new("RGB", (320, 240))])
    recoded = recode(Memory(data), "image/gif", Derivation())
    assert recode_picture.FIRST_ONLY in recoded.remarks


def test_boxes_crop_and_blocks():
    data = saved(quartered(), "PNG")
    boxed = made(data, Derivation(half=False, boxes=(Box(Region(10, 10, 100, 80)),)))
    assert all(like(boxed.getpixel((x, y)), BLACK, 8) for x in range(18, 102, 4) for y in range(18, 82, 4))
    assert all(like(boxed.getpixel(place), QUARTERS[0], 12) for place in ((4, 4), (120, 50), (50, 100)))
    cropped = made(data, Derivation(crop=Region(160, 120, 160, 120)))
    assert cropped.size == (80, 60)
    assert all(like(point, QUARTERS[3], 12) for point in corners(cropped))
    noise = Image.frombytes("RGB", (320, 240), random.Random(3).randbytes(320 * 240 * 3))
    blocks = made(saved(noise, "PNG"), Derivation(half=False, pixelate=True))
    block = [blocks.getpixel((x, y)) for x in (3, 10, 16) for y in (3, 10, 16)]
    assert all(like(point, block[0], 12) for point in block)


def test_what_has_no_time_takes_no_time():
    data = saved(quartered(), "PNG")
    for choices in (
        Derivation(trim=Span(1)),
        Derivation(stills=1),
        Derivation(boxes=(Box(Region(0, 0, 2, 2), Span(1)),)),
    ):
        with pytest.raises(ChoiceDoesNotFit):
            made(data, choices)
    with pytest.raises(BadRegion):
        made(data, Derivation(crop=Region(300, 0, 40, 40)))


def test_a_raw_photograph_is_refused():
    with pytest.raises(UnsupportedMedia):
        made(saved(quartered(), "TIFF", tiffinfo={254: 1}))


def test_a_bomb_is_refused(monkeypatch):
    monkeypatch.setattr(recode_picture, "PICTURE_PIXELS_MAX", 10_000)
    with pytest.raises(MediaTooLarge):
        made(saved(quartered(), "PNG"))


def test_broken_pictures_are_refused_by_name():
    chance = random.Random(11)
    seeds = [saved(quartered(), kind) for kind in ("JPEG", "PNG", "WEBP", "TIFF", "GIF")]
    for number in range(100):
        data = bytearray(seeds[number % 5])
        for _ in range(chance.choice((1, 5, 50))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        if chance.random() < 0.3:
            del data[chance.randrange(len(data)) :]
        try:
            recode(Memory(bytes(data)), media_type(seeds[number % 5][:1024]), Derivation())
        except WitnesskitError:
            continue


def test_a_film_that_calls_itself_a_picture_is_refused():
    with pytest.raises(BadMedia):
        recode(Memory(b"ffconcat version 1.0\nfile /etc/passwd\n"), "image/heic", Derivation())
    with pytest.raises(Undecodable):
        recode(Memory(b"%!PS-Adobe\n" + bytes(500)), "image/jpeg", Derivation())
