"""The installed command where its streams are closed, full or no longer read; secrets from pipes; names not repeated."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from witnesskit import limits
from witnesskit.actions.init_vault import VaultWish, confirm_sheet, make_desk, make_field
from witnesskit.actions.invite import InviteWish, write_invite
from witnesskit.actions.trust import trust_add
from witnesskit.cli.options import read_secret
from witnesskit.errors.cli import FileUnreadable
from witnesskit.vault import layout
from witnesskit.vault.state import load_state

COMMAND = f'"{sys.executable}" -m witnesskit'


@pytest.fixture(scope="module")
def trusted(tmp_path_factory) -> Path:
    """A field vault that trusts a desk."""
    folder = tmp_path_factory.mktemp("trusted")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "SCRYPT_LOG_N", 10)
        secret = make_desk(VaultWish(folder / "desk", "lone", "direct", "protect-filmer"))
        confirm_sheet(folder / "desk", secret.passphrase, secret.recovery_sheet)
        invite = folder / "x.wkid"
        digits = write_invite(layout.open_vault(folder / "desk"), secret.passphrase, InviteWish(invite, "device"))
    make_field(VaultWish(folder / "field", "field", "direct", "protect-filmer"), lock_key=False)
    trust_add(layout.open_vault(folder / "field"), invite, digits, "")
    return folder / "field"


def shell(line: str, folder: Path) -> int:
    done = subprocess.run(["/bin/sh", "-c", line], cwd=folder, timeout=120, check=False, capture_output=True)
    return done.returncode


def saved(field: Path) -> int:
    return sum(not one.paper for one in load_state(layout.open_vault(field)).items.values())


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-", ">/dev/full 2>/dev/full"])
def test_a_save_with_closed_or_full_streams_saves_and_says_so(trusted, tmp_path, closed):
    (tmp_path / "brought").write_bytes(b"b" * 3000)
    before = saved(trusted)
    assert shell(f'{COMMAND} add brought --json --vault "{trusted}" {closed}', tmp_path) == 0
    assert saved(trusted) == before + 1


@pytest.mark.parametrize("arguments", ["--help", "status --json", "status", "archive --help"])
def test_a_reader_who_has_gone_is_no_fault(trusted, tmp_path, arguments):
    line = f"{{ {COMMAND} {arguments} 2>&1; echo $? >status; }} | true"
    shell(line, trusted)
    found = (trusted / "status").read_text().strip()
    (trusted / "status").unlink()
    assert found == "0"


@pytest.mark.parametrize("command", ["add {}", "archive --file {}"])
def test_the_name_of_a_file_that_is_not_there_is_not_repeated(trusted, tmp_path, command):
    words = command.format(tmp_path / "IMG_20111216_secret.mp4").split()
    done = subprocess.run(
        [sys.executable, "-m", "witnesskit", *words, "--json", "--vault", trusted],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 2
    assert [error["code"] for error in json.loads(done.stdout)["errors"]] == ["FILE-UNREADABLE"]
    assert "IMG_20111216" not in done.stdout + done.stderr


def test_one_missing_file_does_not_stop_the_others(trusted, tmp_path):
    (tmp_path / "brought").write_bytes(b"c" * 3000)
    before = saved(trusted)
    assert shell(f'{COMMAND} add missing brought --vault "{trusted}"', tmp_path) == 3
    assert saved(trusted) == before + 1


def test_a_secret_comes_from_a_pipe_too(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"AAAA BBBB\nmore\n",))
    writer.start()
    assert read_secret("Passphrase", pipe, "--passphrase-file") == "AAAA BBBB"
    writer.join()


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"x" * 100_000])
def test_what_cannot_hold_a_secret_is_no_fault_of_ours(tmp_path, data):
    path = tmp_path / "file"
    path.write_bytes(data)
    with pytest.raises(FileUnreadable):
        read_secret("Passphrase", path, "--passphrase-file")


def test_an_empty_file_is_an_empty_secret(tmp_path):
    path = tmp_path / "file"
    path.touch()
    assert read_secret("Passphrase", path, "--passphrase-file") == ""
