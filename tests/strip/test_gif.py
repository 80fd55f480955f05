"""A GIF copy keeps the codes of its pictures and how they are shown, and nothing that identifies."""

import hashlib
import random

import pytest

from tests.media_builders.gif import (
    COLOURS,
    LOOP,
    animated,
    application,
    blocks,
    comment,
    control,
    gif,
    hiding,
    image,
    lzw,
)
from tests.media_builders.jpeg_hiding import icc, profile, tokens
from tests.media_builders.readers import Bytes, Kept
from tests.media_builders.samples import SAMPLES
from witnesskit.errors.media import BadMedia, MediaCut, MediaTooLarge
from witnesskit.errors.strip import CredentialsKept, HiddenFootage, SecondImages
from witnesskit.media.essence import essence
from witnesskit.media.presentation import presentation_sha256
from witnesskit.media.residue import inspect_again
from witnesskit.media_model import Finding, StripChoices
from witnesskit.strip.gif import strip_gif

PIXELS = bytes([1, 2, 1, 2] * 3)


def strip(data, choices=None):
    kept = Kept()
    return strip_gif(Bytes(data), kept, choices or StripChoices()), kept.data


def test_no_planted_token_survives_in_any_encoding():
    data, places = hiding()
    result, copy = strip(data)
    for needle in [*tokens(places), "Жаңаөзен".encode(), b"Zq"]:
        for form in (needle, needle.decode().encode("utf-16-le"), needle.decode().encode("utf-16-be")):
            for part in (form[:10], form[-10:]):
                assert part not in copy, needle
    again = inspect_again(Bytes(data), Bytes(copy))
    assert (again.finding, again.revelations, again.facts["frames"]) == (Finding.CLEAN, (), 3)
    assert (result.size, result.sha256) == (len(copy), hashlib.sha256(copy).hexdigest())
    assert {"pictures behind the first one were dropped"} < set(result.kept)
    assert result.essence == essence(Bytes(data)) == essence(Bytes(copy))
    assert result.presentation_sha256 == presentation_sha256(Bytes(data)) == presentation_sha256(Bytes(copy))


def noise(seed, count, colours):
    chance = random.Random(seed)
    return bytes(chance.randrange(colours) for _ in range(count))


GOOD = [
    gif(), gif(head=b"GIF87a"), animated(), animated(LOOP), gif(aspect=30), gif(ground=3), gif(image(flags=0x40)),
    gif(image(colours=COLOURS), colours=b""), gif(application(b"ICCRGBG1012", blocks(icc())[:-1]), image()),
    gif(image(noise(1, 9000, 4), (0, 0, 100, 90)), width=100, height=90),
    gif(image(noise(2, 20_000, 256), (0, 0, 200, 100), minimum=8), colours=bytes(range(256)) * 3, width=200, height=100),
    gif(image(bytes(40_000), (0, 0, 200, 200)), width=200, height=200), animated(application(b"ANIMEXTS1.0", b"\x03\x01\x09\x00")),
]  # fmt: skip


@pytest.mark.parametrize("data", GOOD)
def test_coded_bytes_stay_and_every_reader_agrees(data):
    result, copy = strip(data)
    assert result.essence == essence(Bytes(data)) == essence(Bytes(copy))
    assert result.presentation_sha256 == presentation_sha256(Bytes(data)) == presentation_sha256(Bytes(copy))
    assert inspect_again(Bytes(data), Bytes(copy)).finding is Finding.CLEAN
    again, copy_again = strip(copy)
    assert copy_again == copy and again.removed == () and strip(data)[1] == copy


@pytest.mark.parametrize("coded", [
    lzw(PIXELS, 2) + b"Saule lives in flat 12", lzw(PIXELS, 2, clear_at_end=True), lzw(PIXELS, 2, end=False),
    lzw(PIXELS, 2, more=[1, 3, 2] * 40), lzw(PIXELS, 2, more=[15]), lzw(PIXELS, 2)[:-1] + bytes([lzw(PIXELS, 2)[-1] | 0x80]),
])  # fmt: skip
def test_what_stands_behind_the_last_pixel_goes_and_an_end_code_comes(coded):
    data = gif(image(coded=coded))
    result, copy = strip(data)
    assert copy == strip(gif())[1] and result.essence == essence(Bytes(data)) == essence(Bytes(gif()))


def test_a_picture_of_fewer_codes_than_pixels_stays_as_it_is():
    data = gif(image(coded=lzw(PIXELS[:5], 2)))
    assert strip(data)[1] == data and inspect_again(Bytes(data), Bytes(data)).finding is Finding.CLEAN


def test_the_size_of_sub_blocks_names_no_program():
    big = noise(3, 3000, 4)
    made = [strip(gif(image(big, (0, 0, 60, 50), size=size), width=60, height=50))[1] for size in (1, 100, 254, 255)]
    assert len(set(made)) == 1


