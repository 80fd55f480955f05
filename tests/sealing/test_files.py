"""Whole files: an output appears whole or not at all, and never eats its input."""

import io
import os
import stat

import pytest

from witnesskit import limits
from witnesskit.errors.formats import BadKey
from witnesskit.errors.sealing import (
    ChunkDamaged,
    DiskFull,
    NotAge,
    NotReadable,
    NotWritten,
    SamePath,
    WrongKey,
    WrongPassphrase,
)
from witnesskit.sealing import files
from witnesskit.sealing.files import open_file, seal_file
from witnesskit.sealing.identity import Identity, Passphrase
from witnesskit.sealing.seal import seal_bytes

ME = Identity.generate()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "plain").write_bytes(b"p" * 200_000)
    (tmp_path / "sealed").write_bytes(seal_bytes(b"p" * 200_000, [ME.recipient]))
    (tmp_path / "old").write_bytes(b"what was here before")
    return tmp_path


def left(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def aliases(folder, name):
    os.link(folder / name, folder / "hard")
    (folder / "soft").symlink_to(name)
    return [folder / name, folder / "hard", folder / "soft", folder / "." / name, folder / ".." / folder.name / name]


def test_the_same_file_by_any_name_is_refused_untouched(folder):
    for alias in aliases(folder, "plain"):
        before = left(folder)
        with pytest.raises(SamePath):
            seal_file(folder / "plain", alias, [ME.recipient])
        with pytest.raises(SamePath):
            seal_file(alias, folder / "plain", [ME.recipient])
        assert left(folder) == before


def test_opening_onto_itself_is_refused_untouched(folder):
    for alias in aliases(folder, "sealed"):
        before = left(folder)
        with pytest.raises(SamePath):
            open_file(folder / "sealed", alias, [ME])
        assert left(folder) == before


@pytest.mark.parametrize("keys", [[Identity.generate()], [], [Passphrase("x")]])
def test_a_wrong_key_leaves_the_old_output_whole(folder, keys):
    before = left(folder)
    with pytest.raises(WrongKey):
        open_file(folder / "sealed", folder / "old", keys)
    assert left(folder) == before


def test_a_wrong_passphrase_leaves_the_old_output_whole(folder, monkeypatch):
    monkeypatch.setattr(limits, "SCRYPT_LOG_N", 10)
    seal_file(folder / "plain", folder / "sealed", Passphrase("right"))
    before = left(folder)
    with pytest.raises(WrongPassphrase):
        open_file(folder / "sealed", folder / "old", [Passphrase("wrong")])
    assert left(folder) == before
    assert open_file(folder / "sealed", folder / "old", [Passphrase("right")]) == 200_000


def test_damage_found_half_way_leaves_the_old_output_whole(folder):
    data = bytearray((folder / "sealed").read_bytes())
    data[150_000] ^= 1
    (folder / "sealed").write_bytes(data)
    before = left(folder)
    with pytest.raises(ChunkDamaged):
        open_file(folder / "sealed", folder / "old", [ME])
    assert left(folder) == before


def test_no_key_no_output(folder):
    before = left(folder)
    with pytest.raises(BadKey):
        seal_file(folder / "plain", folder / "old", [])
    assert left(folder) == before


def test_a_full_disk_leaves_the_old_output_whole(folder, monkeypatch):
    before = left(folder)
    monkeypatch.setattr(files, "_create", lambda part: io.FileIO("/dev/full", "wb"))
    with pytest.raises(DiskFull):
        seal_file(folder / "plain", folder / "old", [ME.recipient])
    assert left(folder) == before


def test_outputs_are_whole_private_and_replace_the_old(folder):
    seal_file(folder / "plain", folder / "old", [ME.recipient])
    assert stat.S_IMODE((folder / "old").stat().st_mode) == 0o600
    assert open_file(folder / "old", folder / "back", [ME]) == 200_000
    assert stat.S_IMODE((folder / "back").stat().st_mode) == 0o600
    assert (folder / "back").read_bytes() == (folder / "plain").read_bytes()
    assert not list(folder.glob("*.part"))


def test_an_unfinished_output_of_another_run_is_not_touched(folder):
    (folder / "old.part").write_bytes(b"another run's")
    before = left(folder)
    with pytest.raises(NotWritten):
        seal_file(folder / "plain", folder / "old", [ME.recipient])
    (folder / "new.part").symlink_to("plain")
    with pytest.raises(NotWritten):
        seal_file(folder / "plain", folder / "new", [ME.recipient])
    (folder / "new.part").unlink()
    assert left(folder) == before


def test_what_cannot_be_read_is_named(folder):
    os.mkfifo(folder / "pipe")
    for source in ("missing", "pipe", "."):
        with pytest.raises(NotReadable):
            seal_file(folder / source, folder / "out", [ME.recipient])
    with pytest.raises(NotAge):
        open_file(folder / "plain", folder / "out", [ME])
    with pytest.raises(NotWritten):
        seal_file(folder / "plain", folder / "nowhere" / "out", [ME.recipient])
    assert not (folder / "out").exists()
