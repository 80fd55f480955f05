"""An MP3 copy keeps the sound, its gaps and its index, and nothing that identifies."""

import random
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.media_builders.mp3 import CHECKED, HEAD, SIZE, apev2, frame, hiding, id3v1, index, lyrics3, sound, vbri
from tests.media_builders.readers import Bytes, Kept
from tests.media_builders.samples import SAMPLES
from tests.media_builders.wave import id3
from witnesskit.errors import WitnesskitError
from witnesskit.errors.media import BadMedia, UnsupportedMedia
from witnesskit.errors.strip import CredentialsKept
from witnesskit.media.essence import essence
from witnesskit.media.inspect import inspect
from witnesskit.media.presentation import presentation_sha256
from witnesskit.media.residue import inspect_again
from witnesskit.media_model import Finding, StripChoices
from witnesskit.strip.registry import strip

FFMPEG, LAME = shutil.which("ffmpeg"), shutil.which("lame")


def stripped(data):
    kept = Kept()
    return strip(Bytes(data), "audio/mpeg", kept), kept.data


def shifted(data):
    value = int.from_bytes(data, "big")
    return [(value << shift).to_bytes(len(data) + 1, "big") for shift in range(8)]


def test_no_planted_token_survives_and_every_one_was_shown():
    data, tokens = hiding()
    result, copy = stripped(data)
    before = inspect(Bytes(data))
    said = " ".join(one.value for one in before.revelations)
    assert (before.finding, before.reason) == (Finding.FOUND, "")
    bits = shifted(copy)
    for place, token in tokens.items():
        assert not any(token in one for one in bits), place
        assert token.decode().encode("utf-16-le") not in copy, place
        assert token.decode() in said, place
    again = inspect_again(Bytes(data), Bytes(copy))
    assert (again.finding, again.revelations, again.reason) == (Finding.CLEAN, (), "")
    assert b"LAME3" not in copy and b"RGAIN" not in copy and b"MISC" not in copy
    assert result.essence == essence(Bytes(data)) == essence(Bytes(copy))
    assert result.presentation_sha256 == presentation_sha256(Bytes(data)) == presentation_sha256(Bytes(copy))
    assert stripped(copy)[1] == copy == stripped(data)[1]


def test_groups_are_those_a_person_looks_in():
    seen = {(one.group, one.name) for one in inspect(Bytes(hiding()[0])).revelations}
    assert {("who", "artist"), ("when", "recorded"), ("software", "encoder"), ("inside", "picture")} <= seen


CLEAN = stripped(index(frames=20) + sound())[1]
PLAIN = sound()
FIRST = len(CLEAN) - 20 * SIZE


def test_the_index_keeps_delay_and_padding_and_no_maker():
    assert CLEAN[FIRST:] == PLAIN
    assert CLEAN[36:40] == b"Info" and CLEAN[44:48] == b"\0\0\0\x14"
    assert CLEAN[36 + 120 : 36 + 141] == b"Lavf" + bytes(17)
    assert CLEAN[36 + 141 : 36 + 144] == b"\x24\x05\x07"
    assert stripped(index(encoder=b"Lavf58.29", frames=20) + sound())[1] == CLEAN


def test_padding_behind_a_sound_of_another_length_is_none():
    _, copy = stripped(index(frames=40) + sound())
    assert copy[36 + 141 : 36 + 144] == b"\x24\x00\x00"[:1] + b"\x00\x00"
    assert copy[44:48] == b"\0\0\0\x14"


@pytest.mark.parametrize("first", [index(encoder=b"FhG 4711", frames=20), vbri(), index(encoder=b"", frames=20)])
def test_an_index_of_other_encoders_stays_without_delays(first):
    data = first + sound()
    result, copy = stripped(data)
    assert b"Lav" not in copy and b"Info" in copy and b"VBRI" not in copy
    assert inspect_again(Bytes(data), Bytes(copy)).finding is Finding.CLEAN
    assert result.presentation_sha256 == presentation_sha256(Bytes(data)) == presentation_sha256(Bytes(copy))