def test_unused_colours_are_blanked_and_used_ones_stay():
    own = b"aaabbbcccddd"
    result, copy = strip(gif(control(clear=3), image(colours=own), colours=own, ground=1))
    assert copy[13:25] == bytes(3) + b"bbb" + bytes(6)  # the background alone
    assert bytes(3) + b"bbbcccddd" in copy[25:]  # pixels and the transparent colour
    assert ("unused colours", 12) in [(one.place, one.size) for one in result.removed]


def test_a_turn_that_only_xmp_tells_is_said_to_be_lost():
    xmp = application(b"XMP DataXMP", b'<a tiff:Orientation="6"/>\1' + bytes(range(255, -1, -1)))
    result, copy = strip(gif(xmp, image()))
    assert copy == gif() and any("turned" in one for one in result.kept)


def test_reserved_bits_and_a_wait_for_a_key_go():
    dirty = gif(control(7, 1, reserved=7, key=1), image(flags=0x38))
    clean = gif(control(7, 1), image())
    assert strip(dirty)[1] == clean and presentation_sha256(Bytes(dirty)) == presentation_sha256(Bytes(clean))


def test_loops_take_one_form_and_only_where_something_moves():
    assert LOOP in strip(animated(application(b"ANIMEXTS1.0", b"\x03\x01\x00\x00")))[1]
    assert LOOP not in strip(gif(LOOP, image()))[1]
    assert strip(animated(LOOP))[0].presentation_sha256 != strip(animated())[0].presentation_sha256
    assert strip(animated(wait=8))[0].presentation_sha256 != strip(animated())[0].presentation_sha256


def test_colours_stay_and_a_profile_that_cannot_be_cleaned_goes():
    broken = profile({b"A2B0": b"mAB \0\0\0\0" + bytes(40)})
    result, copy = strip(gif(application(b"ICCRGBG1012", blocks(broken)[:-1]), image()))
    assert copy == gif() and any("colours may shift" in one for one in result.kept)


def test_a_missing_trailer_and_stray_zeros_are_forgiven():
    assert strip(gif(end=b""))[1] == strip(gif(b"\0\0", image(), b"\0"))[1] == gif()


def test_what_the_policy_forbids_is_refused():
    with pytest.raises(CredentialsKept):
        strip(gif(application(b"C2PA_GIF\1\0\0", b""), image()), StripChoices(credentials="keep"))
    data = gif(image(place=(2, 0, 4, 3)))
    assert any("beyond" in one for one in strip(data)[0].kept)
    with pytest.raises(HiddenFootage):
        strip(data, StripChoices(hidden_footage="refuse"))
    with pytest.raises(SecondImages):
        strip(gif(tail=b"\xff\xd8\xff"), StripChoices(second_images="refuse"))


@pytest.mark.parametrize(("data", "error"), [
    (b"", BadMedia), (b"GIF88a" + gif()[6:], BadMedia), (gif()[:10], MediaCut), (gif()[:20], MediaCut), (gif()[:-3], MediaCut),
    (gif(comment(b"x")), BadMedia), (gif(b"\x77", image()), BadMedia), (gif(image(), colours=b""), BadMedia),
    (gif(image(minimum=1, coded=b"\0")), BadMedia), (gif(image(minimum=9, coded=b"\0")), BadMedia),
    (gif(image(place=(0, 0, 0, 3))), BadMedia), (gif(image(coded=b"\xff\xff\xff")), BadMedia), (gif(image(coded=b"\x7c\xff")), BadMedia),
])  # fmt: skip
def test_broken_and_hostile_files_are_refused_by_type_before_a_byte_is_written(data, error):
    kept = Kept()
    with pytest.raises(error):
        strip_gif(Bytes(data), kept)
    assert kept.parts == []


def test_a_picture_of_huge_dimensions_costs_nothing():
    assert strip(gif(image(place=(0, 0, 65_535, 65_535))))[0].size < 100


def test_endless_restarts_blocks_and_frames_are_refused(monkeypatch):
    restarts = gif(image(coded=bytes([0x24, 0x49, 0x92] * 500), place=(0, 0, 65_535, 65_535)))
    monkeypatch.setattr("witnesskit.formats.gif_lzw.GIF_CLEARS_MAX", 1000)
    monkeypatch.setattr("witnesskit.formats.gif.GIF_BLOCKS_MAX", 1000)
    monkeypatch.setattr("witnesskit.formats.gif.GIF_FRAMES_MAX", 500)
    for data in (
        restarts,
        gif(comment(b"") * 1001, image()),
        gif(*[image()] * 502),
        gif(*[image()] * 499, comment(b"") * 1000),
    ):
        with pytest.raises(MediaTooLarge):
            strip(data)


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("image/*.gif")), ids=lambda path: path.name)
def test_real_pictures_come_out_clean_with_the_same_essence(path):
    data = path.read_bytes()
    result, copy = strip(data)
    assert inspect_again(Bytes(data), Bytes(copy)).finding is Finding.CLEAN
    assert result.essence == essence(Bytes(data)) == essence(Bytes(copy))
    assert result.presentation_sha256 == presentation_sha256(Bytes(data)) == presentation_sha256(Bytes(copy))
