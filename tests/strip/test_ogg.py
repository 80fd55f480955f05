"""An Ogg copy keeps packets and positions and nothing that identifies."""

import hashlib
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.media_builders.flac import block, comment, frames
from tests.media_builders.ogg import (
    CLEAN,
    PLACES,
    TOKENS,
    crc,
    flac,
    opus,
    opus_head,
    opus_packet,
    opus_tags,
    page,
    skeleton,
    speex,
)
from tests.media_builders.readers import Bytes, Kept
from witnesskit.errors import WitnesskitError
from witnesskit.errors.media import BadMedia, MediaCut, MediaTooLarge, UnsupportedMedia
from witnesskit.formats.ogg import Gap, checksum, read_pages
from witnesskit.formats.opus_packet import padding
from witnesskit.media.essence import essence
from witnesskit.media.inspect import inspect
from witnesskit.media.ogg_codings import OggCoding
from witnesskit.media.presentation import presentation_sha256
from witnesskit.media.residue import inspect_again
from witnesskit.media.walk_ogg import OggGap, walk_ogg
from witnesskit.media_model import Finding
from witnesskit.strip.ogg import strip_ogg

BOUNDED = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def strip(data):
    kept = Kept()
    return strip_ogg(Bytes(data), kept), kept.data


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
    assert strip(copy)[1] == copy
    return True


@pytest.mark.parametrize("name", PLACES)
def test_each_hiding_place_alone_is_found_and_gone_from_the_copy(name):
    data = PLACES[name]
    assert inspect(Bytes(data)).finding is not Finding.CLEAN
    if name == "position of nothing":  # a second OpusTags in front is against the rules
        with pytest.raises(WitnesskitError):
            strip(data)
    else:
        assert inspect(Bytes(data)).finding is Finding.FOUND
        assert judge(data)
        assert strip(data)[0].essence == essence(Bytes(data))


def test_one_file_with_every_token_comes_out_clean():
    data = b"".join(one for name, one in PLACES.items() if name != "position of nothing")
    assert inspect(Bytes(data)).finding is Finding.FOUND and judge(data)
    copy = strip(data)[1]
    for token in TOKENS:
        for form in (token, token.decode().encode("utf-16-le"), token.decode().encode("utf-16-be")):
            assert form not in copy


def test_what_is_played_at_another_time_is_another_presentation():
    plain, late = strip(opus())[0], strip(opus(late=960))[0]
    assert plain.essence == late.essence and plain.presentation_sha256 != late.presentation_sha256


def test_tokens_are_shown_by_the_inspection():
    told = repr([inspect(Bytes(data)).revelations for data in PLACES.values()])
    quiet = {b"TOKENnil", b"TOKENpos", b"TOKENres"}
    assert [token for token in TOKENS if token.decode() not in told and token not in quiet] == []


@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_file_stays_byte_for_byte(name):
    data = CLEAN[name]
    assert inspect(Bytes(data)).finding is Finding.CLEAN, inspect(Bytes(data))
    result, copy = strip(data)
    assert copy == data
    assert (result.removed, result.kept, result.media_type) == ((), (), "audio/ogg")
    assert (result.size, result.sha256) == (len(copy), hashlib.sha256(copy).hexdigest())


def test_essence_is_that_of_the_packets_with_padding_as_zeros():
    packets = [opus_packet(one, b"TOKENopuspadding") for one in range(4)]
    result, copy = strip(opus(packets=packets))
    blank = b"".join(one.replace(b"TOKENopuspadding", bytes(16)) for one in packets)
    assert result.essence[0].sha256 == hashlib.sha256(blank).hexdigest() and blank in copy
    assert [one.place for one in result.removed] == ["padding of packets"]
    assert strip(flac())[0].essence[0].sha256 == hashlib.sha256(b"".join(frames())).hexdigest()


def test_padding_of_a_packet_over_two_pages_is_blanked():
    pad = b"TOKENpadded" * 40
    packet = b"\x0b\x41" + bytes([255, len(pad) - 254]) + bytes(range(128, 199)) + pad
    first, rest = packet[:510], packet[510:]
    data = opus(packets=[])[: 28 + 19] + page([opus_tags()], 1, 1)
    data += page([first], 1, 2, -1, open_end=True) + page([rest], 1, 3, 960, 5)
    assert inspect(Bytes(data)).finding is Finding.FOUND and judge(data)
    _, copy = strip(data)
    assert b"TOKEN" not in copy and b"KENpad" not in copy and bytes(range(128, 199)) in copy


def test_streams_that_are_no_sound_are_dropped_and_said_and_links_stay():
    assert any("positions, indexes" in words for words in strip(PLACES["skeleton"])[0].kept)
    assert strip(PLACES["skeleton"])[1] == opus()
    result, copy = strip(PLACES["second link"])
    assert copy == opus() + opus(2) and [one.stream for one in result.essence] == ["audio:0", "audio:1"]


def test_sound_cut_out_of_a_longer_recording_is_said():
    assert any("longer recording" in words for words in strip(opus(late=1 << 40))[0].kept)


def test_advice_on_loudness_is_said_to_be_dropped():
    for data in (
        opus(tags=opus_tags([b"R128_TRACK_GAIN=-573"])),
        speex(tags=comment([b"replaygain_track_gain=-6 dB"])),
    ):
        assert any("loudness" in words for words in strip(data)[0].kept)
    assert not strip(opus())[0].kept