def test_delay_and_frames_are_part_of_the_presentation_and_not_of_the_essence():
    one, other = stripped(CLEAN)[0], stripped(index(frames=20, delays=b"\x11\x10\x07") + sound())[0]
    assert one.essence == other.essence
    assert one.presentation_sha256 != other.presentation_sha256
    assert stripped(PLAIN)[0].essence == one.essence
    assert stripped(PLAIN)[0].presentation_sha256 != one.presentation_sha256


def test_sound_that_reaches_back_into_earlier_frames_stays():
    """The third frame's sound begins 60 bytes before it, in what the second left free."""
    free = bytes(random.Random(4).randrange(1, 256) for _ in range(417))
    data = frame(seed=1) + frame(seed=2, free=free) + frame(seed=3, begin=60) + frame(seed=4)
    result, copy = stripped(data)
    assert copy[SIZE + SIZE - 60 : 2 * SIZE] == data[SIZE + SIZE - 60 : 2 * SIZE]
    sound_end = SIZE + 36 + (600 + 500 + 610 + 505 + 7) // 8
    assert not any(copy[sound_end : 2 * SIZE - 60]) and any(data[sound_end : 2 * SIZE - 60])
    assert result.essence == essence(Bytes(data)) == essence(Bytes(copy))


def test_the_check_of_a_protected_frame_is_right_again():
    _, copy = stripped(sound(head=CHECKED, private=7))
    assert copy != sound(head=CHECKED)
    assert inspect(Bytes(copy)).finding is Finding.CLEAN
    assert stripped(sound(head=CHECKED, check=b"zz"))[1] == copy


def things_alone():
    yield "ID3v2", id3([(b"TPE1", b"\0Saule")]) + PLAIN
    yield "empty ID3v2", b"ID3\4\0\0\0\0\0\0" + PLAIN
    yield "APEv2 in front", apev2(b"Saule", foot=False) + PLAIN
    yield "byte in front", b"ID3\4\0\0\0\0\0\0\0" + PLAIN
    yield "ID3v1", PLAIN + id3v1(b"a", b"b", b"c", b"2012", b"d")
    yield "enhanced", PLAIN + b"TAG+".ljust(227, b"x")
    yield "APEv2", PLAIN + apev2(b"Saule")
    yield "APEv2 without head", PLAIN + apev2(b"Saule", head=False)
    yield "Lyrics3", PLAIN + lyrics3(b"Saule")
    yield "ID3v2 behind", PLAIN + b"ID3\4\0\x10\0\0\0\5Saule3DI\4\0\x10\0\0\0\5"
    yield "byte behind", PLAIN + b"\0"
    yield "bytes between", PLAIN + b"Saule" + PLAIN
    yield "cut frame", PLAIN + frame()[:100]
    yield "tag in the last frame", PLAIN + frame()[:300] + id3v1(b"a", b"b", b"c", b"2012", b"d")
    yield "free byte", PLAIN[:-1] + b"\1"
    yield "free bit", PLAIN[: 36 + 276] + bytes([PLAIN[36 + 276] | 1]) + PLAIN[36 + 277 :]
    yield "private bit", PLAIN[:2] + bytes([PLAIN[2] | 1]) + PLAIN[3:]
    yield "private bits beside the sound", sound(private=1)
    yield "original bit", PLAIN[: SIZE + 3] + bytes([PLAIN[3] ^ 4]) + PLAIN[SIZE + 4 :]
    yield "wrong check", sound(head=CHECKED)
    yield "encoder in the index", CLEAN[:156] + b"LAME3.100" + CLEAN[165:]
    yield "count in the index", CLEAN[:44] + b"\0\0\0\1" + CLEAN[48:]
    yield "place in the index", CLEAN[:60] + b"\xff" + CLEAN[61:]
    yield "byte behind the index", CLEAN[: FIRST - 1] + b"\1" + CLEAN[FIRST:]
    yield "byte in the index", CLEAN[:20] + b"\1" + CLEAN[21:]
    yield "an index in the middle", PLAIN + index() + PLAIN
    text = b"Filmed from the balcony of flat 12, by Saule"
    yield "text in the sound", PLAIN[: SIZE + 60] + text + PLAIN[SIZE + 60 + len(text) :]


