"""A FLAC copy keeps every frame and nothing that identifies."""

import hashlib
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.media_builders.flac import (
    KINDS,
    PLACES,
    TOKENS,
    canary,
    comment,
    file,
    frame,
    frames,
    info,
    point,
)
from tests.media_builders.readers import Bytes, Kept
from witnesskit.errors import WitnesskitError
from witnesskit.errors.media import BadMedia, MediaCut, MediaTooLarge, UnsupportedMedia
from witnesskit.formats.flac_frame import Sound, crc16, frame_size, read_head
from witnesskit.media.essence import essence
from witnesskit.media.inspect import inspect
from witnesskit.media.presentation import presentation_sha256
from witnesskit.media.probe import kind_of
from witnesskit.media.residue import inspect_again
from witnesskit.media.walk_flac import read_frame, read_info
from witnesskit.media_model import Finding
from witnesskit.strip.flac import strip_flac

BOUNDED = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
SOUND = frames()
STARTS = [sum(map(len, SOUND[:place])) for place in range(len(SOUND))]


def strip(data):
    kept = Kept()
    return strip_flac(Bytes(data), kept), kept.data


def judge(data, damaged=False):
    """True if a copy came out: clean, without a token, of the same sound.

    Where damage has put text among the sound, the second look must say so, and the copy does not count.
    """
    inspect(Bytes(data))
    try:
        result, copy = strip(data)
    except WitnesskitError:
        return False
    again = inspect_again(Bytes(data), Bytes(copy))
    if damaged and again.finding is Finding.FOUND:
        return False
    assert again.finding is Finding.CLEAN, again
    assert not [token for token in TOKENS if token in copy]
    assert result.essence == essence(Bytes(copy)) and result.presentation_sha256 == presentation_sha256(Bytes(copy))
    return True


def test_no_planted_token_survives_and_the_original_shows_them_all():
    data = canary()
    result, copy = strip(data)
    told = repr(inspect(Bytes(data)).revelations)
    for token in TOKENS:
        assert token in data and token not in copy and token.decode().encode("utf-16-le") not in copy
    assert not [
        token for token in TOKENS if token.decode() not in told and token not in (b"TOKENrest", b"TOKENseekpointxxxx")
    ]
    assert inspect(Bytes(data)).finding is Finding.FOUND
    again = inspect_again(Bytes(data), Bytes(copy))
    assert (again.finding, again.revelations) == (Finding.CLEAN, ())
    assert (result.size, result.sha256) == (len(copy), hashlib.sha256(copy).hexdigest())


@pytest.mark.parametrize("name", PLACES)
def test_each_hiding_place_alone_is_found_and_gone_from_the_copy(name):
    data = file(**PLACES[name])
    assert inspect(Bytes(data)).finding is Finding.FOUND
    assert judge(data)


def test_a_clean_file_stays_byte_for_byte():
    data = file()
    result, copy = strip(data)
    assert copy == data and result.removed == () and result.kept == ()
    assert inspect(Bytes(data)).finding is Finding.CLEAN
    assert result.essence[0].sha256 == hashlib.sha256(b"".join(SOUND)).hexdigest()
    assert result.essence == essence(Bytes(data)) == essence(Bytes(canary()))


def test_two_programs_files_of_the_same_sound_become_the_same_copy():
    assert (
        strip(canary().replace(b"TOKENmd5oftextxx", bytes(16)))[1]
        == strip(file([(3, point(0, 0, 192))], first=info(SOUND, 868, bytes(16))))[1]
    )


def test_seek_points_that_point_to_a_frame_stay_in_order():
    good = [point(192 * place, STARTS[place], 192) for place in (3, 1, 1)]
    data = file([(3, good[0] + good[1] + good[2] + b"\xff" * 8 + bytes(10) + point(192, 5, 192))])
    _, copy = strip(data)
    assert copy == file([(3, good[1] + good[0])]) and inspect(Bytes(copy)).finding is Finding.CLEAN
    assert inspect(Bytes(file([(3, good[0] + good[1])]))).finding is Finding.FOUND


def test_a_long_tag_in_front_is_looked_behind():
    text = b"TIT2" + (5000).to_bytes(4, "big") + bytes(2) + b"TOKENidthreevtwo".ljust(5000, b"x")
    tag = b"ID3\x03\0\0" + bytes([0, 0, len(text) >> 7, len(text) & 127]) + text
    assert kind_of(Bytes(file(head=tag))) == "audio/flac"
    assert judge(file(head=tag)) and inspect(Bytes(file(head=tag))).finding is Finding.FOUND


