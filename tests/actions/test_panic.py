"""Panic: what nobody can open any more, in which order, and what it never touches."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from tests.oracles import require
from witnesskit.actions.panic import panic
from witnesskit.errors.actions import PanicAtDesk
from witnesskit.errors.vault import NoVault, VaultForeign
from witnesskit.vault.layout import locate


def test_a_device_is_gone_and_what_it_held_too(device):
    folder = device.folder
    copies = {path: path.read_bytes() for path in (folder / "capsules").rglob("*") if path.is_file()}
    assert copies
    held = [(path.open("rb"), data) for path, data in copies.items()]  # the bytes on the disk, after their names went
    assert panic(folder) == 0
    assert not folder.exists()
    for stream, before in held:
        after = stream.read()
        assert after[:60_000] != before[:60_000]
        assert len(after) == len(before)
        stream.close()


def test_not_even_the_desk_opens_a_capsule_whose_head_was_destroyed(stage, device, tmp_path):
    (capsule,) = [path for path in (device.folder / "capsules").rglob("*") if path.is_file()][:1]
    whole = capsule.read_bytes()
    assert whole.startswith(b"age-encryption.org/v1")
    kept = tmp_path / "kept"
    os.link(capsule, kept)
    panic(device.folder)
    assert not kept.read_bytes().startswith(b"age-encryption.org/v1")


def test_whoever_is_no_administrator_destroys_the_heads_too(device, tmp_path):
    capsules = [path for path in (device.folder / "capsules").rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in capsules} == {0o400}
    for number, capsule in enumerate(capsules):
        os.link(capsule, tmp_path / f"kept-{number}")
    ordinary = []
    if os.geteuid() == 0:
        ordinary = [require("setpriv"), "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]
    done = subprocess.run(
        [*ordinary, sys.executable, "-m", "witnesskit", "panic", "--vault", str(device.folder)],
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    kept = list(tmp_path.glob("kept-*"))
    assert len(kept) == len(capsules)
    assert not [path for path in kept if path.read_bytes().startswith(b"age-encryption.org")]


def test_what_lies_on_behind_a_link_is_not_told_as_destroyed(device, tmp_path):
    elsewhere = tmp_path / "bigger-disk"
    (device.folder / "capsules").rename(elsewhere)
    (device.folder / "capsules").symlink_to(elsewhere)
    assert panic(device.folder) == 1
    assert not device.folder.exists()
    assert [path for path in elsewhere.rglob("*") if path.is_file()]


def test_heads_of_capsules_then_keys_then_the_log_then_the_rest(device, tmp_path):
    require("strace")
    trace = tmp_path / "trace"
    words = ["strace", "-f", "-qq", "-y", "-e", "trace=fdatasync,unlink,unlinkat", "-o", str(trace)]
    done = subprocess.run(
        [*words, sys.executable, "-m", "witnesskit", "panic", "--vault", str(device.folder)],
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    lines = trace.read_text().splitlines()
    order = [place_of(line) for line in lines if "fdatasync" in line and str(device.folder) in line]
    assert order == sorted(order, key=["capsules", "keys", "custody", "rest"].index)
    assert {"capsules", "keys", "custody", "rest"} == set(order)
    assert "fdatasync" not in "".join(
        lines[next(n for n, line in enumerate(lines) if "unlink" in line and str(device.folder) in line) :]
    )


def place_of(line):
    return next((name for name in ("capsules", "keys", "custody") if f"/{name}/" in line), "rest")


def test_whoever_writes_is_stopped_first(device):
    script = (
        "import fcntl, sys, time\n"
        "lock = open(sys.argv[1], 'r+b'); fcntl.flock(lock, fcntl.LOCK_EX); print('held', flush=True); time.sleep(60)"
    )
    writer = subprocess.Popen(
        [sys.executable, "-c", script, str(device.folder / "lock")], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout.readline() == "held\n"
    panic(device.folder)
    assert writer.wait(10) == -9
    assert not device.folder.exists()


def test_a_vault_that_no_other_command_reads_any_more_is_destroyed_all_the_same(device):
    (device.folder / "vault.toml").write_bytes(b"\xff\xfe not toml")
    (device.folder / "state").write_bytes(b"{")
    assert panic(device.folder) == 0
    assert not device.folder.exists()


def test_links_lead_nowhere(device, tmp_path):
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "letter").write_text("mine")
    (device.folder / "keys" / "link").symlink_to(precious / "letter")
    (device.folder / "capsules" / "folder").symlink_to(precious)
    shutil.rmtree(device.folder / "work")
    (device.folder / "work").symlink_to(precious)
    panic(device.folder)
    assert not device.folder.exists()
    assert (precious / "letter").read_text() == "mine"


def test_a_desk_is_not_destroyed_by_mistake(stage):
    before = stage.contents()
    with pytest.raises(PanicAtDesk):
        panic(stage.folder / "desk")
    assert stage.contents() == before
    assert panic(stage.folder / "desk", desk=True) == 0
    assert not (stage.folder / "desk").exists()


def test_it_is_found_as_every_command_finds_it_and_nothing_else_is(device, tmp_path):
    inside = device.folder / "work"
    assert locate(inside, {}) == device.folder.resolve()
    assert locate(tmp_path, {"WITNESSKIT_VAULT": str(device.folder)}) == device.folder.resolve()
    with pytest.raises(NoVault):
        locate(tmp_path, {}, tmp_path)
    with pytest.raises(NoVault):
        locate(tmp_path / "absent", {}, tmp_path / "absent")


def test_the_vault_of_somebody_else_around_this_folder_is_not_taken(device, monkeypatch):
    (device.folder / "vault.toml").write_bytes(b"\xff\xfe not toml")
    with monkeypatch.context() as patch:
        patch.setattr(os, "geteuid", lambda: os.getuid() + 1)
        with pytest.raises(VaultForeign):
            locate(device.folder / "work", {})
        assert locate(device.folder / "work", {}, device.folder) == device.folder  # who names it means it
    assert locate(device.folder / "work", {}) == device.folder
