"""Copies of real and generated sound judged by programs that are not ours."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.media_builders.readers import Bytes, Kept
from tests.oracles import require
from witnesskit.formats.ogg import Gap, PageHead, page_bytes, read_pages
from witnesskit.media.essence import essence
from witnesskit.media.inspect import inspect
from witnesskit.media.presentation import presentation_sha256
from witnesskit.media.probe import HEAD_SIZE, media_type
from witnesskit.media.residue import inspect_again
from witnesskit.media_model import Finding
from witnesskit.strip.registry import strip

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "audio"
REAL = [path for path in (SAMPLES / "picture.flac", SAMPLES / "bear.opus") if path.exists()]
SPEC = Path(__file__).parents[2] / "docs" / "spec" / "essence-sound.md"
TONE = "-f lavfi -i sine=440:d=2,aecho -f lavfi -i testsrc2=s=64x48:r=10:d=2"
TAGS = "-metadata title=TOKENtitle -metadata artist=TOKENartist -metadata location=TOKENplace"
MADE = {
    "stereo.flac": "-map 0:a -ac 2 -c:a flac",
    "six.flac": "-map 0:a -ac 6 -c:a flac -compression_level 0",
    "deep.flac": "-map 0:a -c:a flac -sample_fmt s32 -compression_level 12",
    "mono.opus": "-map 0:a -c:a libopus",
    "six.opus": "-map 0:a -ac 6 -c:a libopus -mapping_family 1",
    "vorbis.ogg": "-map 0:a -c:a libvorbis",
    "speech.spx": "-map 0:a -ar 16000 -c:a libspeex",
    "frames.oga": "-map 0:a -c:a flac",
    "film.ogv": "-map 1:v -map 0:a -c:v libtheora -c:a libvorbis",
    "silent.ogv": "-map 1:v -c:v libtheora",
    "two.ogg": "-map 0:a -map 0:a -c:a:0 libopus -c:a:1 libvorbis",
}
OGG = [name for name in MADE if not name.endswith("flac")]
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


@pytest.mark.parametrize("name", OGG)
def test_ogg(made, name, tmp_path):
    result, target = check(made(name), tmp_path)
    told = [one.sha256 for one in result.essence]
    assert told == streams(made(name)) == streams(target)
    assert result.media_type == ("video/ogg" if name.endswith("ogv") else "audio/ogg")
    assert packets(made(name)).replace(str(made(name)), "") == packets(target).replace(str(target), "")


@pytest.mark.parametrize("name", ["vorbis.ogg", "film.ogv"])
def test_bytes_behind_a_setup_header_are_found_and_gone(made, name, tmp_path):
    data = made(name).read_bytes()
    pages = [one for one in read_pages(Bytes(data)) if not isinstance(one, Gap)]
    number = next(place for place, one in enumerate(pages) if b"\x05vorbis" in one.body or b"\x82theora" in one.body)
    lacing, body, extra = pages[number].lacing, pages[number].body, b"TOKENbehindthesetup"
    if lacing[-1] + len(extra) > 254:
        extra = extra[: 254 - lacing[-1]]
    fresh = page_bytes(
        PageHead(0, bytes(8), pages[number].serial, number),
        lacing[:-1] + bytes([lacing[-1] + len(extra)]),
        body + extra,
    )
    planted = tmp_path / name
    planted.write_bytes(data[: pages[number].start] + fresh + data[pages[number].end :])
    told = inspect(Bytes(planted.read_bytes()))
    assert any(one.name == "bytes behind the header" for one in told.revelations), told
    copy = strip_to(planted, tmp_path / "copy.ogg")[2]
    assert extra not in copy and copy == strip_to(made(name), tmp_path / "other.ogg")[2]


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_real_sound(path, tmp_path):
    result, target = check(path, tmp_path)
    assert [one.sha256 for one in result.essence] == streams(target, "-map", "0:a")
