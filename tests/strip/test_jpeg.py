"""A JPEG copy keeps the coded picture and how it is shown, and nothing that identifies."""

import hashlib

import pytest

from tests.media_builders.jpeg import Plan, build, segment
from tests.media_builders.jpeg_hiding import hiding, icc, icc_segments, orientation_exif, profile, tokens
from tests.media_builders.readers import Bytes, Kept
from tests.media_builders.samples import jpegs
from witnesskit.errors.media import BadMedia, MediaCut, MediaTooLarge, UnsupportedMedia
from witnesskit.media.essence_jpeg import essence_jpeg
from witnesskit.media.presentation_jpeg import presentation_jpeg
from witnesskit.media.residue import inspect_again
from witnesskit.media_model import Finding
from witnesskit.strip.jpeg import strip_jpeg

KINDS = [Plan(), Plan(progressive=True), Plan(restart=3), Plan(progressive=True, restart=4)]


def strip(data):
    kept = Kept()
    return strip_jpeg(Bytes(data), kept), kept.data


def segments(data):
    """(marker, body) of the segments before the first scan."""
    place, found = 2, []
    while data[place + 1] != 0xDA:
        end = place + 2 + int.from_bytes(data[place + 2 : place + 4], "big")
        found.append((data[place + 1], data[place + 4 : end]))
        place = end
    return found


@pytest.mark.parametrize("progressive", [False, True])
def test_no_planted_token_survives_in_any_encoding(progressive):
    data, places = hiding(progressive)
    _, copy = strip(data)
    for needle in [*tokens(places), "Жаңаөзен".encode()]:
        for form in (needle, needle.decode().encode("utf-16-le"), needle.decode().encode("utf-16-be")):
            for part in (form[:10], form[-10:]):
                assert part not in copy, needle


@pytest.mark.parametrize("progressive", [False, True])
def test_the_copy_of_the_canary_is_clean_by_other_code(progressive):
    data, _ = hiding(progressive)
    result, copy = strip(data)
    again = inspect_again(Bytes(data), Bytes(copy))
    assert (again.finding, again.revelations) == (Finding.CLEAN, ())
    assert again.facts["looked_for"] > 200
    assert (result.size, result.sha256) == (len(copy), hashlib.sha256(copy).hexdigest())


@pytest.mark.parametrize("plan", KINDS)
def test_a_clean_picture_keeps_every_coded_byte(plan):
    data = build(plan)
    result, copy = strip(data)
    assert data[data.index(b"\xff\xda") :].split(b"\xff\xda")[0] in copy
    assert result.essence == essence_jpeg(Bytes(data)) == essence_jpeg(Bytes(copy))
    assert result.presentation_sha256 == presentation_jpeg(Bytes(data)) == presentation_jpeg(Bytes(copy))
    assert result.removed == () and result.kept == ()


def test_stripping_twice_changes_nothing_and_is_the_same_each_time():
    data, _ = hiding()
    assert strip(data) == strip(data)
    result, copy = strip(data)
    again, copy_again = strip(copy)
    assert copy_again == copy
    assert (again.removed, again.essence, again.presentation_sha256) == (
        (),
        result.essence,
        result.presentation_sha256,
    )


def test_two_devices_with_other_segment_order_give_the_same_copy():
    plain = build(Plan())
    head, table = plain[:2], segment(0xDB, b"\x00" + bytes([8] * 64))
    frame = next(segment(marker, body) for marker, body in segments(plain) if marker == 0xC0)
    huffman = next(segment(marker, body) for marker, body in segments(plain) if marker == 0xC4)
    turned = head + huffman + frame + table + plain[plain.index(b"\xff\xda") :]
    assert strip(turned)[1] == strip(plain)[1]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("value", range(1, 9))
def test_orientation_stays_alone_and_only_if_it_turns_the_picture(order, value):
    _, copy = strip(build(Plan(head=[orientation_exif(value, order)])))
    bodies = [body for marker, body in segments(copy) if marker == 0xE1]
    assert len(bodies) == (value != 1)
    if bodies:
        assert len(bodies[0]) == 32 and bodies[0][25] == value


@pytest.mark.parametrize("value", [0, 9, 300])
def test_an_orientation_outside_1_to_8_is_none(value):
    _, copy = strip(build(Plan(head=[orientation_exif(value)])))
    assert all(marker != 0xE1 for marker, _ in segments(copy))


def test_what_is_removed_is_told_by_place_size_and_digest():
    comment = segment(0xFE, b"filmed by me")
    result, _ = strip(build(Plan(head=[comment], tail=b"serial 4711")))
    assert [(one.place, one.size) for one in result.removed] == [("COM", 16), ("after the picture", 11)]
    assert result.removed[0].sha256 == hashlib.sha256(comment).hexdigest()
    assert result.removed[1].sha256 == hashlib.sha256(b"serial 4711").hexdigest()


