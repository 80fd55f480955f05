"""Copies of films: nothing planted survives, pictures and sound stay as coded, odd films are refused."""

import pytest

from tests.media_builders.mp4 import Canary, box, film, full, sei, survivors, u32
from tests.media_builders.readers import Bytes, Kept
from witnesskit.errors.media import BadMedia, MediaCut
from witnesskit.errors.strip import EncryptedFilm, ExternalData, UnknownCoding, UnknownFormat
from witnesskit.formats.nal import H264, HEVC
from witnesskit.formats.sei import messages, neutral
from witnesskit.media.essence import essence
from witnesskit.media.inspect_isobmff import inspect_isobmff
from witnesskit.media.presentation import presentation_sha256
from witnesskit.media.residue import inspect_again
from witnesskit.media_model import Finding
from witnesskit.strip.registry import strip

KINDS = [(False, b"isom"), (True, b"isom"), (False, b"qt  "), (True, b"qt  ")]


def stripped(data):
    kept = Kept()
    result = strip(Bytes(data), "video/mp4", kept)
    return kept.data, result


@pytest.mark.parametrize(("hevc", "brand"), KINDS)
def test_no_planted_token_survives_in_any_place(hevc, brand):
    canary = Canary()
    original = film(canary, hevc=hevc, brand=brand)
    copy, _ = stripped(original)
    assert len(survivors(canary, original)) > 100
    assert survivors(canary, copy) == []


@pytest.mark.parametrize(("hevc", "brand"), KINDS)
def test_the_copy_is_clean_to_the_other_reader(hevc, brand):
    original = film(Canary(), hevc=hevc, brand=brand)
    copy, _ = stripped(original)
    assert inspect_isobmff(Bytes(original)).finding is Finding.FOUND
    seen = inspect_again(Bytes(original), Bytes(copy))
    assert (seen.finding, seen.revelations, seen.reason) == (Finding.CLEAN, (), "")


@pytest.mark.parametrize(("hevc", "brand"), KINDS)
def test_essence_and_presentation_are_the_same_before_and_after(hevc, brand):
    original = film(Canary(), hevc=hevc, brand=brand)
    copy, result = stripped(original)
    assert essence(Bytes(original)) == result.essence == essence(Bytes(copy))
    assert presentation_sha256(Bytes(original)) == result.presentation_sha256 == presentation_sha256(Bytes(copy))


def test_the_same_film_gives_the_same_bytes_and_a_copy_is_its_own_copy():
    first, _ = stripped(film(Canary()))
    again, _ = stripped(film(Canary()))
    of_copy, _ = stripped(first)
    assert first == again == of_copy


def test_two_films_that_differ_in_what_identifies_become_the_same_copy():
    assert stripped(film(Canary()))[0] != b""
    quiet, _ = stripped(film(Canary(quiet=True), extra_tracks=()))
    loud, _ = stripped(film(Canary(quiet=True), extra_tracks=(b"gpmd", b"camm")))
    assert quiet == loud


def test_removed_parts_are_told_with_place_size_and_digest():
    _, result = stripped(film(Canary()))
    places = [part.place for part in result.removed]
    assert "moov/udta" in places
    assert "moov/trak[3] (meta)" in places
    assert "mdat: bytes no kept track refers to" in places
    assert all(part.size > 0 and len(part.sha256) == 64 for part in result.removed)


def test_rotation_stays():
    turned = u32(0, 65536, 0, 0xFFFF0000, 0, 0, 0, 0, 1 << 30)
    copy, _ = stripped(film(matrix=turned))
    assert turned in copy
    assert presentation_sha256(Bytes(film())) != presentation_sha256(Bytes(copy))


def test_footage_hidden_by_an_edit_list_stays_and_is_said():
    hiding, showing = full(b"elst", u32(1, 1, 119, 65536)), full(b"elst", u32(1, 120, 0, 65536))
    copy, result = stripped(film(edits=hiding))
    assert hiding in copy
    assert any("seconds of pictures" in remark for remark in result.kept)
    assert not any("seconds of pictures" in remark for remark in stripped(film(edits=showing))[1].kept)


def replaced(data, old, new):
    assert data.count(old) >= 1
    return data.replace(old, new)


