"""A WebP copy keeps the coded pictures and how they are shown, and nothing that identifies."""

import hashlib

import pytest

from tests.media_builders import webp
from tests.media_builders.jpeg_hiding import icc, profile, tokens
from tests.media_builders.readers import Bytes, Kept
from tests.media_builders.samples import SAMPLES
from tests.media_builders.webp import (
    ALPHA,
    CLEAR,
    LOSSLESS,
    LOSSY,
    PICTURE,
    PLAIN,
    animated,
    chunk,
    frame,
    head,
    hiding,
    orientation,
    riff,
)
from witnesskit.errors.media import BadMedia, MediaCut, MediaTooLarge
from witnesskit.errors.strip import CredentialsKept, HiddenInPicture, SecondImages
from witnesskit.media.essence import essence
from witnesskit.media.presentation import presentation_sha256
from witnesskit.media.residue import inspect_again
from witnesskit.media_model import Finding, StripChoices
from witnesskit.strip.webp import strip_webp

STILL = riff(head(0x10), chunk(b"ALPH", ALPHA), PICTURE)


def strip(data, choices=None):
    kept = Kept()
    return strip_webp(Bytes(data), kept, choices or StripChoices()), kept.data


@pytest.mark.parametrize("moving", [False, True])
def test_no_planted_token_survives_in_any_encoding(moving):
    data, places = hiding(moving)
    result, copy = strip(data)
    for needle in [*tokens(places), "Жаңаөзен".encode(), b"Zq"]:
        for form in (needle, needle.decode().encode("utf-16-le"), needle.decode().encode("utf-16-be")):
            for part in (form[:10], form[-10:]):
                assert part not in copy, needle
    again = inspect_again(Bytes(data), Bytes(copy))
    assert (again.finding, again.revelations, again.facts["orientation"]) == (Finding.CLEAN, (), 6)
    assert (result.size, result.sha256) == (len(copy), hashlib.sha256(copy).hexdigest())
    assert int.from_bytes(copy[4:8], "little") == len(copy) - 8
    said = " ".join(result.kept)
    assert "C2PA" in said and "pictures behind" in said and "rare one" in said


GOOD = [
    riff(PICTURE), riff(PLAIN), riff(chunk(b"VP8L", CLEAR)), STILL, animated(), riff(head(0x10), chunk(b"VP8L", CLEAR)),
    riff(head(0), PICTURE), riff(head(0), chunk(b"ALPH", ALPHA), PICTURE), riff(head(0x20), chunk(b"ICCP", icc()), PLAIN),
    riff(head(2), chunk(b"ANIM", bytes(6)), frame(PLAIN), frame(PICTURE)), riff(head(8), PICTURE, chunk(b"EXIF", orientation(3))),
]  # fmt: skip


@pytest.mark.parametrize("data", GOOD)
def test_coded_bytes_stay_and_every_reader_agrees(data):
    result, copy = strip(data)
    assert result.essence == essence(Bytes(data)) == essence(Bytes(copy))
    assert result.presentation_sha256 == presentation_sha256(Bytes(data)) == presentation_sha256(Bytes(copy))
    assert inspect_again(Bytes(data), Bytes(copy)).finding is Finding.CLEAN
    again, copy_again = strip(copy)
    assert copy_again == copy and again.removed == () and strip(data)[1] == copy


def test_a_plain_picture_takes_the_simple_form():
    for picture in (PICTURE, PLAIN, chunk(b"VP8L", CLEAR)):
        assert strip(riff(head(0x3C), picture, chunk(b"XMP ", b"<x/>")))[1] == riff(picture)
    assert strip(STILL)[1] == STILL and any("see-through" in one for one in strip(STILL)[0].kept)


@pytest.mark.parametrize("value", range(1, 9))
def test_the_turn_of_the_picture_stays_alone(value):
    xmp = b'<a tiff:Orientation="%d"/>' % value
    for extra in (
        (8, chunk(b"EXIF", orientation(value))),
        (8, chunk(b"EXIF", b"Exif\0\0" + orientation(value))),
        (4, chunk(b"XMP ", xmp)),
    ):
        result, copy = strip(riff(head(extra[0]), PICTURE, extra[1]))
        assert copy == (riff(PICTURE) if value == 1 else riff(head(8), PICTURE, chunk(b"EXIF", orientation(value))))
        assert any("turned" in one for one in result.kept) == (value != 1 and extra[0] == 4)
    assert strip(riff(head(0), PICTURE, chunk(b"EXIF", orientation(value))))[1] == riff(PICTURE)


def test_reserved_bits_and_bytes_behind_raw_alpha_go():
    dirty = riff(head(0x10), chunk(b"ALPH", b"\xc0" + ALPHA[1:] + b"Saule lives here"), PICTURE)
    assert strip(dirty)[1] == strip(STILL)[1]
    assert essence(Bytes(dirty)) == essence(Bytes(STILL))


