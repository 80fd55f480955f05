import errno
import os

import pytest

from tests.vault.cells import field_vault, sealed
from witnesskit.digest import sha256_hex
from witnesskit.errors.vault import CapsuleChanged, CapsuleMissing, NoRoom, StorageFault
from witnesskit.limits import FIXED_TIME
from witnesskit.vault import durable, items, store

ID = "ab" * 16
DATA = [b"first ", b"", b"second"]
DIGEST = sha256_hex(b"first second")


@pytest.fixture
def vault(tmp_path):
    return field_vault(tmp_path)


def test_what_is_put_can_be_read_and_listed(vault):
    assert store.put(vault, ID, DATA, DIGEST) is True
    with store.open_capsule(vault, ID) as stream:
        assert stream.read() == b"first second"
    assert list(store.ids(vault)) == [ID]
    assert store.check(vault, ID, DIGEST) == 12
    assert vault.capsule_path(ID).stat().st_mtime == FIXED_TIME


def test_putting_again_is_nothing(vault):
    store.put(vault, ID, DATA, DIGEST)
    assert store.put(vault, ID, iter(()), DIGEST) is False


def test_other_bytes_under_a_known_id_are_refused_and_the_old_ones_stay(vault):
    store.put(vault, ID, DATA, DIGEST)
    with pytest.raises(CapsuleChanged):
        store.put(vault, ID, [b"other"], sha256_hex(b"other"))
    assert store.check(vault, ID, DIGEST) == 12


def test_bytes_that_are_not_the_promised_ones_leave_nothing(vault):
    with pytest.raises(CapsuleChanged):
        store.put(vault, ID, [b"other"], DIGEST)
    assert not store.has(vault, ID)
    assert list(vault.work.iterdir()) == []


def test_a_source_that_breaks_leaves_nothing_and_keeps_its_own_error(vault):
    def breaks():
        yield b"first"
        raise OSError(errno.EIO, "the stick was pulled")

    with pytest.raises(OSError, match="stick"):
        store.put(vault, ID, breaks(), DIGEST)
    assert list(vault.work.iterdir()) == []


def test_a_full_disk_is_told_and_leaves_nothing(vault, monkeypatch):
    def full(_stream, _data):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(durable, "write_all", full)
    with pytest.raises(NoRoom):
        store.put(vault, ID, DATA, DIGEST)
    with pytest.raises(NoRoom):
        durable.replace(vault.state, b"x")
    monkeypatch.undo()
    assert list(vault.work.iterdir()) == []
    assert not vault.state.exists()


def test_a_changed_capsule_is_told(vault):
    store.put(vault, ID, DATA, DIGEST)
    path = vault.capsule_path(ID)
    path.chmod(0o600)
    path.write_bytes(b"First second")
    with pytest.raises(CapsuleChanged):
        store.check(vault, ID, DIGEST)


def test_a_link_in_the_place_of_a_capsule_is_not_followed(vault, tmp_path):
    (tmp_path / "secret").write_bytes(b"elsewhere")
    path = vault.capsule_path(ID)
    path.parent.mkdir()
    path.symlink_to(tmp_path / "secret")
    with pytest.raises(CapsuleMissing):
        store.open_capsule(vault, ID)
    assert not store.has(vault, ID)
    assert list(store.ids(vault)) == []


def test_a_device_in_the_place_of_a_file_does_not_hang(vault):
    os.mkfifo(vault.state)
    assert durable.read(vault.state, 10) == b""
    with pytest.raises(CapsuleMissing):
        store.open_capsule(vault, ID)


def test_erasing_is_final_and_may_be_repeated(vault):
    capsule = sealed(vault)
    items.adopt(vault, capsule)
    store.erase(vault, capsule.id)
    store.erase(vault, capsule.id)
    store.erase(vault, ID)
    assert list(store.ids(vault)) == []


def test_errors_of_the_disk_hold_no_path(vault):
    with pytest.raises(StorageFault) as refusal:
        durable.replace(vault.path / "missing" / "file", b"")
    assert str(refusal.value).endswith(": ENOENT")
