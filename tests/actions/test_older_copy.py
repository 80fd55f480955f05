"""A vault or a keyring that was put back from an older copy: what devices and the log hold tells it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.actions.stage import Stage, silent
from tests.actions.test_anchor import run
from tests.actions.test_anchor_travels import anchored_desk  # noqa: F401 - a fixture
from tests.actions.test_keys import log_a_note
from witnesskit.actions.lost_device import device_lost
from witnesskit.actions.receipt import take_receipt
from witnesskit.actions.verify import VerifyWish, verify
from witnesskit.vault.keyring_file import KEYRING


def problems(stage: Stage) -> tuple[str, dict[str, str]]:
    found = verify(VerifyWish(stage.folder / "desk", passphrase=stage.passphrase), silent)
    return str(found.state), {check.code: check.sentence for check in found.checks if check.mark != "ok"}


@pytest.mark.parametrize("written", [0, 20])
def test_a_device_that_was_shown_more_of_the_log_tells_that_the_vault_is_an_older_copy(
    anchored_desk,  # noqa: F811
    device,
    tmp_path,
    written,
):
    stage, desk = anchored_desk, anchored_desk.folder / "desk"
    stage.take_in(device.bundle(stage.folder / "stick"))
    shutil.copytree(desk, tmp_path / "older")
    run(stage)
    device.add(stage.folder / "b.txt")
    (done,) = stage.take_in(device.bundle(stage.folder / "stick"))
    assert take_receipt(device.vault, Path(done.receipt)).since
    device.add(stage.folder / "a.txt")
    third = device.bundle(stage.folder / "stick")
    stage.take_in(third)
    assert problems(stage)[0] == "UNCHANGED"
    shutil.rmtree(desk)
    shutil.copytree(tmp_path / "older", desk)
    for _ in range(written):
        log_a_note(stage)
    stage.take_in(third)
    state, told = problems(stage)
    assert state == "CHANGED"
    assert "an older copy" in told["FORK" if written else "ROLLBACK"]


def test_a_loss_that_the_log_tells_counts_though_an_older_keyring_was_put_back(stage, device, stick):
    stage.take_in(device.bundle(stick))
    keyring = (stage.folder / "desk" / KEYRING).read_bytes()
    device_lost(stage.desk, stage.passphrase, "a")
    state, _found = problems(stage)
    assert state == "UNCHANGED"
    (stage.folder / "desk" / KEYRING).write_bytes(keyring)
    told = problems(stage)[1]
    assert "1 devices were lost, as the log says" in told["KEYRING"]
