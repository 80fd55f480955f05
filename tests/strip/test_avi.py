"""An AVI copy keeps pictures, sound and their times, and nothing that identifies."""

import random
import re
import shutil
import struct
import subprocess

import pytest

from tests.media_builders import mp3
from tests.media_builders.avi import (
    AUDIO,
    AVI1,
    SOUND,
    VIDEO,
    film,
    frame,
    hiding,
    lists,
    pictures,
    plain,
    strh,
)
from tests.media_builders.jpeg import Plan, build, segment
from tests.media_builders.readers import Bytes, Kept
from tests.media_builders.samples import SAMPLES
from tests.media_builders.wave import FORMAT, chunk
from witnesskit.errors import WitnesskitError
from witnesskit.errors.media import BadMedia, UnsupportedMedia
from witnesskit.errors.strip import CredentialsKept, TextInPictures, UnknownCoding
from witnesskit.media.essence import essence
from witnesskit.media.inspect import inspect
from witnesskit.media.presentation import presentation_sha256
from witnesskit.media.residue import inspect_again
from witnesskit.media_model import Finding, StripChoices
from witnesskit.strip.registry import strip

FFMPEG, FFPROBE = shutil.which("ffmpeg"), shutil.which("ffprobe")


def stripped(data):
    kept = Kept()
    return strip(Bytes(data), "video/x-msvideo", kept), kept.data


def checked(data):
    """Strip, and hold writer and reader against each other."""
    result, copy = stripped(data)
    again = inspect_again(Bytes(data), Bytes(copy))
    assert (again.finding, again.revelations, again.reason) == (Finding.CLEAN, (), "")
    assert result.essence == essence(Bytes(data)) == essence(Bytes(copy))
    assert result.presentation_sha256 == presentation_sha256(Bytes(data)) == presentation_sha256(Bytes(copy))
    assert stripped(copy)[1] == copy == stripped(data)[1]
    return result, copy


def test_no_planted_token_survives_and_every_one_was_shown():
    data, shown, every = hiding()
    before = inspect(Bytes(data))
    said = " ".join(one.value for one in before.revelations)
    assert (before.finding, before.reason) == (Finding.FOUND, "")
    _, copy = checked(data)
    for place, token in every.items():
        assert token[:8] not in copy and token not in copy, place
        assert token.decode().encode("utf-16-le") not in copy, place
    for place, token in shown.items():
        assert token.decode() in said, place
    assert {one.group for one in before.revelations} >= {"who", "when", "where", "device", "software", "other"}


CLEAN = stripped(film(plain()))[1]


def test_a_film_keeps_its_coded_pictures():
    result, copy = checked(film(plain()))
    assert copy.count(b"\xff\xda") == 4 and copy.count(SOUND) == 4
    assert [one.stream for one in result.essence] == ["video:0", "audio:0"]
    assert b"AVI1\x01" in copy
    assert result.kept == ()


def test_time_and_shape_are_part_of_the_presentation():
    slow = lists(b"strl", strh(b"vids", rate=5), pictures())
    wide = lists(
        b"strl", strh(b"vids"), pictures(), chunk(b"vprp", bytes(20) + struct.pack("<HHIII", 9, 16, 40, 24, 1))
    )
    several = [checked(film(plain(), (video, AUDIO)))[0] for video in (VIDEO, slow, wide)]
    assert len({one.presentation_sha256 for one in several}) == 3
    assert len({one.essence for one in several}) == 1


