import subprocess
import sys

import pytest

from tests.vault.cells import field_vault, sealed
from witnesskit.errors.vault import NoRoom, VaultBusy
from witnesskit.limits import FIXED_TIME
from witnesskit.vault import durable, room
from witnesskit.vault.lock import writing

HOLDER = """
import sys, pathlib
from witnesskit.vault import layout, lock
with lock.writing(layout.open_vault(pathlib.Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def vault(tmp_path):
    return field_vault(tmp_path)


def test_room_is_asked_for_before_anything_is_written(vault):
    room.require(vault.path, 0, reserve=0)
    there = room.free(vault.path)
    with pytest.raises(NoRoom, match="MiB are needed"):
        room.require(vault.path, there, reserve=1 << 40)
    assert list(vault.work.iterdir()) == []


def test_held_room_is_really_taken_and_given_back(vault):
    with room.held(vault, 1 << 20) as reserve:
        (file,) = vault.work.iterdir()
        assert file.stat().st_blocks * 512 >= 1 << 20
        reserve.release()
        assert list(vault.work.iterdir()) == []
        reserve.release()
    with pytest.raises(KeyboardInterrupt), room.held(vault, 4096):
        raise KeyboardInterrupt
    assert list(vault.work.iterdir()) == []


def test_one_writer_at_a_time_and_the_lock_dies_with_its_holder(vault):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(vault.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(VaultBusy), writing(vault):
            pass
    finally:
        holder.kill()
        holder.wait()
        holder.stdin.close()
        holder.stdout.close()
    with writing(vault):
        pass


def test_the_lock_is_free_again_after_an_error(vault):
    with pytest.raises(KeyboardInterrupt), writing(vault):
        raise KeyboardInterrupt
    with writing(vault):
        pass


def test_a_folder_that_no_list_names_tells_no_day_either(vault, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "letter").write_bytes(b"mine")
    (vault.path / "link").symlink_to(outside)
    with writing(vault):
        (vault.path / "later").mkdir()
        (vault.path / "later" / "one").write_bytes(b"x")
        (vault.path / "beside").write_bytes(b"x")
    for path in (vault.path, *vault.path.rglob("*")):
        assert path.lstat().st_mtime == FIXED_TIME, path
    assert (outside / "letter").stat().st_mtime != FIXED_TIME


def test_the_lock_leaves_no_times_and_no_half_files(vault):
    (vault.path / ".part-0123").write_bytes(b"half")
    (vault.work / ".part-reserve").write_bytes(b"half")
    (vault.custody / "seen").mkdir()
    (vault.custody / "seen" / ".part-4567").write_bytes(b"half")
    with writing(vault):
        assert not (vault.path / ".part-0123").exists()
        assert not list(vault.path.rglob(".part-*"))
        sealed(vault)
        (vault.custody / "checkpoints").mkdir()
        (vault.custody / "checkpoints" / "1.note").write_bytes(b"note")
        durable.replace(vault.state, b"{}")
    for path in (vault.path, *vault.path.rglob("*")):
        assert path.stat().st_mtime == FIXED_TIME, path