def test_which_speakers_the_channels_are_for_stays_alone():
    data = file([(4, comment([b"TITLE=TOKENrest", b"waveformatextensible_channel_mask=0x0600"], b"TOKENvendorname"))])
    result, copy = strip(data)
    assert copy == file([(4, comment([b"WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x600"]))])
    assert judge(data) and strip(copy)[0].removed == ()
    assert result.presentation_sha256 == presentation_sha256(Bytes(data)) == presentation_sha256(Bytes(copy))
    assert result.presentation_sha256 != presentation_sha256(Bytes(file()))


def test_advice_on_loudness_is_said_to_be_dropped():
    result, _ = strip(file([(4, comment([b"REPLAYGAIN_TRACK_GAIN=-7.89 dB"]))]))
    assert any("loudness" in words for words in result.kept)


def test_sizes_that_the_frames_do_not_show_are_corrected():
    odd = info(SOUND, 868, blocks=(16, 0xABCD), sizes=(0x414243, 0x444546))
    assert inspect(Bytes(file(first=odd))).finding is Finding.FOUND
    _, copy = strip(file(first=odd))
    assert copy[12:18] == info(SOUND, 868)[4:10]


def test_sound_cut_out_of_a_longer_recording_is_said():
    sound = [frame(number, KINDS[0]) for number in range(100, 140)]
    result, _ = strip(file(sound=sound, first=info(sound, 0)))
    assert any("longer recording" in words for words in result.kept)


def test_both_readers_walk_every_kind_of_channel_alike():
    facts = read_info(info(SOUND, 868))
    sound = Sound(44100, 2, 16)
    for data in SOUND:
        head = read_head(data, sound)
        assert frame_size(data + b"more", head, sound) == len(data) == read_frame(data + b"more", facts)[0]
        assert crc16(data) == 0


WRONG = bytes([SOUND[1][-1] ^ 1])


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", BadMedia),
        (b"fLaC", MediaCut),
        (b"fLaC" + bytes([0x84, 0, 0, 0]), BadMedia),
        (file([(0, info(SOUND, 868))]), BadMedia),
        (file([(127, b"")]), BadMedia),
        (file(sound=[], first=info(SOUND, 868)), BadMedia),
        (file()[:-1], MediaCut),
        (file(sound=SOUND[:-1], first=info(SOUND, 868)), MediaCut),
        (file(sound=[*SOUND[:2], b"hidden between", *SOUND[2:]], first=info(SOUND, 868)), BadMedia),
        (file(sound=[SOUND[0], SOUND[1][:-1] + WRONG, *SOUND[2:]]), BadMedia),
        (file(sound=[SOUND[0], *SOUND[2:]], first=info(SOUND, 0)), BadMedia),
        (file(sound=[*SOUND[:-1], frame(4, padding="1")], first=info(SOUND, 0)), BadMedia),
        (file(first=info(SOUND, 400)), BadMedia),
        (file(sound=[frame(0, ("fixed",), coupling=0)], first=info(SOUND, 0)), UnsupportedMedia),
        (file([(1, b"")] * 10_001), MediaTooLarge),
    ],
)  # fmt: skip
def test_broken_files_are_refused_by_name_before_a_byte_is_written(data, error):
    kept = Kept()
    with pytest.raises(error):
        strip_flac(Bytes(data), kept)
    assert kept.parts == []
    assert inspect(Bytes(data)).finding is not Finding.CLEAN


def mutate(data, chance):
    out = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        place, kind = chance.randrange(len(out)), chance.randrange(5)
        if kind == 0:
            out[place] ^= 1 << chance.randrange(8)
        elif kind == 1:
            out[place : place + 2] = bytes([0xFF, 0xF8 | chance.randrange(2)])
        elif kind == 2:
            del out[place : place + chance.randint(1, 40)]
        elif kind == 3:
            out[place:place] = out[chance.randrange(len(out)) :][: chance.randint(1, 60)]
        else:
            out[place : place + 4] = chance.choice([b"\xff\xff\xff\xff", bytes(4), b"\x7f\xff\xff\xff"])
    return bytes(out)


def test_damaged_files_are_refused_by_type_or_come_out_clean():
    chance, copies = random.Random(11), 0
    for _ in range(350):
        copies += judge(mutate(chance.choice([canary(), file()]), chance), damaged=True)
    assert copies > 15


@BOUNDED
@given(st.binary(max_size=400))
def test_any_bytes(data):
    judge(data)
    judge(b"fLaC" + data)
    judge(file(tail=data), damaged=True)
    judge(file([(4, data), (6, data), (3, data)]), damaged=True)
