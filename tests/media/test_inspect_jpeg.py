"""What a JPEG gives away is grouped as a person looks for it; clean is said only of what is wholly understood."""

import ast
import struct
from pathlib import Path

import pytest

import witnesskit
from tests.media_builders.jpeg import Plan, build, segment
from tests.media_builders.jpeg_hiding import hiding, icc, icc_segments, orientation_exif, tiff, tokens
from tests.media_builders.readers import Bytes, Kept
from tests.media_builders.samples import jpegs
from witnesskit.media.exif import read_exif
from witnesskit.media.inspect import inspect
from witnesskit.media.probe import media_type
from witnesskit.media.residue import inspect_again
from witnesskit.media_model import Finding
from witnesskit.strip.jpeg import strip_jpeg

PACKAGE = Path(witnesskit.__file__).parent


def groups(data):
    found = {}
    for one in inspect(Bytes(data)).revelations:
        found.setdefault(one.group, []).append(one)
    return found


def test_every_group_a_person_asks_for_is_told():
    found = groups(hiding()[0])
    assert {"where", "when", "device", "who", "inside", "other"} <= set(found)
    assert any(one.name == "GPS position" and one.value == "43.336763, 43.336763" for one in found["where"])
    assert any(one.name == "GPSAreaInformation" for one in found["where"])
    assert any(one.name == "DateTimeOriginal" for one in found["when"])
    assert any(one.name == "BodySerialNumber" for one in found["device"])
    assert any(one.name == "Artist" for one in found["who"])
    assert {"thumbnail", "film of a motion photo", "content credentials (C2PA)"} <= {
        one.name for one in found["inside"]
    }


def test_texts_of_xmp_iptc_icc_and_comments_are_told_with_their_places():
    values = {(one.place, one.value) for one in inspect(Bytes(hiding()[0])).revelations}
    for place, word in [
        ("APP1 XMP", "XMP element"),
        ("APP13 Photoshop", "IPTC city"),
        ("APP2 ICC", "profile desc"),
        ("COM", "COM before"),
    ]:
        assert any(where == place and word in value for where, value in values), (place, word)


