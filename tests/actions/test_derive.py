"""``derive`` as a person runs it: in the full jail, with a second look, and nothing left behind after a refusal."""

from __future__ import annotations

import io
import json
import os
import stat

import pytest
from click.testing import CliRunner
from PIL import Image

from tests.media_builders.clips import film, like, pictures_of, quartered, sound_only
from witnesskit.actions import derive_source as rooms
from witnesskit.actions.derive_file import derive_file
from witnesskit.actions.derive_source import DerivedCopy
from witnesskit.cli.main import program
from witnesskit.errors.cli import NoFolder, OutputExists
from witnesskit.errors.derive import BadRegion, ChoiceDoesNotFit, Undecodable
from witnesskit.errors.strip import CopyNotClean
from witnesskit.media_model import Finding, Inspection
from witnesskit.strip.derivation import Box, Derivation, Region, Span


def quiet(size: int) -> None:
    """No progress."""


@pytest.fixture
def photo(tmp_path):
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "tokenmake"
    quartered().save(out, "JPEG", exif=exif, quality=95)
    path = tmp_path / "photo.jpg"
    path.write_bytes(out.getvalue())
    return path


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(film(1, metadata={"title": "tokentitle"}))
    return path


def run(*arguments):
    return CliRunner().invoke(program, ["derive", *map(str, arguments)])


def test_a_picture_in_the_full_jail(photo, tmp_path):
    out = tmp_path / "copy.jpg"
    (copy,) = derive_file(photo, out, Derivation(), quiet)
    assert isinstance(copy, DerivedCopy)
    assert copy.jail == "full"
    assert b"token" not in out.read_bytes()
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert out.stat().st_mtime == 0
    assert Image.open(out).size == (160, 120)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.jpg", "photo.jpg"]


def test_stills_of_a_film_in_the_full_jail(clip, tmp_path):
    folder = tmp_path / "stills"
    made = derive_file(clip, folder, Derivation(stills=2, boxes=(Box(Region(0, 0, 160, 120)),)), quiet)
    assert [copy.jail for copy in made] == ["full", "full"]
    assert sorted(path.name for path in folder.iterdir()) == ["still-001.jpg", "still-002.jpg"]
    assert like(Image.open(folder / "still-001.jpg").getpixel((30, 30)), (0, 0, 0), 8)


def test_a_film_in_the_full_jail(clip, tmp_path):
    out = tmp_path / "copy.webm"
    (copy,) = derive_file(clip, out, Derivation(trim=Span(0, 600)), quiet)
    assert copy.jail == "full"
    data = out.read_bytes()
    assert b"token" not in data and b"Lavf" not in data
    assert len(pictures_of(data)) == 15


def test_a_sound_in_the_full_jail(tmp_path):
    path, out = tmp_path / "sound.wav", tmp_path / "copy.ogg"
    path.write_bytes(sound_only(1))
    (copy,) = derive_file(path, out, Derivation(), quiet)
    assert copy.jail == "full"


@pytest.mark.parametrize(
    ("derivation", "refusal"),
    [(Derivation(crop=Region(0, 0, 999, 5)), BadRegion), (Derivation(stills=3), ChoiceDoesNotFit)],
)
def test_a_refusal_of_the_child_keeps_its_name_and_leaves_nothing(photo, tmp_path, derivation, refusal):
    with pytest.raises(refusal):
        derive_file(photo, tmp_path / "copy", derivation, quiet)
    assert [path.name for path in tmp_path.iterdir()] == ["photo.jpg"]


@pytest.mark.parametrize("finding", [Finding.FOUND, Finding.UNKNOWN])
def test_what_the_second_look_does_not_find_clean_is_deleted(photo, clip, tmp_path, monkeypatch, finding):
    monkeypatch.setattr(rooms, "inspection_from", lambda value: Inspection(finding, "image/jpeg"))
    for path, choices in ((photo, Derivation()), (clip, Derivation(stills=2))):
        with pytest.raises(CopyNotClean):
            derive_file(path, tmp_path / "copy", choices, quiet)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.mp4", "photo.jpg"]


def test_what_cannot_be_decoded_and_lists_of_files_are_refused(tmp_path, clip):
    path = tmp_path / "list.mp4"
    for text in (f"ffconcat version 1.0\nfile {clip}\n", "x" * 3000, ""):
        path.write_text(text)
        with pytest.raises(Undecodable):
            derive_file(path, tmp_path / "copy", Derivation(), quiet)


def test_nothing_is_written_over(photo, tmp_path):
    out = tmp_path / "copy.jpg"
    out.write_bytes(b"mine")
    with pytest.raises(OutputExists):
        derive_file(photo, out, Derivation(), quiet)
    assert out.read_bytes() == b"mine"
    with pytest.raises(NoFolder):
        derive_file(photo, tmp_path / "missing" / "copy.jpg", Derivation(), quiet)


def test_a_pipe_that_is_not_there_opens_no_descriptor(photo, tmp_path):
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0  # noqa: PTH112, PTH208
    with pytest.raises(BadRegion):
        derive_file(photo, tmp_path / "copy", Derivation(crop=Region(0, 0, 999, 5)), quiet)
    assert before in (0, len(os.listdir("/proc/self/fd")))  # noqa: PTH208


@pytest.mark.parametrize(
    "wrong",
    [("--crop", "1,2,3"), ("--crop", "0,0,0,5"), ("--crop", "-1,0,4,4"), ("--trim", "5"), ("--trim", "9-3"),
     ("--trim", "-"), ("--trim", "a-b"), ("--box", "1,1,4,4@"), ("--box", "x"), ("--stills", "0"),
     ("--crop", "0,0,9999,9")],
)  # fmt: skip
def test_slips_end_with_two(photo, tmp_path, wrong):
    done = run(photo, "--out", tmp_path / "copy.jpg", *wrong)
    assert done.exit_code == 2, done.output
    assert not (tmp_path / "copy.jpg").exists()


def test_the_person_is_told_what_it_does_and_does_not(photo, tmp_path):
    done = run(photo, "--out", tmp_path / "copy.jpg", "--box", "0,0,20,20")
    assert done.exit_code == 0, done.output
    assert "nothing of this is a promise" in done.output
    assert "look at the whole copy" in done.output
    assert "voice" not in done.output
    whole = run(photo, "--out", tmp_path / "whole.jpg", "--whole-size")
    assert "likelier to succeed" in whole.output


def test_the_closing_object_holds_the_facts(photo, tmp_path):
    done = run(photo, "--out", tmp_path / "copy.jpg", "--json", "--box", "0,0,20,20", "--pixelate")
    (copy,) = json.loads(done.stdout)["copies"]
    assert copy["jail"] == "full" and copy["finding"] == "clean"
    assert copy["parameters"]["pixelate"] is True
    assert copy["parameters"]["boxes"][0]["region"] == {"x": 0, "y": 0, "width": 20, "height": 20}
    assert {"parent_sha256", "engine", "recipe", "facts", "sha256", "size", "media_type"} <= copy.keys()


def test_times_as_they_are_written():
    from witnesskit.cli.derive_options import box, span

    assert span("1.5-20") == Span(1500, 20_000)
    assert span("1:02-") == Span(62_000)
    assert span("-0:30.25") == Span(0, 30_250)
    assert span("1:00:00-1:00:01") == Span(3_600_000, 3_601_000)
    assert box("1,2,3,4@0-2") == Box(Region(1, 2, 3, 4), Span(0, 2000))