def things_alone():
    yield "trailing byte", CLEAN + b"\0"
    yield "JUNK in the film", film([*plain(), (b"JUNK", b"")])
    yield "text", film(plain(), between=[lists(b"INFO", chunk(b"ISFT", b"x\0"))])
    yield "filler before the film", film(plain(), between=[chunk(b"JUNK", b"")])
    yield "date", film(plain(), headers=[chunk(b"IDIT", b"2009")])
    yield "subtitles", film([*plain(), (b"02tx", b"Saule")], (VIDEO, AUDIO, lists(b"strl", strh(b"txts"))))
    for name in (b"avih", b"strh", b"strf"):
        place = CLEAN.index(name) + 8
        for at in range(place, place + int.from_bytes(CLEAN[place - 4 : place], "little"), 4):
            if CLEAN[at : at + 4] == bytes(4):
                yield f"{name.decode()} at {at - place}", CLEAN[:at] + b"seri" + CLEAN[at + 4 :]
    index = CLEAN.index(b"idx1")
    yield "flags of the index", CLEAN[: index + 12] + b"seri" + CLEAN[index + 16 :]
    yield "place in the index", CLEAN[: index + 16] + b"seri" + CLEAN[index + 20 :]
    yield "no index", CLEAN[:index]
    yield "length of the file", CLEAN[:4] + b"\0\0\0\0" + CLEAN[8:]
    yield "name of a chunk", CLEAN.replace(b"00dc", b"00db", 1)
    yield "rec list", film([(b"LIST", b"rec " + chunk(b"00dc", frame())), *plain()])
    yield (
        "odd pad byte",
        film([(b"00dc", frame(tail=b"\0" * (len(frame()) % 2 == 0)) + b"")]).replace(b"\0idx1", b"Pidx1"),
    )
    for name, picture in [
        ("comment", build(Plan(head=[AVI1, segment(0xFE, b"x")]))),
        ("sizes of fields", build(Plan(head=[segment(0xE0, b"AVI1\x01\0\0\0\1\0\0\0\0\0")]))),
        ("behind the picture", frame(tail=b"x")),
        ("unused table", frame(extra_tables=segment(0xDB, b"\x03" + bytes([1] * 64)))),
        ("Exif", build(Plan(head=[segment(0xE1, b"Exif\0\0")]))),
        (
            "text in the picture",
            frame().replace(b"\xff\xd9", b"Filmed from the balcony of flat 12, by Saule\xff\xd9"),
        ),
    ]:
        yield (
            name,
            stripped(film(plain()))[1].replace(frame(), picture) if name == "x" else film(plain(4, [picture] * 4)),
        )


@pytest.mark.parametrize(("name", "data"), list(things_alone()), ids=lambda one: one if isinstance(one, str) else "")
def test_each_thing_alone_keeps_a_file_from_being_clean(name, data):
    assert inspect(Bytes(CLEAN)).finding is Finding.CLEAN
    assert inspect(Bytes(data)).finding is not Finding.CLEAN


STANDARD = bytes.fromhex("ffc401a2")


@pytest.mark.parametrize("plan", [Plan(), Plan(progressive=True), Plan(restart=3)])
def test_frames_of_every_form_and_of_two_fields_stay(plan):
    picture = build(plan)
    both = build(Plan(head=[AVI1, segment(0xFE, b"Saule Saule")])) + b"\xff\xff" + picture + b"\0\0\0"
    _, copy = checked(film(plain(4, [picture, both, b"", picture])))
    assert b"Saule" not in copy
    assert copy.count(b"\xff\xd9") >= 4


def mpeg4(user=b"XviD0046", group=bytes([0, 16, 0]), picture=b"\x10\xaa\xbb\xcc"):
    parts = [b"\xb0\x01", b"\xb5\x09", b"\x00", b"\x20" + bytes([8, 212, 141, 136, 0, 101]), b"\xb2" + user]
    return b"\0\0\1" + b"\0\0\1".join([*parts, b"\xb3" + group, b"\xb6" + picture])


LAYER = mpeg4().replace(bytes([136, 0, 101]), bytes([136, 0, 101]) + b"Saule_4711")
MPEG4 = lists(b"strl", strh(b"vids", b"xvid"), pictures(b"XVID"))


