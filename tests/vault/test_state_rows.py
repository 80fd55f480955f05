import json
import sqlite3

import pytest

from tests.vault.cells import field_vault
from tests.vault.test_state import BUNDLE, FACTS, ITEM, OTHER, capsule
from witnesskit.errors.formats import NewerFormat
from witnesskit.errors.vault import BadState, NoRoom, StorageFault
from witnesskit.model import VaultKind
from witnesskit.vault.state import (
    BundleState,
    ItemState,
    State,
    delivered,
    load_sealed_files,
    load_state,
    open_state,
    save_state,
    with_capsules,
    with_item,
)
from witnesskit.vault.state_json import IN_ROWS, dump_state, parse_state

WHOLE = delivered(with_capsules(State(), ITEM, capsule()), BUNDLE, FACTS)


def rows_of(vault):
    return vault.path / "state.sqlite"


@pytest.fixture
def vault(tmp_path):
    return field_vault(tmp_path, kind=VaultKind.DESK)


def test_the_state_file_of_a_desk_says_where_its_rows_are(vault):
    save_state(vault, WHOLE)
    assert vault.state.read_bytes() == IN_ROWS
    assert rows_of(vault).stat().st_mode & 0o777 == 0o600
    assert load_state(vault) == WHOLE
    assert load_sealed_files(vault) == [(capsule().id, capsule().sha256, capsule().size)]


def test_an_older_program_leaves_such_a_desk_alone():
    with pytest.raises(NewerFormat):
        parse_state(IN_ROWS)


def test_a_state_in_one_file_is_put_into_rows_when_it_is_opened_for_writing(vault):
    vault.state.write_bytes(dump_state(WHOLE))
    assert load_state(vault) == WHOLE
    assert not rows_of(vault).exists()  # reading changes nothing
    state = open_state(vault)
    try:
        assert dict(state.items.items()) == WHOLE.items
        assert vault.state.read_bytes() == IN_ROWS
    finally:
        state.close()
    assert load_state(vault) == WHOLE


def test_a_kill_between_the_rows_and_the_file_leaves_the_old_state(vault):
    save_state(vault, with_capsules(State(), OTHER, capsule(OTHER, 7)))
    vault.state.write_bytes(dump_state(WHOLE))  # the rows are there, and nothing says that they count
    assert load_state(vault) == WHOLE
    open_state(vault).close()
    assert load_state(vault) == WHOLE


def test_a_write_changes_what_was_changed_and_nothing_else(vault):
    save_state(vault, WHOLE)
    state = open_state(vault)
    try:
        state = with_capsules(state, OTHER, capsule(OTHER, 3))
        assert load_state(vault) == WHOLE  # not saved yet
        save_state(vault, state)
        assert load_state(vault) == with_capsules(WHOLE, OTHER, capsule(OTHER, 3))
    finally:
        state.close()


@pytest.mark.parametrize(
    "changed",
    [
        State(items={"https://example.org": ItemState(())}),
        State(items={ITEM: ItemState((), "2026-01-01")}),
        State(items={ITEM: ItemState((capsule(OTHER),))}),
        State(bundles={BUNDLE: BundleState(1, "", "d" * 64, "a" * 64, ("a title",))}),
        State(bundles={BUNDLE: BundleState(1, "", "a digest", "a" * 64)}),
        State(bundles={BUNDLE: BundleState(1, "", "d" * 64, "a" * 64, sender="a b")}),
    ],
    ids=["url", "day", "another-item", "title", "digest", "sender"],
)
def test_nothing_but_ids_and_digests_can_be_written_and_then_nothing_is(vault, changed):
    save_state(vault, WHOLE)
    state = open_state(vault)
    try:
        fine = with_item(state, OTHER, ItemState((capsule(OTHER, 5),)))
        bad = fine.with_items(changed.items)
        for bundle, facts in changed.bundles.items():
            bad = bad.with_bundle(bundle, facts)
        with pytest.raises(BadState):
            save_state(vault, bad)
        assert load_state(vault) == WHOLE
        save_state(vault, fine)
        assert load_state(vault).items.keys() == {ITEM, OTHER}
    finally:
        state.close()