def things_alone():
    yield "comment", build(Plan(head=[segment(0xFE, b"x")]))
    yield "empty comment", build(Plan(head=[segment(0xFE, b"")]))
    yield "comment before the end", build(Plan(before_end=segment(0xFE, b"x")))
    yield "comment between scans", build(Plan(progressive=True, between=segment(0xFE, b"x")))
    yield "one byte after the end", build(Plan(tail=b"\0"))
    yield "loose byte", build(Plan(after_frame=[b"\0"]))
    yield "unknown segment", build(Plan(head=[segment(0xE9, b"")]))
    yield "full Exif", build(Plan(head=[segment(0xE1, b"Exif\0\0" + tiff({"IFD0": [(0x010F, 2, 2, b"A\0")]}))]))
    yield "empty Exif", build(Plan(head=[segment(0xE1, b"Exif\0\0")]))
    yield "orientation in the other order", build(Plan(head=[orientation_exif(6)]))
    yield "byte behind the orientation", build(Plan(head=[segment(0xE1, orientation_exif(6, ">")[4:] + b"\0")]))
    yield "JFIF thumbnail", build(Plan(head=[segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\1\1abc")]))
    yield "byte behind JFIF", build(Plan(head=[segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0a")]))
    yield "byte behind Adobe", build(Plan(head=[segment(0xEE, b"Adobe\0\x64\0\0\0\0\1a")]))
    yield "profile with texts", build(Plan(head=icc_segments(icc())))
    yield "unused quantisation table", build(Plan(extra_tables=segment(0xDB, b"\x03" + bytes([1] * 64))))
    yield "overwritten table", build(Plan(extra_tables=segment(0xDB, b"\x00" + bytes([1] * 64))))
    yield "fill bytes before the end", build(Plan()).replace(b"\xff\xd9", b"\xff\xff\xd9")
    yield (
        "text in the coded picture",
        build(Plan()).replace(b"\xff\xd9", b"Filmed from the balcony of flat 12, by Saule\xff\xd9"),
    )


@pytest.mark.parametrize(
    ("name", "data"), [*things_alone()], ids=lambda value: value if isinstance(value, str) else ""
)
def test_each_thing_alone_keeps_a_picture_from_being_clean(name, data):
    assert inspect(Bytes(data)).finding is Finding.FOUND


@pytest.mark.parametrize("plan", [Plan(), Plan(progressive=True), Plan(restart=3), Plan(progressive=True, restart=4)])
def test_a_plain_picture_is_clean(plan):
    seen = inspect(Bytes(build(plan)))
    assert (seen.finding, seen.revelations, seen.reason) == (Finding.CLEAN, (), "")
    assert (seen.facts["width"], seen.facts["height"]) == (40, 24)


PLAIN, RESTARTS = build(Plan()), build(Plan(restart=3))


@pytest.mark.parametrize(
    "data",
    [
        PLAIN[:-2],
        PLAIN[: len(PLAIN) // 2],
        b"\xff\xd8\xff\xd9",
        PLAIN.replace(b"\xff\xc0", b"\xff\xc9", 1),
        PLAIN.replace(b"\xff\xc0", b"\xff\xd8", 1),
        RESTARTS.replace(b"\xff\xd1", b"\xff\xd3", 1),
        RESTARTS.replace(b"\xff\xd9", b"\xff\xd4more\xff\xd9"),
        PLAIN.replace(bytes([1, 0x11, 0]), bytes([1, 0x11, 2]), 1),
        build(Plan(extra_tables=segment(0xC4, b"\x00\xff" + bytes(300)))),
        build(Plan(progressive=True, between=segment(0xDB, b"\x00" + bytes([9] * 64)))),
        build(Plan(head=[segment(0xFE, b"")] * 10_001)),
    ],
)
def test_what_is_not_understood_is_unknown_with_its_reason(data):
    seen = inspect(Bytes(data))
    assert seen.finding is Finding.UNKNOWN
    assert seen.reason


@pytest.mark.parametrize(
    "data", [b"", b"text", b"\x89PNG\r\n\x1a\n", b"II*\0\x08\0\0\0", b"RIFF\0\0\0\0WEBP", b"\0\0\0\x18ftypheic"]
)
def test_heads_of_other_kinds_are_unknown_never_clean(data):
    assert inspect(Bytes(data)).finding is Finding.UNKNOWN


@pytest.mark.parametrize(("head", "kind"), [
    (b"\xff\xd8\xff\xe0", "image/jpeg"), (b"\0\0\0\x18ftypisom", "video/mp4"), (b"\0\0\0\x18ftypmp42", "video/mp4"),
    (b"\0\0\0\x14ftypqt  ", "video/quicktime"), (b"\0\0\0\x08wide", "video/quicktime"), (b"\0\0\0\x18ftypavif", "image/avif"),
    (b"\0\0\0\x18ftypheic", "image/heic"), (b"\0\0\0\x18ftypmif1", "image/heif"), (b"\0\0\0\x18ftypzzzz", ""),
    (b"\0\0\0\x18ftypM4A ", "video/mp4"), (b"\0\0\0\x18ftyp3g2a", "video/mp4"), (b"\0\0\0\x18ftypXAVC", "video/mp4"),
    (b"\0\0\0\x18ftypzzzz\0\0\0\0nikoqt  ", "video/mp4"), (b"\0\0\0\x18ftypzzzz\0\0\0\0isomheic", "image/heic"),
    (b"\0\0\0\x10ftypzzzz\0\0\0\0\0\0\1\0moov", "video/mp4"), (b"\0\0\0\x10ftypjp2 \0\0\0\0\0\0\1\0moov", ""),
    (b"\0\0\0\x10ftypzzzz\0\0\0\0\0\0\0\x08free\0\0\1\0moov", "video/mp4"),
    (b"\x89PNG\r\n\x1a\n", "image/png"), (b"GIF89a", "image/gif"), (b"RIFF....WEBP", "image/webp"),
    (b"II*\0", "image/tiff"), (b"II*\0\x10\0\0\0CR\2\0", "image/x-canon-cr2"), (b"IIRO", "image/x-olympus-orf"),
    (b"MMOR", "image/x-olympus-orf"), (b"IIU\0", "image/x-panasonic-rw2"), (b"II*\0\x08\0\0\0IIII", "image/x-phaseone-iiq"),
    (b"FUJIFILMCCD-RAW", "image/x-fuji-raf"), (b"\0\0\0\x18ftypcrx ", "image/x-canon-cr3"), (b"MM\0+", "image/tiff"), (b"RIFF....AVI ", "video/x-msvideo"), (b"RIFF....WAVE", "audio/wav"),
    (b"fLaC", "audio/flac"), (b"OggS", "application/ogg"), (b"ID3\4", "audio/mpeg"), (b"\xff\xfb\x90\0", "audio/mpeg"),
    (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm", "video/webm"), (b"\x1a\x45\xdf\xa3", "video/x-matroska"),
    ((b"\x47" + bytes(187)) * 4, "video/mp2t"), ((bytes(4) + b"\x47" + bytes(187)) * 4, "video/mp2t"),
    (b"", ""), (b"text", ""), (b"\xff\xfb\xf0\0", ""), (b"\x47" * 10, ""), (b"\xff\xf1\x50\x80", ""),
])  # fmt: skip
def test_the_kind_is_told_from_the_first_bytes(head, kind):
    assert media_type(head) == kind


def endless_exif():
    """The count of a maker note that makes a naive reader run for minutes."""
    return struct.pack("<4sI H HHII I", b"II*\0", 8, 1, 0x927C, 7, 1006641184, 26, 0) + b"Nikon\0" * 4


@pytest.mark.parametrize(
    "block", [b"", b"II*\0", endless_exif(), tiff({"IFD0": [(0x010F, 2, 2**31, b"abcde")]}), b"MM\0*\xff\xff\xff\xff"]
)
def test_hostile_exif_is_read_without_hanging_and_never_clean(block):
    seen = inspect(Bytes(build(Plan(head=[segment(0xE1, b"Exif\0\0" + block)]))))
    assert seen.finding is Finding.FOUND


def test_a_failure_of_exifread_is_a_fact_and_its_tags_are_read_by_our_own_walker():
    exif = read_exif(tiff({"IFD0": [(0x013B, 2, 6, b"Saule\0"), (0x010F, 2, 2**31, b"abcde")]}))
    assert exif.failure
    assert ("Artist", "Saule") in {(tag.name, tag.value) for tag in exif.tags}
    data = build(Plan(head=[segment(0xE1, b"Exif\0\0" + endless_exif())]))
    assert inspect(Bytes(data)).facts["exifread"]


def test_a_value_of_the_original_that_is_left_in_a_copy_is_found():
    original, places = hiding()
    kept = Kept()
    strip_jpeg(Bytes(original), kept)
    for needle in tokens(places)[20:30]:
        for hidden in (needle, needle.decode().encode("utf-16-le"), needle.decode().encode("utf-16-be")):
            leaking = kept.data.replace(b"\xff\xd9", hidden + b"\xff\xd9")
            if hidden in original or needle in original:
                assert inspect_again(Bytes(original), Bytes(leaking)).finding is Finding.FOUND, needle


def test_a_name_in_cyrillic_letters_and_a_stored_position_are_looked_for():
    original, _ = hiding()
    kept = Kept()
    strip_jpeg(Bytes(original), kept)
    for hidden in (
        "Жаңаөзен".encode(),
        "Жаңаөзен".encode("utf-16-be"),
        struct.pack("<6I", 43, 1, 20, 1, 123456, 10000),
    ):
        leaking = kept.data.replace(b"\xff\xd9", hidden + b"\xff\xd9")
        assert inspect_again(Bytes(original), Bytes(leaking)).finding is Finding.FOUND


def test_more_words_than_are_worth_a_search_are_said_and_cost_no_memory():
    words = b" ".join(b"word%06d" % number for number in range(5_000))
    original = build(Plan(head=[segment(0xFE, words)]))
    seen = inspect_again(Bytes(original), Bytes(PLAIN))
    assert (seen.finding, seen.facts["looked_for"], seen.facts["looked_for_all"]) == (Finding.CLEAN, 6_000, False)


def test_a_copy_that_is_not_understood_stays_unknown():
    assert inspect_again(Bytes(PLAIN), Bytes(PLAIN[:-2])).finding is Finding.UNKNOWN
    assert inspect_again(Bytes(PLAIN), Bytes(b"text")).finding is Finding.UNKNOWN


@pytest.mark.parametrize("path", jpegs(), ids=lambda path: path.name)
def test_real_pictures_are_read_to_their_end(path):
    seen = inspect(Bytes(path.read_bytes()))
    assert (seen.finding, seen.reason) == (Finding.FOUND, "")
    if path.name == "sony-gps.jpg":
        assert {"45.516903, -122.572765", "HDR-AS300", "2018-06-08 13:24:10"} <= {
            one.value for one in seen.revelations
        }


def imported_by(module):
    """Every module of ours that ``module`` reaches, also through imports inside functions."""
    found, queue = set(), [module]
    while queue:
        name = queue.pop()
        path = PACKAGE.parent / (name.replace(".", "/") + ".py")
        if name in found or not path.is_file():
            continue
        found.add(name)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("witnesskit"):
                queue += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return found


def test_the_inspector_shares_no_code_with_the_writer():
    """media/presentation.py hashes what the writer says it kept; it takes no part in an inspection."""
    allowed = {"witnesskit.formats.strict_json", "witnesskit.formats.strict_json_read"}
    reached = imported_by("witnesskit.media.inspect") | imported_by("witnesskit.media.residue")
    assert {"witnesskit.media.inspect_jpeg", "witnesskit.media.inspect_isobmff"} <= reached
    assert "witnesskit.media.presentation" not in reached
    shared = {name for name in reached if name.startswith(("witnesskit.strip", "witnesskit.formats."))}
    assert shared <= allowed