def test_user_data_of_mpeg4_pictures_goes_and_a_bare_encoder_is_named():
    result, copy = checked(
        film([(b"00dc", mpeg4()), (b"00dc", mpeg4(b"Saule's phone")), (b"00dc", b"\x7f")], (MPEG4,))
    )
    assert b"Saule" not in copy and b"XviD0046" in copy
    assert result.kept == ("the pictures name the program that coded them (XviD0046)",)
    seen = inspect(Bytes(film([(b"00dc", mpeg4(b"Saule's phone"))], (MPEG4,))))
    assert "Saule's phone" in {one.value for one in seen.revelations}


def test_mpeg4_pictures_that_hide_something_in_their_form_are_refused():
    for picture in (
        b"abc" + mpeg4(),
        mpeg4() + b"\0\0\1\xc6secret",
        mpeg4().replace(b"\xb0\x01", b"\xb0\x01secret"),
        LAYER,
    ):
        data = film([(b"00dc", picture)], (MPEG4,))
        with pytest.raises(BadMedia):
            stripped(data)
        assert inspect(Bytes(data)).finding is Finding.UNKNOWN
    clock = film([(b"00dc", mpeg4(group=bytes([0b01100_010, 0b0101_1_000, 0x40])))], (MPEG4,))
    with pytest.raises(TextInPictures):
        stripped(clock)
    assert "when" in {one.group for one in inspect(Bytes(clock)).revelations}


H264 = lists(b"strl", strh(b"vids", b"H264"), pictures(b"H264"))


def test_messages_in_h264_pictures_become_filler():
    sps = bytes.fromhex("6742c00dd903c11be8")
    sei = b"\x06\x05\x18" + b"0123456789abcdef" + b"by Saule\x80"
    units = [sps, b"\x68\xce\x38\x80", sei, b"\x65\x88\x84\x11\x22\x33", b"\x1f" + b"Saule"]
    data = film([(b"00dc", b"".join(b"\0\0\0\1" + unit for unit in units))] * 2, (H264,))
    result, copy = checked(data)
    assert b"Saule" not in copy and b"\x65\x88\x84\x11\x22\x33" in copy
    assert result.essence[0].definition == "h264-vcl"
    assert "by Saule" in " ".join(one.value for one in inspect(Bytes(data)).revelations)


@pytest.mark.parametrize("coding", ["h264", "mjpeg", "mpeg4"])
def test_empty_chunks_of_pictures_that_were_dropped_stay(coding):
    unit = (
        b"\0\0\0\1"
        + bytes.fromhex("6742c00dd903c11be8")
        + b"\0\0\0\1\x68\xce\x38\x80\0\0\0\1\x65\x88\x84\x11\x22\x33"
    )
    picture = {"h264": unit, "mjpeg": frame(), "mpeg4": mpeg4(user=b"")}[coding]
    stream = {"h264": H264, "mjpeg": VIDEO, "mpeg4": MPEG4}[coding]
    data = film([(b"00dc", picture), (b"00dc", b""), (b"00dc", picture)], (stream,))
    assert checked(data)[1].count(b"00dc\0\0\0\0") == 1


def leftovers():
    def indx(words):
        head = struct.pack("<HBBI4s", 4, 0, 0, 1, b"00dc") + words.ljust(12, b"\0")
        return chunk(b"indx", head + struct.pack("<QII", 500, 600, 4) + words)

    words = b"QZTOKENLEFTOVER"
    video = lists(b"strl", strh(b"vids"), pictures(), indx(words))
    yield film(plain(), (video, AUDIO))
    yield film([*plain(), (b"ix00", struct.pack("<HBBI4s", 2, 0, 1, 1, b"00dc") + words.ljust(40, b"\0"))])
    whole = film(plain())
    place = whole.index(b"idx1")
    size = int.from_bytes(whole[place + 4 : place + 8], "little")
    grown = (
        whole[: place + 4] + (size + 32).to_bytes(4, "little") + whole[place + 8 :] + b"00dc" + words.ljust(28, b"\0")
    )
    yield grown[:4] + (len(grown) - 8).to_bytes(4, "little") + grown[8:]
    yield whole[: place + 12] + words[:12] + whole[place + 24 :]


