"""Children that load what JPEG files need and no more: they need no more, and leave other files to others."""

import subprocess
import sys

import pytest

from tests.actions.test_strip_folder import photo, run
from tests.media_builders.jpeg_hiding import hiding
from tests.media_builders.samples import jpegs
from witnesskit.actions import strip_group
from witnesskit.actions.strip_file import strip_file
from witnesskit.errors.strip import UnknownFormat
from witnesskit.jail.child import Source
from witnesskit.strip.jpeg import strip_jpeg

_LOADED_LATER = """
import os, sys
from dataclasses import asdict
from witnesskit.actions import jailed
from witnesskit.jail import child
from witnesskit.model import DEFAULT_CHOICES
call, *files = sys.argv[1:]
child._load(jailed.NEEDS[call])
before = set(sys.modules)
function = jailed._alone("image/jpeg", jailed.strip if call.startswith("strip") else jailed.inspect_again)
for at in range(0, len(files), 2):
    sources = [child.SourceGiven(child.Source(os.open(file, os.O_RDONLY))) for file in files[at : at + 2]]
    sources = sources[:1] if call.startswith("strip") else sources
    params = {"choices": asdict(DEFAULT_CHOICES)}
    assert "other_kind" not in function(child.Request(params, open(os.devnull, "wb"), tuple(sources)))
print(*(set(sys.modules) - before))
"""


@pytest.fixture
def pairs(tmp_path):
    """Originals and their copies, in turn."""
    originals = []
    for number, data in enumerate([hiding()[0], hiding(progressive=False)[0], photo(1, b"tail" * 9)]):
        originals.append(tmp_path / f"{number}.jpg")
        originals[-1].write_bytes(data)
    paths = []
    for path in [*originals, *jpegs()]:
        copy = tmp_path / f"copy {path.name}"
        with path.open("rb") as source, copy.open("wb") as out:
            strip_jpeg(Source(source.fileno()), out)
        paths += [path, copy]
    return paths


@pytest.mark.parametrize("call", ["strip image/jpeg", "inspect_again image/jpeg"])
def test_everything_is_loaded_before_the_lock(call, pairs):
    command = [sys.executable, "-c", _LOADED_LATER, call, *pairs]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == ""


def test_a_name_that_lies_costs_time_and_nothing_else(tmp_path, monkeypatch):
    started = []

    class Watched(strip_group.Jailed):
        def __init__(self, cell, sources, *ahead):
            started.extend(ahead)
            super().__init__(cell, sources, *ahead)

    monkeypatch.setattr(strip_group, "Jailed", Watched)
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(photo(1))
    (folder / "b.JPG").write_bytes(
        b"GIF89a\x01\0\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\x80\0\0\0\xff\xff\xff\x02\x02\x44\x01\0;"
    )
    (folder / "c.jpeg").write_text("no picture at all")
    _, done = run(folder, tmp_path / "out", workers=1)
    outcomes = {one.path.name: one for one in done}
    assert outcomes["a.jpg"].out.suffix == ".jpg"
    assert outcomes["b.JPG"].out.suffix == ".gif"
    assert isinstance(outcomes["c.jpeg"].refusal, UnknownFormat)
    assert "strip image/jpeg" in started


def test_a_picture_of_another_name_is_stripped_too(tmp_path):
    (tmp_path / "a.txt").write_bytes(photo(1))
    assert strip_file(tmp_path / "a.txt", tmp_path / "b", lambda _: None).copy
