"""Commands of a field device that are broken off at their worst moment, and run again."""

from pathlib import Path

import pytest

from witnesskit import limits
from witnesskit.actions import trust
from witnesskit.actions.add import add
from witnesskit.actions.bundle import BundleWish, bundle
from witnesskit.actions.init_vault import VaultWish, confirm_sheet, make_desk, make_field
from witnesskit.actions.invite import InviteWish, write_invite
from witnesskit.actions.sources import look_through
from witnesskit.bundle import pack
from witnesskit.custody.journal import Journal
from witnesskit.errors.actions import AlreadyTrusted
from witnesskit.errors.sealing import NotWritten
from witnesskit.vault import layout, state
from witnesskit.vault.layout import Vault


class Silent:
    """Nobody watches."""

    def progress(self, done, whole): ...

    def item(self, saved): ...

    def refused(self, error):
        raise error

    def known(self): ...


@pytest.fixture(scope="module")
def invited(tmp_path_factory) -> tuple[Path, str]:
    """An invite for one device, and its digits."""
    folder = tmp_path_factory.mktemp("desk")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "SCRYPT_LOG_N", 10)
        secret = make_desk(VaultWish(folder / "desk", "lone", "direct", "protect-filmer"))
        confirm_sheet(folder / "desk", secret.passphrase, secret.recovery_sheet)
        digits = write_invite(
            layout.open_vault(folder / "desk"), secret.passphrase, InviteWish(folder / "x.wkid", "device")
        )
    return folder / "x.wkid", digits


@pytest.fixture
def device(tmp_path) -> Path:
    make_field(VaultWish(tmp_path / "field", "field", "direct", "protect-filmer"), lock_key=False)
    return tmp_path / "field"


def opened(path: Path) -> Vault:
    return layout.open_vault(path)


def save_one(path: Path) -> None:
    brought = path.parent / "brought.bin"
    brought.write_bytes(b"x" * 1000)
    add(opened(path), look_through([brought]), "", Silent())


@pytest.mark.parametrize("torn", ["custody", "layout"], ids=["before the checkpoint", "before vault.toml"])
def test_trust_that_was_broken_off_is_given_again_and_the_vault_saves(device, invited, monkeypatch, torn):
    def die(*_arguments, **_changes):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if torn == "layout":
            patch.setattr(layout, "with_config", die)
        else:
            patch.setattr(Journal, "checkpoint", die)
        with pytest.raises(KeyboardInterrupt):
            trust.trust_add(opened(device), *invited, "")
    trust.trust_add(opened(device), *invited, "")
    save_one(device)
    assert Journal.open(device / "custody", by="field").size >= 2


def test_a_second_trust_never_touches_the_log_of_the_first(device, invited):
    stale = opened(device)
    trust.trust_add(opened(device), *invited, "")
    save_one(device)
    log, kept = (device / "custody" / "log.jsonl").read_bytes(), (device / "state").read_bytes()
    for vault in (stale, opened(device)):
        with pytest.raises(AlreadyTrusted):
            trust.trust_add(vault, *invited, "")
    (device / "custody" / "log.jsonl").rename(device / "log.aside")
    with pytest.raises(AlreadyTrusted):
        trust.trust_add(opened(device), *invited, "")
    assert (device / "state").read_bytes() == kept
    assert (device / "log.aside").read_bytes() == log


def test_a_bundle_is_known_to_its_device_before_it_has_its_name(device, invited, tmp_path, monkeypatch):
    trust.trust_add(opened(device), *invited, "")
    save_one(device)
    before = (device / "state").read_bytes()
    stick = tmp_path / "stick"
    stick.mkdir()
    known = []

    def refuse(part, _path):
        known.append((part.exists(), len(state.load_state(opened(device)).bundles)))
        raise NotWritten("the stick was pulled")

    with monkeypatch.context() as patch:
        patch.setattr(pack, "_rename", refuse)
        with pytest.raises(NotWritten):
            bundle(opened(device), BundleWish(stick, ""), lambda done, whole: None)
    assert known == [(True, 1)]
    assert list(stick.iterdir()) == []
    assert (device / "state").read_bytes() == before
    bundle(opened(device), BundleWish(stick, ""), lambda done, whole: None)
    found = state.load_state(opened(device)).bundles
    assert [one.counter for one in found.values()] == [1]
