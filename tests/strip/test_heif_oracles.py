"""Programs that are not ours say the same of HEIF and AVIF copies: digests, metadata, pictures."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.media_builders.heif import heif, phone, plain
from tests.media_builders.heif_hiding import hiding
from tests.media_builders.heif_sequence import animation, sequence
from tests.media_builders.heif_sequence import hiding as hiding_sequence
from tests.media_builders.readers import Bytes
from tests.oracles import require
from tests.strip.test_heif import stripped
from witnesskit.media.essence import essence

PAGE = Path(__file__).resolve().parents[2] / "docs" / "spec" / "essence-heif.md"
STILLS = {
    "plain hevc": heif(plain("hevc")),
    "plain av1": heif(plain("av1")),
    "phone hevc": heif(phone("hevc")),
    "phone av1": heif(phone("av1")),
    "hiding hevc": hiding("hevc")[0],
    "hiding av1": hiding("av1")[0],
    "beside tracks": sequence(animation(), plain("av1")),
}


def digests(data):
    return {one.stream: one.sha256 for one in essence(Bytes(data))}


@pytest.mark.parametrize("name", STILLS)
def test_the_program_on_the_page_gives_the_same_digests(name, tmp_path):
    program = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL).group(1)
    for data in (STILLS[name], stripped(STILLS[name])[1]):
        path = tmp_path / "picture"
        path.write_bytes(data)
        done = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=True)
        told = dict(line.split() for line in done.stdout.splitlines())
        wanted = {stream: value for stream, value in digests(data).items() if not stream.startswith("video")}
        assert told == wanted


def streamhash(path, units):
    command = [require("ffmpeg"), "-v", "error", "-i", path, "-map", "0:v", "-c", "copy", "-copyinkf", "-copypriorss"]
    command += ["1", "-bsf:v", units, "-f", "streamhash", "-hash", "sha256", "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [line.partition("=")[2] for line in done.stdout.splitlines()]


@pytest.mark.parametrize("coding", ["av1", "hevc"])
def test_stock_ffmpeg_gives_the_digests_of_tracks(coding, tmp_path):
    brands = {} if coding == "av1" else {"major": b"hevc", "brands": b"msf1hevciso8"}
    data = sequence(animation(coding), **brands)
    units = "filter_units=pass_types=3-4|6-7"
    if coding == "hevc":
        units = "hevc_mp4toannexb,filter_units=pass_types=0-31"
    for part in (data, stripped(data)[1]):
        path = tmp_path / "sequence"
        path.write_bytes(part)
        assert streamhash(path, units) == list(digests(part).values())


def test_stock_ffmpeg_gives_the_digest_of_an_avif_of_one_item(tmp_path):
    path = tmp_path / "picture.avif"
    path.write_bytes(STILLS["plain av1"])
    assert streamhash(path, "filter_units=pass_types=3-4|6-7") == [digests(STILLS["plain av1"])["image"]]


@pytest.mark.parametrize(
    "data", [hiding("hevc")[0], hiding("av1")[0], hiding_sequence("av1")[0], hiding_sequence("hevc")[0]]
)
def test_exiftool_finds_nothing_of_a_person_in_a_copy(data, tmp_path):
    path = tmp_path / "copy.heic"
    path.write_bytes(stripped(data)[1])
    command = [require("exiftool"), "-G0:1", "-a", "-u", "-ee3", "-json", path]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)[0]
    left = {name: value for name, value in told.items() if "Zq" in str(value)}
    assert not left
    assert not [name for name in told if name.startswith(("EXIF", "XMP", "IPTC", "MakerNotes", "JUMBF"))]
    dates = {str(value) for name, value in told.items() if name.startswith("QuickTime") and "Date" in name}
    assert dates <= {"0000:00:00 00:00:00"}
