"""A TIFF or DNG copy keeps the coded pages and how they are shown, and nothing that identifies."""

import hashlib
import struct
import zlib

import pytest

from tests.media_builders.jpeg import segment
from tests.media_builders.jpeg_hiding import icc
from tests.media_builders.readers import Bytes, Kept
from tests.media_builders.tiff import CAMERA, dng, grey, jpeg_page, lossless, make, raw_page, rgb, sensor
from tests.media_builders.tiff_hiding import hiding, hiding_dng
from witnesskit.errors.media import BadMedia, MediaCut, MediaTooLarge, UnsupportedMedia
from witnesskit.errors.strip import CameraRaw, CredentialsKept, FurtherPages, SecondImages, SurplusInPicture
from witnesskit.media.essence import essence
from witnesskit.media.inspect import inspect
from witnesskit.media.presentation import presentation_sha256
from witnesskit.media.residue import inspect_again
from witnesskit.media_model import Finding, StripChoices
from witnesskit.strip.registry import CAMERA_RAWS
from witnesskit.strip.registry import strip as strip_by_kind
from witnesskit.strip.tiff import strip_tiff


def strip(data, **choices):
    kept = Kept()
    return strip_tiff(Bytes(data), kept, StripChoices(**choices)), kept.data


def entries(data, number=0):
    """{tag: (kind, count, field)} of a page of a classic TIFF."""
    order = "<" if data[:2] == b"II" else ">"
    (place,) = struct.unpack_from(order + "I", data, 4)
    for _ in range(number):
        (count,) = struct.unpack_from(order + "H", data, place)
        (place,) = struct.unpack_from(order + "I", data, place + 2 + 12 * count)
    (count,) = struct.unpack_from(order + "H", data, place)
    rows = [struct.unpack_from(order + "HHI4s", data, place + 2 + 12 * at) for at in range(count)]
    return {tag: (kind, size, raw) for tag, kind, size, raw in rows}


@pytest.mark.parametrize("made", [hiding, hiding_dng])
def test_no_planted_token_survives_and_the_copy_is_clean_by_other_code(made):
    data, tokens = made()
    result, copy = strip(data)
    for token in tokens:
        for form in (token, token.decode().encode("utf-16-le"), token.decode().encode("utf-16-be")):
            for part in (form[:8], form[-8:]):
                assert part not in copy, token
    assert inspect(Bytes(data)).finding is Finding.FOUND
    again = inspect_again(Bytes(data), Bytes(copy))
    assert (again.finding, again.revelations, again.reason) == (Finding.CLEAN, (), "")
    assert (result.size, result.sha256) == (len(copy), hashlib.sha256(copy).hexdigest())