@pytest.mark.parametrize(
    ("refusal", "change"),
    [
        (BadMedia, lambda data: data + box(b"moof", box(b"traf", bytes(8)))),
        (EncryptedFilm, lambda data: replaced(data, b"avc1\0", b"encv\0")),
        (EncryptedFilm, lambda data: replaced(data, b"zzzz", b"sinf")),
        (ExternalData, lambda data: replaced(data, b"url \0\0\0\1", b"url \0\0\0\0")),
        (UnknownCoding, lambda data: replaced(data, b"avc1\0", b"dvcp\0")),
        (UnknownCoding, lambda data: replaced(data, b"wwww", b"cmov")),
        (UnknownFormat, lambda data: replaced(data, b"ftypisom", b"ftypheic")),
        (BadMedia, lambda data: replaced(data, b"stsz\0\0\0\0\0\0\0\0", b"stsz\0\0\0\0\0\0\0\0\xff")),
        (BadMedia, lambda data: data + data[data.index(b"moov") - 4 :].replace(b"wwww", b"vvvv")),
        (MediaCut, lambda data: data[: data.index(b"moov") + 400]),
        (MediaCut, lambda data: data[: data.index(b"moov") - 4]),
    ],
)
def test_what_cannot_be_made_safe_is_refused_by_name(refusal, change):
    with pytest.raises(refusal):
        stripped(change(film(Canary(quiet=True))))


def test_a_kind_that_is_not_on_the_list_is_refused():
    with pytest.raises(UnknownFormat):
        strip(Bytes(film()), "video/x-unheard-of", Kept())


@pytest.mark.parametrize("place", [0, 3, 1 << 31])
def test_a_chunk_outside_the_media_box_is_refused(place):
    data = bytearray(film(Canary(quiet=True)))
    at = data.index(b"stco") + 12
    data[at : at + 4] = u32(place)
    with pytest.raises((BadMedia, MediaCut)):
        stripped(bytes(data))


def test_chunks_that_overlap_are_refused():
    data = bytearray(film(Canary(quiet=True)))
    first = data.index(b"stco") + 12
    second = data.index(b"stco", first) + 12
    data[second : second + 4] = data[first : first + 4]
    with pytest.raises(BadMedia):
        stripped(bytes(data))


def test_a_table_that_claims_four_thousand_million_entries_costs_nothing():
    data = bytearray(film(Canary(quiet=True)))
    for kind in (b"stts", b"stsc", b"stco", b"stss"):
        changed = bytearray(data)
        at = changed.index(kind) + 8
        changed[at : at + 4] = b"\xff\xff\xff\xff"
        with pytest.raises(BadMedia):
            stripped(bytes(changed))


def test_boxes_nested_a_thousand_deep_are_refused_or_dropped():
    nest = b""
    for _ in range(1000):
        nest = box(b"udta", nest)
    data = film(Canary(quiet=True))
    at = data.index(b"moov")
    size = int.from_bytes(data[at - 4 : at], "big") + len(nest)
    assert stripped(data[: at - 4] + u32(size) + b"moov" + nest + data[at + 4 :])[0] == stripped(data)[0]
    assert (
        inspect_isobmff(Bytes(data[: at - 4] + u32(size) + b"moov" + nest + data[at + 4 :])).finding
        is Finding.UNKNOWN
    )


@pytest.mark.parametrize(("coding", "header"), [(H264, b"\x06"), (HEVC, b"\x4e\x01")])
@pytest.mark.parametrize("payload", [b"token" * 20, b"\0" * 40, b"\0\0\1" * 9 + b"x", b"\xff" * 300, b"a\0\0\2b\0\0"])
@pytest.mark.parametrize("kind", [4, 5, 136, 200, 300])
def test_a_message_becomes_filler_of_equal_length(coding, header, payload, kind):
    unit = sei(kind, payload, header)
    fresh = neutral(coding, unit, None)
    assert len(fresh) == len(unit)
    assert b"token" not in fresh
    assert b"\0\0\1" not in fresh
    assert b"\0\0\0" not in fresh
    assert neutral(coding, fresh, None) == fresh
    assert kind not in {message.kind for message in messages(fresh, coding.header) or ()}


def test_hdr_levels_stay_beside_a_message_that_goes():
    level, secret = b"\x90\x04\x03\xe8\x01\x90", b"\x05\x14" + bytes(range(1, 17)) + b"name"
    unit = b"\x4e\x01" + secret + level + b"\x80"
    fresh = neutral(HEVC, unit, None)
    assert [message.kind for message in messages(fresh, 2)] == [3, 144]
    assert b"name" not in fresh
    assert level in fresh


def test_tables_that_name_a_sample_too_few_or_too_many_are_read_as_players_do():
    whole = film(Canary(quiet=True))
    copy, result = stripped(replaced(whole, full(b"stts", u32(1, 3, 40)), full(b"stts", u32(1, 2, 40))))
    assert copy == stripped(whole)[0]
    assert presentation_sha256(Bytes(whole)) == result.presentation_sha256
    far = replaced(whole, full(b"stss", u32(1, 1)), full(b"stss", u32(1, 9)))
    assert full(b"stss", u32(0)) in stripped(far)[0]
    with pytest.raises(BadMedia):
        stripped(replaced(whole, full(b"stts", u32(1, 3, 40)), full(b"stts", u32(1, 0, 40))))
