"""Programs that are not ours agree: nothing identifying is left, and the same picture is shown."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.media_builders.jpeg import Plan, build
from tests.media_builders.jpeg_hiding import hiding
from tests.media_builders.readers import Bytes, Kept
from tests.media_builders.samples import jpegs
from tests.oracles import require
from witnesskit.strip.jpeg import strip_jpeg

SPEC = Path(__file__).resolve().parents[2] / "docs" / "spec" / "essence-jpeg.md"
MADE = {
    "baseline": build(Plan()),
    "restarts": build(Plan(restart=3)),
    "canary": hiding(False)[0],
    "canary progressive": hiding(True)[0],
}
FILES = [*MADE, *jpegs()]
GROUPS_OF_A_COPY = {
    "SourceFile",
    "ExifTool",
    "System",
    "File",
    "JFIF",
    "ICC-header",
    "ICC_Profile",
    "Adobe",
    "Composite",
}
TEXTS_OF_A_COPY = {"ProfileDescription": "colour profile", "ProfileCopyright": "colour profile", "Orientation": ""}


def ident(name):
    return name if isinstance(name, str) else name.name


@pytest.fixture(params=FILES, ids=ident)
def pair(request, tmp_path):
    data = MADE[request.param] if isinstance(request.param, str) else request.param.read_bytes()
    kept = Kept()
    result = strip_jpeg(Bytes(data), kept)
    before, after = tmp_path / "before.jpg", tmp_path / "after.jpg"
    before.write_bytes(data)
    after.write_bytes(kept.data)
    return before, after, result


def run(*command):
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.decode()


def decoded(path, *options):
    return run(
        require("ffmpeg"),
        "-v",
        "quiet",
        *options,
        "-i",
        str(path),
        "-map",
        "0:v:0",
        "-f",
        "hash",
        "-hash",
        "sha256",
        "-",
    )


def test_the_same_pixels_are_decoded_and_shown(pair):
    before, after, _ = pair
    assert decoded(before) == decoded(after)
    assert decoded(before, "-noautorotate") == decoded(after, "-noautorotate")


def test_exiftool_finds_only_what_is_on_the_list(pair):
    tool = require("exiftool")
    _, after, _ = pair
    found = json.loads(run(tool, "-json", "-G1", "-a", "-u", "-ee", "-n", str(after)))[0]
    for name, value in found.items():
        group, _, tag = name.rpartition(":")
        allowed = group in GROUPS_OF_A_COPY or name == "SourceFile" or (group, tag) == ("IFD0", "Orientation")
        assert allowed, name
        if TEXTS_OF_A_COPY.get(tag):
            assert value == TEXTS_OF_A_COPY[tag]
    assert not found.get("ExifTool:Warning"), found["ExifTool:Warning"]


def test_exiftool_reads_the_same_orientation(pair):
    tool = require("exiftool")
    before, after, _ = pair
    read = [run(tool, "-s3", "-n", "-IFD0:Orientation", str(path)).strip() or "1" for path in (before, after)]
    assert read[0] == read[1]


def test_the_program_of_the_specification_gives_the_same_essence(pair, tmp_path):
    before, after, result = pair
    program = tmp_path / "essence.py"
    program.write_text(re.search(r"```python\n(.*?)```", SPEC.read_text(encoding="utf-8"), re.DOTALL).group(1))
    for path in (before, after):
        assert run(sys.executable, "-I", str(program), str(path)).strip() == result.essence[0].sha256


def test_the_stock_command_of_the_specification_gives_the_same_essence(pair):
    tool = require("exiftool")
    if tuple(map(int, run(tool, "-ver").strip().split("."))) < (12, 58):
        pytest.skip("this exiftool is older than the image data hash")
    before, after, result = pair
    if before.read_bytes().count(b"\xff\xc2"):
        pytest.skip("progressive: the specification names the program instead")
    paths = (after,) if before.read_bytes().count(b"Zq") else (before, after)  # the canary breaks rules on purpose
    for path in paths:
        assert (
            run(tool, "-api", "ImageHashType=SHA256", "-s3", "-ImageDataHash", str(path)).strip()
            == result.essence[0].sha256
        )