def test_colours_stay_and_a_profile_that_cannot_be_cleaned_goes():
    data = riff(head(0x20), chunk(b"ICCP", profile({b"A2B0": b"mAB \0\0\0\0" + bytes(40)})), PICTURE)
    result, copy = strip(data)
    assert copy == riff(PICTURE) and any("colours may shift" in one for one in result.kept)
    assert strip(riff(head(0), chunk(b"ICCP", icc()), PICTURE))[1] == riff(PICTURE)


@pytest.mark.parametrize("data", [
    riff(chunk(b"VP8 ", LOSSY + b"Saule lives in flat 12")), riff(chunk(b"VP8L", LOSSLESS + b"Saule, flat 12")),
    riff(chunk(b"VP8 ", LOSSY + "Saule, flat".encode("utf-16-le"))), riff(chunk(b"VP8 ", LOSSY + b"Saule lives here\0\0\0\0")),
    riff(chunk(b"VP8 ", LOSSY + b"Saule lives in the house with number 12" + bytes(range(128, 250)))),
])  # fmt: skip
def test_text_inside_coded_pictures_is_refused(data):
    with pytest.raises(HiddenInPicture):
        strip(data)


def test_what_the_policy_forbids_is_refused():
    with pytest.raises(CredentialsKept):
        strip(riff(head(0), PICTURE, chunk(b"C2PA")), StripChoices(credentials="keep"))
    with pytest.raises(SecondImages):
        strip(riff(head(0), PICTURE, frame(PICTURE)), StripChoices(second_images="refuse"))


PLAY = chunk(b"ANIM", bytes(6))


@pytest.mark.parametrize(("data", "error"), [
    (b"", BadMedia), (riff(), BadMedia), (riff(chunk(b"JUNK"), PICTURE), BadMedia), (riff(PICTURE)[:-1], MediaCut),
    (riff(PICTURE, size=9999), MediaCut), (riff(b"VP8 \xff\xff\xff\xff"), BadMedia), (riff(head(0)), BadMedia),
    (riff(chunk(b"VP8 ", LOSSY[:9])), BadMedia), (riff(chunk(b"VP8 ", b"\x91" + LOSSY[1:])), BadMedia),
    (riff(chunk(b"VP8 ", b"\xf0\xff" + LOSSY[2:])), MediaCut), (riff(chunk(b"VP8 ", LOSSY[:6] + bytes(4) + LOSSY[10:])), BadMedia),
    (riff(chunk(b"VP8L", b"\x2e" + LOSSLESS[1:])), BadMedia), (riff(chunk(b"VP8L", LOSSLESS[:4] + b"\x20" + LOSSLESS[5:])), BadMedia),
    (riff(head(0, width=9), PICTURE), BadMedia), (riff(chunk(b"VP8X", b"\0"), PICTURE), BadMedia),
    (riff(head(0x10), chunk(b"ALPH", b"\0ab"), PICTURE), MediaCut), (riff(head(0x10), chunk(b"ALPH", b"\3" + ALPHA), PICTURE), BadMedia),
    (riff(head(2), frame(PICTURE)), BadMedia), (riff(head(2), PLAY), BadMedia), (riff(head(2), PLAY, frame(PICTURE), PICTURE), BadMedia),
    (riff(head(2), PLAY, frame(PICTURE, width=9)), BadMedia), (riff(head(2), PLAY, frame(PICTURE, left=2)), BadMedia),
    (riff(head(2), PLAY, frame()), BadMedia), (riff(head(2), PLAY, chunk(b"ANMF", b"ab")), BadMedia),
    (riff(head(0), PICTURE, chunk(b"JUNK") * 100_001), MediaTooLarge),
])  # fmt: skip
def test_broken_and_hostile_files_are_refused_by_type_before_a_byte_is_written(data, error):
    kept = Kept()
    with pytest.raises(error):
        strip_webp(Bytes(data), kept)
    assert kept.parts == []


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("image/*.webp")), ids=lambda path: path.name)
def test_real_pictures_come_out_clean_with_the_same_essence(path):
    data = path.read_bytes()
    result, copy = strip(data)
    assert inspect_again(Bytes(data), Bytes(copy)).finding is Finding.CLEAN
    assert result.essence == essence(Bytes(data)) == essence(Bytes(copy))
    assert result.presentation_sha256 == presentation_sha256(Bytes(data)) == presentation_sha256(Bytes(copy))
    assert webp.riff()[8:12] == copy[8:12]


def test_chunks_hidden_in_many_frames_are_counted_together():
    inside = chunk(b"JUNK") * 60_000
    with pytest.raises(MediaTooLarge):
        strip(riff(head(2), PLAY, frame(PICTURE, inside), frame(PICTURE, inside)))
