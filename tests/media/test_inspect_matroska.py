"""The inspection of Matroska films by itself: what is put into a clean copy by hand is never called clean."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.media_builders import matroska as mkv
from tests.media_builders.matroska import el, film, written
from tests.media_builders.mp4 import APPLE_SEI, Canary, sei, units
from tests.media_builders.readers import Bytes, Kept
from witnesskit.media.inspect_matroska import inspect_matroska
from witnesskit.media.matroska_names import KINDS, NAMES
from witnesskit.media.matroska_rules import RULES
from witnesskit.media_model import Finding
from witnesskit.strip.registry import strip

TOKEN = b"Zanaozen Aizhan"
SEG, ENTRY = (mkv.SEGMENT,), (mkv.SEGMENT, mkv.TRACKS, mkv.ENTRY)
CLUSTER, GROUP = (mkv.SEGMENT, mkv.CLUSTER), (mkv.SEGMENT, mkv.CLUSTER, mkv.GROUP)
VIDEO, CUE = (*ENTRY, mkv.VIDEO), (mkv.SEGMENT, mkv.CUES, 0xBB)
MASTERS = [(mkv.EBML,), SEG, (*SEG, mkv.INFO), (*SEG, mkv.TRACKS), ENTRY, VIDEO, (*VIDEO, 0x55B0), CLUSTER, GROUP]
INSIDE = {0xAE: ENTRY, 0xE0: VIDEO, 0x55B0: (*VIDEO, 0x55B0), 0x1F43B675: CLUSTER, 0xA0: GROUP}


@pytest.fixture(scope="module")
def clean():
    kept = Kept()
    strip(Bytes(film(Canary())), "video/x-matroska", kept)
    return kept.data


@pytest.fixture
def nodes(clean):
    """The clean copy as a tree, without its index, whose places would be wrong after any change."""
    tree = mkv.tree(clean)
    mkv.at(tree, *SEG)[1][:] = [node for node in mkv.at(tree, *SEG)[1] if node[0] != mkv.CUES]
    return tree


def judged(data):
    return inspect_matroska(Bytes(data))


def test_the_copy_is_clean_with_and_without_its_index(clean, nodes):
    assert judged(clean).finding is Finding.CLEAN
    assert judged(written(nodes)).finding is Finding.CLEAN
    assert written(mkv.tree(clean)) == clean


@pytest.mark.parametrize("path", MASTERS)
@pytest.mark.parametrize("number", [mkv.VOID, mkv.CRC, 0x4FFF, 0x1254C367, 0x73A4, 0x536E, 0x4461, 0xAB, 0x465C])
def test_an_element_that_does_not_belong_there_is_found(nodes, path, number):
    mkv.at(nodes, *path)[1].append([number, TOKEN])
    assert judged(written(nodes)).finding is not Finding.CLEAN


@pytest.mark.parametrize("number", sorted(number for number in NAMES if KINDS[number] != "m"))
def test_every_known_element_with_a_text_in_it_is_found_in_any_master(clean, number):
    for path in (*SEG, mkv.INFO), ENTRY, VIDEO, CLUSTER, GROUP:
        tree = mkv.tree(clean)
        mkv.at(tree, *SEG)[1][:] = [node for node in mkv.at(tree, *SEG)[1] if node[0] != mkv.CUES]
        mkv.at(tree, *path)[1].append([number, TOKEN])
        assert judged(written(tree)).finding is not Finding.CLEAN, (NAMES[number], path)


FREE = {
    "PixelWidth",
    "PixelHeight",
    "DisplayWidth",
    "DisplayHeight",
    "BlockDuration",
    "TransferCharacteristics",
    "Primaries",
    "MaxCLL",
    "Channels",
    "Timestamp",
    "TimestampScale",
    "DefaultDuration",
    "CodecDelay",
    "SeekPreRoll",
    "DiscardPadding",
}


def leaves(tree, path=()):
    for index, (number, body) in enumerate(tree):
        if isinstance(body, list):
            yield from leaves(body, (*path, index))
        else:
            yield (*path, index), NAMES[number]


def test_a_text_instead_of_or_behind_any_value_is_found(nodes):
    seen = set()
    for path, name in list(leaves(nodes)):
        if name in seen or name in ("SimpleBlock", "Block"):
            continue
        seen.add(name)
        for change in (lambda raw: raw + TOKEN, lambda raw: TOKEN[: len(raw)], lambda raw: b"\0" + raw):
            tree = mkv.tree(written(nodes))
            node = [0, tree]
            for index in path:
                node = node[1][index]
            before = node[1]
            node[1] = change(before)
            if node[1] != before and not (
                name in FREE and len(before) <= len(TOKEN) and node[1] == TOKEN[: len(before)]
            ):
                assert judged(written(tree)).finding is not Finding.CLEAN, (name, node[1])
    assert len(seen) > 25


def test_every_path_of_the_rules_is_an_element_of_the_standard():
    assert {part for path in RULES for part in path.split("/")} <= set(NAMES.values())


@pytest.mark.parametrize("change", [
    lambda data: data + TOKEN,
    lambda data: data + film(),
    lambda data: data.replace(b"\x42\x87\x81\x04", b"\x42\x87\x81\x05"),
    lambda data: data.replace(el(0x22B59C, b"und"), el(0x22B59C, b"kaz")),
    lambda data: data[:-1],
    lambda data: data[: len(data) // 2],
    lambda data: data.replace(el(0xF7, 1), el(0xF7, 2), 1),
    lambda data: data.replace(el(0xB3, 1000), el(0xB3, 1001), 1),
    lambda data: data.replace(b"\xf1\x88\0\0", b"\xf1\x88\0K", 1),
    lambda data: data.replace(mkv.identifier(0x4489) + b"\x88\x40", mkv.identifier(0x4489) + b"\x88\x41"),
    lambda data: data.replace(el(0x4D80, b"") + el(0x5741, b""), el(0x4D80, b"Kn07") + el(0x5741, b"")),
    lambda data: data.replace(b"OpusHead\x01", b"OpusHead\x02"),
])  # fmt: skip
def test_a_change_anywhere_is_found(clean, change):
    assert change(clean) != clean
    assert judged(change(clean)).finding is not Finding.CLEAN


def block_test(body):
    return [0xA3, body]


@pytest.mark.parametrize("block", [
    mkv.block(1, 0, units(sei(5, APPLE_SEI + TOKEN), b"\x65" + mkv.PICTURE)),
    mkv.block(1, 0, units(b"\x65" + mkv.PICTURE) + TOKEN),
    mkv.block(2, 0, b"\xfc" + b"readable text that runs for a long while"),
    mkv.block(9, 0, TOKEN),
    mkv.block(2, 0, b"\xfc" * 9, flags=0x81),
    mkv.block(2, 0, b"\xfc" * 9, flags=0x10),
    mkv.block(2, 0, b"\xfc" * 9, b"\xfc" * 9, b"\xfc" * 9, flags=0x80, lacing=3),
    mkv.block(2, 0, b"\xfc" * 9, flags=0x80, lacing=2),
    b"\x40\x02\0\0\x80\xfc",
    b"\x82\0\0\x82\x05\xff", b"\x82", b"",
])  # fmt: skip
def test_a_block_that_no_clean_film_has_is_found(nodes, block):
    mkv.at(nodes, *CLUSTER)[1].append([0xA3, block])
    assert judged(written(nodes)).finding is not Finding.CLEAN


@pytest.mark.parametrize("parts", [
    [[0xA1, mkv.block(2, 0, b"\xfc" * 9)]],
    [[0xA1, mkv.block(2, 0, b"\xfc" * 9)], [0x9B, b"\x05"], [0xFB, b"K"]],
    [[0xA1, mkv.block(2, 0, b"\xfc" * 9)], [0x9B, b"\x05"], [0xA1, mkv.block(2, 0, TOKEN)]],
    [[0xA1, mkv.block(2, 0, b"\xfc" * 9)], [0x75A1, [[0xA6, [[0xA5, TOKEN], [0xEE, b"\x01"]]]]]],
    [[0xA1, mkv.block(1, 0, b"\0\0\0\x02\x65\x80")], [0x75A1, [[0xA6, [[0xA5, TOKEN], [0xEE, b"\x01"]]]]]],
    [[0xA1, mkv.block(1, 0, b"\0\0\0\x02\x65\x80")], [0x75A1, [[0xA6, [[0xA5, TOKEN]]]]]],
    [[0x9B, b"\x05"]],
])  # fmt: skip
def test_a_group_that_no_clean_film_has_is_found(nodes, parts):
    mkv.at(nodes, *CLUSTER)[1].append([mkv.GROUP, parts])
    assert judged(written(nodes)).finding is not Finding.CLEAN


def test_what_a_person_asks_is_told_in_words():
    seen = judged(film(Canary(quiet=True)))
    canary = Canary()
    seen = judged(film(canary))
    told = {(one.group, one.name): one.value for one in seen.revelations}
    assert told["who", "ARTIST"].startswith("Kn")
    assert told["where", "GPS_LOCATION"].startswith("Kn")
    assert told["when", "DateUTC"].startswith("2022-")
    assert {"Title", "Name", "FileName", "ChapString", "subtitle", "track of subtitles"} <= {name for _, name in told}
    values = " ".join(one.value for one in seen.revelations)
    hidden = [place for place, token in canary.places.items() if token.decode() not in values]
    assert [place for place in hidden if not place.endswith(("UID", "UUID", "Family", "AttachLink"))] == []
    assert seen.facts["tracks"][0] == {"kind": "pictures", "coding": "V_MPEG4/ISO/AVC", "samples": 12, "width": 64,
                                       "height": 48}  # fmt: skip


def test_an_attached_picture_is_looked_into():
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x0f\0\x02\0\0\0\x06\0\0\0\x1a\0\0\0\0Canon\0"
    picture = b"\xff\xd8\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + b"\xff\xd9"
    attached = el(0x1941A469, el(0x61A7, el(0x466E, b"cover.jpg"), el(0x465C, picture)))
    assert any("Canon" in one.value for one in judged(film(middle=attached)).revelations)


@pytest.mark.parametrize("seed", range(4))
def test_no_damage_makes_the_inspection_raise(clean, seed):
    chance = random.Random(seed)
    for source in (clean, film(Canary(), opener=mkv.open_el)):
        for _ in range(60):
            data = bytearray(source)
            for _ in range(chance.randint(1, 4)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            judged(bytes(data[: chance.randrange(len(data)) if chance.random() < 0.2 else None]))


@given(st.binary(max_size=300))
def test_any_bytes_behind_a_header_are_judged(body):
    assert judged(mkv.header() + el(mkv.SEGMENT, body)).finding is not Finding.CLEAN
    assert judged(mkv.header() + mkv.open_el(mkv.SEGMENT, body)).finding is not Finding.CLEAN
