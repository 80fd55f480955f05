"""Copies of real and generated Matroska films judged by programs that are not ours."""

import json
import subprocess

import pytest

from tests.media_builders.readers import Bytes, Kept
from tests.media_builders.samples import SAMPLES
from tests.oracles import require
from witnesskit.errors.strip import UnknownCoding
from witnesskit.media.essence import essence
from witnesskit.media.inspect import inspect
from witnesskit.media.presentation import presentation_sha256
from witnesskit.media.residue import inspect_again
from witnesskit.media_model import Finding
from witnesskit.strip.registry import strip

REAL = [path for path in (SAMPLES / "video" / "subtitles.mkv", SAMPLES / "video" / "vp9.webm") if path.exists()]
FILTERS = {
    "h264-vcl": "h264_mp4toannexb,filter_units=pass_types=1-5",
    "hevc-vcl": "hevc_mp4toannexb,filter_units=pass_types=0-31",
}
HDR = "log-level=none:hdr10=1:max-cll=1000,400:master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)"
MADE = {
    "h264.mkv": "-c:v libx264 -preset ultrafast -g 10 -c:a aac -metadata title=Zanaozen -metadata:s:v title=Cam7",
    "bframes.mkv": "-c:v libx264 -preset fast -bf 3 -c:a libopus -b:a 32k -metadata artist=Aizhan",
    "hdr.mkv": f"-c:v libx265 -pix_fmt yuv420p10le -preset ultrafast -x265-params {HDR} -color_trc smpte2084 -c:a flac",
    "vp8.webm": "-c:v libvpx -deadline realtime -c:a libvorbis -metadata location=+43.34+052.86/",
    "vp9.webm": "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus -b:a 32k -live 1",
    "av1.webm": "-c:v libsvtav1 -preset 12 -c:a libopus -b:a 32k",
    "mpeg4.mkv": "-c:v mpeg4 -c:a libmp3lame",
    "mpeg2.mkv": "-c:v mpeg2video -c:a ac3",
    "mjpeg.mkv": "-c:v mjpeg -c:a pcm_s16le",
    "theora.mkv": "-c:v libtheora -an",
}
ALPHA = "-c:v libvpx-vp9 -pix_fmt yuva420p -deadline realtime -cpu-used 8"
PERSONAL = ("Title", "Artist", "Location", "Date", "Comment", "Tag", "Attached", "Chapter", "Encoder", "Name", "UID")


