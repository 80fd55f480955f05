"""Children that load what JPEG files or films need and no more: they need no more, and leave other files to others."""

import subprocess
import sys

import pytest

from tests.actions.test_strip_folder import photo, run
from tests.media_builders.jpeg_hiding import hiding
from tests.media_builders.mp4 import film
from tests.media_builders.samples import SAMPLES, jpegs
from witnesskit.actions import strip_group
from witnesskit.actions.strip_file import strip_file
from witnesskit.errors.strip import UnknownFormat
from witnesskit.jail.child import Source
from witnesskit.strip.isobmff import strip_isobmff
from witnesskit.strip.jpeg import strip_jpeg

_LOADED_LATER = """
import os, sys
from dataclasses import asdict
from witnesskit.actions import jailed
from witnesskit.jail import child
from witnesskit.media_model import DEFAULT_CHOICES
call, *files = sys.argv[1:]
child._load(jailed.NEEDS[call])
before = set(sys.modules)
name, few = call.split()
function = jailed.alone(few, getattr(jailed, name))
for at in range(0, len(files), 2):
    sources = [child.SourceGiven(child.Source(os.open(file, os.O_RDONLY))) for file in files[at : at + 2]]
    sources = sources if name == "inspect_again" else sources[:1]
    params = {"choices": asdict(DEFAULT_CHOICES)}
    assert "other_kind" not in function(child.Request(params, open(os.devnull, "wb"), tuple(sources)))
print(*(set(sys.modules) - before))
"""


def pairs(folder, few):
    """Originals and their copies, in turn."""
    made = (
        [hiding()[0], hiding(progressive=False)[0], photo(1, b"tail" * 9)]
        if few == "jpeg"
        else [film(), film(hevc=True)]
    )
    originals = [folder / f"{number}.bin" for number in range(len(made))]
    for path, data in zip(originals, made, strict=True):
        path.write_bytes(data)
    real = (
        jpegs() if few == "jpeg" else [*SAMPLES.glob("*/*.mp4"), *SAMPLES.glob("*/*.mov"), *SAMPLES.glob("*/*.m4a")]
    )
    for path in [*originals, *(path for path in real if path.stat().st_size < 1 << 20)]:
        copy = folder / f"copy {path.name}"
        with path.open("rb") as source, copy.open("wb") as out:
            (strip_jpeg if few == "jpeg" else strip_isobmff)(Source(source.fileno()), out)
        yield path
        yield copy


@pytest.mark.parametrize("few", ["jpeg", "film"])
@pytest.mark.parametrize("name", ["strip", "inspect", "inspect_again"])
def test_everything_is_loaded_before_the_lock(name, few, tmp_path):
    command = [sys.executable, "-c", _LOADED_LATER, f"{name} {few}", *pairs(tmp_path, few)]
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
    assert "strip jpeg" in started


def test_a_picture_of_another_name_is_stripped_too(tmp_path):
    (tmp_path / "a.txt").write_bytes(photo(1))
    assert strip_file(tmp_path / "a.txt", tmp_path / "b", lambda _: None).copy