KINDS = {
    "little": make([rgb()]), "big": make([grey()], order=">"), "BigTIFF": make([rgb()], big=True),
    "BigTIFF big-endian": make([grey()], order=">", big=True), "pages": make([rgb(), grey(), rgb()]),
    "jpeg": make([jpeg_page()]), "jpeg tables": make([jpeg_page(tables=True)]), "plain raw": dng(), "lossless raw": dng("lossless"),
    "raw alone": dng(preview=False), "one bit": make([grey(bits=1)]),
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_essence_and_presentation_are_those_of_the_original(name):
    data = KINDS[name]
    result, copy = strip(data)
    assert result.essence == essence(Bytes(data)) == essence(Bytes(copy))
    assert result.presentation_sha256 == presentation_sha256(Bytes(data)) == presentation_sha256(Bytes(copy))
    assert inspect_again(Bytes(data), Bytes(copy)).finding is Finding.CLEAN


@pytest.mark.parametrize("name", KINDS)
def test_stripping_twice_changes_nothing_and_is_the_same_each_time(name):
    assert strip(KINDS[name]) == strip(KINDS[name])
    result, copy = strip(KINDS[name])
    again, copy_again = strip(copy)
    assert copy_again == copy and again.removed == ()
    assert (again.essence, again.presentation_sha256) == (result.essence, result.presentation_sha256)


def test_the_same_pages_in_another_layout_give_the_same_copy():
    assert strip(make([rgb()]))[1] == strip(make([rgb(tags={270: (2, b"by me\0")})], gap=b"loose", tail=b"end"))[1]


@pytest.mark.parametrize("value", range(10))
def test_orientation_stays_only_if_it_turns_the_picture(value):
    found = entries(strip(make([rgb(tags={274: (3, [value])})]))[1])
    assert (274 in found) == (2 <= value <= 8)
    if 274 in found:
        assert found[274][2][0] == value


def test_resolution_goes_and_the_shape_of_pixels_stays():
    def sides(across, down):
        tags = {282: (5, [across, 1]), 283: (5, [down, 1]), 296: (3, [2])}
        data = strip(make([rgb(tags=tags)]))[1]
        found = entries(data)
        places = [struct.unpack("<I", found[tag][2])[0] for tag in (282, 283) if tag in found]
        return [struct.unpack_from("<II", data, place) for place in places]

    assert sides(300, 300) == []
    assert sides(204, 98) == [(102, 1), (49, 1)]


def test_what_is_removed_is_told_by_place_size_and_digest():
    data = make([rgb(tags={315: (2, b"Saule\0"), 34675: (7, icc())})], tail=b"serial 4711")
    result, _ = strip(data)
    told = {one.place: one for one in result.removed}
    assert set(told) == {"IFD0 Artist", "IFD0 ICC", "bytes that nothing refers to"}
    assert told["IFD0 Artist"].sha256 == hashlib.sha256(b"Saule\0").hexdigest()
    assert told["bytes that nothing refers to"].size == 11


def test_slack_behind_every_kind_of_coding_is_cut():
    raw = grey().strips[0]
    for compression, strip_bytes in (
        (1, raw),
        (8, zlib.compress(raw)),
        (32773, bytes([99]) + raw[:100] + bytes([99]) + raw[100:200] + bytes([39]) + raw[200:]),
    ):
        page = grey(tags={259: (3, [compression])}, strips=[strip_bytes + b"the name of the one who filmed"])
        result, copy = strip(make([page]))
        assert b"filmed" not in copy and strip_bytes in copy
        assert [one.size for one in result.removed if one.place == "IFD0 strip slack"] == [30]


@pytest.mark.parametrize(
    "coded",
    [
        zlib.compress(bytes(240) + b"hidden rows"),
        bytes([127]) + bytes(128) + bytes([127]) + bytes(112) + b"hidden rows told",
    ],
)
def test_a_strip_that_decodes_to_more_than_is_shown_is_refused(coded):
    compression = 8 if coded[0] == 0x78 else 32773
    with pytest.raises(SurplusInPicture):
        strip(make([grey(tags={259: (3, [compression])}, strips=[coded])]))


@pytest.mark.parametrize("tags", [{279: (4, [10])}, {279: (4, [10**9])}, {258: (3, [8, 1, 1])}])
def test_wrong_sizes_that_every_reader_passes_over_are_passed_over(tags):
    data = make([grey(tags=tags)])
    result, copy = strip(data)
    assert copy == strip(make([grey()]))[1]
    assert result.essence == essence(Bytes(data)) == essence(Bytes(copy))


def test_rows_of_zeros_behind_the_last_one_are_padding():
    page = grey(tags={259: (3, [8])}, strips=[zlib.compress(grey().strips[0] + bytes(40))])
    assert inspect(Bytes(strip(make([page]))[1])).finding is Finding.CLEAN


def test_a_jpeg_stream_taller_than_its_strip_is_refused():
    page = jpeg_page()
    page.tags |= {257: (4, [16]), 278: (4, [16])}
    with pytest.raises(SurplusInPicture):
        strip(make([page]))


def test_pages_are_kept_dropped_or_refused_as_the_policy_says():
    data = make([rgb(), grey(), rgb(tags={254: (4, [1])})])
    result, _ = strip(data)
    assert len(result.essence) == 2
    assert any("each of them cleaned" in words for words in result.kept) and any(
        "thumbnails" in words for words in result.kept
    )
    only, copy = strip(data, further_pages="drop")
    assert [one.stream for one in only.essence] == ["image"] and only.essence[0].sha256 == result.essence[0].sha256
    assert any("pages were dropped" in words for words in only.kept)
    assert only.presentation_sha256 == presentation_sha256(Bytes(copy))
    assert inspect_again(Bytes(data), Bytes(copy)).finding is Finding.CLEAN
    with pytest.raises(FurtherPages):
        strip(data, further_pages="refuse")
    assert strip(make([rgb()]), further_pages="refuse")[0].kept == ()


def test_second_pictures_and_credentials_are_said_and_refused_where_the_policy_asks():
    second = make([rgb(below={330: [grey()]})])
    assert any("behind the first one" in words for words in strip(second)[0].kept)
    with pytest.raises(SecondImages):
        strip(second, second_images="refuse")
    signed = make([rgb(tags={52545: (7, b"jumb c2pa")})])
    assert any("C2PA" in words for words in strip(signed)[0].kept)
    with pytest.raises(CredentialsKept):
        strip(signed, credentials="keep")


def test_a_raw_picture_is_said_to_hold_the_pattern_of_its_sensor():
    result, copy = strip(dng())
    assert result.media_type == "image/x-adobe-dng" == inspect(Bytes(copy)).media_type
    assert any("sensor's pattern" in words for words in result.kept)
    calibrated = strip(dng(camera={50723: (10, [1, 1] * 9)}))[0]
    assert any("measured on this camera" in words for words in calibrated.kept)


def test_a_calibration_whose_signatures_differ_is_not_used_and_goes():
    camera = {50723: (10, [1, 1] * 9), 50931: (2, b"one\0"), 50932: (2, b"other\0")}
    assert 50723 not in entries(strip(dng(camera=camera))[1])
    assert 50723 in entries(strip(dng(camera=camera | {50932: (2, b"one\0")}))[1])


def opcode(number, body, count=1, version=b"\1\3\0\0"):
    return struct.pack(">II", count, number) + version + struct.pack(">II", 1, len(body)) + body


def test_opcodes_stay_by_their_form_and_others_are_refused():
    warp = opcode(1, struct.pack(">I8d", 1, *[0.5] * 8))
    assert warp in strip(dng(picture={51022: (7, warp + b"behind the list")}))[1]
    for hidden in (
        opcode(4711, b"free words"),
        opcode(1, struct.pack(">I8d", 1, *[0.5] * 8) + b"more"),
        opcode(4, bytes(8), version=b"text"),
    ):
        with pytest.raises(UnsupportedMedia):
            strip(dng(picture={51022: (7, hidden)}))


def test_words_in_place_of_numbers_are_refused_or_rounded():
    words = b"Filmed by Saule from flat 12 ok!"
    with pytest.raises(SurplusInPicture):
        strip(dng(camera={50940: (11, words)}))
    copy = strip(dng(camera={50721: (10, words[:24] * 3)}))[1]
    assert not any(words[at : at + 4] in copy for at in range(0, 24, 4))


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (make([raw_page()]), CameraRaw),
        (make([rgb(tags={254: (4, [1])}, below={330: [raw_page()]})]), CameraRaw),
        (make([rgb(tags={254: (4, [1])}, below={330: [rgb(width=40)]})]), CameraRaw),
        (make([rgb(tags={259: (3, [34713])})]), CameraRaw),
        (make([rgb()])[:8] + b"CR\2\0" + make([rgb()])[12:], CameraRaw),
        (make([rgb(tags={259: (3, [6])})]), UnsupportedMedia),
        (make([rgb(tags={259: (3, [34712])})]), UnsupportedMedia),
        (dng(picture={259: (3, [52546])}), UnsupportedMedia),
        (dng(camera={50706: (1, [2, 0, 0, 0])}), UnsupportedMedia),
        (make([rgb(tags={258: (3, [5, 6, 5])})]), UnsupportedMedia),
        (make([rgb(tags={262: (3, [9])})]), UnsupportedMedia),
        (make([rgb(tags={256: (4, [0])})]), BadMedia),
        (make([rgb(tags={257: (4, [90])})]), BadMedia),
        (make([rgb(tags={273: (4, [10**6] * 3)})]), MediaCut),
        (make([rgb(tags={273: (4, [8, 8, 8]), 279: (4, [500] * 3)})]), BadMedia),
        (make([rgb()])[:-40], MediaCut),
        (b"II*\0\0\0\0\0", BadMedia),
        (b"II+\0\4\0\0\0" + bytes(8), BadMedia),
        (b"II*\0\xff\xff\xff\0", MediaCut),
        (make([grey(tags={322: (4, [1]), 323: (4, [1]), 256: (4, [2000]), 257: (4, [2000])})]), MediaTooLarge),
    ],
)  # fmt: skip
def test_what_cannot_be_made_safe_is_refused_before_a_byte_is_written(data, refusal):
    kept = Kept()
    with pytest.raises(refusal):
        strip_tiff(Bytes(data), kept)
    assert kept.parts == []
    assert inspect(Bytes(data)).finding is not Finding.CLEAN