@pytest.mark.parametrize(("name", "data"), list(things_alone()), ids=lambda one: one if isinstance(one, str) else "")
def test_each_thing_alone_keeps_a_file_from_being_clean(name, data):
    assert inspect(Bytes(CLEAN)).finding is inspect(Bytes(PLAIN)).finding is Finding.CLEAN
    assert inspect(Bytes(data)).finding is not Finding.CLEAN
    if name != "text in the sound":
        result, copy = stripped(data)
        assert inspect_again(Bytes(data), Bytes(copy)).finding is Finding.CLEAN
        assert result.essence == essence(Bytes(data)) == essence(Bytes(copy))


FREE_FORMAT = bytes.fromhex("fffb0004")
OTHER_RATE = bytes.fromhex("fffb9404")
MONO = bytes.fromhex("fffb90c4")


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", BadMedia),
        (b"ID3\3\0\0\0\0\0\0", BadMedia),
        (HEAD, BadMedia),
        (frame()[:-1], BadMedia),
        (index(), BadMedia),
        (b"ID3\3\0\0\0\0\0\0" + FREE_FORMAT + bytes(4000), BadMedia),
        (bytes.fromhex("fffd9004") + bytes(4000), BadMedia),
        (PLAIN + (OTHER_RATE + bytes(380)) * 6, UnsupportedMedia),
        (PLAIN + (MONO + bytes(413)) * 6, UnsupportedMedia),
    ],
)
def test_broken_and_unknown_files_are_refused_by_type_before_a_byte_is_written(data, error):
    kept = Kept()
    with pytest.raises(error):
        strip(Bytes(data), "audio/mpeg", kept)
    assert kept.parts == []
    assert inspect(Bytes(data)).finding is not Finding.CLEAN


def test_content_credentials_go_and_a_policy_that_keeps_them_gets_no_copy():
    data = id3([(b"GEOB", b"\0application/x-c2pa-manifest-store\0\0\0jumbc2pa")]) + PLAIN
    result, copy = stripped(data)
    assert copy == PLAIN and "C2PA" in result.kept[0]
    with pytest.raises(CredentialsKept):
        strip(Bytes(data), "audio/mpeg", Kept(), StripChoices(credentials="keep"))


IN_FRAMES = {
    "free bytes",
    "free bits",
    "silent frame",
    "late rest",
    "index rest",
}  # a damaged head may call them sound


def mutated(data, chance):
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(changed))
        kind = chance.randrange(5)
        if kind == 0:
            changed[place] = chance.randrange(256)
        elif kind == 1:
            changed[place : place + 4] = chance.choice((b"\xff" * 4, bytes(4), HEAD, OTHER_RATE, b"ID3\4", CHECKED))
        elif kind == 2:
            del changed[place : place + chance.randint(1, 40)]
        elif kind == 3:
            changed[place:place] = changed[place : place + chance.randint(1, 100)]
        elif chance.random() < 0.2:
            del changed[max(place, 40) :]
    return bytes(changed)


@pytest.mark.parametrize("seed", range(6))
def test_every_damaged_file_is_refused_by_name_or_gives_a_clean_copy(seed):
    chance = random.Random(seed)
    original, tokens = hiding()
    if seed % 2:
        original = CLEAN[: FIRST + 6 * SIZE]
    for _ in range(40):
        data = mutated(original, chance)
        inspect(Bytes(data))
        try:
            result, copy = stripped(data)
        except WitnesskitError:
            continue
        seen = inspect(Bytes(copy))
        texts = {"readable text in the sound", "readable text beside the sound"}
        assert seen.finding is Finding.CLEAN or {one.name for one in seen.revelations} <= texts, seen
        if seen.finding is Finding.CLEAN:
            assert not any(token in copy for place, token in tokens.items() if place not in IN_FRAMES)
        assert result.essence == essence(Bytes(data)) == essence(Bytes(copy))
        assert result.presentation_sha256 == presentation_sha256(Bytes(data)) == presentation_sha256(Bytes(copy))


