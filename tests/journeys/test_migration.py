"""What an earlier version wrote opens in this one, vaults and bundles alike; what a later one wrote is refused as such."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from tests.actions.stage import Device, Stage, silent
from tests.fixtures.make import HERE
from witnesskit import limits
from witnesskit.actions.bundle import bundle
from witnesskit.actions.bundled import BundleWish
from witnesskit.actions.import_bundle import open_for_import
from witnesskit.actions.seen import known_logs
from witnesskit.actions.status import status
from witnesskit.actions.verify import VerifyWish, verify
from witnesskit.errors import ExitStatus, WitnesskitError
from witnesskit.vault import arriving, layout, outgoing, state
from witnesskit.vault.keyring_file import open_keyring
from witnesskit.vault.state_json import IN_ROWS

DAYS = sorted(path.stem for path in HERE.glob("*-day.zip"))
SETS = sorted(path.stem for path in HERE.glob("*-set.zip"))


@pytest.fixture(autouse=True)
def _quick_keys(monkeypatch):
    monkeypatch.setattr(limits, "SCRYPT_LOG_N", 10)


def thawed(name: str, folder: Path) -> tuple[Stage, dict]:
    with zipfile.ZipFile(HERE / f"{name}.zip") as archive:
        archive.extractall(folder)  # our own file
        for entry in archive.infolist():
            (folder / entry.filename).chmod((entry.external_attr >> 16) & 0o777)
    facts = json.loads((folder / "facts.json").read_text())
    return Stage(folder, facts["passphrase"], facts["sheet"]), facts


@pytest.fixture(params=DAYS)
def day(request, tmp_path):
    return thawed(request.param, tmp_path / "old")


def test_there_is_something_of_every_format():
    assert DAYS
    assert SETS


def test_an_old_desk_counts_verifies_and_takes_in_an_old_bundle(day):
    stage, facts = day
    assert facts["key"] == stage.key
    assert status(stage.desk).counts["items"] == 1
    word = verify(VerifyWish(stage.folder / "desk", passphrase=stage.passphrase), silent)
    assert (word.state, word.counts["items"]) == ("UNCHANGED", 1)
    (late,) = stage.take_in(stage.folder / "stick" / facts["late"])
    assert (late.came.is_complete, late.counts["new"]) == (True, 1)


def test_an_old_device_saves_and_delivers_to_an_old_desk(day):
    stage, _facts = day
    device = Device(stage.folder / "b")
    (stage.folder / "new.txt").write_text("new")
    device.add(stage.folder / "new.txt")
    (done,) = stage.take_in(device.bundle(stage.folder / "fresh"))
    assert (done.came.is_complete, done.counts["new"]) == (True, 2)


def test_an_old_court_bundle_is_verified(day):
    stage, facts = day
    (stage.folder / "reader.txt").write_text(facts["reader"])
    wish = VerifyWish(stage.folder / "court" / facts["court"], (stage.key,), stage.folder / "reader.txt")
    assert verify(wish, silent).state == "UNCHANGED"


@pytest.mark.parametrize("name", SETS)
def test_a_set_of_which_an_old_desk_had_a_part_is_completed(name, tmp_path):
    stage, facts = thawed(name, tmp_path / "old")
    assert status(stage.desk).counts["incomplete"] == 1
    done = stage.take_in(*(stage.folder / "set" / volume for volume in facts["volumes"][1:]))
    assert done[-1].came.is_complete
    assert [*arriving.every(stage.desk)] == []


def newer(path: Path, old: bytes, new: bytes) -> None:
    path.chmod(0o600)
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new, 1))


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("desk/vault.toml", b"witnesskit.vault/1", b"witnesskit.vault/2"),
        ("desk/state", b"witnesskit.state/", b"witnesskit.state/9"),
        ("a/vault.toml", b"witnesskit.vault/1", b"witnesskit.vault/2"),
        ("a/state", b"witnesskit.state/1", b"witnesskit.state/2"),
        ("b.wkid", b"witnesskit.invite/1", b"witnesskit.invite/2"),
    ],
)
def test_what_a_newer_version_wrote_is_refused_as_newer_and_stays(day, file, old, new):
    stage, _facts = day
    newer(stage.folder / file, old, new)
    before = (stage.folder / file).read_bytes()
    with pytest.raises(WitnesskitError) as caught:
        used(stage, file)
    assert (caught.value.code, caught.value.status) == ("NEWER-FORMAT", ExitStatus.NEWER_FORMAT)
    assert (stage.folder / file).read_bytes() == before


def used(stage: Stage, file: str) -> None:
    """What first reads the file."""
    if file.endswith(".wkid"):
        from witnesskit.formats.invite import parse_invite

        parse_invite((stage.folder / file).read_bytes())
    vault = layout.open_vault(stage.folder / file.partition("/")[0])
    status(vault)
    bundle(vault, BundleWish(stage.folder, ""), silent)


@pytest.mark.parametrize("name", SETS)
def test_a_newer_journal_is_refused_as_newer(name, tmp_path):
    stage, _facts = thawed(name, tmp_path / "old")
    (journal,) = (stage.folder / "desk" / "arriving").glob("*/journal")
    newer(journal, b"witnesskit.arriving/1", b"witnesskit.arriving/2")
    with pytest.raises(WitnesskitError) as caught:
        status(stage.desk)
    assert caught.value.code == "NEWER-FORMAT"
    (stage.folder / "c" / "outgoing").write_bytes(b'{"format":"witnesskit.outgoing/2"}\n')
    with pytest.raises(WitnesskitError) as caught:
        outgoing.load(layout.open_vault(stage.folder / "c"))
    assert caught.value.code == "NEWER-FORMAT"


def test_an_old_keyring_opens_and_an_old_state_and_old_logs_are_put_where_they_are_found(day):
    stage, _facts = day
    assert open_keyring(stage.desk, stage.passphrase).sheet_confirmed
    before, logs = state.load_state(stage.desk), list(known_logs(stage.desk))
    assert before.items
    assert logs
    with open_for_import(stage.desk, stage.passphrase):
        pass
    assert state.load_state(stage.desk) == before
    assert sorted(map(repr, known_logs(stage.desk))) == sorted(map(repr, logs))
    assert stage.desk.state.read_bytes() == IN_ROWS
    assert list((stage.desk.custody / "seen").glob("*.jsonl")) == []
