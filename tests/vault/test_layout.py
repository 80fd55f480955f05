import os
import stat

import pytest

from tests.vault.cells import RINGS, config, field_vault
from witnesskit.errors.cli import WrongVaultKind
from witnesskit.errors.formats import NewerFormat
from witnesskit.errors.vault import (
    BadVault,
    CapsuleMissing,
    CloudFolder,
    FolderNotEmpty,
    NoVault,
    VaultExists,
    VaultForeign,
)
from witnesskit.model import VaultKind
from witnesskit.vault import durable, layout


def test_a_new_vault_is_for_its_owner_alone(tmp_path):
    vault = layout.create(tmp_path / "a" / "b", config(), {"keys/signing.key": b"k" * 32})
    for folder in (vault.path, vault.custody, vault.work, vault.capsules, vault.keys, vault.policies):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for file in (vault.path / "vault.toml", vault.path / "keys/signing.key"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not vault.state.exists()
    assert list(vault.custody.iterdir()) == []


def test_an_existing_empty_folder_becomes_the_vault_and_its_mode_is_tightened(tmp_path):
    (tmp_path / "vault").mkdir(mode=0o755)
    assert stat.S_IMODE(field_vault(tmp_path).path.stat().st_mode) == 0o700


def test_found_as_git_does(tmp_path):
    vault = field_vault(tmp_path)
    other = layout.create(tmp_path / "other", config(kind=VaultKind.DESK))
    assert layout.find(vault.work, {}) == vault
    assert layout.find(vault.path, {"WITNESSKIT_VAULT": ""}) == vault
    assert layout.find(vault.path, {"WITNESSKIT_VAULT": str(other.path)}) == other
    assert layout.find(other.path, {"WITNESSKIT_VAULT": str(other.path)}, vault.path) == vault


def test_a_named_place_without_a_vault_is_not_searched_around(tmp_path):
    vault = field_vault(tmp_path)
    for environment, explicit in (({"WITNESSKIT_VAULT": str(vault.work)}, None), ({}, vault.work)):
        with pytest.raises(NoVault):
            layout.find(vault.path, environment, explicit)
    with pytest.raises(NoVault):
        layout.find(tmp_path, {})


def test_another_users_vault_is_not_taken_from_a_parent_folder(tmp_path, monkeypatch):
    vault = field_vault(tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(VaultForeign):
        layout.find(vault.work, {})
    assert layout.find(tmp_path, {}, vault.path) == vault


def test_no_vault_is_made_in_a_folder_that_holds_something(tmp_path):
    (tmp_path / "vault").mkdir()
    (tmp_path / "vault" / ".hidden").touch()
    with pytest.raises(FolderNotEmpty):
        field_vault(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(FolderNotEmpty):
        layout.create(tmp_path / "file", config())
    assert [path.name for path in (tmp_path / "vault").iterdir()] == [".hidden"]


def test_no_vault_is_made_in_or_over_another(tmp_path):
    vault = field_vault(tmp_path)
    for place in (vault.path, vault.work / "new"):
        with pytest.raises(VaultExists):
            layout.create(place, config())


@pytest.mark.parametrize(
    "name",
    [
        "Dropbox", "dropbox (Team)", "OneDrive", "OneDrive - Some Org", "Google Drive", "My Drive", "iCloud Drive",
        "Mobile Documents", "Nextcloud", "ownCloud", "Syncthing", "MEGA", "MEGAsync", "pCloudDrive", "CloudStorage",
    ],
)  # fmt: skip
def test_a_synchronised_folder_is_refused_by_its_name(tmp_path, name):
    with pytest.raises(CloudFolder):
        layout.create(tmp_path / name / "deep" / "vault", config())
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize(
    "mark",
    [
        ".dropbox.cache", ".dropbox", ".stfolder", ".stignore", ".sync_0123456789ab.db", "._sync_0123456789ab.db",
        ".nextcloudsync.log", ".owncloudsync.log", ".849C9593-D756-4E56-8D6E-42412F2A707B", ".tmp.drivedownload",
        ".megaignore", ".some.icloud",
    ],
)  # fmt: skip
def test_a_synchronised_folder_is_refused_by_its_mark(tmp_path, mark):
    (tmp_path / "deep").mkdir()
    (tmp_path / mark).touch()
    with pytest.raises(CloudFolder):
        layout.create(tmp_path / "deep" / "vault", config())


def test_a_vault_moved_into_a_synchronised_folder_is_refused(tmp_path):
    vault = field_vault(tmp_path)
    (tmp_path / ".stfolder").mkdir()
    with pytest.raises(CloudFolder):
        layout.open_vault(vault.path)


def test_a_link_into_a_synchronised_folder_does_not_hide_it(tmp_path):
    (tmp_path / "Dropbox" / "inner").mkdir(parents=True)
    (tmp_path / "innocent").symlink_to(tmp_path / "Dropbox" / "inner")
    with pytest.raises(CloudFolder):
        layout.create(tmp_path / "innocent" / "vault", config())


def test_settings_of_a_synchronising_program_in_the_home_folder_do_no_harm(tmp_path):
    for name in (".dropbox", ".config", ".cache"):
        (tmp_path / name).mkdir()
    field_vault(tmp_path)


def test_a_newer_or_damaged_vault_is_told_and_left_alone(tmp_path):
    vault = field_vault(tmp_path)
    file = vault.path / "vault.toml"
    text = file.read_bytes()
    file.write_bytes(text.replace(b"vault/1", b"vault/2"))
    with pytest.raises(NewerFormat):
        layout.open_vault(vault.path)
    file.write_bytes(text[:30])
    with pytest.raises(BadVault):
        layout.open_vault(vault.path)
    file.unlink()
    file.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BadVault):
        layout.open_vault(vault.path)


def test_rings_come_later_and_stay(tmp_path):
    changed = layout.with_config(field_vault(tmp_path), rings=RINGS)
    assert layout.open_vault(changed.path) == changed
    assert changed.config.recipients == RINGS


def test_a_crash_while_making_leaves_no_vault_and_no_half_file(tmp_path, monkeypatch):
    real, calls = durable.replace, []

    def dies_at_last(path, data, mode=0o600):
        calls.append(path.name)
        if path.name == "vault.toml":
            raise KeyboardInterrupt
        real(path, data, mode)

    monkeypatch.setattr(durable, "replace", dies_at_last)
    with pytest.raises(KeyboardInterrupt):
        layout.create(tmp_path / "vault", config(), {"keys/signing.key": b"k" * 32})
    assert calls == ["signing.key", "vault.toml"]
    with pytest.raises(NoVault):
        layout.open_vault(tmp_path / "vault")


@pytest.mark.parametrize("capsule", ["", "../../etc/passwd", "A" * 32, "a" * 31, "a" * 32 + "\n", "a" * 33])
def test_no_id_leads_out_of_the_vault(tmp_path, capsule):
    with pytest.raises(CapsuleMissing):
        field_vault(tmp_path).capsule_path(capsule)


def test_the_wrong_kind_is_refused(tmp_path):
    vault = field_vault(tmp_path)
    layout.demand(vault, VaultKind.FIELD)
    with pytest.raises(WrongVaultKind):
        layout.demand(vault, VaultKind.DESK)
