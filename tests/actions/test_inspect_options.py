"""``inspect`` with other readers, thumbnails and a second opinion, as a person runs it."""

from __future__ import annotations

import io
import json
import os
import stat

import pytest
from click.testing import CliRunner
from PIL import Image

from tests.media_builders.clips import film, quartered
from tests.oracles import require
from witnesskit.actions import inspect_file as rooms
from witnesskit.actions import second_opinion as opinions
from witnesskit.actions.inspect_file import OtherReader, given_file, inspect_with_others
from witnesskit.actions.second_opinion import Opinion, second_opinion
from witnesskit.actions.thumbnails import write_thumbnails
from witnesskit.cli.main import program
from witnesskit.errors.cli import OutputExists
from witnesskit.errors.jail import JailDied, JailGarbage
from witnesskit.media_model import Finding, Revelation


@pytest.fixture
def photo(tmp_path):
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F], exif[0x0132] = "tokenmake", "2024:05:06 07:08:09"
    quartered().save(out, "JPEG", exif=exif)
    small = io.BytesIO()
    quartered(80, 60).save(small, "JPEG")
    path = tmp_path / "photo.jpg"
    path.write_bytes(out.getvalue() + small.getvalue())
    return path


@pytest.fixture
def comic(tmp_path):
    path = tmp_path / "strange.bmp"
    out = io.BytesIO()
    quartered().save(out, "BMP")
    path.write_bytes(out.getvalue())
    return path


def run(*arguments):
    return CliRunner().invoke(program, ["inspect", *map(str, arguments)])


@pytest.mark.parametrize("verb", [["inspect"], ["derive", "--out", "copy"]])
def test_a_pipe_that_nobody_writes_to_holds_nobody(tmp_path, verb):
    os.mkfifo(tmp_path / "pipe.jpg")
    done = CliRunner().invoke(program, [*verb, str(tmp_path / "pipe.jpg")])
    assert done.exit_code == 2
    assert "not a file" in done.output


def test_another_reader_is_named_and_what_ours_told_is_not_said_twice(photo):
    done = run(photo)
    assert done.exit_code == 0, done.output
    assert "Another reader, Pillow" in done.output and "format JPEG" in done.output
    assert done.output.count("tokenmake") == 1
    item = json.loads(run(photo, "--json").stdout)["items"][0]
    assert any(one["value"] == "tokenmake" for other in item["other_readers"] for one in other["told"])


def test_what_is_unknown_stays_unknown_but_is_told(comic):
    done = run(comic)
    assert done.exit_code == 8
    assert "UNKNOWN" in done.output and "format BMP" in done.output and "does not look at every byte" in done.output


def test_clean_needs_the_other_readers_silence(photo, monkeypatch, tmp_path):
    from witnesskit.actions.strip_file import strip_file

    copy = tmp_path / "copy.jpg"
    strip_file(photo, copy, lambda size: None)
    with given_file(copy) as source:
        assert inspect_with_others(source)[0].finding is Finding.CLEAN
        told = (Revelation("device", "x", "Make", "token"),)
        monkeypatch.setattr(rooms, "_others", lambda source: (OtherReader("other", (), told),))
        assert inspect_with_others(source)[0].finding is Finding.FOUND


def test_a_reader_that_dies_is_a_fact(photo, monkeypatch):
    def dies(*arguments):
        raise JailDied("signal 11")

    monkeypatch.setattr(rooms, "run", dies)
    with given_file(photo) as source:
        seen, (other,) = inspect_with_others(source)
    assert seen.finding is Finding.FOUND and other.failure == "signal 11"


