"""A WAVE copy keeps the sound and how it is played, and nothing that identifies."""

import random
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.media_builders.readers import Bytes, Kept
from tests.media_builders.samples import SAMPLES
from tests.media_builders.wave import EXTENSIBLE, FORMAT, SOUND, TABLES, chunk, hiding, riff, wave
from witnesskit.errors import WitnesskitError
from witnesskit.errors.media import BadMedia, UnsupportedMedia
from witnesskit.errors.strip import CredentialsKept, UnknownCoding
from witnesskit.formats.wave import Wave, head_of
from witnesskit.formats.wave_format import parse_format
from witnesskit.media.essence import essence
from witnesskit.media.inspect import inspect
from witnesskit.media.presentation import presentation_sha256
from witnesskit.media.residue import inspect_again
from witnesskit.media_model import Finding, StripChoices
from witnesskit.strip.registry import strip

FFMPEG = shutil.which("ffmpeg")
needs_ffmpeg = pytest.mark.skipif(FFMPEG is None, reason="no ffmpeg here")


def stripped(data):
    kept = Kept()
    return strip(Bytes(data), "audio/wav", kept), kept.data


def form(tag, channels=1, block=1, bits=8, extra=b"\0\0", rate=8000):
    return struct.pack("<HHIIHH", tag, channels, rate, rate * block, block, bits) + extra


FORMS = {
    "pcm": FORMAT,
    "extensible": EXTENSIBLE,
    "float": form(3, 2, 8, 32),
    "a-law": form(6),
    "mu-law": form(7),
    "ms adpcm": form(2, 1, 256, 4, struct.pack("<HH", 32, 500) + TABLES),
    "ima adpcm": form(0x11, 2, 512, 4, struct.pack("<HH", 2, 505)),
    "gsm": form(0x31, 1, 65, 0, struct.pack("<HH", 2, 320)),
}


def test_no_planted_token_survives_and_every_one_was_shown():
    data, tokens = hiding()
    result, copy = stripped(data)
    before = inspect(Bytes(data))
    said = " ".join(one.value for one in before.revelations)
    assert before.finding is Finding.FOUND
    for place, token in tokens.items():
        for needle in (token, token.decode().encode("utf-16-le"), token.decode().encode("utf-16-be")):
            assert needle not in copy, place
        assert token.decode() in said or place == "cbSize" or token.hex() in said, place
    again = inspect_again(Bytes(data), Bytes(copy))
    assert (again.finding, again.revelations, again.reason) == (Finding.CLEAN, (), "")
    assert again.facts["looked_for"] > len(tokens)
    assert result.essence == essence(Bytes(data)) == essence(Bytes(copy))
    assert result.presentation_sha256 == presentation_sha256(Bytes(data)) == presentation_sha256(Bytes(copy))


def test_a_sound_inside_a_filler_is_not_taken_for_the_copy_itself():
    data = wave(before=[chunk(b"JUNK", wave())])
    assert inspect_again(Bytes(data), Bytes(stripped(data)[1])).finding is Finding.CLEAN


def test_groups_are_those_a_person_looks_in():
    groups = {one.group for one in inspect(Bytes(hiding()[0])).revelations}
    assert groups == {"where", "when", "device", "who", "software", "other"}


@pytest.mark.parametrize("name", FORMS)
def test_every_coding_keeps_its_sound_and_is_clean(name):
    data = wave(form=FORMS[name], behind=[chunk(b"LIST", b"INFO" + chunk(b"IART", b"Saule\0"))])
    result, copy = stripped(data)
    assert inspect_again(Bytes(data), Bytes(copy)).finding is Finding.CLEAN
    assert result.essence == essence(Bytes(data)) == essence(Bytes(copy))
    assert result.presentation_sha256 == presentation_sha256(Bytes(data)) == presentation_sha256(Bytes(copy))
    assert stripped(copy)[1] == copy == stripped(data)[1]


def test_another_rate_is_another_presentation_of_the_same_sound():
    one, other = stripped(wave())[0], stripped(wave(form=form(1, 1, 2, 16, b"", 44100)))[0]
    assert one.essence == other.essence
    assert one.presentation_sha256 != other.presentation_sha256


CLEAN = stripped(wave())[1]
ODD = stripped(wave(form=form(7), sound=SOUND[:-1]))[1]
HEAD = len(CLEAN) - len(SOUND) - 8


