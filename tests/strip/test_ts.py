"""A copy of a transport stream keeps packets of sound and pictures and nothing that identifies."""

import hashlib
import random
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.media_builders.readers import Bytes, Kept
from tests.media_builders.ts import (
    CLEAN,
    CLOCK,
    EXTRA,
    MAP,
    MPEG2,
    PLACES,
    SOUND,
    TOKENS,
    VIDEO,
    Mux,
    ac3,
    adts,
    also,
    association,
    canary,
    crc,
    entry,
    mpeg2,
    once,
    pes,
    picture,
    program,
    section,
    sei,
    stream,
    tokened,
    with_sei,
)
from witnesskit.errors import WitnesskitError
from witnesskit.errors.media import BadMedia, MediaTooLarge, UnsupportedMedia
from witnesskit.errors.strip import EncryptedFilm, TextInPictures, UnknownCoding
from witnesskit.formats.ts import Packets, crc32, layout_of, read_packets
from witnesskit.media.essence import essence
from witnesskit.media.inspect import inspect
from witnesskit.media.inspect_ts import inspect_ts
from witnesskit.media.presentation import presentation_sha256
from witnesskit.media.probe import media_type
from witnesskit.media.residue import inspect_again
from witnesskit.media.ts_sounds import ac3_free
from witnesskit.media.walk_ts import rows
from witnesskit.media_model import Finding
from witnesskit.strip.ts import strip_ts
from witnesskit.strip.ts_sound import ac3_size, fresh_ac3

BOUNDED = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def strip(data):
    kept = Kept()
    return strip_ts(Bytes(data), kept), kept.data


def judge(data, damaged=False):
    """True if a copy came out: clean, without a token, of the same sound and pictures.

    Where damage has put text among the coded bytes, the second look must say so, and the copy does not count.
    """
    told = repr(inspect_ts(Bytes(data)).revelations)
    if media_type(data[:1024]) != "video/mp2t":  # no command would take it for a transport stream
        return False
    try:
        result, copy = strip(data)
    except WitnesskitError:
        return False
    again = inspect_again(Bytes(data), Bytes(copy))
    if damaged and again.finding is Finding.FOUND and {one.place for one in again.revelations} <= TEXTUAL:
        return False
    assert again.finding is Finding.CLEAN, again
    # damage may make a token part of a coded frame, where nothing but decoding would tell
    assert not [token for token in TOKENS if token in copy and (not damaged or token.decode() in told)]
    assert result.essence == essence(Bytes(copy)) and result.presentation_sha256 == presentation_sha256(Bytes(copy))
    assert strip(copy)[1] == copy
    return True


TEXTUAL = {"byte search", "video:0", "audio:0", "audio:1"}


@pytest.mark.parametrize("name", PLACES)
def test_each_hiding_place_alone_is_found_and_gone_from_the_copy(name):
    data = PLACES[name]
    assert inspect(Bytes(data)).finding is Finding.FOUND, inspect(Bytes(data))
    assert judge(data)
    result, _ = strip(data)
    assert result.essence == essence(Bytes(data))
    assert result.presentation_sha256 == presentation_sha256(Bytes(data))
    if "audio:1" in repr(result.essence) or "video:1" in repr(result.essence):
        return
    if name not in (
        "sound fill",
        "sound bits",
        "between frames",
        "before the pictures",
        "stream descriptors",
        "arrival times",
        "copy permission",
    ):
        assert result.essence == strip(CLEAN["188"])[0].essence


def test_tokens_are_shown_by_the_inspection():
    told = repr([inspect(Bytes(data)).revelations for data in PLACES.values()])
    shown = {bytes.fromhex(run).decode("latin-1") for run in _hex_runs(told)}
    shown |= {"TOKENsoundfillelement"}  # its bytes do not begin where bytes begin
    missing = [
        token for token in TOKENS if token.decode() not in told and not any(token.decode() in one for one in shown)
    ]
    assert missing == []