def test_a_file_of_nothing_but_entries_is_refused_soon():
    page = rgb(tags={number: (3, [1]) for number in range(40_000, 40_900)})
    data = make([page] * 34)
    with pytest.raises(MediaTooLarge):
        strip(data)
    assert inspect(Bytes(data)).finding is Finding.UNKNOWN


def test_directories_in_a_circle_are_refused():
    data = bytearray(make([rgb()]))
    (place,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, place)
    struct.pack_into("<I", data, place + 2 + 12 * count, place)
    with pytest.raises(BadMedia):
        strip(bytes(data))
    assert inspect(Bytes(bytes(data))).finding is Finding.UNKNOWN


@pytest.mark.parametrize("following", [10**8, 8])
def test_a_next_page_that_is_none_is_said_and_left_out(following):
    data = make([rgb()])
    result, copy = strip(data[:-4] + struct.pack("<I", following))
    assert copy == strip(data)[1] and any("cannot be read" in words for words in result.kept)


@pytest.mark.parametrize("kind", CAMERA_RAWS)
def test_camera_raws_are_refused_with_a_reason_of_their_own(kind):
    with pytest.raises(CameraRaw) as refused:
        strip_by_kind(Bytes(b"II*\0"), kind, Kept())
    assert "maker notes" in str(refused.value)


