"""Numbers of a film's index that read as words: a copy is refused, and a copy changed by hand is not clean."""

import pytest

from tests.media_builders.fragments import fragment, init, specs
from tests.media_builders.mp4 import Canary, Spec, avcc, box, film, full, sound, u32
from tests.media_builders.readers import Bytes, Kept
from witnesskit.errors.media import BadMedia, MediaTooLarge
from witnesskit.errors.strip import TextInPictures
from witnesskit.formats.isobmff import Box
from witnesskit.formats.isobmff_headers import read_edits
from witnesskit.formats.nal_sets import profile_reads, trimmed
from witnesskit.media.film_sets import behind_set, profile_words
from witnesskit.media.inspect_isobmff import inspect_isobmff
from witnesskit.media.mpeg4_pictures import clean_mpeg4
from witnesskit.media_limits import FILM_EDITS_MAX
from witnesskit.media_model import Finding
from witnesskit.strip.registry import strip

TOKEN = b"QZTOKENWITNESSXJQZTOKENWITNESSXJ"
WIDE = "QZTOKEN".encode("utf-16-be")
UNITY = u32(65536, 0, 0, 0, 65536, 0, 0, 0, 1 << 30)


def stripped(data):
    kept = Kept()
    strip(Bytes(data), "video/mp4", kept)
    return kept.data


def whole():
    return film(Canary(quiet=True))


def changed(data, where, what):
    """``data`` with ``what`` over the bytes at ``where``, behind the first one of its kind in the index."""
    kind, offset = where
    place = data.index(kind, data.index(b"moov")) + 4 + offset
    return data[:place] + what + data[place + len(what) :]


PLACES = [
    ((b"tkhd", 40), TOKEN[:16]),
    ((b"tkhd", 44), WIDE),
    ((b"tkhd", 72), TOKEN[:8]),
    ((b"tkhd", 32), TOKEN[:8]),
]


@pytest.mark.parametrize(("where", "what"), PLACES)
def test_words_in_a_track_header_are_refused_or_gone(where, what):
    data = changed(whole(), where, what)
    try:
        copy = stripped(data)
    except BadMedia:
        return
    assert what not in copy


@pytest.mark.parametrize(("where", "what"), [*PLACES, ((b"mvhd", 36), TOKEN[:16]), ((b"mvhd", 20), b"\0\2")])
def test_a_clean_copy_with_words_in_its_numbers_is_not_clean(where, what):
    copy = stripped(whole())
    assert inspect_isobmff(Bytes(copy)).finding is Finding.CLEAN
    assert inspect_isobmff(Bytes(changed(copy, where, what))).finding is not Finding.CLEAN


@pytest.mark.parametrize("offset", [4, 8])
@pytest.mark.parametrize("kind", [b"vmhd", b"dref", b"hdlr", b"smhd"])
def test_fields_without_a_choice_are_looked_at(kind, offset):
    copy = stripped(whole())
    if kind != b"hdlr" or offset == 4:
        assert inspect_isobmff(Bytes(changed(copy, (kind, offset), b"QZTO"))).finding is not Finding.CLEAN


def test_a_matrix_that_turns_no_picture_is_refused_and_told():
    for matrix in (u32(65 << 16, 0, 0, 0, 65536, 0, 0, 0, 1 << 30), u32(65536, 0, 1, 0, 65536, 0, 0, 0, 1 << 30)):
        data = whole().replace(UNITY, matrix)
        with pytest.raises(BadMedia):
            stripped(data)
        copy = stripped(whole())
        at = copy.index(UNITY, copy.index(b"tkhd"))
        assert inspect_isobmff(Bytes(copy[:at] + matrix + copy[at + 36 :])).finding is Finding.FOUND