def test_print_resolution_goes_and_pixel_aspect_stays():
    def jfif(across, down):
        sides = across.to_bytes(2, "big") + down.to_bytes(2, "big")
        _, copy = strip(build(Plan(head=[segment(0xE0, b"JFIF\0\x01\x02\x01" + sides + b"\0\0")])))
        return segments(copy)[0]

    assert jfif(300, 300) == (0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
    assert jfif(20, 10) == (0xE0, b"JFIF\0\x01\x01\0\0\x02\0\x01\0\0")


def test_colours_stay_and_texts_of_the_profile_go():
    data = build(Plan(head=icc_segments(icc())))
    result, copy = strip(data)
    assert result.presentation_sha256 == presentation_jpeg(Bytes(data)) == presentation_jpeg(Bytes(copy))
    assert any("may point to one screen" in words for words in result.kept)


@pytest.mark.parametrize(
    "heads",
    [
        icc_segments(profile({b"A2B0": b"mAB \0\0\0\0" + bytes(40)})),
        icc_segments(icc())[:-1],
        icc_segments(icc())[:1] * 2,
        icc_segments(b"not a profile at all, but long enough to be looked at" * 9),
        [segment(0xE2, b"ICC_PROFILE\0")],
    ],
    ids=["tables of another kind", "a part is missing", "parts of one number", "no profile", "empty"],
)
def test_a_profile_that_cannot_be_cleaned_goes_and_that_is_said(heads):
    data = build(Plan(head=heads))
    result, copy = strip(data)
    assert any("colours may shift" in words for words in result.kept)
    assert all(marker != 0xE2 for marker, _ in segments(copy))
    assert inspect_again(Bytes(data), Bytes(copy)).finding is Finding.CLEAN


def test_second_pictures_films_gain_maps_and_credentials_are_said_to_be_dropped():
    result, _ = strip(hiding()[0])
    said = " ".join(result.kept)
    for word in ("pictures behind", "film of a motion photo", "gain map", "C2PA"):
        assert word in said


def frame_with(marker):
    data = build(Plan())
    return data.replace(b"\xff\xc0", bytes([0xFF, marker]), 1)


@pytest.mark.parametrize(
    "marker",
    [
        0xC3,
        0xC5,
        0xC6,
        0xC7,
        0xC8,
        0xC9,
        0xCA,
        0xCB,
        0xCD,
        0xCE,
        0xCF,
        0xDE,
        0xDF,
        0xDC,
        0xCC,
        0xF0,
        0x4F,
        0x01,
        0xD0,
    ],
)
def test_other_codings_and_unknown_markers_are_refused(marker):
    with pytest.raises(UnsupportedMedia):
        strip(frame_with(marker))


PLAIN = build(Plan())
RESTARTS = build(Plan(restart=3))
SCAN = PLAIN.index(b"\xff\xda")


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", BadMedia),
        (b"hello, this is text", BadMedia),
        (b"\xff\xd8", MediaCut),
        (b"\xff\xd8\xff\xd9", BadMedia),
        (PLAIN[:-2], MediaCut),
        (PLAIN[:SCAN], MediaCut),
        (PLAIN[: SCAN + 3], MediaCut),
        (b"\xff\xd8" + PLAIN[SCAN:], BadMedia),
        (PLAIN.replace(b"\xff\xd9", b"\xff\xd0tail\xff\xd9"), BadMedia),
        (RESTARTS.replace(b"\xff\xd1", b"\xff\xd3", 1), BadMedia),
        (RESTARTS.replace(b"\xff\xd9", b"\xff\xd4hidden\xff\xd9"), BadMedia),
        (RESTARTS.replace(b"\xff\xd1", b"\xff\xff\xd1", 1), BadMedia),
        (PLAIN.replace(b"\xff\xd9", b"\xff\xff\x00more\xff\xd9"), BadMedia),
        (PLAIN.replace(bytes([1, 0x11, 0]), bytes([2, 0x11, 0]), 1), BadMedia),
        (PLAIN.replace(bytes([1, 0x11, 0]), bytes([1, 0x55, 0]), 1), BadMedia),
        (PLAIN.replace(bytes([1, 0x11, 0]), bytes([1, 0x11, 3]), 1), BadMedia),
        (build(Plan(height=0, width=8)), UnsupportedMedia),
        (build(Plan(extra_tables=segment(0xC4, b"\x00\xff" + bytes(300)))), BadMedia),
        (build(Plan(extra_tables=segment(0xDB, b"\x00" + bytes(63)))), BadMedia),
        (build(Plan(extra_tables=segment(0xDD, b"\x00")), ), BadMedia),
        (build(Plan(head=[segment(0xEE, b"Adobe\0\x64\0\0\0\0\x09")])), UnsupportedMedia),
        (build(Plan(progressive=True, between=segment(0xDB, b"\x00" + bytes([9] * 64)))), UnsupportedMedia),
        (build(Plan(head=[segment(0xFE, b"")] * 10_001)), MediaTooLarge),
    ],
)  # fmt: skip
def test_broken_and_hostile_files_are_refused_by_type_before_a_byte_is_written(data, error):
    kept = Kept()
    with pytest.raises(error):
        strip_jpeg(Bytes(data), kept)
    assert kept.parts == []


def test_fill_bytes_before_a_marker_are_legal_and_go():
    data = PLAIN.replace(b"\xff\xd9", b"\xff\xff\xff\xd9")
    result, copy = strip(data)
    assert copy == strip(PLAIN)[1]
    assert [(one.place, one.size) for one in result.removed] == [("between segments", 2)]


def test_a_picture_of_huge_dimensions_costs_nothing():
    data = build(Plan()).replace(b"\x08\x00\x18\x00\x28", b"\x08\xff\xff\xff\xff", 1)
    assert strip(data)[0].size < 1000


@pytest.mark.parametrize("path", jpegs(), ids=lambda path: path.name)
def test_real_pictures_come_out_clean_with_the_same_essence(path):
    data = path.read_bytes()
    result, copy = strip(data)
    assert inspect_again(Bytes(data), Bytes(copy)).finding is Finding.CLEAN
    assert result.essence == essence_jpeg(Bytes(data)) == essence_jpeg(Bytes(copy))
    assert result.presentation_sha256 == presentation_jpeg(Bytes(data)) == presentation_jpeg(Bytes(copy))
