"""A PNG copy keeps the coded pictures and how they are shown, and nothing that identifies."""

import hashlib
import struct
import zlib

import pytest

from tests.media_builders import png
from tests.media_builders.jpeg_hiding import profile, tokens
from tests.media_builders.png import (
    animated,
    build,
    chunk,
    control,
    hiding,
    packed,
    profile_chunk,
    raw_profile,
    rows,
    tiff_block,
)
from tests.media_builders.readers import Bytes, Kept
from tests.media_builders.samples import SAMPLES
from witnesskit.errors.media import BadMedia, MediaCut, MediaTooLarge, UnsupportedMedia
from witnesskit.errors.strip import CredentialsKept, HiddenFootage, HiddenInPicture, SecondImages
from witnesskit.media.essence import essence
from witnesskit.media.presentation import presentation_sha256
from witnesskit.media.residue import inspect_again
from witnesskit.media_model import Finding, StripChoices
from witnesskit.strip.png import strip_png
from witnesskit.strip.registry import strip as strip_any

INDEXED = {"colour": 3, "depth": 4, "value": 0x33}
PALETTE = bytes(range(48))


def strip(data, choices=None):
    kept = Kept()
    return strip_png(Bytes(data), kept, choices or StripChoices()), kept.data


def chunks(data):
    place, found = 8, []
    while place < len(data):
        size = struct.unpack(">I", data[place : place + 4])[0]
        found.append((data[place + 4 : place + 8], data[place + 8 : place + 8 + size]))
        assert struct.unpack(">I", data[place + 8 + size : place + 12 + size])[0] == zlib.crc32(
            sum(found[-1:], ())[0] + found[-1][1]
        )
        place += 12 + size
    return found


def body(data, kind):
    return next((content for name, content in chunks(data) if name == kind), None)


@pytest.mark.parametrize("indexed", [False, True])
def test_no_planted_token_survives_in_any_encoding(indexed):
    data, places = hiding(indexed)
    result, copy = strip(data)
    unpacked = b"".join(
        zlib.decompress(content.partition(b"\0\0")[2]) for name, content in chunks(copy) if name == b"iCCP"
    )
    for needle in [*tokens(places), "Жаңаөзен".encode()]:
        for form in (needle, needle.decode().encode("utf-16-le"), needle.decode().encode("utf-16-be")):
            for part in (form[:10], form[-10:]):
                assert part not in copy + unpacked, needle
    again = inspect_again(Bytes(data), Bytes(copy))
    assert (again.finding, again.revelations, again.facts["orientation"]) == (Finding.CLEAN, (), 6)
    assert (result.size, result.sha256) == (len(copy), hashlib.sha256(copy).hexdigest())
    said = " ".join(result.kept)
    assert "C2PA" in said and "colours may shift" in said and "pictures behind" in said


SHAPES = [
    {"colour": colour, "depth": depth, "interlace": interlace, "width": width, "height": 5, "palette": PALETTE if colour == 3 else b""}
    for colour, depths in ((0, (1, 2, 4, 8, 16)), (2, (8, 16)), (3, (1, 2, 4, 8)), (4, (8, 16)), (6, (8, 16)))
    for depth in depths for interlace in (0, 1) for width in (1, 7)
]  # fmt: skip
PLAIN = [*(build(value=0, **shape) for shape in SHAPES), animated(), animated(True), build(filters=(0, 1, 2, 3, 4))]


@pytest.mark.parametrize("data", PLAIN)
def test_coded_bytes_stay_and_every_reader_agrees(data):
    result, copy = strip(data)
    assert result.essence == essence(Bytes(data)) == essence(Bytes(copy))
    assert result.presentation_sha256 == presentation_sha256(Bytes(data)) == presentation_sha256(Bytes(copy))
    assert inspect_again(Bytes(data), Bytes(copy)).finding is Finding.CLEAN
    again, copy_again = strip(copy)
    assert copy_again == copy and again.removed == () and strip(data)[1] == copy
    for kind in (b"IDAT", b"fdAT"):
        joined = [
            b"".join(content[4 * (kind == b"fdAT") :] for name, content in chunks(one) if name == kind)
            for one in (data, copy)
        ]
        assert joined[0] == joined[1]


def test_how_the_stream_was_cut_in_chunks_names_no_program():
    assert strip(build(split=3))[1] == strip(build(split=400))[1] == build(split=65_536)


def test_bytes_behind_the_zlib_stream_are_cut_in_every_picture():
    hidden = b"the lower half of the uncropped screenshot"
    result, copy = strip(build(data=zlib.compress(rows()) + hidden))
    assert hidden not in copy and copy == strip(build())[1]
    assert [(one.place, one.size) for one in result.removed] == [("behind the coded picture", len(hidden))]
    assert strip(animated(slack=hidden))[1] == strip(animated())[1]