@given(
    st.lists(
        st.sampled_from([frame(), frame(begin=9), index(), HEAD, b"\xff", b"ID3\3\0\0\0\0\0\3", bytes(30), b"TAG"])
    )
)
def test_any_row_of_pieces_gives_a_refusal_or_a_copy_that_both_readers_see_alike(pieces):
    data = b"ID3\3\0\0\0\0\0\0" + b"".join(pieces)
    inspect(Bytes(data))
    try:
        result, copy = stripped(data)
    except WitnesskitError:
        return
    assert {one.name for one in inspect(Bytes(copy)).revelations} <= {"readable text in the sound"}
    assert result.essence == essence(Bytes(data)) == essence(Bytes(copy))


def run(*command):
    return subprocess.run(command, capture_output=True, check=True).stdout


def decoded(path):
    return run(FFMPEG, "-v", "error", "-i", path, "-f", "md5", "-")


def packets(path):
    fields = "packet=pts,dts,duration,size:stream=start_time,duration"
    told = run(shutil.which("ffprobe"), "-v", "error", "-select_streams", "a", "-show_entries", fields, path)
    return [line for line in told.splitlines() if b"=" in line and b"side_data" not in line]


PROGRAMS = {
    "lame": ("lame", "--quiet", "-b", "128", "--ta", "Saule", "--tc", "comment"),
    "lame vbr": ("lame", "--quiet", "-V", "2", "--ta", "Saule"),
    "lame with checks": ("lame", "--quiet", "-b", "192", "-p"),
    "lame 22 kHz mono": ("lame", "--quiet", "-b", "48", "-m", "m", "--resample", "22.05"),
    "lame 8 kHz": ("lame", "--quiet", "-b", "16", "--resample", "8"),
    "lame without index": ("lame", "--quiet", "-t", "-b", "160"),
    "lame 320": ("lame", "--quiet", "-b", "320"),
}


@pytest.mark.skipif(FFMPEG is None or LAME is None, reason="no lame or ffmpeg here")
@pytest.mark.parametrize("name", PROGRAMS)
def test_what_encoders_write_sounds_the_same_and_the_stock_command_gives_the_essence(name, tmp_path):
    wave, path, out = tmp_path / "a.wav", tmp_path / "a.mp3", tmp_path / "b.mp3"
    run(FFMPEG, "-v", "error", "-f", "lavfi", "-i", "aevalsrc=sin(2000*t*t)*t|cos(900*t*t):d=1.5", wave)
    run(*PROGRAMS[name], wave, path)
    result, copy = stripped(path.read_bytes())
    out.write_bytes(copy)
    assert decoded(path) == decoded(out)
    assert packets(path) == packets(out)
    command = (
        FFMPEG,
        "-v",
        "error",
        "-i",
        out,
        "-map",
        "0:a",
        "-c",
        "copy",
        "-f",
        "streamhash",
        "-hash",
        "sha256",
        "-",
    )
    assert run(*command).decode().strip().partition("=")[2] == result.essence[0].sha256
    assert inspect_again(Bytes(path.read_bytes()), Bytes(copy)).finding is Finding.CLEAN
    assert result.essence == essence(Bytes(path.read_bytes())) == essence(Bytes(copy))
    assert not any(b"LAME3" in one for one in shifted(copy))


@pytest.mark.skipif(not (SAMPLES / "audio/id3.mp3").exists(), reason="no samples here")
def test_a_real_file_comes_out_clean():
    data = (SAMPLES / "audio/id3.mp3").read_bytes()
    result, copy = stripped(data)
    assert inspect_again(Bytes(data), Bytes(copy)).finding is Finding.CLEAN
    assert result.essence == essence(Bytes(data)) == essence(Bytes(copy))
    assert result.presentation_sha256 == presentation_sha256(Bytes(data)) == presentation_sha256(Bytes(copy))


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 140))
def test_many_more_damaged_files_are_refused_or_give_a_copy_that_both_readers_see_alike(seed):
    chance = random.Random(seed)
    for _ in range(100):
        data = mutated(hiding()[0], chance)
        inspect(Bytes(data))
        try:
            result, copy = stripped(data)
        except WitnesskitError:
            continue
        assert result.essence == essence(Bytes(data)) == essence(Bytes(copy))
        assert stripped(copy)[1] == copy
