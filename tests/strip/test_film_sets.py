"""Parameter sets of real encoders: read to their last field, and nothing stands behind it in a copy."""

import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.media_builders import mp4
from tests.media_builders.mp4 import Canary, Spec, aac, box, entry, escaped, film, small, sound, units
from tests.media_builders.readers import Bytes, Kept
from witnesskit.errors.media import BadMedia
from witnesskit.formats.nal_sets import trimmed
from witnesskit.media.film_sets import behind_set
from witnesskit.media.inspect_isobmff import inspect_isobmff
from witnesskit.media.residue import inspect_again
from witnesskit.media_model import Finding
from witnesskit.strip.registry import strip

TOKEN = b"43.34N 51.87E"
SETS = [  # coding, chroma format, the set
    ("h264", 1, "6764000dacd98150878888c044000003000400000300c992000c3500186a930c03e2853340"),
    ("h264", 1, "68e97b2c8b"),
    ("h264", 3, "67f4000d919b302a10f1f1f808800000030080000019078a14cd"),
    ("h264", 3, "68e978f113000110"),
    ("h264", 1, "676e000da6cd98150878888c05a848804a000003000200000300641e285334"),
    ("h264", 1, "6742c01ed90150878888c044000003000400000300c83c58b920"),
    ("h264", 1, "68cb83cb20"),
    ("h264", 2, "67f4000dbeb202a10f111f80880000030008000003019078a15240"),
    ("h264", 2, "68ebc06bcb"),
    ("hevc", 1, "40010c01ffff01600000030090000003000003003c959809"),
    ("hevc", 1, "42010101600000030090000003000003003ca00a480f9c9265959a4932bc05a02000000300200000030321"),
    ("hevc", 1, "4401c172b46240"),
    ("hevc", 1, "4201010408000003009c0800000300003c90014901f39e76cb2b349265780b4040000003004000000642"),
    ("hevc", 1, "4401c172860c4624"),
    ("hevc", 1, "4201010408000003009fc800000300003cc029203e73cf96566924caf016c080000003008000000c84"),
    (
        "hevc",
        1,
        "42010101600000030090000003000003003ca00a480f9c9265959a4932bc05a0200000030020000003032c2492cbc0061a800c3510",
    ),
    ("hevc", 1, "42010101600000030090000003000003003ca00a480f9c9265959a49395e02d0100000030010000003019080"),
    ("hevc", 1, "4401c175ab12"),
    ("hevc", 1, "420101022000000300b0000003000003005da00280802d1362057b9165535091209008"),
    ("hevc", 1, "4401c02864b86414c9"),
]
AVC = [bytes.fromhex(SETS[0][2]), bytes.fromhex(SETS[1][2])]
HEVC = [bytes.fromhex(SETS[number][2]) for number in (9, 10, 11)]


@pytest.mark.parametrize(("name", "chroma", "written"), SETS)
def test_a_set_is_whole_and_what_stands_behind_it_is_cut(name, chroma, written):
    unit = bytes.fromhex(written)
    assert trimmed(name, unit, chroma) == unit
    assert behind_set(name == "hevc", unit, chroma)[1] == b""
    for longer in (unit + TOKEN, unit + b"\1" + TOKEN, unit + escaped(bytes(4)) + TOKEN, unit + b"\x80"):
        short = trimmed(name, longer, chroma)
        assert TOKEN not in short
        assert short == unit or (name, unit[0]) == ("h264", 0x68)  # there, what follows are further fields
        assert trimmed(name, short, chroma) == short
        assert behind_set(name == "hevc", longer, chroma)[1] or TOKEN not in longer
        assert behind_set(name == "hevc", short, chroma)[1] == b""
    assert trimmed(name, unit + bytes(3), chroma) == unit + bytes(3)


def avcc(sets):
    listed = [len(one).to_bytes(2, "big") + one for one in sets]
    return box(b"avcC", b"\x01\x64\x00\x0d\xff\xe1" + listed[0] + b"\x01" + listed[1])


def hvcc(sets):
    arrays = b"".join(bytes([0xA0 | one[0] >> 1]) + struct.pack(">HH", 1, len(one)) + one for one in sets)
    return box(b"hvcC", b"\x01" + bytes(20) + b"\x0f" + bytes([len(sets)]) + arrays)