def test_rows_that_are_no_database_or_not_there_are_told(vault):
    save_state(vault, WHOLE)
    rows_of(vault).write_bytes(b"x" * 8192)
    with pytest.raises(BadState):
        load_state(vault)
    rows_of(vault).unlink()
    with pytest.raises(BadState):
        load_state(vault)
    rows_of(vault).symlink_to(vault.state)
    with pytest.raises(BadState):
        load_state(vault)


def test_rows_of_a_newer_program_are_left_alone(vault):
    save_state(vault, WHOLE)
    with sqlite3.connect(rows_of(vault)) as db:
        db.execute("PRAGMA user_version = 99")
    before = rows_of(vault).read_bytes()
    with pytest.raises(NewerFormat):
        load_state(vault)
    with pytest.raises(NewerFormat):
        open_state(vault)
    assert rows_of(vault).read_bytes() == before


def test_a_value_that_somebody_put_into_the_rows_is_refused(vault):
    save_state(vault, WHOLE)
    with sqlite3.connect(rows_of(vault)) as db:
        (facts,) = db.execute("SELECT facts FROM bundle").fetchone()
        db.execute("UPDATE bundle SET facts = ?", (json.dumps(json.loads(facts) | {"copies": "two"}),))
    with pytest.raises(BadState):
        load_state(vault)
    with sqlite3.connect(rows_of(vault)) as db, pytest.raises(sqlite3.IntegrityError):
        db.execute("UPDATE item SET id = 'https://example.org'")


def test_what_a_kill_left_half_written_is_undone_by_who_reads_next(vault):
    save_state(vault, WHOLE)
    db = sqlite3.connect(rows_of(vault), isolation_level=None)
    db.execute("PRAGMA cache_size = 1")
    db.execute("BEGIN IMMEDIATE")
    for number in range(3000):  # more than its memory holds: pages are written before the end
        db.execute("INSERT INTO note VALUES (?, ?)", (f"{number}", "x" * 200))
    copied = {path.name: path.read_bytes() for path in vault.path.glob("state.sqlite*")}
    db.execute("ROLLBACK")
    db.close()
    assert copied.keys() == {"state.sqlite", "state.sqlite-journal"}
    for name, data in copied.items():
        (vault.path / name).write_bytes(data)
    assert load_state(vault) == WHOLE
    assert not (vault.path / "state.sqlite-journal").exists()


def test_an_erased_id_is_in_no_byte_of_the_rows(vault):
    save_state(vault, with_capsules(WHOLE, OTHER, capsule(OTHER, 0x77AA)))
    mark = bytes.fromhex(capsule(OTHER, 0x77AA).id)
    assert mark in rows_of(vault).read_bytes()
    state = open_state(vault)
    save_state(vault, state.without_items([OTHER]))
    state.close()
    assert mark not in rows_of(vault).read_bytes()


def test_a_disk_that_fails_is_told_as_one(vault, monkeypatch):
    save_state(vault, WHOLE)
    state = open_state(vault)
    try:
        state.rows._db.execute("PRAGMA query_only = ON")
        with pytest.raises(StorageFault):
            save_state(vault, with_capsules(state, OTHER, capsule(OTHER, 3)))
    finally:
        state.close()
    assert load_state(vault) == WHOLE


def test_a_full_disk_is_told_as_one_and_nothing_is_lost(vault):
    save_state(vault, WHOLE)
    state = open_state(vault)
    try:
        (pages,) = state.rows._db.execute("PRAGMA page_count").fetchone()
        state.rows._db.execute(f"PRAGMA max_page_count = {pages}")
        many = {f"{number:032x}": ItemState((capsule(f"{number:032x}", number),)) for number in range(100, 900)}
        with pytest.raises(NoRoom):
            save_state(vault, state.with_items(many))
    finally:
        state.close()
    assert load_state(vault) == WHOLE