def things_alone():
    yield "trailing byte", CLEAN + b"\0"
    yield "length of the file", CLEAN[:4] + b"\0\0\0\0" + CLEAN[8:]
    yield "pad byte", ODD[:-1] + b"P"
    yield "missing pad byte", ODD[:-1]
    yield "speed", CLEAN[:28] + b"abcd" + CLEAN[32:]
    yield "block", CLEAN[:32] + b"\x04\0" + CLEAN[34:]
    yield "chunks behind", wave(behind=[chunk(b"LIST", b"INFO")])
    yield "chunk before", wave(before=[chunk(b"JUNK", b"")])
    yield "fact of pcm", wave(before=[chunk(b"fact", struct.pack("<I", 2000))])
    yield "loose bytes", wave(behind=[b"\1\2\3\4\5\6\7\x08\x09"])
    yield "half a block", wave(sound=SOUND + b"a")
    yield "no length", CLEAN[: HEAD + 4] + b"\0\0\0\0" + CLEAN[HEAD + 8 :]
    yield "tags inside the sound", wave(sound=SOUND + chunk(b"LIST", b"INFO" + chunk(b"IART", b"Saule\0")))
    yield "ID3v1 inside the sound", wave(sound=SOUND + b"TAG".ljust(128, b"x"))
    yield "format of 18 bytes", wave(form=FORMAT + b"\0\0")
    yield "format of 14 bytes", wave(form=form(1, 1, 1, 8, b"")[:14])
    yield "speakers without a name", wave(form=EXTENSIBLE[:23] + b"\x40" + EXTENSIBLE[24:])
    yield (
        "a short RF64",
        riff(
            chunk(b"ds64", struct.pack("<QQQI", len(CLEAN) + 28, len(SOUND), 2000, 0)),
            CLEAN[12:HEAD],
            b"data\xff\xff\xff\xff" + SOUND,
            head=b"RF64",
            told=0xFFFFFFFF,
        ),
    )
    yield (
        "text in GSM",
        stripped(wave(form=FORMS["gsm"]))[1][:-400] + b"Filmed from the balcony of flat 12, by Saule" * 9,
    )


@pytest.mark.parametrize(("name", "data"), list(things_alone()), ids=lambda one: one if isinstance(one, str) else "")
def test_each_thing_alone_keeps_a_file_from_being_clean(name, data):
    assert inspect(Bytes(CLEAN)).finding is inspect(Bytes(ODD)).finding is Finding.CLEAN
    assert inspect(Bytes(data)).finding is not Finding.CLEAN


@pytest.mark.parametrize("told", [0, 0xFFFFFFFF, 5000, 1 << 30])
def test_a_recording_that_was_cut_is_taken_to_the_end_of_the_file(told):
    data = CLEAN[: HEAD + 4] + struct.pack("<I", told) + CLEAN[HEAD + 8 :]
    result, copy = stripped(data)
    assert copy == CLEAN
    assert "wrote no length" in result.kept[0]
    assert result.essence == essence(Bytes(data))


TAG = chunk(b"LIST", b"INFO" + chunk(b"IART", b"Saule\0"))


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"RIFF\0\0\0\0WAVE", BadMedia),
        (riff(chunk(b"data", SOUND)), BadMedia),
        (riff(chunk(b"fmt ", FORMAT)), BadMedia),
        (riff(chunk(b"data", SOUND), chunk(b"fmt ", FORMAT)), BadMedia),
        (wave(sound=b""), BadMedia),
        (wave(before=[chunk(b"fmt ", FORMAT)]), BadMedia),
        (wave(behind=[chunk(b"data", SOUND)]), UnsupportedMedia),
        (wave(form=form(1, 0)), BadMedia),
        (wave(form=form(1, 1, 2, 70)), BadMedia),
        (wave(form=form(3, 1, 2, 16)), BadMedia),
        (wave(form=form(0x55, extra=b"\x0c\0" + bytes(12))), UnknownCoding),
        (wave(form=form(0x161)), UnknownCoding),
        (wave(form=form(2, 1, 256, 4, struct.pack("<HH", 32, 500) + bytes(30))), UnknownCoding),
        (wave(form=EXTENSIBLE[:-1] + b"x"), UnknownCoding),
        (wave(form=EXTENSIBLE[:30]), BadMedia),
        (wave(form=form(0x31, 2, 130, 0)), BadMedia),
        (wave(form=form(0x11, 1, 3, 4)), BadMedia),
        (CLEAN[: HEAD + 4] + bytes(4) + CLEAN[HEAD + 8 :] + TAG, BadMedia),
        (CLEAN[: HEAD + 4] + b"\xff" * 4 + CLEAN[HEAD + 8 :] + b"TAG".ljust(128, b"x"), BadMedia),
    ],
)
def test_broken_and_unknown_files_are_refused_by_type_before_a_byte_is_written(data, error):
    kept = Kept()
    with pytest.raises(error):
        strip(Bytes(data), "audio/wav", kept)
    assert kept.parts == []
    assert inspect(Bytes(data)).finding is not Finding.CLEAN