@pytest.mark.parametrize("data", list(leftovers()))
def test_words_in_indexes_never_reach_the_copy(data):
    assert b"QZTOKEN" in data
    assert inspect(Bytes(data)).finding is not Finding.CLEAN
    assert b"QZTOKEN" not in checked(data)[1]


def test_parameter_sets_behind_the_format_stay_and_the_rest_goes():
    sps, pps = bytes.fromhex("6742c00dd903c11be8"), b"\x68\xce\x38\x80"
    listed = b"\1\x42\xc0\x0d\xff\xe1\0\x09" + sps + b"\1\0\4" + pps + b"Saule"
    coded = b"\0\0\0\1" + sps + b"\0\0\1" + pps + b"\0\0\1\x06\x05\x18" + b"x" * 16 + b"by Saule\x80"
    copies = set()
    for extra in (listed, coded):
        video = lists(b"strl", strh(b"vids", b"H264"), pictures(b"H264", extra))
        data = film([(b"00dc", b"\0\0\0\1\x65\x88\x84\x11\x22\x33")], (video,))
        copies.add(checked(data)[1])
    assert len(copies) == 1 and sps in min(copies) and pps in min(copies) and b"Saule" not in min(copies)
    with pytest.raises(UnsupportedMedia):
        stripped(film(plain(), (lists(b"strl", strh(b"vids"), pictures(b"H264", b"secret")), AUDIO)))
    behind_lengths = b"\0\0\1\x05\x06\x05" + b"Saule" * 51 + b"abcd"
    video = lists(b"strl", strh(b"vids", b"avc1"), pictures(b"avc1", listed))
    data = film([(b"00dc", behind_lengths)], (video,))
    with pytest.raises(UnsupportedMedia):
        stripped(data)
    assert inspect(Bytes(data)).finding is Finding.UNKNOWN


LAYER3 = FORMAT[:0] + struct.pack("<HHIIHHHHIHHH", 0x55, 2, 44100, 16000, 1, 0, 12, 1, 2, 417, 1, 1393)
MP3 = lists(b"strl", strh(b"auds", bytes(4), 16000, 1), chunk(b"strf", LAYER3 + b"secret"))


@pytest.mark.parametrize("step", [417, 400, 1000, 3000])
def test_free_bytes_of_mp3_sound_go_wherever_its_chunks_are_cut(step):
    token = b"Saule was here, 12 May"
    sound = mp3.index(rest=token) + b"".join(mp3.frame(seed=at, free=token, private=3) for at in range(30))
    sound += token + mp3.frame(begin=5, seed=77)
    row = []
    for place in range(0, len(sound), step):
        row += [(b"00dc", frame()), (b"01wb", sound[place : place + step])]
    data = film(row, (VIDEO, MP3))
    _, copy = checked(data)
    assert token not in copy and b"LAME" not in copy
    assert token.decode() in " ".join(one.value for one in inspect(Bytes(data)).revelations) or step != 417


@pytest.mark.parametrize(("name", "bits", "size"), [(bytes(4), 24, 2880), (b"YUY2", 16, 1920), (b"I420", 12, 1440)])
def test_bytes_behind_a_picture_without_compression_go(name, bits, size):
    video = lists(b"strl", strh(b"vids"), pictures(name, bits=bits))
    picture = bytes(number % 97 for number in range(size))
    data = film([(b"00db", picture + b"Saule was here")] * 2, (video,))
    _, copy = checked(data)
    assert copy.count(picture + bytes(14)) == 2
    assert "Saule was here" in " ".join(one.value for one in inspect(Bytes(data)).revelations)


