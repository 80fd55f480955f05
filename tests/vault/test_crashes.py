"""The process is killed before every single step of the system that changes a vault."""

import os
from dataclasses import replace

import pytest

from tests.vault.cells import RINGS, config, desk_vault, field_vault, sealed
from witnesskit.digest import sha256_hex
from witnesskit.errors.vault import FolderNotEmpty, NoVault
from witnesskit.vault import durable, items, layout, store
from witnesskit.vault.keyring_file import keyring_file, open_keyring, save_keyring
from witnesskit.vault.lock import writing
from witnesskit.vault.state import State, load_state, save_state, with_capsules

STEPS = ("open", "mkdir", "rename", "replace", "unlink", "rmdir", "fsync", "utime", "fchmod", "chmod")
KILLED = 9


def killed_before_every_step(act):
    """Run ``act(step)``'s writer in children that die at step 0, 1, 2 ...; yields after each until one lives."""
    for step in range(500):
        writer, look = act(step)
        child = os.fork()
        if child == 0:
            dying_at(step)
            try:
                writer()
            finally:
                os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        look(done=status != KILLED)
        if status != KILLED:
            return step
    pytest.fail("it never ends")


def dying_at(step):
    count = [0]

    def counted(real):
        def call(*args, **kwargs):
            if count[0] == step:
                os._exit(KILLED)
            count[0] += 1
            return real(*args, **kwargs)

        return call

    for name in STEPS:
        setattr(os, name, counted(getattr(os, name)))
    real_write = durable.write_all

    def half(stream, data):
        if count[0] == step:
            real_write(stream, data[: len(data) // 2])
            os._exit(KILLED)
        count[0] += 1
        real_write(stream, data)

    durable.write_all = half


def test_a_state_is_the_old_one_or_the_new_one(tmp_path):
    def act(step):
        vault = field_vault(tmp_path / str(step))
        capsule = sealed(vault)
        old = with_capsules(State(), capsule.item, capsule)
        new = with_capsules(old, "c" * 32)
        save_state(vault, old)

        def look(*, done):
            assert load_state(vault) in ((new,) if done else (old, new))
            with writing(vault):
                assert not list(vault.path.glob(".part-*"))

        return lambda: save_state(vault, new), look

    assert killed_before_every_step(act) >= 6


def test_a_capsule_is_listed_or_still_under_its_name(tmp_path):
    def act(step):
        vault = field_vault(tmp_path / str(step))
        capsule = sealed(vault)

        def writer():
            save_state(vault, with_capsules(State(), capsule.item, capsule))
            items.adopt(vault, capsule)

        def look(*, done):
            state = load_state(vault)
            left = items.orphans(vault, state)
            assert left == (() if state.items else (capsule,))
            for orphan in left:
                state = with_capsules(state, orphan.item, orphan)
                save_state(vault, state)
            items.settle(vault, state)
            assert store.check(vault, capsule.id, capsule.sha256) == capsule.size
            assert items.orphans(vault, state) == ()
            assert not (done and left)

        return writer, look

    assert killed_before_every_step(act) >= 12


def test_a_taken_over_capsule_is_whole_or_not_there(tmp_path):
    capsule, data = "ab" * 16, [b"first", b"second"]
    digest = sha256_hex(b"firstsecond")

    def act(step):
        vault = field_vault(tmp_path / str(step))

        def look(*, done):
            there = store.has(vault, capsule)
            assert there or not done
            assert store.put(vault, capsule, data, digest) is not there
            assert store.check(vault, capsule, digest) == 11
            with writing(vault):
                assert list(vault.work.iterdir()) == []

        return lambda: store.put(vault, capsule, data, digest), look

    assert killed_before_every_step(act) >= 8


def test_vault_toml_is_never_half_written(tmp_path):
    def act(step):
        vault = field_vault(tmp_path / str(step))

        def look(*, done):
            assert layout.open_vault(vault.path).config.rings in ((RINGS,) if done else (None, RINGS))

        return lambda: layout.with_config(vault, rings=RINGS), look

    assert killed_before_every_step(act) >= 6


def test_a_vault_is_made_whole_or_is_none(tmp_path):
    def act(step):
        place = tmp_path / str(step) / "vault"

        def look(*, done):
            try:
                found = layout.open_vault(place)
            except NoVault:
                assert not done
                if place.exists() and list(place.iterdir()):
                    with pytest.raises(FolderNotEmpty):
                        layout.check_new(place)
            else:
                assert (found.path / "keys/signing.key").read_bytes() == b"k" * 32
                assert found.config == config()

        return lambda: layout.create(place, config(), {"keys/signing.key": b"k" * 32}), look

    assert killed_before_every_step(act) >= 20


def test_a_keyring_is_the_old_one_or_the_new_one(tmp_path):
    vault, keyring, _seeds = desk_vault(tmp_path)
    old, passphrase = keyring_file(keyring), keyring.passphrase
    new = replace(keyring, sheet_confirmed=True)

    def act(_step):
        durable.replace(vault.path / "keys/keyring.age", old)

        def look(*, done):
            assert open_keyring(vault, passphrase) in ((new,) if done else (keyring, new))

        return lambda: save_keyring(vault, new), look

    assert killed_before_every_step(act) >= 6
