"""An opened bundle is checked as the volume is: what was changed is named, and no link is followed."""

import os

import pytest

from tests.bundle.given import Shelf
from tests.vectors.bundle.parts import LARGE, Draft, tag_files
from witnesskit.bundle.bagdir import read_bag
from witnesskit.errors import WitnesskitError


@pytest.fixture
def bag(tmp_path):
    (tmp_path / "data").mkdir()
    for name, data in tag_files(Draft(LARGE)).items():
        (tmp_path / name).write_bytes(data)
    for ordinal, (_, data) in enumerate(LARGE, 1):
        (tmp_path / f"data/{ordinal:08d}").write_bytes(data)
    return tmp_path


def refusal(folder):
    with pytest.raises(WitnesskitError) as found:
        read_bag(folder)
    assert str(folder) not in str(found.value)
    return found.value.code


def codes(folder):
    return [(damage.ordinal, damage.code) for damage in read_bag(folder).each(Shelf()).damage]


def test_an_untouched_folder_gives_every_member(bag):
    shelf, seen = Shelf(), []
    opened = read_bag(bag)
    unpacked = opened.each(shelf, seen.append)
    assert unpacked.error is None
    assert shelf.kept == {ordinal: data for ordinal, (_, data) in enumerate(LARGE, 1)}
    assert seen[-1] == opened.meta.bytes
    assert opened.unlisted == 0


def test_changed_missing_and_cut_files_are_named_and_the_others_kept(bag):
    changed = bag / "data/00000003"
    changed.write_bytes(b"X" + changed.read_bytes()[1:])
    (bag / "data/00000004").unlink()
    os.truncate(bag / "data/00000005", 100)
    shelf = Shelf()
    unpacked = read_bag(bag).each(shelf)
    assert [(damage.ordinal, damage.code) for damage in unpacked.damage] == [
        (3, "HASH"),
        (4, "INNER-ORDER"),
        (5, "SIZE"),
    ]
    assert list(shelf.kept) == [1, 2]
    assert unpacked.error.code == "HASH"


def test_a_longer_file_is_not_taken(bag):
    with (bag / "data/00000002").open("ab") as file:
        file.write(b"x")
    assert codes(bag) == [(2, "SIZE")]


@pytest.mark.parametrize("name", ["bagit.txt", "bundle.json", "manifest-sha256.txt", "members.jsonl", "bundle.sig"])
def test_every_tag_file_must_be_there_and_unchanged(bag, name):
    path = bag / name
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"a", b"b", 1))
    assert refusal(bag) in {"MANIFEST", "SIGNATURE"}
    path.unlink()
    assert refusal(bag) == "BAG-ENTRY"


@pytest.mark.parametrize("name", ["bundle.json", "data/00000002", "data/00000009", "beside"])
@pytest.mark.parametrize("kind", ["symlink", "fifo", "folder"])
def test_nothing_but_plain_files_is_touched(bag, name, kind):
    path = bag / name
    path.unlink(missing_ok=True)
    if kind == "symlink":
        path.symlink_to(bag / "data/00000003")
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        path.mkdir()
    assert refusal(bag) == "BAG-ENTRY"


def test_a_link_put_in_after_the_check_is_not_followed(bag):
    opened = read_bag(bag)
    path = bag / "data/00000003"
    path.rename(bag / "moved")
    path.symlink_to(bag / "moved")
    damage = opened.each(Shelf()).damage
    assert [(one.ordinal, one.code) for one in damage] == [(3, "BAG-ENTRY")]


@pytest.mark.parametrize("name", ["data", "."])
def test_a_folder_that_is_a_link_is_refused(bag, tmp_path_factory, name):
    if name == "data":
        (bag / "data").rename(bag / "moved")
        (bag / "data").symlink_to(bag / "moved")
        assert refusal(bag) == "BAG-ENTRY"
        return
    link = tmp_path_factory.mktemp("other") / "link"
    link.symlink_to(bag)
    assert refusal(link) == "BAG-ENTRY"


def test_an_unlisted_file_in_data_is_refused_and_one_beside_is_counted(bag):
    (bag / "note.txt").write_text("mine")
    assert read_bag(bag).unlisted == 1
    (bag / "data/note.txt").write_text("mine")
    assert refusal(bag) == "BAG-ENTRY"


def test_a_tag_file_that_never_ends_is_not_read_whole(bag, monkeypatch):
    monkeypatch.setitem(__import__("witnesskit.bundle.layout", fromlist=["x"]).TAG_FILES, "members.jsonl", 100)
    assert refusal(bag) == "TOO-BIG"


def test_no_folder_at_all(tmp_path):
    assert refusal(tmp_path / "nowhere") == "BAG-ENTRY"
    assert refusal(tmp_path) == "BAG-ENTRY"


def test_a_list_of_files_to_fetch_from_elsewhere_is_refused(bag):
    (bag / "fetch.txt").write_text("http://127.0.0.1/film - data/00000001\n")
    with pytest.raises(WitnesskitError) as caught:
        read_bag(bag)
    assert caught.value.code == "BAG-ENTRY"
