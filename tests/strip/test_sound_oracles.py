"""Copies of real and generated sound judged by programs that are not ours."""

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
from witnesskit.model import Finding
from witnesskit.strip.registry import strip

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "audio"
REAL = [path for path in (SAMPLES / "picture.flac",) if path.exists()]
SPEC = Path(__file__).parents[2] / "docs" / "spec" / "essence-sound.md"
TONE = "-f lavfi -i sine=440:d=2,aecho -f lavfi -i testsrc2=s=64x48:r=10:d=2"
TAGS = "-metadata title=TOKENtitle -metadata artist=TOKENartist -metadata location=TOKENplace"
MADE = {
    "stereo.flac": "-map 0:a -ac 2 -c:a flac",
    "six.flac": "-map 0:a -ac 6 -c:a flac -compression_level 0",
    "deep.flac": "-map 0:a -c:a flac -sample_fmt s32 -compression_level 12",
}
PERSONAL = ("Artist", "Title", "Location", "Comment", "Vendor", "Picture", "Date", "Encod", "Author", "Serial")


def run(*arguments):
    done = subprocess.run([str(part) for part in arguments], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    ffmpeg, folder = require("ffmpeg"), tmp_path_factory.mktemp("sound")

    def make(name):
        path = folder / name
        if not path.exists():
            run(ffmpeg, "-v", "error", "-y", *TONE.split(), *MADE[name].split(), *TAGS.split(), "-t", "2", path)
        return path

    return make


def strip_to(path, target):
    data, kept = path.read_bytes(), Kept()
    result = strip(Bytes(data), media_type(data[:HEAD_SIZE]), kept)
    target.write_bytes(kept.data)
    return result, data, kept.data


def decoded(path):
    ffmpeg = require("ffmpeg")
    return run(ffmpeg, "-v", "error", "-i", path, "-map", "0:a?", "-map", "0:V?", "-f", "framemd5", "-")


def packets(path):
    ffprobe = require("ffprobe")
    show = "packet=stream_index,pts,dts,duration,size,flags,data_hash"
    return run(ffprobe, "-v", "error", "-show_data_hash", "MD5", "-show_entries", show, "-of", "compact", path)


def streams(path, *options):
    """Digests of the command in docs/spec/essence-sound.md, by stream."""
    ffmpeg = require("ffmpeg")
    text = run(
        ffmpeg,
        "-v",
        "error",
        "-i",
        path,
        *(options or ("-map", "0")),
        "-c",
        "copy",
        "-f",
        "streamhash",
        "-hash",
        "sha256",
        "-",
    )
    return [line.partition("=")[2] for line in text.split()]


def check(path, tmp_path):
    target = tmp_path / f"copy{path.suffix}"
    result, data, copy = strip_to(path, target)
    again = inspect_again(Bytes(data), Bytes(copy))
    assert (again.finding, again.revelations, again.reason) == (Finding.CLEAN, (), "")
    assert result.essence == essence(Bytes(data)) == essence(Bytes(copy))
    assert result.presentation_sha256 == presentation_sha256(Bytes(data)) == presentation_sha256(Bytes(copy))
    assert decoded(path) == decoded(target)
    assert b"TOKEN" not in copy
    repeat = Kept()
    strip(Bytes(copy), media_type(copy[:HEAD_SIZE]), repeat)
    assert repeat.data == copy
    tags = json.loads(run(require("exiftool"), "-G0:1", "-a", "-u", "-ee3", "-json", target))[0]
    left = [
        (name, value)
        for name, value in tags.items()
        if any(word in name for word in PERSONAL) and value not in ("", 0)
    ]
    assert not [pair for pair in left if not pair[0].startswith(("File", "ExifTool"))], left
    return result, target


def test_the_command_is_the_one_of_the_page():
    assert "ffmpeg -v error -i SOUND -map 0:a -c copy -f streamhash -hash sha256 -" in SPEC.read_text()


@pytest.mark.parametrize("name", [name for name in MADE if name.endswith("flac")])
def test_flac(made, name, tmp_path):
    result, target = check(made(name), tmp_path)
    told = [one.sha256 for one in result.essence]
    assert told == streams(made(name), "-map", "0:a") == streams(target, "-map", "0:a")
    assert packets(made(name)).count("|size") == packets(target).count("|size")


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_real_sound(path, tmp_path):
    result, target = check(path, tmp_path)
    assert [one.sha256 for one in result.essence] == streams(target, "-map", "0:a")