def _hex_runs(text):
    return [run[: len(run) // 2 * 2] for run in re.findall(r"[0-9a-f]{16,}", text)]


def test_one_file_with_many_tokens_comes_out_clean():
    data = canary()
    held = [token for token in TOKENS if token in data]
    assert len(held) > 12 and inspect(Bytes(data)).finding is Finding.FOUND
    assert judge(data)
    copy = strip(data)[1]
    for token in held:
        for form in (token, token.decode().encode("utf-16-le"), token.decode().encode("utf-16-be")):
            assert form not in copy


def test_a_value_of_a_hiding_place_that_comes_back_among_coded_bytes_is_noticed():
    for name in (
        "before the pictures",
        "adaptation private",
        "pes private",
        "unnamed PID",
        "between frames",
        "opus padding",
    ):
        token = re.search(rb"TOKEN[\x21-\x7e]+", PLACES[name]).group()
        poisoned = strip(stream(pictures=lambda number, token=token: picture(number) + token))[1]
        assert inspect(Bytes(poisoned)).finding is Finding.CLEAN
        again = inspect_again(Bytes(PLACES[name]), Bytes(poisoned))
        assert again.finding is Finding.FOUND and "TOKEN" in repr(again.revelations), name


def test_what_is_shown_at_another_time_or_size_is_another_presentation():
    def shown(**plan):
        result, copy = strip(stream(**plan))
        assert result.presentation_sha256 == presentation_sha256(Bytes(copy))
        return result.presentation_sha256, result.essence

    plain = shown()
    later = shown(pictures=lambda number: picture(number).replace(b"\x68\xce", b"\x68\xcf"))
    assert plain[1][0] == later[1][0] and plain[0] != later[0]
    assert strip(also(MPEG2, mpeg2, 0xE1))[0].presentation_sha256 != plain[0]


def test_clock_times_and_further_data_in_ac3_are_named_and_refused():
    assert ac3_free(ac3()) == [] and ac3_free(ac3(6, 5)) == []
    assert ac3_free(ac3(8, 5)) == [("when", "clock time in the sound")]
    assert ac3_free(ac3(8, 0, b"TOKEN")) == [("other", "further data in the head of the sound")]
    for frame in (ac3(8, 5), ac3(8, 0, b"TOKEN")):
        with pytest.raises(TextInPictures):
            fresh_ac3(frame, {})
        assert len(frame) == ac3_size(frame) == 128
    assert fresh_ac3(ac3(6, 5), {}) == ac3(6, 5)


TAIL = b"QZTOKENWITNESSBEHIND"


def element(kind, text):
    """A data stream element whose bytes are aligned, or a programme element with a comment."""
    if kind == "data":
        return b"\x81" + bytes([len(text)]) + text
    return b"\xa0" + bytes(5) + bytes([len(text)]) + text


@pytest.mark.parametrize("kind", ["data", "programme"])
@pytest.mark.parametrize("text", [TAIL, TAIL[:12].decode().encode("utf-16-le")])
def test_elements_of_free_data_in_aac_are_refused_or_zeros_at_both_ends(kind, text):
    def sounds(number, front=b"", behind=b""):
        whole = adts(number)
        body = front + whole[7:] + behind
        size = len(body) + 7
        head = whole[:3] + bytes([whole[3] & 0xFC | size >> 11, size >> 3 & 255, (size & 7) << 5 | whole[5] & 31])
        return head + whole[6:7] + body

    for more in ({"front": element(kind, text)}, {"behind": element(kind, text) + b"\xe0"}):
        data = stream(sounds=lambda number, more=more: sounds(number, **more))
        assert text in data
        assert inspect(Bytes(data)).finding is Finding.FOUND
        try:
            _, copy = strip(data)
        except TextInPictures:
            continue
        assert text not in copy
        assert inspect_again(Bytes(data), Bytes(copy)).finding is Finding.CLEAN


def test_further_data_in_heads_of_mpeg2_pictures_is_refused():
    for data in (also(MPEG2, lambda number: mpeg2(number, slice_=b"\x15\x80"), 0xE1),):
        assert inspect(Bytes(data)).finding is Finding.FOUND
        with pytest.raises(TextInPictures):
            strip(data)


def test_what_a_person_must_know_is_told_in_words():
    def told(name):
        return {(one.group, one.name): one.value for one in inspect(Bytes(PLACES[name])).revelations}

    assert told("recording data")["when", "recorded"] == "2026-11-25 22:44:04"
    assert told("recording data")["where", "latitude"].startswith("N 43 20")
    assert told("recording data")["device", "maker"] == "Sony"
    assert told("time of day")["when", "time of day"].endswith("22:44:04")
    assert told("timed metadata")["where", "latitude"].startswith("43.37")
    assert told("timed metadata")["when", "time of the pictures"].startswith("2025-11-24")
    assert told("private stream")["device", "tail number"] == "TOKENtailnumb"
    assert told("service names")["who", "text"]


@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_file_stays_byte_for_byte(name):
    data = CLEAN[name]
    assert inspect(Bytes(data)).finding is Finding.CLEAN, inspect(Bytes(data))
    result, copy = strip(data)
    assert copy == data
    assert (result.removed, result.media_type) == ((), "video/mp2t")
    assert all("was not looked into" in words for words in result.kept)
    assert (result.size, result.sha256) == (len(copy), hashlib.sha256(copy).hexdigest())


def test_a_clock_of_its_own_keeps_its_packets_without_their_payload():
    def clock(mux, number):
        field = b"\x12" + ((number << 15) | 0x7E00).to_bytes(6, "big") + b"\x0aTOKENalone"
        mux.raw(CLOCK, tokened(b"TOKENpesprivate", 184 - 1 - len(field)), adaptation=field)

    data = stream(program=program(clock=CLOCK), each=clock)
    assert judge(data) and strip(data)[1] == CLEAN["clock alone"]


def test_messages_over_packet_borders_are_blanked_whole():
    for size in range(100, 800, 37):
        data = stream(pictures=with_sei(sei(5, bytes(16) + b"TOKENseiuserdata" + bytes(size % 3) + b"S" * size)))
        assert judge(data)
        assert len(strip(data)[1]) == len(data)


def test_subtitles_may_come_and_go_within_a_program():
    later = section(2, 1, program([entry(0x06, EXTRA, b"\x59\x08kaz\x10\0\1\0\1")]), 1)

    def subtitles(mux):
        mux.table(MAP, later).feed(EXTRA, pes(0xBD, b"TOKENsubtitle", 9000))

    data = stream(each=once(subtitles))
    assert judge(data) and any("positions" in words for words in strip(data)[0].kept)
    assert strip(data)[0].essence == strip(stream())[0].essence


def test_programs_keep_their_own_streams():
    other = section(2, 7, (0xE000 | 0x200).to_bytes(2, "big") + b"\xf0\0" + entry(0x0F, 0x200))

    def second(mux, number):
        mux.table(0x1001, other) if not number else None
        mux.feed(0x200, pes(0xC0, adts(number), 9000))

    data = stream(association=association() + association(7, 0x1001), each=second)
    result, _ = strip(data)
    assert judge(data) and [one.stream for one in result.essence] == ["video:0", "audio:0", "audio:1"]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", BadMedia),
        (b"G" + bytes(187) + b"G" + bytes(187) + b"G" + bytes(187), BadMedia),
        (stream()[: 188 * 2], BadMedia),
        (stream(program=program([entry(0x11, EXTRA)])), UnknownCoding),
        (stream(program=program([entry(0x20, EXTRA)])), UnknownCoding),
        (stream(program=program([entry(0x06, EXTRA, b"\x7b\x00")])), UnknownCoding),
        (stream(program=program([entry(0x06, EXTRA)]), each=once(lambda mux: mux.feed(EXTRA, pes(0xC0, b"sound", 5)))), UnknownCoding),
        (stream(each=once(lambda mux: mux.table(MAP, section(2, 1, program([entry(0x0F, EXTRA)]), 1)))), UnsupportedMedia),
        (stream(each=once(lambda mux: mux.table(0, section(0, 1, association(2, 0x1111), 1)))), UnsupportedMedia),
        (stream(each=once(lambda mux: mux.out.append(bytes([0x47, 1, 0, 0xD0]) + bytes(184)))), EncryptedFilm),
        (stream(pes={"first": 0x94}), UnsupportedMedia),
        (stream(tail=b"TOKENbehindpes"), BadMedia),
        (stream(pictures=lambda number: b"no start code"), BadMedia),
        (stream(program=program([entry(0x0F, 0x300 + number, b"\x0a\4kaz\0") for number in range(60)])), MediaTooLarge),
        (stream(sounds=lambda number: adts(number)[:7] + b"\xa0" + adts(number)[8:]), TextInPictures),
    ],
)  # fmt: skip
def test_broken_and_unknown_files_are_refused_by_name(data, error):
    kept = Kept()
    with pytest.raises(error):
        strip_ts(Bytes(data), kept)
    assert kept.parts == []
    assert inspect_ts(Bytes(data)).finding is not Finding.CLEAN


