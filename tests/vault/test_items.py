import os
import stat

import pytest

from tests.vault.cells import field_vault, sealed
from witnesskit.errors.vault import CapsuleChanged, CapsuleMissing
from witnesskit.limits import FIXED_TIME
from witnesskit.model import Role
from witnesskit.vault import items, store
from witnesskit.vault.state import State, with_capsules


@pytest.fixture
def vault(tmp_path):
    return field_vault(tmp_path)


def test_an_adopted_capsule_is_read_only_and_tells_no_time(vault):
    capsule = sealed(vault)
    path = items.adopt(vault, capsule)
    assert path == vault.capsules / capsule.id[:2] / capsule.id
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    for place in (path, path.parent, vault.capsules):
        assert (place.stat().st_mtime, place.stat().st_atime) == (FIXED_TIME, FIXED_TIME) or place is vault.capsules
    assert path.stat().st_mtime == FIXED_TIME
    assert list(vault.work.iterdir()) == []


def test_names_in_work_are_flushed_before_an_event_commits_them(vault, monkeypatch):
    capsule = sealed(vault)
    flushed, real = [], os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda descriptor: (flushed.append(os.fstat(descriptor).st_ino), real(descriptor))
    )
    items.flush(vault, capsule.item)
    assert flushed == [(vault.work / capsule.item).stat().st_ino]


def test_adopting_twice_is_nothing(vault):
    capsule = sealed(vault)
    assert items.adopt(vault, capsule) == items.adopt(vault, capsule)
    assert store.check(vault, capsule.id, capsule.sha256) == capsule.size


def test_the_other_capsule_of_an_item_stays_in_work(vault):
    first = sealed(vault)
    second = sealed(vault, b"media", first.item, Role.ORIGINAL)
    items.adopt(vault, first)
    assert items.orphans(vault, State()) == (second,)


def test_orphans_are_listed_with_the_digest_of_what_is_there(vault):
    cut = sealed(vault, b"half of a capsule", role=Role.ORIGINAL, part=12)
    assert items.orphans(vault, State()) == (cut,)
    state = with_capsules(State(), cut.item, cut)
    assert items.orphans(vault, state) == ()
    assert items.settle(vault, state) == 1
    assert items.settle(vault, state) == 0
    assert store.check(vault, cut.id, cut.sha256) == cut.size


def test_a_capsule_never_overwrites_another(vault):
    capsule = sealed(vault, b"first")
    path = items.adopt(vault, capsule)
    items.work_path(vault, capsule.item, capsule.id, capsule.role, 1).write_bytes(b"other")
    with pytest.raises(CapsuleChanged):
        items.adopt(vault, capsule)
    assert path.read_bytes() == b"first"


def test_a_capsule_that_shrank_or_vanished_is_not_adopted(vault):
    capsule = sealed(vault)
    file = items.work_path(vault, capsule.item, capsule.id, capsule.role, 1)
    file.write_bytes(b"short")
    with pytest.raises(CapsuleChanged):
        items.adopt(vault, capsule)
    file.unlink()
    with pytest.raises(CapsuleMissing):
        items.adopt(vault, capsule)


def test_links_and_strange_names_in_work_are_passed_over(vault, tmp_path):
    capsule = sealed(vault)
    folder = vault.work / capsule.item
    (tmp_path / "secret").write_bytes(b"elsewhere")
    (folder / f"{'a' * 32}.record.1").symlink_to(tmp_path / "secret")
    (folder / f"{'a' * 32}.other.1").touch()
    (folder / f"{'a' * 32}.record.0").touch()
    (vault.work / ("c" * 32)).symlink_to(folder)
    (vault.work / "note.txt").touch()
    assert items.orphans(vault, State()) == (capsule,)


def test_an_orphan_that_holds_nothing_can_be_discarded(vault):
    sealed(vault, b"")
    (file,) = items.work_files(vault)
    items.discard(vault, file)
    assert list(vault.work.iterdir()) == []


@pytest.mark.parametrize("item", ["..", "a/b", "", "a" * 31])
def test_no_item_leads_out_of_the_vault(vault, item):
    with pytest.raises(CapsuleMissing):
        items.work_path(vault, item, "a" * 32, Role.RECORD, 1)