def test_headers_that_share_a_page_with_sound_are_parted():
    packets = [opus_packet(one) for one in range(4)]
    data = page([opus_head()], 1, 0, 0, 2) + page([opus_tags([b"A=TOKENopusvendor"]), *packets], 1, 1, 3840, 4)
    assert judge(data) and strip(data)[1] == opus(packets=packets)
    assert (
        strip(data)[0].presentation_sha256
        == presentation_sha256(Bytes(data))
        == presentation_sha256(Bytes(opus(packets=packets)))
    )


def test_a_file_that_is_mostly_gaps_costs_little():
    data = opus()[: 28 + 19] + (page([b"x"], 7, 1) + b"gap") * 10_010
    with pytest.raises((BadMedia, MediaTooLarge)):
        strip(data)
    assert inspect(Bytes(data)).finding is not Finding.CLEAN


def test_missing_pages_are_passed_over_if_no_packet_is_cut():
    whole = list(read_pages(Bytes(opus())))
    assert judge(opus()[: whole[3].start] + opus()[whole[3].end :])


MULTI = opus_head(3, tail=b"\2\1\0\1\2", family=b"\1")
SUB = b"\x0b\x41\x04" + b"\x05" + b"SOUND" + b"TOKE"


def test_every_stream_of_a_packet_is_looked_into():
    packet = SUB + opus_packet(1, b"TOKENopuspadding")
    assert [packet[first:last] for first, last in padding(packet, 2)] == [b"TOKE", b"TOKENopuspadding"]
    assert OggCoding("opus", 2).paddings(packet) == padding(packet, 2)
    data = opus(head=MULTI, packets=[packet] * 4)
    assert inspect(Bytes(data)).finding is Finding.FOUND and judge(data)
    assert b"TOKE" not in strip(data)[1]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", BadMedia),
        (opus()[:200], MediaCut),
        (opus(packets=[]), MediaCut),
        (opus(head=opus_head(3)), BadMedia),
        (opus(head=opus_head(2, family=b"\x07", tail=b"\1\1\0\0")), UnsupportedMedia),
        (opus(head=b"OpusHead\x20" + opus_head()[9:]), BadMedia),
        (opus(tags=b"not the tags"), BadMedia),
        (opus(packets=[b"\x0b\x00"]), BadMedia),
        (opus(packets=[b"\x09\x01"]), BadMedia),
        (opus() + page([b"more"], 1, 9, 99999), BadMedia),
        (opus(late=1 << 50), BadMedia),
        (page([b"no beginning"], 1, 0), BadMedia),
        (page([b"BBCD\0"], 1, 0, 0, 2) + page([b"x"], 1, 1, 5, 4), UnsupportedMedia),
        (skeleton()[0] + skeleton()[1], BadMedia),
        (flac(packets=[*frames()[:2], frames()[2] + b"behind a frame"]), BadMedia),
        (flac(blocks=[block(4, comment([]))]), BadMedia),
        (opus()[: 28 + 19] + opus()[: 28 + 19], BadMedia),
    ],
)  # fmt: skip
def test_broken_files_are_refused_by_name_before_a_byte_is_written(data, error):
    kept = Kept()
    with pytest.raises(error):
        strip_ogg(Bytes(data), kept)
    assert kept.parts == []
    assert inspect(Bytes(data)).finding is not Finding.CLEAN


def mutate(data, chance, *, mend):
    out = bytearray(data)
    for _ in range(chance.randint(1, 3)):
        place, kind = chance.randrange(len(out)), chance.randrange(4)
        if kind == 0:
            out[place] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del out[place : place + chance.randint(1, 40)]
        elif kind == 2:
            out[place:place] = out[chance.randrange(len(out)) :][: chance.randint(1, 60)]
        else:
            out[place : place + 4] = chance.choice([b"\xff\xff\xff\xff", bytes(4), b"OggS"])
    return mended(bytes(out)) if mend else bytes(out)


def mended(data):
    """Checksums made right, so that damage reaches the readers behind them."""
    out, place = bytearray(data), data.find(b"OggS")
    while place >= 0 and place + 27 <= len(out):
        end = place + 27 + out[place + 26]
        end += sum(out[place + 27 : end])
        out[place + 22 : place + 26] = bytes(4)
        out[place + 22 : place + 26] = checksum(bytes(out[place:end])).to_bytes(4, "little")
        place = bytes(out).find(b"OggS", max(end, place + 4))
    return bytes(out)


def test_damaged_files_are_refused_by_type_or_come_out_clean():
    chance, copies = random.Random(3), 0
    seeds = list(PLACES.values())
    for turn in range(700):
        copies += judge(mutate(chance.choice(seeds), chance, mend=turn % 3 > 0), damaged=True)
    assert copies > 100


@BOUNDED
@given(st.binary(max_size=300), st.binary(max_size=80))
def test_any_bytes(data, tail):
    judge(data)
    judge(b"OggS" + data)
    judge(opus(tags=opus_tags() + data, packets=[tail, data]), damaged=True)
    judge(speex(tags=data), damaged=True)
    judge(mended(page([data, tail], 1, 0, 0, 2) + page([tail], 1, 1, 0, 4)), damaged=True)


@BOUNDED
@given(st.binary(max_size=3000))
def test_both_readers_see_the_same_pages(data):
    mixed = data[:100] + opus() + data + page([data[:200]], 1, 7)
    ours = [(one.start, one.end) for one in read_pages(Bytes(mixed)) if not isinstance(one, Gap)]
    theirs = [(one.place, one.place + one.size) for one in walk_ogg(Bytes(mixed)) if not isinstance(one, OggGap)]
    assert ours == theirs and checksum(data) == crc(data)