@pytest.mark.parametrize("picture", [
    build(data=zlib.compress(rows() + b"x")), build(data=zlib.compress(rows(height=60))),
    build(value=0xFF, colour=0, depth=1, width=5, data=zlib.compress(b"\0\xff" * 6)),
    build(colour=3, depth=2, width=3, palette=PALETTE, data=zlib.compress(b"\0\x01" * 6)),
    build(data=zlib.compress(bytes(50_000_000))),
])  # fmt: skip
def test_data_no_viewer_shows_inside_the_stream_is_refused(picture):
    kept = Kept()
    with pytest.raises(HiddenInPicture):
        strip_png(Bytes(picture), kept)
    assert kept.parts == []


def test_unused_entries_of_the_palette_and_of_its_transparency_are_blanked():
    frame = chunk(b"tRNS", bytes(range(100, 116)))
    result, copy = strip(build(palette=PALETTE, frame=frame, **INDEXED))
    assert body(copy, b"PLTE") == bytes(9) + PALETTE[9:12] + bytes(36)
    assert body(copy, b"tRNS") == b"\xff\xff\xff\x67"
    assert ("PLTE (unused entries)", 42 + 3) in [(one.place, one.size) for one in result.removed]
    assert "see-through" not in " ".join(result.kept)


def test_a_background_counts_only_with_transparency_and_keeps_its_entry():
    ground, clear = chunk(b"bKGD", b"\5"), chunk(b"tRNS", b"\xff\xff\xff\0")
    assert body(strip(build(palette=PALETTE, frame=ground, **INDEXED))[1], b"bKGD") is None
    copy = strip(build(palette=PALETTE, frame=ground + clear, **INDEXED))[1]
    assert (body(copy, b"bKGD"), body(copy, b"PLTE")[15:18]) == (b"\5", PALETTE[15:18])


