"""Copies of real and generated films judged by programs that are not ours."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.media_builders.readers import Bytes, Kept
from tests.oracles import require
from witnesskit.media.essence import essence
from witnesskit.media.inspect_isobmff import inspect_isobmff
from witnesskit.media.residue import inspect_again
from witnesskit.media_model import Finding
from witnesskit.strip.registry import strip

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT.parent / "shared" / "samples"
KINDS = ("audio/*.m4a", "phone/*.mov", "video/*.mp4", "video/*.mov", "video/*.3gp", "camera/*.mp4")
SHIPPED = [ROOT / "demo" / "phone.mov", ROOT / "demo" / "camera.mp4"]
REAL = [*SHIPPED, *sorted(path for kind in KINDS for path in SAMPLES.glob(kind))]
FILTERS = {
    "h264-vcl": "h264_mp4toannexb,filter_units=pass_types=1-5",
    "hevc-vcl": "hevc_mp4toannexb,filter_units=pass_types=0-31",
}
MADE = {
    "h264.mp4": "-c:v libx264 -preset ultrafast -g 10 -c:a aac -metadata title=Zanaozen -metadata location=+43.34+052.86/",
    "bframes.mov": "-c:v libx264 -preset fast -bf 3 -c:a pcm_s16le -metadata artist=Aizhan",
    "hevc.mp4": "-c:v libx265 -preset ultrafast -tag:v hvc1 -c:a aac -x265-params log-level=none",
    "ac3.mp4": "-c:v libx264 -preset ultrafast -c:a ac3 -movflags +faststart",
    "fragments.mp4": "-c:v libx264 -preset fast -g 10 -c:a aac -movflags frag_keyframe+empty_moov -metadata title=Zanaozen",
    "prores.mov": "-c:v prores_ks -profile:v 3 -c:a pcm_s24le -metadata artist=Aizhan",
    "motion.mov": "-c:v mjpeg -q 5 -c:a pcm_u8 -metadata comment=Aizhan",
    "mpeg4.mp4": "-c:v mpeg4 -c:a ac3 -metadata title=Zanaozen",
    "book.m4b": "-vn -c:a aac -metadata title=Zanaozen -metadata artist=Aizhan",
    "flac.mp4": "-vn -c:a flac -strict -2 -metadata title=Zanaozen",
    "vp9.mp4": "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus -b:a 32k",
}
SKIP = ("-flags2", "+skip_manual")
PERSONAL = (
    "GPS",
    "Location",
    "Make",
    "Model",
    "Artist",
    "Title",
    "Author",
    "Serial",
    "Software",
    "Comment",
    "XMP",
    "Lens",
    "Firmware",
)


def run(*arguments):
    done = subprocess.run([str(part) for part in arguments], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    ffmpeg, folder = require("ffmpeg"), tmp_path_factory.mktemp("films")

    def make(name):
        path = folder / name
        if not path.exists():
            source = ("-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=1", "-f", "lavfi", "-i", "sine=d=1")
            run(ffmpeg, "-v", "error", *source, *MADE[name].split(), "-shortest", path)
        return path

    return make


@pytest.fixture(params=[*REAL, *MADE], ids=lambda value: getattr(value, "name", value))
def pair(request, made, tmp_path):
    path = request.param if isinstance(request.param, Path) else made(request.param)
    kept = Kept()
    result = strip(Bytes(path.read_bytes()), "video/quicktime" if path.suffix == ".mov" else "video/mp4", kept)
    copy = tmp_path / f"copy{path.suffix}"
    copy.write_bytes(kept.data)
    return path, copy, result


def test_the_stock_command_gives_our_essence_before_and_after(pair):
    ffmpeg = require("ffmpeg")
    original, copy, result = pair
    video = [FILTERS[one.definition] for one in result.essence if one.definition in FILTERS]
    chosen = ("-bsf:v", video[0]) if video else ()
    for path in (original, copy):
        head = (
            ffmpeg,
            "-v",
            "error",
            "-ignore_editlist",
            "1",
            "-i",
            path,
            "-map",
            "0:v?",
            "-map",
            "0:a?",
            "-c",
            "copy",
        )
        said = run(*head, "-copyinkf", "-copypriorss", "1", *chosen, "-f", "streamhash", "-hash", "sha256", "-")
        ordered = sorted(result.essence, key=lambda one: one.stream.replace("video", "0"))
        assert [line.partition("SHA256=")[2] for line in said.splitlines()] == [one.sha256 for one in ordered]
        assert essence(Bytes(path.read_bytes())) == result.essence


def test_pictures_and_sound_decode_alike(pair):
    ffmpeg = require("ffmpeg")
    original, copy, _ = pair
    # a tag of the original may have a player skip the run-in of the encoder; without skipping every sample is compared
    options = ["-map", "0:v?", "-map", "0:a?", "-f", "framemd5", "-"]
    before, after = (run(ffmpeg, "-v", "error", *SKIP, "-i", path, *options) for path in (original, copy))
    if original.name == "aac.m4a":
        before, after = ("\n".join(line[-32:] for line in told.splitlines()) for told in (before, after))
    assert before == after
    assert before.count("\n") > 3


def test_another_reader_finds_nothing_personal(pair):
    exiftool = require("exiftool")
    tags = json.loads(run(exiftool, "-j", "-a", "-u", "-ee3", "-G0", pair[1]))[0]
    inside = {
        name: value for name, value in tags.items() if not name.startswith(("File:", "ExifTool:", "SourceFile"))
    }
    assert not [name for name in inside if any(word in name for word in PERSONAL)]
    assert {value for name, value in inside.items() if "Date" in name} <= {"0000:00:00 00:00:00"}


def test_the_second_look_is_clean(pair):
    original, copy, _ = pair
    assert inspect_isobmff(Bytes(original.read_bytes())).finding is Finding.FOUND
    seen = inspect_again(Bytes(original.read_bytes()), Bytes(copy.read_bytes()))
    assert (seen.finding, seen.revelations, seen.reason) == (Finding.CLEAN, (), "")
