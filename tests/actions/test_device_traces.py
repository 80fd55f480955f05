"""What a computer keeps by itself, told from copies of /proc and /sys; and what the policy makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.actions.stage import make_stage
from witnesskit.actions import device_check, device_traces, doctor
from witnesskit.actions.device_traces import Computer, indexes, traces
from witnesskit.actions.finding import LOOK, OK, Finding
from witnesskit.actions.init_vault import VaultWish, make_field
from witnesskit.errors.policy import DeviceKeepsTraces
from witnesskit.jail.own_memory import keep_own_memory
from witnesskit.vault import layout

HEAD = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
QUIET = {"proc/swaps": HEAD, "proc/cmdline": "root=/dev/sda1", "proc/sys/kernel/core_pattern": "core"}
AWAKE = {"sys/power/state": "freeze mem disk\n", "sys/power/disk": "[platform] shutdown reboot\n"}
CRYPT = "CRYPT-LUKS2-0123-luks\n"


def computer(tmp_path: Path, files: dict[str, str | None]) -> Computer:
    for name, text in (QUIET | files).items():
        if text is not None:
            path = tmp_path / "root" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    (tmp_path / "home").mkdir()
    return Computer(tmp_path / "root", tmp_path / "home")


def state(found: tuple[Finding, ...], name: str) -> str:
    (one,) = [one for one in found if one.name == name]
    assert bool(one.next) is (one.state != OK)
    return one.state


SWAPS = {
    "none": ({}, OK),
    "not told": ({"proc/swaps": None}, LOOK),
    "a partition": ({"proc/swaps": HEAD + "/dev/sda2 partition 9 0 -2\n"}, LOOK),
    "an encrypted one": (
        {"proc/swaps": HEAD + "/dev/dm-1 partition 9 0 -2\n", "sys/class/block/dm-1/dm/uuid": CRYPT},
        OK,
    ),
    "a volume on an encrypted one": (
        {
            "proc/swaps": HEAD + "/dev/dm-2 partition 9 0 -2\n",
            "sys/class/block/dm-2/dm/uuid": "LVM-abc",
            "sys/class/block/dm-2/slaves/dm-1/x": "",
            "sys/class/block/dm-1/dm/uuid": CRYPT,
        },
        OK,
    ),
    "a volume on an encrypted one and on another": (
        {
            "proc/swaps": HEAD + "/dev/dm-2 partition 9 0 -2\n",
            "sys/class/block/dm-2/slaves/dm-1/x": "",
            "sys/class/block/dm-2/slaves/sdb1/x": "",
            "sys/class/block/dm-1/dm/uuid": CRYPT,
        },
        LOOK,
    ),
    "volumes in a ring": (
        {
            "proc/swaps": HEAD + "/dev/dm-2 partition 9 0 -2\n",
            "sys/class/block/dm-2/slaves/dm-3/x": "",
            "sys/class/block/dm-3/slaves/dm-2/x": "",
        },
        LOOK,
    ),
    "compressed memory": ({"proc/swaps": HEAD + "/dev/zram0 partition 9 0 100\n"}, OK),
    "compressed memory over a disk": (
        {"proc/swaps": HEAD + "/dev/zram0 partition 9 0 100\n", "sys/class/block/zram0/backing_dev": "/dev/sda3\n"},
        LOOK,
    ),
    "one closed, one open": (
        {"proc/swaps": HEAD + "/dev/zram0 partition 9 0 100\n/dev/sda2 partition 9 0 -2\n"},
        LOOK,
    ),
    "a file on an encrypted disk": (
        {
            "proc/swaps": HEAD + "/swap\\040file file 9 0 -2\n",
            "proc/self/mountinfo": "22 1 253:0 / / rw - ext4 /dev/dm-0 rw\n30 22 8:1 / /boot rw - ext4 /dev/sda1 rw\n",
            "sys/dev/block/253:0/dm/uuid": CRYPT,
        },
        OK,
    ),
    "a file on another disk": (
        {
            "proc/swaps": HEAD + "/boot/swap file 9 0 -2\n",
            "proc/self/mountinfo": "22 1 253:0 / / rw - ext4 /dev/dm-0 rw\n30 22 8:1 / /boot rw - ext4 /dev/sda1 rw\n",
            "sys/dev/block/253:0/dm/uuid": CRYPT,
        },
        LOOK,
    ),
    "a file nobody knows where": ({"proc/swaps": HEAD + "/swap file 9 0 -2\n"}, LOOK),
    "half a line": ({"proc/swaps": HEAD + "/dev/sda2\n"}, LOOK),
}


@pytest.mark.parametrize("name", SWAPS)
def test_swap(tmp_path, name):
    files, wanted = SWAPS[name]
    assert state(traces(computer(tmp_path, files), None), "swap") == wanted


SLEEPS = {
    "a system that cannot": ({"sys/power/state": "freeze mem\n"}, OK),
    "one that may and is not set up": (AWAKE, OK),
    "switched off by the kernel": (AWAKE | {"sys/power/disk": "[disabled]\n", "sys/power/resume": "8:2\n"}, OK),
    "no device": (AWAKE | {"sys/power/resume": "0:0\n"}, OK),
    "a device in clear": (AWAKE | {"sys/power/resume": "8:2\n"}, LOOK),
    "an encrypted device": (AWAKE | {"sys/power/resume": "253:1\n", "sys/dev/block/253:1/dm/uuid": CRYPT}, OK),
    "asked for at the start": (AWAKE | {"proc/cmdline": "quiet resume=UUID=1234\n"}, LOOK),
    "asked for and taken back": (AWAKE | {"proc/cmdline": "resume=/dev/sda2 noresume\n"}, OK),
}


@pytest.mark.parametrize("name", SLEEPS)
def test_hibernation(tmp_path, name):
    files, wanted = SLEEPS[name]
    assert state(traces(computer(tmp_path, files), None), "hibernation") == wanted


@pytest.mark.parametrize(("kept", "wanted"), [(True, OK), (False, LOOK)])
@pytest.mark.parametrize("pattern", ["core", "|/usr/lib/systemd/systemd-coredump %P", None])
def test_core_dumps(tmp_path, monkeypatch, pattern, kept, wanted):
    monkeypatch.setattr(device_traces, "is_kept", lambda: kept)
    found = traces(computer(tmp_path, {"proc/sys/kernel/core_pattern": pattern}), None)
    assert state(found, "core dumps") == wanted
    assert ("handler" in found[2].sentence + found[2].next) is (not kept or (pattern or "").startswith("|"))


def test_this_process_keeps_its_memory_once_it_was_told_to():
    keep_own_memory()
    assert device_traces.is_kept()


@pytest.mark.parametrize("mark", [mark for _name, marks in device_traces._INDEXERS for mark in marks])
def test_an_index_of_the_home_that_holds_the_vault(tmp_path, mark):
    told = computer(tmp_path, {})
    vault = tmp_path / "home" / "videos" / "vault"
    vault.mkdir(parents=True)
    assert indexes(told, vault).state == OK
    (tmp_path / "home" / mark).mkdir(parents=True)
    assert indexes(told, vault).state == LOOK
    (tmp_path / "way").symlink_to(vault)
    assert indexes(told, tmp_path / "way").state == LOOK
    assert indexes(told, tmp_path / "elsewhere").state == OK
    assert indexes(Computer(tmp_path / "root", None), vault).state == OK


def test_no_sentence_names_a_place(tmp_path):
    files = {"proc/swaps": HEAD + "/dev/sda2 partition 9 0 -2\n", **AWAKE, "sys/power/resume": "8:2\n"}
    told = computer(tmp_path, files)
    (tmp_path / "home" / ".cache" / "thumbnails").mkdir(parents=True)
    for one in traces(told, tmp_path / "home" / "vault"):
        assert str(tmp_path) not in one.sentence + one.next
        assert "sda2" not in one.sentence


@pytest.fixture
def noisy(tmp_path, monkeypatch) -> Computer:
    told = computer(tmp_path, {"proc/swaps": HEAD + "/dev/sda2 partition 9 0 -2\n"})
    monkeypatch.setattr(device_check, "Computer", lambda: told)
    monkeypatch.setattr(doctor, "Computer", lambda: told)
    return told


def test_hostile_saves_nothing_on_a_computer_that_keeps_traces(tmp_path, noisy, monkeypatch):
    with pytest.raises(DeviceKeepsTraces, match="swap"):
        make_field(VaultWish(tmp_path / "v", "field", "direct", "hostile"), lock_key=False)
    assert not (tmp_path / "v").exists()
    (tmp_path / "stage").mkdir()
    stage = make_stage(tmp_path / "stage")
    device = stage.device("a")
    (stage.folder / "a.txt").write_text("a" * 100)
    device.add(stage.folder / "a.txt")  # protect-filmer only warns
    vault = device.vault
    layout.with_config(vault, policy="hostile")
    before = {path: path.read_bytes() for path in (vault.path / "capsules").rglob("*") if path.is_file()}
    with pytest.raises(DeviceKeepsTraces, match="swap"):
        device.add(stage.folder / "a.txt")
    assert {p: p.read_bytes() for p in (vault.path / "capsules").rglob("*") if p.is_file()} == before
    keep_own_memory()
    (noisy.root / "proc" / "swaps").write_text(HEAD)
    device.add(stage.folder / "a.txt")
    assert len([p for p in (vault.path / "capsules").rglob("*") if p.is_file()]) > len(before)


def test_doctor_tells_it_too(noisy):
    assert [one.state for one in doctor.doctor(None) if one.name == "swap"] == [LOOK]