def test_a_file_that_is_mostly_gaps_costs_little():
    data = (stream()[: 188 * 3] + b"gap") * 10_010
    with pytest.raises(MediaTooLarge):
        strip(data)
    assert inspect_ts(Bytes(data)).finding is not Finding.CLEAN


def test_a_size_that_wraps_around_becomes_unbounded():
    def large(mux):
        es = picture(2, 70_000)
        mux.feed(VIDEO, pes(0xE0, es, 9000, 5400, more=0x10000))

    data = stream(each=once(large))
    assert judge(data) and inspect(Bytes(data)).finding is Finding.FOUND
    _, copy = strip(data)
    assert b"\0\0\1\xe0\0\0" in copy


def test_packets_before_the_first_beginning_go():
    mux = Mux()
    mux.raw(VIDEO, tokened(b"TOKENalone")).raw(SOUND, tokened(b"TOKENreserved"))
    data = b"".join(mux.out) + stream()
    assert judge(data) and strip(data)[1] == stream()


@pytest.mark.parametrize("name", ["188", "192"])
def test_a_recording_that_begins_inside_a_packet_loses_the_rest_of_it(name):
    data = CLEAN[name][-100:] + CLEAN[name]
    assert media_type(data[:1024]) == "video/mp2t"
    assert inspect(Bytes(data)).finding is Finding.FOUND
    assert judge(data)