def test_thumbnails_are_written_for_their_owner_alone(photo, tmp_path):
    clip, folder = tmp_path / "clip.mp4", tmp_path / "small"
    clip.write_bytes(film(0.3))
    done = run(photo, clip, "--thumbnails", folder)
    assert done.exit_code == 0, done.output
    assert "anybody who opens that folder can see" in done.output
    assert sorted(path.name for path in folder.iterdir()) == ["001-embedded.jpg", "002-sheet.jpg"]
    assert Image.open(folder / "001-embedded.jpg").size == (80, 60)
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_without_the_option_nothing_is_written(photo, tmp_path):
    run(photo)
    assert [path.name for path in tmp_path.iterdir()] == ["photo.jpg"]


def test_nothing_is_written_over_and_no_link_is_followed(photo, tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "001-embedded.jpg").symlink_to(tmp_path / "elsewhere")
    done = run(photo, "--thumbnails", folder)
    assert done.exit_code == 2
    assert not (tmp_path / "elsewhere").exists()
    with given_file(photo) as source, pytest.raises(OutputExists):
        write_thumbnails(source, photo, 1)


@pytest.mark.parametrize(
    "value",
    [[], {}, {"pictures": 5}, {"pictures": [{"kind": "../x", "ending": "jpg", "size": 1}]},
     {"pictures": [{"kind": "sheet", "ending": "jpg/..", "size": 1}]}, {"pictures": [{"kind": "sheet", "ending": "jpg", "size": 9}]},
     {"pictures": [{"kind": "sheet", "ending": "jpg", "size": -1}]}, {"pictures": [5]}],
)  # fmt: skip
def test_a_child_in_other_hands_names_no_file(value, photo, tmp_path, monkeypatch):
    from types import SimpleNamespace

    from witnesskit.actions import thumbnails

    monkeypatch.setattr(thumbnails, "run", lambda *arguments: SimpleNamespace(value=value))
    with given_file(photo) as source, pytest.raises(JailGarbage):
        write_thumbnails(source, tmp_path / "small", 1)
    assert not (tmp_path / "small").exists()


def test_a_second_opinion_is_shown_as_such(photo):
    require("exiftool")
    done = run(photo, "--second-opinion")
    assert "Second opinion: exiftool" in done.output and "(outside the jail) says" in done.output
    item = json.loads(run(photo, "--second-opinion", "--json").stdout)["items"][0]
    assert any(one["name"] == "Make" and one["value"] == "tokenmake" for one in item["second_opinion"]["told"])
    assert not any("photo.jpg" in one["value"] for one in item["second_opinion"]["told"])
    assert "second_opinion" not in json.loads(run(photo, "--json").stdout)["items"][0]


def test_a_configuration_of_the_user_is_not_run(photo, tmp_path, monkeypatch):
    require("exiftool")
    (tmp_path / ".ExifTool_config").write_text("open(my $f, '>', '" + str(tmp_path / "ran") + "'); 1;")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with given_file(photo) as source:
        assert second_opinion(source).told
    assert not (tmp_path / "ran").exists()


def imitation(folder, script):
    path = folder / "exiftool"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    return str(folder)


@pytest.mark.parametrize(
    ("script", "failure"),
    [("sleep 30", "took too long"), ("echo rubbish", "no answer"), ("yes x", "no answer"), ("echo '[]'", "no answer"),
     ("kill -9 $$", "no answer"), ("printf '[%.0s' $(seq 1 3000)", "no answer")],
)  # fmt: skip
def test_a_program_that_misbehaves_is_a_failure(photo, tmp_path, monkeypatch, script, failure):
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", imitation(tmp_path / "bin", script) + os.pathsep + os.environ["PATH"])
    monkeypatch.setattr(opinions, "SECOND_OPINION_SECONDS", 1)
    monkeypatch.setattr(opinions, "SECOND_OPINION_MAX", 100_000)
    with given_file(photo) as source:
        assert failure in second_opinion(source).failure


def test_without_exiftool_it_is_said(photo, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with given_file(photo) as source:
        assert second_opinion(source) == Opinion(failure="exiftool is not installed")
    done = run(photo, "--second-opinion")
    assert done.exit_code == 0 and "Second opinion: none" in done.output
