"""Whatever a kill left, who only reads the vault is not told that it was changed: nothing is lost."""

from __future__ import annotations

import pytest

from tests.actions.stage import Stage, copy_of, silent
from tests.actions.test_delete import collected, photo, remove  # noqa: F401 - a fixture
from tests.actions.test_import_killed import ends_at
from witnesskit.actions.drill import drill
from witnesskit.actions.verify import VerifyWish, verify
from witnesskit.vault import state, store


def read(stage: Stage):
    return verify(VerifyWish(stage.folder / "desk", passphrase=stage.passphrase), silent)


def rehearse(stage: Stage):
    return drill(stage.desk, stage.passphrase, stage.recovery_sheet)


def delete_file(stage: Stage):
    return remove(stage, photo(stage), "file")


def delete_openings(stage: Stage):
    return remove(stage, photo(stage), "openings")


def delete_all(stage: Stage):
    return remove(stage, photo(stage))


@pytest.mark.parametrize("action", [rehearse, delete_file, delete_openings, delete_all])
def test_a_kill_anywhere_is_no_change(collected, tmp_path, action):  # noqa: F811
    number, reached = 1, True
    while reached:
        stage = copy_of(collected, tmp_path / str(number))
        reached = ends_at(lambda found=stage: action(found), number)
        found = read(stage)
        assert found.state == "UNCHANGED", (number, [check for check in found.checks if check.mark != "ok"])
        number += 1


def test_a_capsule_that_waits_for_its_place_is_said_to(collected, tmp_path):  # noqa: F811
    stage = copy_of(collected, tmp_path / "waits")
    vault = stage.desk
    capsule = next(one for one in state.load_state(vault).capsules().values())
    folder = vault.work / capsule.item
    folder.mkdir()
    place = vault.capsule_path(capsule.id)
    waiting = folder / f"{capsule.id}.{capsule.role}.{capsule.part}"
    place.rename(waiting)
    sentence = next(check.sentence for check in read(stage).checks if check.code == "FIXITY")
    assert "1 of them still in work/" in sentence
    rehearse(stage)
    assert store.has(vault, capsule.id)
    place.rename(place.with_name("gone"))
    waiting.parent.mkdir(exist_ok=True)
    waiting.symlink_to(place.with_name("gone"))
    assert "FIXITY" in [check.code for check in read(stage).checks if check.mark != "ok"]