def test_a_recording_that_ends_inside_a_packet_or_a_picture_is_kept_to_there():
    data = stream()
    for cut in (len(data) - 100, len(data) - 188 * 3, len(data) - 188 * 3 - 50):
        assert judge(data[:cut]), cut


# not "before the pictures": doubled, its token stands behind a coded slice, which only decoding could tell
SEEDS = [*(data for name, data in PLACES.items() if name != "before the pictures"), *CLEAN.values()]


def mutate(data, chance):
    out = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        place, kind = chance.randrange(len(out)), chance.randrange(6)
        packet = place // 188 * 188
        if kind == 0:
            out[place] ^= 1 << chance.randrange(8)
        elif kind == 1:
            out[packet + chance.randint(1, 8)] = chance.randrange(256) if packet + 9 < len(out) else 0
        elif kind == 2:
            del out[packet : packet + 188]
        elif kind == 3:
            source = chance.randrange(len(out) // 188) * 188
            out[packet:packet] = out[source : source + 188]
        elif kind == 4:
            del out[place : place + chance.randint(1, 30)]
        else:
            out[place : place + 4] = chance.choice([b"\0\0\1\x06", b"\xff\xff\xff\xff", b"\0\0\0\1", b"GGGG"])
        if len(out) < 400:
            break
    return bytes(out)


def test_damaged_files_are_refused_by_type_or_come_out_clean():
    chance, copies = random.Random(5), 0
    for _ in range(300):
        copies += judge(mutate(chance.choice(SEEDS), chance), damaged=True)
    assert copies > 80


@pytest.mark.long
def test_many_damaged_files():
    chance = random.Random(6)
    for _ in range(5000):
        judge(mutate(chance.choice(SEEDS), chance), damaged=True)


@BOUNDED
@given(st.binary(max_size=500), st.integers(0, 8191))
def test_any_bytes(data, pid):
    judge(data, damaged=True)
    judge(b"G" + data.ljust(187, b"\xff")[:187] + stream(), damaged=True)
    judge(stream(each=once(lambda mux: mux.raw(pid, data[:184], True))), damaged=True)
    judge(stream(program=program(common=data[:60])), damaged=True)
    judge(stream(pictures=lambda number: picture(number) + b"\0\0\1" + data), damaged=True)


@BOUNDED
@given(st.binary(max_size=2000))
def test_both_readers_see_the_same_packets(data):
    mixed = stream()[: 188 * 4] + data + stream()
    layout = layout_of(mixed[:1024])
    ours = [
        one.place + at
        for one in read_packets(Bytes(mixed), layout)
        if isinstance(one, Packets)
        for at in range(0, len(one.data), 188)
    ]
    theirs = [row.place + at for row in rows(Bytes(mixed), 188, 0) for at in range(0, len(row.data), 188)]
    assert ours == theirs and crc32(data) == crc(data)