@pytest.mark.parametrize("child", [box(b"clap", TOKEN), box(b"mdcv", TOKEN[:24]), full(b"SmDm", TOKEN[:24])])
def test_words_in_a_description_are_refused(child):
    config = avcc(Canary(quiet=True))
    data = whole()
    grown = data.replace(config, config + child)
    for kind in (b"avc1", b"stsd", b"stbl", b"minf", b"mdia", b"trak", b"moov"):
        at = grown.index(kind) - 4
        size = int.from_bytes(grown[at : at + 4], "big") + len(child)
        grown = grown[:at] + u32(size) + grown[at + 4 :]
    with pytest.raises(BadMedia, match="words"):
        stripped(grown)


def test_words_in_a_parameter_set_are_told():
    unit = bytes.fromhex("6764000dacd98150878888c044000003000400000300c992000c3500186a930c03e2853340")
    assert behind_set(False, unit[:4] + TOKEN[:12] + unit[16:], 1)[1]
    assert behind_set(False, unit, 1)[1] == b""


@pytest.mark.parametrize("unit", [b"\x40", b"\x42", b"\x44", b"\x67", b"\x68"])
def test_a_parameter_set_of_one_byte_is_told_and_breaks_nothing(unit):
    assert behind_set(unit[0] < 0x60, unit, 1)[1] == unit


def test_a_start_code_of_no_unit_is_told_and_breaks_nothing():
    with pytest.raises(BadMedia):
        clean_mpeg4(b"\0\0\1\0\0\1\xb6\x10\x20")


def test_a_list_of_too_many_edits_is_refused_before_it_is_read():
    count = FILM_EDITS_MAX + 1
    data = full(b"elst", u32(count), u32(5, 1, 65536) * count)
    with pytest.raises(MediaTooLarge):
        read_edits(data, Box(b"elst", 0, 8, len(data)))


BEHIND = b"\x81\x20" + TOKEN + b"\xe0"
SPREAD = b"\x81\x18" + (WIDE + WIDE)[:24] + b"\xe0"
COMMENT = b"\xa0" + bytes(5) + b"\x20" + TOKEN


@pytest.mark.parametrize("packet", [b"\x21\x10\x04\x60" + BEHIND, b"\x21\x10\x04\x60" + SPREAD, COMMENT])
def test_words_in_elements_of_sound_are_refused_and_told(packet):
    spec = Spec(b"soun", sound(Canary(quiet=True)), [packet, b"\x21\x10\x04\x61"])
    plain = Spec(b"soun", sound(Canary(quiet=True)), [bytes(len(packet) - 1) + b"\x07", b"\x21\x10\x04\x61"])
    canary = Canary(quiet=True)

    def fragments(one):
        made = [specs(canary)[0], one]
        data = init(canary, made)
        return data + fragment(canary, made, 1, [0, 0], len(data))

    with pytest.raises(TextInPictures):
        stripped(fragments(spec))
    copy = stripped(fragments(plain))
    assert inspect_isobmff(Bytes(copy)).finding is Finding.CLEAN
    changed = copy.replace(plain.samples[0], packet)
    assert inspect_isobmff(Bytes(changed)).finding is Finding.FOUND


VPS = bytes.fromhex("40010c01ffff") + bytes.fromhex("016000000000000000000099") + bytes.fromhex("9598 09")
SPS = bytes.fromhex("420101") + bytes.fromhex("016000000000000000000099") + bytes.fromhex("a001e020021f4d94bb9247")


@pytest.mark.parametrize(("unit", "start"), [(VPS, 6), (SPS, 3)])
@pytest.mark.parametrize("words", [TOKEN[:6], TOKEN[:8], WIDE[:8]])
@pytest.mark.parametrize("offset", [0, 2, 4])
def test_words_in_the_profile_of_an_hevc_set_are_refused_and_told(unit, start, words, offset):
    assert not profile_reads(unit) and not profile_words(unit)
    at = start + offset
    changed = unit[:at] + words + unit[at + len(words) :]
    assert profile_reads(changed)
    with pytest.raises(BadMedia):
        trimmed("hevc", changed)
    assert behind_set(True, changed, 1)[1]
