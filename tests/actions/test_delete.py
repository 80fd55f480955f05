"""A deletion is on record before anything is gone, is finished after a kill, and stays done."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.actions.stage import Device, Stage, copy_of, silent
from witnesskit.actions import delete_item
from witnesskit.actions.delete_item import DeleteWish, delete
from witnesskit.actions.item_files import read_item
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.verify import VerifyWish, verify
from witnesskit.errors import WitnesskitError
from witnesskit.formats.short_id import short_id
from witnesskit.model import Role
from witnesskit.vault import state, store
from witnesskit.vault.keyring import desk_identities

PHOTO = Path(__file__).resolve().parents[2] / "demo" / "photo.jpg"


@pytest.fixture(scope="module")
def collected(first_stage: Stage, tmp_path_factory) -> Stage:
    """A photo with a copy and a text, taken in once."""
    stage = copy_of(first_stage, tmp_path_factory.mktemp("collected") / "stage")
    device = Device(stage.folder / "a")
    device.add(PHOTO, stage.folder / "a.txt")
    stage.take_in(device.bundle(stage.folder / "stick"))
    return stage


@pytest.fixture
def desk(collected: Stage, tmp_path: Path) -> Stage:
    return copy_of(collected, tmp_path / "desk")


def photo(stage: Stage) -> str:
    """The item that has a copy."""
    found = state.load_state(stage.desk).items
    return max(found, key=lambda item: len(found[item].capsules))


def roles(stage: Stage, item: str) -> list[str]:
    return [str(one.role) for one in state.load_state(stage.desk).items[item].capsules]


def log(stage: Stage) -> list[dict]:
    return [json.loads(line) for line in (stage.folder / "desk/custody/log.jsonl").read_text().splitlines()]


def remove(stage: Stage, item: str, scope: str = "both", **more):
    with open_for_saving(stage.desk, stage.passphrase) as session:
        return delete(session, DeleteWish(short_id(item), "consent", scope, **more))


def copies_readable(stage: Stage, item: str) -> int:
    with open_for_saving(stage.desk, stage.passphrase) as session:
        files = read_item(session.vault, session.state, item, desk_identities(session.keyring))
        return len(list(files.streams("copy")))


def test_all_of_an_item_goes_and_the_log_says_so_first(desk):
    item = photo(desk)
    ids = [one.id for one in state.load_state(desk.desk).items[item].capsules]
    done = remove(desk, item)
    assert (done.erased, done.left) == (len(ids), 0)
    assert not any(store.has(desk.desk, one) for one in ids)
    assert log(desk)[-1]["type"] == "delete"
    assert item not in json.dumps(log(desk)[-1])
    assert (desk.folder / f"desk/custody/checkpoints/{len(log(desk))}.note").is_file()


def test_file_takes_originals_and_copies_and_leaves_what_is_known(desk):
    item = photo(desk)
    assert copies_readable(desk, item) == 1
    remove(desk, item, "file")
    assert Role.ORIGINAL not in roles(desk, item)
    assert roles(desk, item)
    assert copies_readable(desk, item) == 0


def test_openings_take_the_records_and_leave_the_original(desk):
    item = photo(desk)
    remove(desk, item, "openings")
    assert set(roles(desk, item)) == {"original"}


def test_the_vault_is_never_called_changed_by_a_deletion_on_record(desk):
    remove(desk, photo(desk), authority="the family")
    found = verify(VerifyWish(desk.folder / "desk", passphrase=desk.passphrase), silent)
    assert found.state == "UNCHANGED"
    assert not [check for check in found.checks if check.code == "MISSING"]


def test_an_original_whose_openings_were_deleted_is_compared_with_the_list_only(desk):
    item = photo(desk)
    remove(desk, item, "openings")
    wish = VerifyWish(desk.folder / "desk", passphrase=desk.passphrase)
    found = verify(wish, silent)
    assert found.state == "UNCHANGED", found.checks
    assert "NO-OPENINGS" in {check.code for check in found.checks if check.mark == "warn"}
    path = desk.desk.capsule_path(state.load_state(desk.desk).items[item].capsules[0].id)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    assert verify(wish, silent).state == "CHANGED"


def test_a_capsule_that_is_gone_without_a_deletion_is_missing(desk):
    store.erase(desk.desk, state.load_state(desk.desk).items[photo(desk)].capsules[0].id)
    found = verify(VerifyWish(desk.folder / "desk", passphrase=desk.passphrase), silent)
    assert found.state == "CHANGED"


class Killed(BaseException):
    pass


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_kill_between_event_and_erasure_is_finished_by_the_next_command(desk, monkeypatch, after):
    item = photo(desk)
    ids = [one.id for one in state.load_state(desk.desk).items[item].capsules]
    erase, count = store.erase, []

    def erase_some(vault, capsule):
        if len(count) == after:
            raise Killed
        count.append(capsule)
        erase(vault, capsule)

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(delete_item.store, "erase", erase_some)
        remove(desk, item)
    assert sum(store.has(desk.desk, one) for one in ids) == len(ids) - after
    with open_for_saving(desk.desk, desk.passphrase):
        pass
    assert not any(store.has(desk.desk, one) for one in ids)
    assert roles(desk, item) == []
    assert [event["type"] for event in log(desk)].count("delete") == 1


def test_a_kill_before_the_event_erases_nothing(desk, monkeypatch):
    item = photo(desk)
    before = roles(desk, item)

    def stop(*_arguments):
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr("witnesskit.custody.journal.append_durably", stop)
        remove(desk, item)
    with open_for_saving(desk.desk, desk.passphrase):
        pass
    assert roles(desk, item) == before
    assert all(event["type"] != "delete" for event in log(desk))


def test_what_was_deleted_does_not_come_back_with_the_same_bundle(desk):
    item = photo(desk)
    ids = [one.id for one in state.load_state(desk.desk).items[item].capsules]
    remove(desk, item)
    (bundle,) = (desk.folder / "stick").iterdir()
    desk.take_in(bundle)
    assert not any(store.has(desk.desk, one) for one in ids)
    assert roles(desk, item) == []


def test_a_deleted_item_is_no_item_any_more(desk):
    item = photo(desk)
    remove(desk, item)
    for _again in range(2):
        with pytest.raises(WitnesskitError) as caught:
            remove(desk, item)
        assert caught.value.code == "ID-UNKNOWN"


def test_a_field_vault_deletes_nothing(stage, device):
    with device.session() as session, pytest.raises(WitnesskitError) as caught:
        delete(session, DeleteWish("2222-22", "consent"))
    assert caught.value.code == "VAULT-KIND"


def test_a_damaged_copy_goes_with_the_file(desk):
    item = photo(desk)
    record = next(
        one for one in state.load_state(desk.desk).items[item].capsules
        if one.role is Role.RECORD and one.size == max(
            each.size for each in state.load_state(desk.desk).items[item].capsules if each.role is Role.RECORD
        )
    )  # fmt: skip
    path = desk.desk.capsule_path(record.id)
    shutil.copy(path, path.with_suffix(".old"))
    path.chmod(0o600)
    path.write_bytes(b"\0" * record.size)
    remove(desk, item, "file")
    assert not store.has(desk.desk, record.id)


def test_an_item_struck_from_the_list_with_its_files_is_not_held_and_never_unchanged(desk):
    """Whoever has the disk, and no passphrase, can edit the list; the log still tells that there was an item."""
    item, found = photo(desk), state.load_state(desk.desk)
    for capsule in found.items[item].capsules:
        store.erase(desk.desk, capsule.id)
    state.save_state(desk.desk, state.without_items(found, item))
    told = verify(VerifyWish(desk.folder / "desk", passphrase=desk.passphrase), silent)
    assert told.state == "CANNOT TELL"
    assert "NOT-HELD" in {check.code for check in told.checks if check.mark == "unknown"}