def test_a_recording_that_was_cut_keeps_its_whole_pictures():
    whole = film(plain(), index=False)
    place = whole.index(b"movi")
    open_end = whole[:4] + bytes(4) + whole[8 : place - 4] + bytes(4) + whole[place:]
    result, copy = checked(open_end[:-700])
    assert "cut short" in result.kept[0]
    assert copy.count(b"\xff\xda") == 4 and copy.count(SOUND) == 3
    assert checked(open_end + bytes(5000))[1][12:] == checked(whole)[1][12:]


def test_several_riffs_become_one_and_lists_of_chunks_are_taken_apart():
    second = chunk(b"RIFF", b"AVIX" + lists(b"movi", *(chunk(name, data) for name, data in plain(2))))
    _, copy = checked(film(plain()) + second)
    assert copy.count(b"RIFF") == 1 and copy.count(b"\xff\xda") == 6
    grouped = film([(b"LIST", b"rec " + chunk(b"00dc", frame()) + chunk(b"01wb", SOUND))] * 4)
    assert checked(grouped)[1] == CLEAN


def test_pictures_that_need_others_are_marked_as_in_the_original_index():
    data = bytearray(film([(b"00dc", mpeg4())] * 3, (MPEG4,)))
    place = data.index(b"idx1")
    data[place + 12 + 16] = 0
    copy = checked(bytes(data))[1]
    place = copy.index(b"idx1")
    assert [copy[place + 12 + 16 * at] for at in range(3)] == [16, 0, 16]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"RIFF\0\0\0\0AVI ", BadMedia),
        (film([]), BadMedia),
        (film(plain(), (lists(b"strl", strh(b"vids"), pictures(b"dvsd")), AUDIO)), UnknownCoding),
        (film(plain(), (lists(b"strl", strh(b"iavs"), pictures(b"dvsd")), AUDIO)), UnknownCoding),
        (film(plain(), (lists(b"strl", strh(b"vids"), pictures(b"WXYZ")), AUDIO)), UnknownCoding),
        (
            film(plain(), (VIDEO, lists(b"strl", strh(b"auds"), chunk(b"strf", b"\x61\1" + bytes(20))))),
            WitnesskitError,
        ),
        (film(plain(), (lists(b"strl", strh(b"vids")), AUDIO)), BadMedia),
        (film(plain(4, [b"not a picture"] * 4)), BadMedia),
        (film([(b"00dc", frame()), (b"00pc", bytes(8))], (VIDEO,)), UnsupportedMedia),
    ],
)
def test_broken_and_unknown_films_are_refused_by_type(data, error):
    with pytest.raises(error):
        strip(Bytes(data), "video/x-msvideo", Kept())
    assert inspect(Bytes(data)).finding is not Finding.CLEAN


def test_content_credentials_go_and_a_policy_that_keeps_them_gets_no_copy():
    data = film(plain(), behind=[chunk(b"C2PA", b"\0\0\0\x20jumbc2pa Saule")])
    result, copy = checked(data)
    assert copy == CLEAN and "C2PA" in result.kept[0]
    with pytest.raises(CredentialsKept):
        strip(Bytes(data), "video/x-msvideo", Kept(), StripChoices(credentials="keep"))


def mutated(data, chance):
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(changed) if chance.random() < 0.6 else min(900, len(changed)))
        kind = chance.randrange(5)
        if kind == 0:
            changed[place] = chance.randrange(256)
        elif kind == 1:
            changed[place : place + 4] = chance.choice(
                (b"\xff" * 4, bytes(4), b"00dc", b"LIST", b"movi", b"\1\0\0\0")
            )
        elif kind == 2:
            del changed[place : place + chance.randint(1, 40)]
        elif kind == 3:
            changed[place:place] = changed[place : place + chance.randint(1, 100)]
        elif chance.random() < 0.3:
            del changed[max(place, 40) :]
    return bytes(changed)