def test_a_sound_of_more_than_four_gibibytes_has_long_lengths():
    size = (1 << 32) + 4
    head = head_of(Wave(parse_format(FORMAT), 44, 44 + size, size // 2, (), False))
    assert head[:12] == b"RF64\xff\xff\xff\xffWAVE"
    assert struct.unpack("<QQQI", head[20:48]) == (len(head) + size - 8, size, size // 2, 0)
    assert head[-4:] == b"\xff" * 4


def test_a_long_form_that_needs_none_becomes_the_short_one():
    ds64 = chunk(b"ds64", struct.pack("<QQQI", 0, len(SOUND), 2000, 0) + b"secret")
    data = riff(ds64, CLEAN[12:HEAD], b"data\xff\xff\xff\xff" + SOUND, head=b"BW64", told=0xFFFFFFFF)
    result, copy = stripped(data)
    assert copy == CLEAN and result.kept == ()
    assert result.essence == essence(Bytes(data)) and result.presentation_sha256 == presentation_sha256(Bytes(data))


def test_content_credentials_go_and_a_policy_that_keeps_them_gets_no_copy():
    data = wave(behind=[chunk(b"C2PA", b"\0\0\0\x20jumbc2pa Saule")])
    result, copy = stripped(data)
    assert copy == CLEAN and "C2PA" in result.kept[0]
    with pytest.raises(CredentialsKept):
        strip(Bytes(data), "audio/wav", Kept(), StripChoices(credentials="keep"))


def mutated(data, chance):
    changed = bytearray(data)
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(min(len(changed), 4000))
        kind = chance.randrange(5)
        if kind == 0:
            changed[place] = chance.randrange(256)
        elif kind == 1:
            changed[place : place + 4] = chance.choice((b"\xff" * 4, bytes(4), b"\1\0\0\0", b"data", b"fmt "))
        elif kind == 2:
            del changed[place : place + chance.randint(1, 40)]
        elif kind == 3:
            changed[place:place] = changed[place : place + chance.randint(1, 100)]
        elif chance.random() < 0.3:
            del changed[max(place, 40) :]
    return bytes(changed)


@pytest.mark.parametrize("seed", range(6))
def test_every_damaged_file_is_refused_by_name_or_gives_a_clean_copy(seed):
    chance = random.Random(seed)
    original, tokens = hiding()
    if seed % 2:
        original = wave(form=list(FORMS.values())[seed])
    for _ in range(60):
        data = mutated(original, chance)
        inspect(Bytes(data))
        try:
            result, copy = stripped(data)
        except WitnesskitError:
            continue
        assert inspect(Bytes(copy)).finding is Finding.CLEAN
        assert not any(token in copy for token in tokens.values())
        assert result.essence == essence(Bytes(data)) == essence(Bytes(copy))
        assert result.presentation_sha256 == presentation_sha256(Bytes(data)) == presentation_sha256(Bytes(copy))


@given(st.binary(max_size=300))
def test_any_bytes_behind_the_head_give_a_refusal_or_a_copy(body):
    data = b"RIFF\0\0\0\0WAVE" + body
    inspect(Bytes(data))
    try:
        stripped(data)
    except WitnesskitError:
        return


def hash_by_ffmpeg(path):
    command = [
        FFMPEG,
        "-v",
        "error",
        "-i",
        path,
        "-map",
        "0:a",
        "-c",
        "copy",
        "-f",
        "streamhash",
        "-hash",
        "sha256",
        "-",
    ]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip().partition("=")[2]


def decoded(path):
    return subprocess.run(
        [FFMPEG, "-v", "error", "-i", path, "-f", "md5", "-"], capture_output=True, check=True
    ).stdout


CODERS = ["pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le", "pcm_alaw", "pcm_mulaw"]
CODERS += ["adpcm_ms", "adpcm_ima_wav"]


@needs_ffmpeg
@pytest.mark.parametrize("coder", CODERS)
def test_the_stock_command_gives_the_essence_and_the_same_sound(coder, tmp_path):
    path, out = tmp_path / "a.wav", tmp_path / "b.wav"
    sound = ["-f", "lavfi", "-i", "aevalsrc=sin(2000*t*t)|cos(900*t):d=0.4", "-metadata", "artist=Saule"]
    subprocess.run([FFMPEG, "-v", "error", *sound, "-c:a", coder, path], check=True)
    result, copy = stripped(path.read_bytes())
    out.write_bytes(copy)
    assert hash_by_ffmpeg(path) == hash_by_ffmpeg(out) == result.essence[0].sha256
    assert decoded(path) == decoded(out)


@pytest.mark.skipif(not (SAMPLES / "audio/trailing.wav").exists(), reason="no samples here")
def test_a_real_file_comes_out_clean():
    data = Path(SAMPLES / "audio/trailing.wav").read_bytes()
    result, copy = stripped(data)
    assert inspect_again(Bytes(data), Bytes(copy)).finding is Finding.CLEAN
    assert result.essence == essence(Bytes(data)) == essence(Bytes(copy))


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
