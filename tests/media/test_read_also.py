"""Other readers say what they see, their failures are facts, and none of them changes an UNKNOWN."""

from __future__ import annotations

import io
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

import witnesskit
from tests.media_builders.clips import Memory, film, quartered, sound_only
from tests.media_builders.samples import SAMPLES
from witnesskit.media.read_also import read_also, readers_for
from witnesskit.media.read_av import read_av
from witnesskit.media.read_pillow import read_pillow


def saved(kind: str, **more) -> bytes:
    out = io.BytesIO()
    quartered().save(out, kind, **more)
    return out.getvalue()


def exif() -> Image.Exif:
    made = Image.Exif()
    made[0x010F], made[0x0132], made[0x013B] = "tokenmake", "2024:05:06 07:08:09", "tokenartist"
    made.get_ifd(0x8825)[2] = (43.0, 20.0, 12.4)
    made.get_ifd(0x8769)[0xA431] = "tokenserial"
    return made


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_pillow_tells_exif_by_groups(kind):
    seen = read_pillow(Memory(saved(kind, exif=exif())))
    told = {(one.group, one.value) for one in seen.told}
    assert {("device", "tokenmake"), ("who", "tokenartist"), ("when", "2024:05:06 07:08:09")} <= told
    if kind != "TIFF":  # Pillow writes no further directory into one
        assert ("device", "tokenserial") in told
        assert any(group == "where" and "43.0" in value for group, value in told)
    assert ("size", "320 x 240") in seen.facts
    assert seen.failure == ""


def test_pillow_tells_comments_and_texts():
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", "tokenauthor")
    assert any(
        one.value == "tokenauthor" and one.group == "who"
        for one in read_pillow(Memory(saved("PNG", pnginfo=texts))).told
    )
    assert any("tokencomment" in one.value for one in read_pillow(Memory(saved("GIF", comment=b"tokencomment"))).told)


def test_pyav_tells_container_streams_and_messages_of_the_encoder():
    seen = read_av(
        Memory(film(0.4, metadata={"title": "tokentitle", "artist": "tokenartist", "location": "+43.0000-079.0000/"}))
    )
    facts = dict(seen.facts)
    assert "h264 320 x 240" in facts["stream 0"] and "aac 48000 Hz" in facts["stream 1"]
    told = {(one.group, one.value) for one in seen.told}
    assert {("other", "tokentitle"), ("who", "tokenartist"), ("where", "+43.0000-079.0000/")} <= told
    assert any("x264" in one.value and one.group == "device" for one in seen.told)


def test_a_rotation_and_a_sound_are_told():
    assert any(one.name == "rotation" for one in read_av(Memory(film(0.2, turn="clock", sound=False))).told)
    assert "pcm_s16le" in dict(read_av(Memory(sound_only(0.2))).facts)["stream 0"]


def test_the_word_quicktime_is_no_time():
    from witnesskit.media.reading import told

    assert told("x", "com.apple.quicktime.location.ISO6709", "+1-2/").group == "where"
    assert told("x", "com.apple.quicktime.creationdate", "2024").group == "when"
    assert told("x", "language", "und") is None


def test_who_looks_at_what():
    assert readers_for("") == ("pillow", "av")
    assert readers_for("image/png") == ("pillow",)
    assert readers_for("image/heic") == readers_for("video/mp4") == ("av",)


@pytest.mark.parametrize("data", [b"", b"x", bytes(3000), b"ffconcat version 1.0\nfile /etc/passwd\n"])
def test_what_is_nothing_is_a_failure_and_no_more(data):
    for seen in read_also(Memory(data)):
        assert seen["failure"] and seen["facts"] == [] and seen["told"] == []


def test_hostile_files_never_raise():
    chance = random.Random(5)
    seeds = [saved("JPEG", exif=exif()), saved("PNG", exif=exif()), saved("TIFF", exif=exif()), saved("WEBP", exif=exif()),
             film(0.2), sound_only(0.1), film(0.2, container="matroska")]  # fmt: skip
    for number in range(140):
        data = bytearray(seeds[number % len(seeds)])
        for _ in range(chance.choice((1, 5, 50))):
            data[chance.randrange(min(len(data), 4000))] = chance.randrange(256)
        if chance.random() < 0.3:
            del data[chance.randrange(len(data)) :]
        read_pillow(Memory(bytes(data)))
        read_av(Memory(bytes(data)))


def test_libraries_for_media_are_loaded_by_their_own_rooms_alone():
    """And never by the process that a person starts: it holds keys, and it is not locked."""
    allowed = re.compile(r"(strip/recode_|media/(open_av|read_av|read_pillow|preview_film))\w*\.py$")
    package = Path(witnesskit.__file__).parent
    users = [
        path.as_posix()
        for path in package.rglob("*.py")
        if re.search(r"^\s*(import|from) (av|PIL)\b", path.read_text(), re.M)
    ]
    assert users and all(allowed.search(path) for path in users), users
    code = (
        "import sys, witnesskit.cli.derive, witnesskit.cli.inspect, witnesskit.cli.derive_options, "
        "witnesskit.actions.derive_file, witnesskit.actions.inspect_file, witnesskit.actions.thumbnails, "
        "witnesskit.actions.second_opinion; sys.exit(bool({'av', 'PIL'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no samples here")
def test_real_files_are_read():
    for path in sorted(SAMPLES.rglob("*.*")):
        if path.name != "README.md":
            seen = read_also(Memory(path.read_bytes()))
            assert any(one["facts"] for one in seen), path.name
