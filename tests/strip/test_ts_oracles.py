"""Copies of generated transport streams judged by programs that are not ours."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.media_builders.readers import Bytes, Kept
from tests.oracles import require
from witnesskit.media.essence import essence
from witnesskit.media.presentation import presentation_sha256
from witnesskit.media.probe import HEAD_SIZE, media_type
from witnesskit.media.residue import inspect_again
from witnesskit.media_model import Finding
from witnesskit.strip.registry import strip

SPEC = Path(__file__).parents[2] / "docs" / "spec" / "essence-ts.md"
SOURCE = "-f lavfi -i testsrc2=s=160x120:r=25:d=2 -f lavfi -i sine=440:d=2,aecho"
TAGS = "-metadata service_name=TOKENservice -metadata service_provider=TOKENprovider -metadata title=TOKENtitle"
FAST = "-c:v libx264 -preset ultrafast"
MADE = {
    "aac.ts": f"{FAST} -g 10 -c:a aac",
    "slices.m2ts": "-c:v libx264 -preset veryfast -bf 3 -x264-params slices=4 -c:a ac3",
    "fields.ts": "-c:v libx264 -preset veryfast -flags +ildct+ilme -c:a mp2",
    "hevc.ts": "-c:v libx265 -preset ultrafast -x265-params log-level=none -c:a eac3",
    "mpeg2.ts": "-c:v mpeg2video -bf 2 -timecode 10:11:12:13 -c:a libopus",
    "rate.ts": f"{FAST} -c:a aac -muxrate 2M",
    "pcm.m2ts": f"{FAST} -c:a pcm_bluray",
    "sound.ts": "-map 1:a -c:a libopus -ac 6",
    "two.ts": f"-map 0 -map 1 -map 1 {FAST} -c:a aac",
}
FILTERS = {
    "h264-vcl": "h264_mp4toannexb,filter_units=pass_types=1-5",
    "hevc-vcl": "hevc_mp4toannexb,filter_units=pass_types=0-31",
}


def run(*arguments):
    done = subprocess.run([str(part) for part in arguments], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    ffmpeg, folder = require("ffmpeg"), tmp_path_factory.mktemp("transport")

    def make(name):
        path = folder / name
        if not path.exists():
            run(ffmpeg, "-v", "error", "-y", *SOURCE.split(), *MADE[name].split(), *TAGS.split(), path)
        return path

    return make


def told(path, result):
    """Digests of the commands in docs/spec/essence-ts.md, by stream."""
    found = []
    for one in result.essence:
        kind, _, number = one.stream.partition(":")
        command = [
            require("ffmpeg"),
            "-v",
            "error",
            "-i",
            path,
            "-map",
            f"0:{kind[0]}:{number}",
            "-c",
            "copy",
            "-copyinkf",
        ]
        if one.definition in FILTERS:
            command += ["-copypriorss", "1", "-bsf:v", FILTERS[one.definition]]
        found.append(run(*command, "-f", "streamhash", "-hash", "sha256", "-").strip().partition("=")[2])
    return found


def decoded(path):
    return run(require("ffmpeg"), "-v", "error", "-i", path, "-map", "0:v?", "-map", "0:a?", "-f", "framemd5", "-")


def packets(path):
    shown = "packet=stream_index,pts,dts,duration,size,flags"
    return run(require("ffprobe"), "-v", "error", "-show_entries", shown, "-of", "compact", path)


def test_the_commands_are_those_of_the_page():
    page = SPEC.read_text()
    for words in (*FILTERS.values(), "-map 0:a:0 -c copy -copyinkf -f streamhash -hash sha256 -", "-copypriorss 1"):
        assert words in page


@pytest.mark.parametrize("name", MADE)
def test_generated_films(made, name, tmp_path):
    path, target, kept = made(name), tmp_path / name, Kept()
    data = path.read_bytes()
    result = strip(Bytes(data), media_type(data[:HEAD_SIZE]), kept)
    copy = kept.data
    target.write_bytes(copy)
    again = inspect_again(Bytes(data), Bytes(copy))
    assert (again.finding, again.revelations, again.reason) == (Finding.CLEAN, (), "")
    assert result.essence == essence(Bytes(data)) == essence(Bytes(copy))
    assert result.presentation_sha256 == presentation_sha256(Bytes(data)) == presentation_sha256(Bytes(copy))
    hashes = [one.sha256 for one in result.essence]
    assert hashes == told(target, result)
    if name != "mpeg2.ts":  # its original has a time code and user data
        assert hashes == told(path, result)
    assert decoded(path) == decoded(target)
    assert packets(path) == packets(target)
    assert b"TOKEN" not in copy and b"x264" not in copy and b"x265" not in copy and b"FFmpeg" not in copy
    tags = json.loads(run(require("exiftool"), "-G0:1", "-a", "-u", "-ee3", "-json", target))[0]
    assert not [
        name
        for name in tags
        if any(word in name for word in ("Service", "Title", "GPS", "Date", "Make")) and "File" not in name
    ]