def test_indexes_are_counted_behind_every_filter_and_in_every_pass():
    pixels = [
        bytes([1, 2, 3, 4]),
        bytes([5, 5, 5, 5]),
        bytes([6, 6, 6, 6]),
        bytes([7, 9, 11, 13]),
        bytes([1, 1, 1, 1]),
    ]
    filtered = b"\0" + pixels[0] + b"\1\5\0\0\0" + b"\2\1\1\1\1"
    filtered += b"\3" + bytes([7 - 3, 9 - (7 + 6) // 2, 11 - (9 + 6) // 2, 13 - (11 + 6) // 2])
    filtered += b"\4" + bytes([(1 - 7) % 256, (1 - 1) % 256, 0, 0])
    copy = strip(build(colour=3, width=4, height=5, palette=bytes([9] * 60), data=zlib.compress(filtered)))[1]
    used = {n for n in range(20) if body(copy, b"PLTE")[3 * n]}
    assert {1, 2, 3, 4, 5, 6, 7, 9, 11, 13} <= used <= set(range(1, 14))
    assert inspect_again(Bytes(copy), Bytes(copy)).finding is Finding.CLEAN


@pytest.mark.parametrize("value", range(1, 9))
@pytest.mark.parametrize("source", ["eXIf", "eXIf behind", "raw", "xmp"])
def test_the_turn_of_the_picture_stays_alone(source, value):
    made = {
        "eXIf": build(chunk(b"eXIf", tiff_block(value))),
        "eXIf behind": build(behind=chunk(b"eXIf", tiff_block(value))),
        "raw": build(packed(b"zTXt", b"Raw profile type exif", raw_profile("exif", b"Exif\0\0" + tiff_block(value)))),
        "xmp": build(chunk(b"iTXt", b'XML:com.adobe.xmp\0\0\0\0\0<a tiff:Orientation="%d" x="Saule"/>' % value)),
    }[source]
    result, copy = strip(made)
    block = body(copy, b"eXIf")
    assert (block is None) == (value == 1) and (block is None or (len(block), block[19]) == (26, value))
    assert any("turned" in one for one in result.kept) == (value != 1 and not source.startswith("eXIf"))
    assert result.presentation_sha256 == presentation_sha256(Bytes(made)) == presentation_sha256(Bytes(copy))
    assert inspect_again(Bytes(made), Bytes(copy)).finding is Finding.CLEAN


def test_resolution_goes_and_pixel_aspect_stays():
    def shape(across, down):
        return body(strip(build(chunk(b"pHYs", struct.pack(">IIB", across, down, 1))))[1], b"pHYs")

    assert shape(2834, 2834) is shape(2834, 2835) is shape(0, 7) is None
    assert shape(100, 200) == struct.pack(">IIB", 1, 2, 0)


def test_colours_stay_and_texts_of_the_profile_go():
    for data in (build(profile_chunk()), build(chunk(b"sRGB", b"\1") + chunk(b"gAMA", struct.pack(">I", 45455)))):
        result, copy = strip(data)
        assert result.presentation_sha256 == presentation_sha256(Bytes(data)) == presentation_sha256(Bytes(copy))
    result, copy = strip(build(profile_chunk(data=profile({b"A2B0": b"mAB \0\0\0\0" + bytes(40)}))))
    assert body(copy, b"iCCP") is None and any("colours may shift" in words for words in result.kept)


def test_a_wide_transparent_colour_stays_only_if_pixels_have_it():
    clear = chunk(b"tRNS", b"Saule!")
    pixels = b"\0" + b"Saule!" * 8
    assert body(strip(build(depth=16, frame=clear))[1], b"tRNS") is None
    assert body(strip(build(depth=16, frame=clear, data=zlib.compress(pixels * 6)))[1], b"tRNS") == b"Saule!"


def test_see_through_pixels_are_said():
    for filters in ((0,), (1,), (2,), (3,), (4,), (0, 4, 3)):
        assert strip(build(colour=6, value=255, filters=filters))[0].kept != () or filters == (0,)
    assert strip(build(colour=6, value=255))[0].kept == ()
    assert any("see-through" in one for one in strip(build(colour=6, value=9))[0].kept)


def test_frames_keep_their_timing_in_lowest_terms():
    data = animated(delay=(30, 90), plays=70_000)
    result, copy = strip(data)
    controls = [content for name, content in chunks(copy) if name == b"fcTL"]
    assert [content[20:24] for content in controls] == [b"\0\1\0\3"] * 2
    assert body(copy, b"acTL") == b"\0\0\0\2\0\0\0\0"
    assert result.presentation_sha256 == presentation_sha256(Bytes(data))
    assert result.presentation_sha256 != strip(animated(delay=(1, 4)))[0].presentation_sha256


def test_what_the_policy_forbids_is_refused():
    with pytest.raises(CredentialsKept):
        strip(build(chunk(b"caBX", b"jumb")), StripChoices(credentials="keep"))
    with pytest.raises(HiddenFootage):
        strip(animated(True), StripChoices(hidden_footage="refuse"))
    with pytest.raises(SecondImages):
        strip(build(tail=b"\xff\xd8\xff"), StripChoices(second_images="refuse"))


GOOD = build()


@pytest.mark.parametrize(("data", "error"), [
    (b"", BadMedia), (png.SIGNATURE, MediaCut), (GOOD[:-1], MediaCut), (GOOD[:40], MediaCut),
    (GOOD.replace(b"IHDR", b"CgBI", 1), UnsupportedMedia), (GOOD.replace(b"IDAT", b"IDOT", 1), UnsupportedMedia),
    (GOOD.replace(b"IEND", b"I ND"), BadMedia), (png.SIGNATURE + chunk(b"IEND"), BadMedia),
    (png.SIGNATURE + png.header() + chunk(b"IEND"), BadMedia), (build(depth=3, data=b""), BadMedia),
    (build(colour=5, data=b"", depth=8), BadMedia), (build(interlace=2), BadMedia), (build(width=0, data=b""), BadMedia),
    (build(data=b"\x78\xbb" + bytes(20)), BadMedia), (build(data=zlib.compress(rows())[:-4]), MediaCut),
    (build(data=zlib.compress(rows())[:-4] + b"abcd"), BadMedia), (build(data=zlib.compress(rows(height=2))), MediaCut),
    (build(data=zlib.compress(rows(filters=(5,)))), BadMedia), (build(data=b"not zlib at all"), BadMedia),
    (build(colour=3), BadMedia), (build(colour=3, palette=b"ab"), BadMedia),
    (build(colour=3, palette=PALETTE, frame=chunk(b"PLTE", PALETTE)), BadMedia),
    (build(width=2**31 - 1, height=2**31 - 1, data=zlib.compress(bytes(9))), MediaTooLarge),
    (build(head=chunk(b"tEXt") * 100_001), MediaTooLarge),
    (build(frame=chunk(b"acTL", bytes(8))), BadMedia), (build(frame=chunk(b"acTL", b"\0\0\0\2" + bytes(4)) + control(0)), BadMedia),
    (build(frame=chunk(b"acTL", b"\0\0\0\1" + bytes(4)) + control(1)), BadMedia),
    (build(frame=chunk(b"acTL", b"\0\0\0\1" + bytes(4)) + control(0, width=9)), BadMedia),
    (build(frame=chunk(b"acTL", b"\0\0\0\1" + bytes(4)) + control(0, dispose=3)), BadMedia),
])  # fmt: skip
def test_broken_and_hostile_files_are_refused_by_type_before_a_byte_is_written(data, error):
    kept = Kept()
    with pytest.raises(error):
        strip_png(Bytes(data), kept)
    assert kept.parts == []


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("image/*.png")), ids=lambda path: path.name)
def test_real_pictures_come_out_clean_with_the_same_essence(path):
    data, kept = path.read_bytes(), Kept()
    result = strip_any(Bytes(data), "image/png", kept)
    assert inspect_again(Bytes(data), Bytes(kept.data)).finding is Finding.CLEAN
    assert result.essence == essence(Bytes(data)) == essence(Bytes(kept.data))
    assert result.presentation_sha256 == presentation_sha256(Bytes(data)) == presentation_sha256(Bytes(kept.data))


def test_texts_that_inflate_to_gigabytes_cost_little():
    bomb = packed(b"zTXt", b"Comment", bytes(7_000_000))
    data = build(bomb * 300 + packed(b"zTXt", b"Raw profile type exif", bytes(7_000_000)) * 300)
    assert strip(data)[1] == strip(build())[1]
    assert inspect_again(Bytes(data), Bytes(strip(build())[1])).finding is Finding.CLEAN
