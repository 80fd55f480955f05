"""Frames of MPEG audio, AC-3 and DTS: two readers agree on their sizes, and text beside them is refused and found."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.media_builders import matroska as mkv
from tests.media_builders.matroska import el
from tests.media_builders.mp4 import Canary
from tests.media_builders.readers import Bytes, Kept
from tests.media_builders.ts import mp2
from witnesskit.errors.media import BadMedia
from witnesskit.errors.strip import TextInPictures
from witnesskit.formats.audio_frames import check_frames
from witnesskit.formats.mpeg_layers import samples_end, without_ancillary
from witnesskit.media.inspect import inspect
from witnesskit.media.ts_mpeg import free_behind
from witnesskit.media.walk_audio_frames import strange_sound
from witnesskit.media.walk_obu import strange_units
from witnesskit.media_model import Finding
from witnesskit.strip.registry import strip

CODECS = {"mp3": "A_MPEG/L3", "ac3": "A_AC3", "eac3": "A_EAC3", "dts": "A_DTS"}
NOISE = random.Random(7).randbytes(4000)
MP3 = b"\xff\xfb\x90\xc0" + NOISE[:413]
AC3 = b"\x0b\x77\x12\x34\x08\x40" + NOISE[:250]
EAC3 = b"\x0b\x77\x00\x7f\x3f\x80" + NOISE[:250]
DTS = b"\x7f\xfe\x80\x01\xfc\x3c" + ((99 << 4) & 0xFFFF).to_bytes(2, "big") + NOISE[:92]
WHOLE = {"mp3": MP3, "ac3": AC3, "eac3": EAC3, "dts": DTS}
TOOL = b"LAME3.100"


def table(tool=TOOL, steps=bytes(range(0, 200, 2)), side=bytes(17), fill=b"\x55" * 20, numbers=bytes(27)):
    frame = b"\xff\xfb\x90\xc0" + side + b"Info\0\0\0\x0f" + bytes(8) + steps + bytes(4) + tool + numbers + fill
    return frame.ljust(417, b"\0")


@pytest.mark.parametrize("coding", WHOLE)
def test_whole_frames_pass_and_text_behind_them_does_not(coding):
    frame, codec = WHOLE[coding], CODECS[coding]
    for good in (frame, frame * 3, frame + bytes(9), frame[:-5]):
        check_frames(coding, good)
        assert strange_sound(codec, good) == (b"", False)
    for bad in (frame + b"TAGZanaozen", b"ID3" + frame, frame * 2 + b"\xff"):
        with pytest.raises(TextInPictures):
            check_frames(coding, bad)
        assert strange_sound(codec, bad)[0]


def test_a_table_for_seeking_passes_if_it_is_no_more_than_that():
    check_frames("mp3", table())
    assert strange_sound("A_MPEG/L3", table()) == (b"", True)
    for bad in (table(tool=b"Zanaozen1"), table(steps=b"Zanaozen".ljust(100, b"\xff")), table(side=b"Zanaozen".rjust(17)),
                table(fill=b"Zanaozen"), table(numbers=b"Zanaozen".ljust(27)), b"\xff\xfb\x90\xc0" + bytes(32) + b"VBRI" + bytes(377)):  # fmt: skip
        with pytest.raises(TextInPictures):
            check_frames("mp3", bad)
        assert strange_sound("A_MPEG/L3", bad)[0]


@given(st.sampled_from(sorted(CODECS)), st.binary(max_size=40))
def test_two_readers_agree(coding, packet):
    packet = WHOLE[coding][:6] + packet if len(packet) % 2 else packet
    refused = False
    try:
        check_frames(coding, packet)
    except TextInPictures:
        refused = True
    assert bool(strange_sound(CODECS[coding], packet)[0]) is refused


def sound_film(codec, packet):
    entry = el(mkv.ENTRY, el(0xD7, 1), el(0x73C5, 1), el(0x83, 2), el(0x86, codec.encode()),
               el(mkv.AUDIO, el(0xB5, mkv.real(44100.0)), el(0x9F, 2)))  # fmt: skip
    cluster = el(mkv.CLUSTER, el(0xE7, 0), el(0xA3, mkv.block(1, 0, packet, flags=0x80)))
    return mkv.header() + el(mkv.SEGMENT, mkv.info(Canary(quiet=True)), el(mkv.TRACKS, entry), cluster)


@pytest.mark.parametrize("coding", WHOLE)
def test_a_film_with_text_behind_its_sound_is_refused_and_found(coding):
    kept = Kept()
    strip(Bytes(sound_film(CODECS[coding], WHOLE[coding])), "video/x-matroska", kept)
    assert inspect(Bytes(kept.data)).finding is Finding.CLEAN
    with pytest.raises(TextInPictures):
        strip(Bytes(sound_film(CODECS[coding], WHOLE[coding] + b"TAGZana")), "video/x-matroska", Kept())
    nodes = mkv.tree(kept.data)
    mkv.at(nodes, mkv.SEGMENT, mkv.CLUSTER)[1][1][1] += b"TAGZana"
    assert inspect(Bytes(mkv.written(nodes))).finding is Finding.FOUND


@pytest.mark.parametrize("layer", [1, 2])
@pytest.mark.parametrize("words", [b"QZTOKENX", "QZTOKEN".encode("utf-16-le"), b"\x80QZTOKEN\x90\x80\x80"])
def test_text_behind_the_samples_of_layers_i_and_ii_is_refused_and_found(layer, words):
    good, bad = mp2(3, layer=layer), mp2(3, words.ljust(len(words) + 2, b"\0"), layer)
    check_frames("mp3", good)
    assert strange_sound("A_MPEG/L2", good) == (b"", False)
    with pytest.raises(TextInPictures):
        check_frames("mp3", good + bad)
    assert strange_sound("A_MPEG/L2", good + bad)[0]
    kept = Kept()
    strip(Bytes(sound_film("A_MPEG/L2", good)), "video/x-matroska", kept)
    assert inspect(Bytes(kept.data)).finding is Finding.CLEAN
    with pytest.raises(TextInPictures):
        strip(Bytes(sound_film("A_MPEG/L2", bad)), "video/x-matroska", Kept())
    nodes = mkv.tree(kept.data)
    mkv.at(nodes, mkv.SEGMENT, mkv.CLUSTER)[1][1][1] = mkv.block(1, 0, bad, flags=0x80)
    assert inspect(Bytes(mkv.written(nodes))).finding is Finding.FOUND


@given(
    st.sampled_from([b"\xff\xfd", b"\xff\xff", b"\xff\xfc", b"\xff\xf5", b"\xff\xfe"]),
    st.binary(min_size=2, max_size=400),
)
def test_two_readers_find_the_same_last_sample(head, rest):
    frame = head + rest
    try:
        left = max(0, 8 * len(frame) - samples_end(frame))
    except BadMedia:
        left = 0
    assert free_behind(frame) == left
    assert without_ancillary(frame)[: len(frame) - (left + 7) // 8] == frame[: len(frame) - (left + 7) // 8]


@pytest.mark.parametrize(("unit", "strange"), [
    (b"\x12\x00", False), (b"\x0a\x01\x00", False), (b"\x32\x02\x00\x00", False), (b"\x7a\x03abc", True),
    (b"\x2a\x05\x01\0\0\0\0", False), (b"\x2a\x09\x04\xb5\0\x3c\0\1\4xx", False), (b"\x2a\x09\x04\xb5\0\x3d\0\1\4xx", True),
    (b"\x2a\x03\x05ab", True), (b"\x2a\x00", True), (b"\x32\x7f\x00", True), (b"\x32", True), (b"\xb2\x00", True),
    (b"\x4a\x01x", True),
])  # fmt: skip
def test_units_of_av1_that_show_nothing_are_told(unit, strange):
    assert bool(list(strange_units(b"\x0a\x01\x00" + unit))) is strange