def with_sets(monkeypatch, hevc, sets, in_band=()):
    quiet = Canary(quiet=True)
    made = mp4.video_samples(quiet, hevc)
    config = hvcc(sets) if hevc else avcc(sets)
    picture = entry(b"hev1" if hevc else b"avc3", config)
    return small([
        Spec(b"vide", picture, [b"".join(units(one) for one in in_band) + made[0], *made[1:]]),
        Spec(b"soun", sound(quiet), [aac(quiet)]),
    ])  # fmt: skip


def stripped(data):
    kept = Kept()
    strip(Bytes(data), "video/mp4", kept)
    return kept.data


@pytest.mark.parametrize(("hevc", "number"), [(False, 0), (False, 1), (True, 0), (True, 1), (True, 2)])
def test_a_token_behind_a_set_of_the_configuration_is_cut(monkeypatch, hevc, number):
    sets = [*(HEVC if hevc else AVC)]
    clean = stripped(with_sets(monkeypatch, hevc, sets))
    sets[number] += TOKEN
    data = with_sets(monkeypatch, hevc, sets)
    assert inspect_isobmff(Bytes(data)).finding is Finding.FOUND
    copy = stripped(data)
    assert TOKEN not in copy
    assert copy == clean or (hevc, number) == (False, 1)
    assert inspect_again(Bytes(data), Bytes(copy)).finding is Finding.CLEAN


@pytest.mark.parametrize(("hevc", "number"), [(False, 0), (False, 1), (True, 0), (True, 1), (True, 2)])
def test_a_token_behind_a_set_between_the_pictures_is_refused(monkeypatch, hevc, number):
    sets = HEVC if hevc else AVC
    in_band = [*sets]
    assert inspect_isobmff(Bytes(stripped(with_sets(monkeypatch, hevc, sets, in_band)))).finding is Finding.CLEAN
    in_band[number] += TOKEN
    data = with_sets(monkeypatch, hevc, sets, in_band)
    assert inspect_isobmff(Bytes(data)).finding is Finding.FOUND
    with pytest.raises(BadMedia):
        stripped(data)


def test_a_set_of_a_second_layer_is_kept_if_it_is_short_and_holds_no_text():
    layered = bytes([0x42, 0x09]) + bytes(range(160, 220))
    assert trimmed("hevc", layered) == layered
    assert behind_set(True, layered, 1)[1] == b""
    for strange in (layered + TOKEN, layered * 6):
        assert behind_set(True, strange, 1)[1]
        with pytest.raises(BadMedia):
            trimmed("hevc", strange)


@given(st.sampled_from(SETS), st.binary(max_size=40), st.integers(0, 40))
def test_any_bytes_are_a_set_or_refused(chosen, behind, at):
    name, chroma, written = chosen
    unit = bytes.fromhex(written)
    for changed in (unit[: max(2, at)] + behind, unit[:1] + behind, unit[:2] + behind):
        if len(changed) < 3:
            continue
        told = behind_set(name == "hevc", changed, chroma)[1]
        try:
            short = trimmed(name, changed, chroma)
        except BadMedia:
            assert told
            continue
        assert trimmed(name, short, chroma) == short
        assert behind_set(name == "hevc", short, chroma)[1] == b""


def test_both_readers_agree_on_damaged_sets():
    chance = random.Random(7)
    for _ in range(2000):
        name, chroma, written = chance.choice(SETS)
        changed = bytearray.fromhex(written)
        for _ in range(chance.randint(1, 3)):
            changed[chance.randrange(2, len(changed))] ^= 1 << chance.randrange(8)
        unit = bytes(changed)
        try:
            same = trimmed(name, unit, chroma) == unit
        except BadMedia:
            same = False
        told = behind_set(name == "hevc", unit, chroma)[1]
        assert same == (told == b""), unit.hex()


def test_copies_of_built_films_keep_their_sets():
    assert film(Canary(quiet=True)).count(b"\x67\x42\x00\x1e") == stripped(film(Canary())).count(b"\x67\x42\x00\x1e")
