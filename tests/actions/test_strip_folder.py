"""Folders: every file has one outcome, copies have opaque names and fixed times, and nothing unfinished stays."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest

from tests.media_builders.jpeg import Plan, build, segment
from witnesskit.actions import part_file, strip_group
from witnesskit.actions.strip_choices import choices_of
from witnesskit.actions.strip_file import strip_file
from witnesskit.actions.strip_folder import Tally, Wanted, files_in, prepare_out, strip_folder
from witnesskit.errors.actions import FoldersOverlap
from witnesskit.errors.cli import FileUnreadable, NoFolder, OutputExists
from witnesskit.errors.jail import JailDied, JailGarbage, JailTimeout
from witnesskit.errors.sealing import DiskFull
from witnesskit.errors.strip import CopyNotClean, CredentialsKept, UnknownFormat
from witnesskit.errors.vault import FolderNotEmpty
from witnesskit.jail.run import Cell
from witnesskit.limits import JAIL_CPU_SECONDS
from witnesskit.media_model import DEFAULT_CHOICES

ROOT = str(Path(__file__).resolve().parents[2])
SECRET = b"serial 4711-secret"


def photo(number, tail=b""):
    return build(Plan(width=8 + 8 * number, head=[segment(0xFE, SECRET + str(number).encode())], tail=tail))


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "DCIM"
    (folder / "deeper/still").mkdir(parents=True)
    for number in range(5):
        (folder / f"IMG_{number}.jpg").write_bytes(photo(number))
    (folder / "deeper/still/PXL_2011.JPG").write_bytes(photo(7))
    (folder / "deeper/twice.jpg").write_bytes(photo(3))
    (folder / "notes.txt").write_text("names of people")
    (folder / "link.jpg").symlink_to(folder / "IMG_0.jpg")
    return folder


def run(folder, out, **wanted):
    files = files_in([folder])
    if out:
        prepare_out([folder], out)
    tally, done = Tally(len(files)), []
    for outcome in strip_folder(Wanted([folder], out, DEFAULT_CHOICES, **wanted), files, lambda _: None):
        tally.add(outcome)
        done.append(outcome)
    return tally, done


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_every_file_has_one_outcome_and_the_counts_add_up(photos, tmp_path, workers):
    tally, done = run(photos, tmp_path / "out", workers=workers)
    assert tally.files == tally.done == len(done) == 8
    assert dict(tally.counts) == {"clean": 6, "same copy again": 1, "STRIP-UNKNOWN-FORMAT": 1}
    assert sorted(one.path for one in done) == sorted(files_in([photos]))


def test_copies_have_opaque_names_fixed_times_and_one_reader(photos, tmp_path):
    _, done = run(photos, tmp_path / "out")
    copies = list((tmp_path / "out").iterdir())
    assert len(copies) == 6
    for copy in copies:
        assert copy.name == hashlib.sha256(copy.read_bytes()).hexdigest()[:32] + ".jpg"
        assert SECRET not in copy.read_bytes()
        assert (copy.stat().st_mtime, stat.S_IMODE(copy.stat().st_mode)) == (0, 0o600)
    assert ((tmp_path / "out").stat().st_mtime, stat.S_IMODE((tmp_path / "out").stat().st_mode)) == (0, 0o700)
    assert {one.out for one in done if one.out} == set(copies)


def test_the_same_folder_gives_the_same_copies(photos, tmp_path):
    for name in ("first", "second"):
        run(photos, tmp_path / name)
    first, second = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("first", "second")
    )
    assert first == second


def test_a_dry_run_writes_nothing_and_tells_what_would_go(photos, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    tally, done = run(photos, None)
    assert sorted(tmp_path.rglob("*")) == before
    assert (tally.counts["clean"], tally.counts["STRIP-UNKNOWN-FORMAT"]) == (7, 1)
    assert all(one.removed == 1 and one.out is None for one in done if one.copy)


def test_what_was_removed_is_told_by_place_size_and_digest_never_by_value(photos, tmp_path):
    _, done = run(photos, tmp_path / "out")
    facts = next(one.facts() for one in done if one.copy)
    assert facts["removed"][0]["place"] == "COM"
    assert set(facts["removed"][0]) == {"place", "size", "sha256"}
    assert SECRET.decode() not in repr([one.facts() for one in done])


def test_a_run_that_was_broken_off_is_gone_on_with(photos, tmp_path):
    run(photos, tmp_path / "out")
    before = {path.name: path.stat().st_ino for path in (tmp_path / "out").iterdir()}
    (tmp_path / "out" / next(iter(before))).unlink()
    tally, _ = run(photos, tmp_path / "out")
    assert (tally.counts["clean"], tally.counts["same copy again"]) == (1, 6)
    assert {path.name for path in (tmp_path / "out").iterdir()} == set(before)


def test_links_are_not_followed(tmp_path, photos):
    assert photos / "link.jpg" not in files_in([photos])
    (photos / "loop").symlink_to(photos)
    assert len(files_in([photos])) == 8


@pytest.mark.parametrize("out", ["DCIM", "DCIM/out", "."])
def test_copies_and_originals_never_share_a_folder(photos, tmp_path, out):
    with pytest.raises(FoldersOverlap):
        prepare_out([photos], tmp_path / out)


def test_a_folder_that_holds_something_is_left_alone(photos, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine").write_text("x")
    leftover = tmp_path / "out" / ".0123456789abcdef.part"
    leftover.write_text("of another")
    with pytest.raises(FolderNotEmpty):
        prepare_out([photos], tmp_path / "out")
    assert leftover.exists(), "what is refused is not touched"
    with pytest.raises(NoFolder):
        prepare_out([photos], tmp_path / "no/such")
    with pytest.raises(NoFolder):
        prepare_out([photos], tmp_path / "out/mine/x")


@pytest.fixture
def badly(monkeypatch):
    """Children that do what a file says."""
    cell = Cell("tests.actions.jailed_badly", folder=ROOT, wall_seconds=3)
    monkeypatch.setattr(strip_group, "CELL", cell)


def test_a_child_that_dies_or_hangs_is_the_outcome_of_its_file_alone(badly, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    bad = {
        2: (b"die!die!", JailDied), 4: (b"hanghang", JailTimeout), 5: (b"notclean", CopyNotClean),
        6: (b"lies-of!", JailGarbage), 7: (b"escape!!", JailGarbage), 8: (b"shape!!!", JailGarbage),
    }  # fmt: skip
    for number in range(11):
        (folder / f"{number}.jpg").write_bytes(photo(number, bad.get(number, (b"",))[0]))
    tally, done = run(folder, tmp_path / "out", workers=1)
    refused = {int(one.path.stem): type(one.refusal) for one in done if one.refusal}
    assert refused == {number: error for number, (_, error) in bad.items()}
    assert tally.counts["clean"] == 5
    assert len(list((tmp_path / "out").iterdir())) == 5


def test_an_unfinished_copy_never_stays_whatever_ends_the_run(badly, photos, tmp_path):
    (photos / "IMG_2.jpg").write_bytes(photo(2, b"notclean"))
    run(photos, tmp_path / "out")
    assert not [path for path in (tmp_path / "out").iterdir() if path.suffix == ".part"]
    with pytest.raises(CopyNotClean):
        strip_file(photos / "IMG_2.jpg", tmp_path / "one.jpg", lambda _: None)
    assert not [path for path in tmp_path.iterdir() if path.name not in ("DCIM", "out")]


@pytest.mark.parametrize("nameless", [True, False])
def test_a_copy_has_no_name_before_it_is_clean_and_what_a_kill_left_is_swept(photos, tmp_path, monkeypatch, nameless):
    if not nameless:
        monkeypatch.setattr(part_file, "_nameless", lambda folder: None)
    out = tmp_path / "out"
    out.mkdir()
    part = part_file.PartFile(out, lambda _: None)
    part.sink().write(b"half a copy")
    assert nameless is (list(out.iterdir()) == [])
    part.close()  # as a kill would
    tally, _ = run(photos, out)
    assert tally.clean == 7
    assert len(list(out.iterdir())) == 6


@pytest.mark.parametrize("nameless", [True, False])
def test_a_name_is_taken_once_and_other_bytes_under_it_are_left_alone(tmp_path, monkeypatch, nameless):
    if not nameless:
        monkeypatch.setattr(part_file, "_nameless", lambda folder: None)
    kept = []
    for data in (b"copy", b"copy", b"torn"):
        part = part_file.PartFile(tmp_path, lambda _: None)
        part.sink().write(data)
        try:
            kept.append(part.keep(tmp_path / "name.jpg", or_same=True))
        except OutputExists:
            kept.append(None)
        with pytest.raises(OutputExists):
            part.keep(tmp_path / "name.jpg")
        part.destroy()
        part.close()
    assert kept == [True, False, None]
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"copy"]


def test_the_processor_time_of_a_group_is_that_of_its_files(photos, tmp_path, monkeypatch):
    seen = []

    class Seen(strip_group.Jailed):
        def __init__(self, cell, sources, *ahead):
            seen.append((cell.cpu_seconds, len(sources)))
            super().__init__(cell, sources, *ahead)

    monkeypatch.setattr(strip_group, "Jailed", Seen)
    order = strip_group.Order(tmp_path, lambda copy: tmp_path / copy.sha256, DEFAULT_CHOICES, lambda _: None)
    list(strip_group.strip_group(sorted(photos.glob("IMG_*.jpg")), order))
    assert sorted(seen) == [(5 * JAIL_CPU_SECONDS, 5), (10 * JAIL_CPU_SECONDS, 10)]


def test_a_full_disk_ends_the_run_and_leaves_finished_copies_only(photos, tmp_path):
    written = 0

    def wrote(size):
        nonlocal written
        written += size
        if written > 700:
            raise DiskFull

    files = files_in([photos])
    prepare_out([photos], tmp_path / "out")
    done = []
    with pytest.raises(DiskFull):
        done.extend(strip_folder(Wanted([photos], tmp_path / "out", DEFAULT_CHOICES, 1), files, wrote))
    for copy in (tmp_path / "out").iterdir():
        assert copy.name == hashlib.sha256(copy.read_bytes()).hexdigest()[:32] + ".jpg"


def test_one_file_is_refused_by_its_own_name(tmp_path):
    text, missing = tmp_path / "note.txt", tmp_path / "no.jpg"
    text.write_text("text")
    os.mkfifo(tmp_path / "pipe.jpg")
    for path, refusal in ((text, UnknownFormat), (missing, FileUnreadable), (tmp_path / "pipe.jpg", FileUnreadable)):
        with pytest.raises(refusal):
            strip_file(path, tmp_path / "copy", lambda _: None)
    with pytest.raises(OutputExists):
        strip_file(text, text, lambda _: None)
    assert text.read_text() == "text"


def test_choices_of_the_policy_decide(tmp_path):
    policy = (Path(ROOT) / "policies/public.toml").read_text().replace('credentials = "drop"', 'credentials = "keep"')
    (tmp_path / "strict.toml").write_text(policy)
    (tmp_path / "c2pa.jpg").write_bytes(build(Plan(head=[segment(0xEB, b"JP\0\1\0\0\0\1....jumb....c2pa")])))
    assert strip_file(tmp_path / "c2pa.jpg", tmp_path / "copy.jpg", lambda _: None, choices_of("public")).kept
    with pytest.raises(CredentialsKept):
        strip_file(
            tmp_path / "c2pa.jpg", tmp_path / "other.jpg", lambda _: None, choices_of(str(tmp_path / "strict.toml"))
        )
    assert not (tmp_path / "other.jpg").exists()
