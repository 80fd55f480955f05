"""Lock: who has the vault open ends, gracefully if it can; nothing is lost, and nothing of a key stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.journeys.program import PASSPHRASE_FILE, WAIT
from witnesskit.actions import lock_vault
from witnesskit.actions.holders import holders
from witnesskit.actions.panic import panic
from witnesskit.errors.actions import StillOpen
from witnesskit.vault.layout import open_vault

UNLOCK = ("--vault", "desk", "--passphrase-file", f"sec/{PASSPHRASE_FILE}")
PIPES = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
HOLDER = """
import fcntl, os, signal, sys, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
lock = os.open(sys.argv[1], os.O_RDONLY)
fcntl.flock(lock, fcntl.LOCK_SH if os.path.isdir(sys.argv[1]) else fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(100)
"""


def until(told) -> None:
    deadline = time.monotonic() + WAIT
    while not told():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def stubborn(path: Path) -> subprocess.Popen:
    found = subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, text=True)
    assert found.stdout.readline() == "held\n"
    return found


def test_a_capture_ends_as_after_ctrl_c_and_the_vault_is_free(own, site):
    site.reset()
    process = own.start("archive", "--allow-local", "--vault", "field", "--json", **PIPES)
    process.stdin.write(f"{site.url}/p/slow.html\n".encode())
    process.stdin.close()
    until(lambda: site.times["/m/slow.mp4"])
    time.sleep(0.7)  # some of the film is on its way
    locked = own.ok("lock", "--vault", "field", "--json").json()
    assert (locked["state"], locked["counts"]) == ("locked", {"ended": 1, "killed": 0})
    assert process.wait(WAIT) == 130, process.stderr.read()
    assert b'"outcome": "partial"' in process.stdout.read()
    counts = own.ok("status", "--vault", "field", "--json").json()["counts"]
    assert (counts["items"], counts["interrupted"]) == (1, 0)
    again = own.ok("lock", "--vault", "field", "--json").json()
    assert again["counts"] == {"ended": 0, "killed": 0}
    assert again["passphrase"] is False


def test_who_only_waits_with_the_passphrase_in_memory_ends_too(own, site):
    site.reset()
    own.desk("watch", "add", f"{site.url}/p/good.html", "--allow-local")
    process = own.start("watch", "run", "--allow-local", *UNLOCK, **PIPES)
    until(lambda: site.times["/p/good.html"])
    until(lambda: holders(own.path / "desk") == {process.pid} and not _writes(own.path / "desk"))
    locked = own.ok("lock", "--vault", "desk", "--json").json()
    assert (locked["counts"], locked["passphrase"]) == ({"ended": 1, "killed": 0}, True)
    assert process.wait(WAIT) == 0, process.stderr.read()
    own.desk("watch", "run", "--once", "--allow-local")


def _writes(vault: Path) -> bool:
    """Whether somebody holds the file of the writer now."""
    done = subprocess.run(["flock", "-n", str(vault / "lock"), "true"], check=False)
    return done.returncode != 0


@pytest.mark.parametrize("name", ["lock", ""])
def test_who_does_not_end_is_killed_and_the_vault_told_free(own, name, monkeypatch):
    monkeypatch.setattr(lock_vault, "_GRACE", 0.3)
    process = stubborn(own.path / "field" / name)
    told = []
    begun = time.monotonic()
    done = lock_vault.lock_vault(open_vault(own.path / "field"), lambda count: told.append((count, time.monotonic())))
    assert process.wait(WAIT) == -signal.SIGKILL
    assert (done.ended, done.killed) == (0, 1)
    assert told[0][0] == 1
    assert told[0][1] - begun < 1.0  # the first effect


def test_another_user_s_process_is_said_to_be_there_still(own, monkeypatch):
    process = stubborn(own.path / "field" / "lock")

    def refused(_process, _signal):
        raise PermissionError

    monkeypatch.setattr(os, "kill", refused)
    with pytest.raises(StillOpen):
        lock_vault.lock_vault(open_vault(own.path / "field"), lambda _count: None)
    monkeypatch.undo()
    process.kill()
    process.wait(WAIT)


def test_what_a_crash_left_half_written_is_swept(own):
    left = own.path / "field" / "work" / ".part-0123"
    left.write_bytes(b"half")
    own.ok("lock", "--vault", "field")
    assert not left.exists()


def test_another_vault_s_commands_go_on(own):
    process = stubborn(own.path / "locked" / "lock")
    assert own.ok("lock", "--vault", "field", "--json").json()["counts"] == {"ended": 0, "killed": 0}
    assert process.poll() is None
    process.kill()
    process.wait(WAIT)


def test_panic_ends_who_only_waits(own):
    process = stubborn(own.path / "field")
    panic(own.path / "field")
    assert process.wait(WAIT) == -signal.SIGKILL
    assert not (own.path / "field").exists()


def test_the_memory_of_a_running_command_is_its_own(own, site):
    """Undumpable: its files in /proc belong to root, and a handler of cores gets nothing. No core by the limit either."""
    site.reset()
    process = own.start("archive", "--allow-local", "--vault", "field", **PIPES)
    process.stdin.write(f"{site.url}/hang\n".encode())
    process.stdin.close()
    until(lambda: site.times["/hang"])
    limits = Path(f"/proc/{process.pid}/limits").read_text()
    (core,) = [line for line in limits.splitlines() if line.startswith("Max core file size")]
    assert core.split()[4:6] == ["0", "0"]
    process.send_signal(signal.SIGINT)
    process.wait(WAIT)
    script = (
        "from witnesskit.jail.own_memory import is_kept, keep_own_memory as k; a=is_kept(); k(); print(a, is_kept())"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split()[1] == "True"
    seen = "from witnesskit.cli.main import run; run(['policy', 'lint', __import__('sys').argv[1]]);"
    seen += "from witnesskit.jail.own_memory import is_kept; print(is_kept())"
    policy = Path(__file__).resolve().parents[2] / "policies" / "court.toml"
    done = subprocess.run([sys.executable, "-c", seen, str(policy)], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "True"