@pytest.mark.parametrize("seed", range(6))
def test_every_damaged_film_is_refused_by_name_or_gives_a_clean_copy(seed):
    chance = random.Random(seed)
    original, _, tokens = hiding()
    if seed % 3 == 1:
        original = film([(b"00dc", mpeg4()), (b"01wb", mp3.sound(3))] * 3, (MPEG4, MP3))
    for _ in range(40):
        data = mutated(original, chance)
        inspect(Bytes(data))
        try:
            result, copy = stripped(data)
        except WitnesskitError:
            continue
        seen = inspect(Bytes(copy))
        assert seen.finding is Finding.CLEAN or {"readable text in the coded bytes"} >= {
            one.name for one in seen.revelations
        }, seen
        left = {place for place, token in tokens.items() if token in copy}
        assert left <= {"wrong kind", "no stream", "subtitle", "unknown chunk", "JUNK in the film"}
        assert result.essence == essence(Bytes(data)) == essence(Bytes(copy))
        assert result.presentation_sha256 == presentation_sha256(Bytes(data)) == presentation_sha256(Bytes(copy))


def run(*command):
    return subprocess.run(command, capture_output=True, check=True).stdout


def shown_by(path):
    fields = "packet=pts,dts,duration,stream_index:stream=start_time,duration,r_frame_rate,sample_aspect_ratio,width,height"
    return run(FFPROBE, "-v", "error", "-show_packets", "-show_entries", fields, path), run(
        FFMPEG, "-v", "error", "-i", path, "-map", "0:v", "-map", "0:a?", "-f", "framemd5", "-"
    )


def by_command(path, filters=()):
    command = [FFMPEG, "-v", "error", "-i", path, "-map", "0:v", "-map", "0:a?", "-c", "copy", "-copyinkf", *filters]
    told = run(*command, "-f", "streamhash", "-hash", "sha256", "-").decode()
    return re.findall(r"=(\w+)", told)


WRITERS = {
    "mjpeg": ["-c:v", "mjpeg", "-c:a", "pcm_s16le"],
    "mpeg4 and mp3": ["-c:v", "mpeg4", "-c:a", "libmp3lame"],
    "xvid and mp3 of one bit rate": ["-c:v", "libxvid", "-c:a", "libmp3lame", "-b:a", "192k"],
    "h264 and ac3": ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "ac3"],
    "huffyuv": ["-c:v", "huffyuv", "-pix_fmt", "yuv422p", "-c:a", "adpcm_ima_wav"],
    "rgb": ["-c:v", "rawvideo", "-pix_fmt", "bgr24", "-an"],
    "palette": ["-c:v", "msvideo1", "-an"],
}


@pytest.mark.skipif(FFMPEG is None, reason="no ffmpeg here")
@pytest.mark.parametrize("name", WRITERS)
def test_what_encoders_write_is_shown_the_same_and_the_stock_command_gives_the_essence(name, tmp_path):
    path, out = tmp_path / "a.avi", tmp_path / "b.avi"
    sources = ["-f", "lavfi", "-i", "testsrc=s=64x48:r=10:d=1", "-f", "lavfi", "-i", "sine=440:d=1"]
    run(FFMPEG, "-v", "error", *sources, *WRITERS[name], "-aspect", "16:9", "-metadata", "title=Saule", path)
    result, copy = checked(path.read_bytes())
    out.write_bytes(copy)
    assert shown_by(path) == shown_by(out) or name == "rgb"
    filters = ("-bsf:v", "filter_units=pass_types=1-5") if "h264" in name else ()
    assert by_command(out, filters) == [one.sha256 for one in result.essence]


@pytest.mark.skipif(not (SAMPLES / "video/sample.avi").exists(), reason="no samples here")
def test_a_real_film_comes_out_clean():
    checked((SAMPLES / "video/sample.avi").read_bytes())


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
