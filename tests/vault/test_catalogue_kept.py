"""The catalogue at rest: sealed, disposable, and small to add to; what is damaged is made anew."""

from __future__ import annotations

import secrets
from dataclasses import replace

import pytest

from tests.conformance.test_catalogue import row
from witnesskit import limits
from witnesskit.sealing.identity import Identity
from witnesskit.sealing.seal import seal_bytes
from witnesskit.vault.catalogue import kept, sealed_part, sqlite
from witnesskit.vault.catalogue.kept import KeptCatalogue, empty, open_kept
from witnesskit.vault.catalogue.port import Search
from witnesskit.vault.catalogue.sqlite import MIGRATIONS, SqliteCatalogue
from witnesskit.vault.numbered import migrations

KEY = Identity(b"k" * 32)
MARKER = "markerwordofatitle"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "catalogue"


def reopened(folder) -> KeptCatalogue:
    return open_kept(folder, KEY)


def filled(folder, *numbers: int) -> KeptCatalogue:
    found = empty(folder, KEY)
    found.put(row(number, title=MARKER) for number in numbers)
    found.keep()
    return found


def contents(catalogue) -> list:
    return [catalogue.get(found.item) for found in catalogue.page(Search(limit=1000))]


def names(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_nothing_kept_is_an_empty_catalogue_and_no_fault(folder):
    found = reopened(folder)
    assert (found.count(), found.fault) == (0, "")
    assert not folder.exists()


def test_what_was_kept_comes_back_with_its_changes(folder):
    first = filled(folder, 1, 2)
    first.put([row(3), row(1, title="new title")])
    first.set_sensitivity(row(2).item, "minor")
    first.note("log", "7")
    first.keep()
    assert names(folder) == ["changes-000001", "snapshot"]
    again = reopened(folder)
    assert (again.fault, again.noted("log")) == ("", "7")
    assert contents(again) == contents(first)
    assert again.get(row(2).item).sensitivity == "minor"


def test_no_byte_of_a_row_is_readable_in_the_folder(folder):
    found = filled(folder, 1)
    found.put([row(2, title=MARKER)])
    found.keep()
    for path in folder.iterdir():
        data = path.read_bytes()
        assert MARKER.encode() not in data and b"SQLite" not in data and row(1).item.encode() not in data
        assert bytes.fromhex(row(1).item) not in data
        assert path.stat().st_mode & 0o777 == 0o600


def test_sizes_do_not_count_items(folder, tmp_path):
    filled(folder, 1)
    filled(tmp_path / "other", 1, 2, 3)
    assert len({(place / "snapshot").stat().st_size for place in (folder, tmp_path / "other")}) == 1


def test_one_more_item_never_writes_the_snapshot_anew_while_changes_are_few(folder):
    found = filled(folder, *range(100))
    before = (folder / "snapshot").read_bytes()
    for number in range(100, 110):
        found.put([row(number)])
        found.keep()
    assert (folder / "snapshot").read_bytes() == before
    assert {(folder / name).stat().st_size for name in names(folder)[:-1]} == {
        (folder / "changes-000001").stat().st_size
    }
    assert contents(reopened(folder)) == contents(found)


def test_many_changes_become_a_new_snapshot(folder, monkeypatch):
    monkeypatch.setattr(kept, "CATALOGUE_CHANGES_MIN", 3 * limits.CAPSULE_SIZE_MIN)
    found = filled(folder, 1)
    for number in range(2, 8):
        found.put([row(number)])
        found.keep()
    assert len(names(folder)) < 6
    assert contents(reopened(folder)) == contents(found)


def test_a_large_catalogue_goes_on_growing(folder, monkeypatch):
    monkeypatch.setattr(sqlite, "_FIXED_ROOM", 1000)
    first = filled(folder, 1, 2)
    again = reopened(folder)
    again.put([row(3)])
    again.keep()
    assert [found.item for found in contents(reopened(folder))] == [
        row(3).item,
        *(one.item for one in contents(first)),
    ]


def test_nothing_changed_writes_nothing(folder):
    found = filled(folder, 1)
    before = {path: path.stat().st_ino for path in folder.iterdir()}
    found.note("log", found.noted("log"))
    found.keep()
    assert {path: path.stat().st_ino for path in folder.iterdir()} == before


def test_what_was_dropped_is_in_no_byte_of_the_database(folder):
    found = filled(folder, 1)
    found.put([row(2, title="other")])
    found.drop([row(1).item])
    found.keep()
    opened = sealed_part.read(folder / "snapshot", KEY)
    assert MARKER.encode() not in bytes(opened.content)
    assert b"other" in bytes(opened.content)
    assert names(folder) == ["snapshot"]


DAMAGES = {
    "cut": lambda data: data[: len(data) // 2],
    "a bit": lambda data: data[:-100] + bytes([data[-100] ^ 1]) + data[-99:],
    "empty": lambda data: b"",
    "noise": lambda data: secrets.token_bytes(len(data)),
    "sealed by another": lambda data: seal_bytes(b'{"format":"witnesskit.catalogue/1"}\n\x80', [Identity(b"o" * 32).recipient]),
    "no line": lambda data: seal_bytes(b"x" * 70_000, [KEY.recipient]),
    "too long": lambda data: seal_bytes(b'{"format":"witnesskit.catalogue/1","id":"a","size":9000}\n\x80', [KEY.recipient]),
    "wrong types": lambda data: seal_bytes(b'{"format":7,"id":[],"size":0}\n\x80', [KEY.recipient]),
    "no database": lambda data: seal_bytes(b'{"format":"witnesskit.catalogue/1","id":"a","size":4}\nabcd\x80', [KEY.recipient]),
    "newer format": lambda data: seal_bytes(b'{"format":"witnesskit.catalogue/2","id":"a","size":0}\n\x80', [KEY.recipient]),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_snapshot_that_cannot_be_read_is_told_and_replaced(folder, damage):
    filled(folder, 1)
    path = folder / "snapshot"
    path.write_bytes(damage(path.read_bytes()))
    found = reopened(folder)
    assert found.fault
    assert found.count() == 0
    found.put([row(5)])
    found.keep()
    assert contents(reopened(folder)) == [row(5)]


@pytest.mark.parametrize("damage", list(DAMAGES.values())[:5], ids=list(DAMAGES)[:5])
def test_damaged_changes_leave_what_stands_before_them(folder, damage):
    found = filled(folder, 1)
    for number in (2, 3, 4):
        found.put([row(number)])
        found.keep()
    path = folder / "changes-000002"
    path.write_bytes(damage(path.read_bytes()))
    again = reopened(folder)
    assert again.fault
    assert contents(again) == [row(2), row(1, title=MARKER)]
    again.put([row(9)])
    again.keep()
    assert names(folder) == ["snapshot"]
    assert contents(reopened(folder))[0] == row(9)


def test_missing_changes_are_noticed(folder):
    found = filled(folder, 1)
    for number in (2, 3):
        found.put([row(number)])
        found.keep()
    (folder / "changes-000001").unlink()
    assert reopened(folder).fault
    assert reopened(folder).count() == 1


@pytest.mark.parametrize(
    "change",
    [
        b"7",
        b'[["put",{}]]',
        b'[["put",7]]',
        b'[["note"]]',
        b'[["fly","a"]]',
        b"[[]]",
        b'[["sensitivity","xyz","a"]]',
        b"{",
    ],
)
def test_changes_of_another_form_are_told(folder, change):
    found = filled(folder, 1)
    sealed_part.write(
        folder / "changes-000001",
        {"format": "witnesskit.catalogue-changes/1", "of": found.id, "number": 1},
        change,
        KEY,
    )
    assert reopened(folder).fault
    assert reopened(folder).count() == 1


def test_changes_of_an_older_snapshot_are_passed_over(folder):
    found = filled(folder, 1)
    found.put([row(2)])
    found.keep()
    left = (folder / "changes-000001").read_bytes()
    filled(folder, 7)
    (folder / "changes-000001").write_bytes(left)  # a kill between the new snapshot and the old changes' end
    again = reopened(folder)
    assert (again.fault, contents(again)) == ("", [row(7, title=MARKER)])


def test_a_database_of_a_newer_program_is_made_anew(folder):
    newer = SqliteCatalogue()
    newer._db.execute(f"PRAGMA user_version = {len(migrations(MIGRATIONS)) + 1}")
    filled(folder, 1)
    sealed_part.write(folder / "snapshot", {"format": kept.FORMAT, "id": "a" * 32}, newer.bytes(), KEY)
    assert reopened(folder).fault


def test_a_link_in_the_place_of_the_snapshot_is_not_followed(folder, tmp_path):
    filled(folder, 1)
    (folder / "snapshot").rename(tmp_path / "elsewhere")
    (folder / "snapshot").symlink_to(tmp_path / "elsewhere")
    assert reopened(folder).fault


def test_a_kill_while_writing_leaves_the_old_one(folder, monkeypatch):
    found = filled(folder, 1)

    def killed(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(sealed_part.os, "fsync", killed)
    found.put([row(2)])
    with pytest.raises(KeyboardInterrupt):
        found.keep()
    monkeypatch.undo()
    assert names(folder) == ["snapshot"]
    assert contents(reopened(folder)) == [row(1, title=MARKER)]


def test_the_numbered_files_are_found_in_order():
    assert len(migrations(MIGRATIONS)) == 1
    assert "STRICT" in migrations(MIGRATIONS)[0]


def test_a_row_may_hold_anything_that_a_record_may(folder):
    strange = replace(row(1), title="\x1b[2J\u202e", text="\x00" * 10, mark=2**55, seq=-(2**61))
    found = filled(folder, 5)
    found.put([strange])
    found.keep()
    assert reopened(folder).get(strange.item) == strange