def run(*arguments):
    done = subprocess.run([str(part) for part in arguments], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    ffmpeg, folder = require("ffmpeg"), tmp_path_factory.mktemp("matroska")

    def make(name):
        path = folder / name
        if not path.exists():
            source = ("-f", "lavfi", "-i", "testsrc2=s=96x64:r=25:d=1", "-f", "lavfi", "-i", "sine=d=1")
            run(ffmpeg, "-v", "error", *source, *MADE[name].split(), "-shortest", path)
        return path

    return make


def copied(path, folder):
    kept = Kept()
    result = strip(Bytes(path.read_bytes()), "video/x-matroska", kept)
    copy = folder / f"copy{path.suffix}"
    copy.write_bytes(kept.data)
    return copy, result


@pytest.fixture(scope="module", params=[*REAL, *MADE], ids=lambda value: getattr(value, "name", value))
def pair(request, made, tmp_path_factory):
    path = made(request.param) if isinstance(request.param, str) else request.param
    return path, *copied(path, tmp_path_factory.mktemp("copy"))


def packets(path):
    """Times, sizes and flags of every packet of pictures and sound; of sound its digest too."""
    entries = "packet=codec_type,pts,dts,duration,size,flags,data_hash"
    head = (require("ffprobe"), "-v", "error", "-show_data_hash", "md5", "-show_entries", entries)
    lines = run(*head, "-of", "compact", path).splitlines()
    pictures = sorted(line.partition("|data_hash")[0] for line in lines if "=video" in line)
    return pictures, sorted(line for line in lines if "=audio" in line)


def decoded(path, kind="0:V?"):
    head = (require("ffmpeg"), "-v", "error", "-copyts", "-i", path)
    return run(*head, "-map", kind, "-map", "0:a?", "-f", "framemd5", "-")


def test_packets_times_and_decoded_frames_are_the_same(pair):
    original, copy, _ = pair
    assert packets(original) == packets(copy)
    assert decoded(original) == decoded(copy)


def test_the_stock_command_gives_our_essence_before_and_after(pair):
    original, copy, result = pair
    video = [FILTERS[one.definition] for one in result.essence if one.definition in FILTERS]
    chosen = ("-bsf:v", video[0]) if video else ()
    for path in (original, copy):
        head = (require("ffmpeg"), "-v", "error", "-i", path, "-map", "0:V?", "-map", "0:a?", "-c", "copy")
        said = run(*head, "-copyinkf", "-copypriorss", "1", *chosen, "-f", "streamhash", "-hash", "sha256", "-")
        assert [line.partition("SHA256=")[2] for line in said.splitlines()] == [one.sha256 for one in result.essence]
        assert essence(Bytes(path.read_bytes())) == result.essence
        assert presentation_sha256(Bytes(path.read_bytes())) == result.presentation_sha256


def test_the_second_look_is_clean_and_a_copy_is_its_own_copy(pair, tmp_path):
    original, copy, _ = pair
    assert inspect(Bytes(original.read_bytes())).finding is Finding.FOUND
    seen = inspect_again(Bytes(original.read_bytes()), Bytes(copy.read_bytes()))
    assert (seen.finding, seen.revelations, seen.reason) == (Finding.CLEAN, (), "")
    again, _ = copied(copy, tmp_path / "..")
    assert again.read_bytes() == copy.read_bytes()


def test_other_readers_find_nothing_personal_and_nothing_broken(pair):
    _, copy, _ = pair
    tags = json.loads(run(require("exiftool"), "-j", "-a", "-u", "-ee3", "-G1", copy))[0]
    inside = {name: value for name, value in tags.items() if name.startswith(("Matroska:", "Info:", "Track"))}
    assert inside
    words = [name for name in inside if any(word in name.partition(":")[2] for word in PERSONAL)]
    assert [name for name in words if not name.endswith(("TrackUID", "CodecName"))] == []
    known = json.loads(run(require("mkvmerge"), "-J", copy))
    assert (known["container"]["recognized"], known["errors"], known["warnings"]) == (True, [], [])
    assert known["attachments"] == known["chapters"] == known["global_tags"] == known["track_tags"] == []


def test_seeking_goes_to_key_pictures(made, tmp_path):
    for name in ("bframes.mkv", "vp9.webm"):
        original = made(name)
        copy, _ = copied(original, tmp_path)
        head = (require("ffmpeg"), "-v", "error", "-ss", "0.6")
        before, after = (run(*head, "-i", path, "-map", "0:V", "-f", "framemd5", "-") for path in (original, copy))
        assert before == after
        assert before.count("\n") > 8


def test_transparency_stays(tmp_path):
    original = tmp_path / "alpha.webm"
    source = "testsrc2=s=64x48:r=25:d=0.4,format=rgba,colorchannelmixer=aa=0.5"
    run(require("ffmpeg"), "-v", "error", "-f", "lavfi", "-i", source, *ALPHA.split(), original)
    copy, result = copied(original, tmp_path)
    head = (require("ffmpeg"), "-v", "error", "-c:v", "libvpx-vp9")
    shown = [run(*head, "-i", path, "-pix_fmt", "yuva420p", "-f", "framemd5", "-") for path in (original, copy)]
    assert shown[0] == shown[1]
    assert presentation_sha256(Bytes(original.read_bytes())) == result.presentation_sha256
    assert inspect(Bytes(copy.read_bytes())).finding is Finding.CLEAN


def test_the_same_film_in_mp4_has_the_same_essence(made, tmp_path):
    original, other = made("h264.mkv"), tmp_path / "other.mp4"
    run(require("ffmpeg"), "-v", "error", "-i", original, "-c", "copy", other)
    assert essence(Bytes(original.read_bytes())) == essence(Bytes(other.read_bytes()))


def test_what_another_program_adds_goes(made, tmp_path):
    for name, text in (("notes.txt", "Zanaozen notes"), ("chapters.txt", "CHAPTER01=00:00:00.000\nCHAPTER01NAME=Secret"),
                       ("words.srt", "1\n00:00:00,100 --> 00:00:00,900\nSaid in secret\n")):  # fmt: skip
        (tmp_path / name).write_text(text)
    loud = tmp_path / "loud.mkv"
    run(require("mkvmerge"), "-q", "-o", loud, "--title", "Zanaozen", "--track-name", "0:Camera", "--language", "0:kaz",
        "--projection-pose-roll", "0:90", "--cropping", "0:2,4,6,8", "--engage", "no_simpleblocks", made("h264.mkv"),
        "--attach-file", tmp_path / "notes.txt", "--chapters", tmp_path / "chapters.txt", tmp_path / "words.srt")  # fmt: skip
    copy, result = copied(loud, tmp_path)
    data = copy.read_bytes()
    for word in (b"Zanaozen", b"Secret", b"Said in", b"Camera", b"kaz", b"mkvmerge", b"libebml"):
        assert word in loud.read_bytes()
        assert word not in data
    assert inspect_again(Bytes(loud.read_bytes()), Bytes(data)).finding is Finding.CLEAN
    assert packets(loud) == packets(copy)
    shown = [json.loads(run(require("mkvmerge"), "-J", path))["tracks"][0]["properties"] for path in (loud, copy)]
    assert shown[0]["cropping"] == shown[1]["cropping"]
    assert "subtitles were dropped" in result.kept


@pytest.mark.parametrize(("coding", "refusal"), [("-c:v prores_ks", UnknownCoding), ("-c:v ffv1", UnknownCoding)])
def test_codings_that_are_not_known_well_enough_are_refused(coding, refusal, tmp_path):
    path = tmp_path / "odd.mkv"
    source = ("-f", "lavfi", "-i", "testsrc2=s=64x48:r=25:d=0.2")
    run(require("ffmpeg"), "-v", "error", *source, *coding.split(), path)
    with pytest.raises(refusal):
        copied(path, tmp_path)
    assert inspect(Bytes(path.read_bytes())).finding is Finding.UNKNOWN


@pytest.mark.skipif(not (SAMPLES / "video" / "sample.avi").exists(), reason="the sample is not here")
def test_user_data_in_mpeg4_pictures_become_ones(tmp_path):
    path = tmp_path / "avi.mkv"
    run(require("mkvmerge"), "-q", "-o", path, SAMPLES / "video" / "sample.avi")
    copy, result = copied(path, tmp_path)
    assert decoded(path) == decoded(copy)
    assert essence(Bytes(path.read_bytes())) == result.essence == essence(Bytes(copy.read_bytes()))
    assert inspect_again(Bytes(path.read_bytes()), Bytes(copy.read_bytes())).finding is Finding.CLEAN


def test_the_table_for_seeking_of_an_mp3_stays_with_its_frame(tmp_path):
    sound, path = tmp_path / "sound.mp3", tmp_path / "sound.mka"
    run(require("ffmpeg"), "-v", "error", "-f", "lavfi", "-i", "sine=d=1", "-c:a", "libmp3lame", sound)
    run(require("mkvmerge"), "-q", "-o", path, sound)
    copy, _ = copied(path, tmp_path)
    assert packets(path) == packets(copy)
    assert inspect_again(Bytes(path.read_bytes()), Bytes(copy.read_bytes())).finding is Finding.CLEAN