def test_segments_inside_a_lossless_stream_go_and_its_samples_stay():
    heads = [
        segment(0xFE, b"by Saule"),
        segment(0xE1, b"Exif\0\0more"),
        segment(0xC4, b"\1" + bytes([1]) + bytes(15) + b"\0"),
    ]
    result, copy = strip(dng("lossless", heads=heads, preview=False))
    assert lossless(sensor())[-400:-2] in copy and b"Saule" not in copy
    assert {"IFD0 JPEG stream segment fe", "IFD0 JPEG stream segment e1", "IFD0 JPEG stream segment c4"} <= {
        one.place for one in result.removed
    }
    assert CAMERA[50708][1] not in copy


def test_planes_that_viewers_may_not_show_stay_and_are_said():
    four = {258: (3, [8] * 4), 277: (3, [4]), 338: (3, [0])}
    page = rgb(4, 4, 4, four, strips=[bytes(range(64))])
    assert any("planes" in one for one in strip(make([page]))[0].kept)
    assert not any("planes" in one for one in strip(make([rgb()]))[0].kept)


@pytest.mark.parametrize(("tag", "kind"), [(50721, 11), (50721, 12), (50723, 12), (50714, 11), (50728, 12), (50938, 12),
                                           (51041, 11), (50717, 11), (50727, 4), (50940, 5), (50829, 5)])  # fmt: skip
def test_numbers_of_a_kind_that_is_not_the_tags_own_are_refused_and_told(tag, kind):
    values = {4: [1, 2, 3, 4], 5: [1, 2] * 4, 11: [1.5, 2.0, 3.0, 4.0], 12: [1.5, 2.0, 3.0, 4.0]}[kind]
    data = dng(camera={tag: (kind, values)}, picture={tag: (kind, values)})
    assert inspect(Bytes(data)).finding is not Finding.CLEAN
    with pytest.raises(SurplusInPicture):
        strip(data)
