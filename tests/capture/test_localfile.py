import os

import pytest

from witnesskit.capture.localfile import open_local
from witnesskit.errors.capture import NotAFile
from witnesskit.errors.cli import FileUnreadable


def test_a_file_is_read_whole_with_its_name_size_and_times(tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(os.urandom(2_500_000))
    os.utime(path, (1_324_108_800, 1_324_108_800))
    with open_local(path) as source:
        data = b"".join(source.blocks())
        assert (source.name, source.size, data) == ("clip.mp4", 2_500_000, path.read_bytes())
        assert source.unchanged(len(data)) and not source.unchanged(len(data) - 1)
        times = source.times()
    assert times["modified"] == "2011-12-17T08:00:00Z"
    assert set(times) <= {"modified", "changed", "born"} and all(len(one) == 20 for one in times.values())


@pytest.mark.parametrize("change", ["longer", "shorter", "other", "touched"])
def test_a_change_while_it_is_read_is_seen(tmp_path, change):
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"a" * 1000)
    with open_local(path) as source:
        if change == "longer":
            path.write_bytes(b"a" * 1001)
        elif change == "shorter":
            os.truncate(path, 10)
        elif change == "other":
            path.write_bytes(b"b" * 1000)
        os.utime(path, (1, 1))
        assert not source.unchanged(1000)


def test_the_file_itself_is_not_touched(tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"a" * 1000)
    before = path.stat()
    with open_local(path) as source:
        list(source.blocks())
    after = path.stat()
    assert (before.st_mtime_ns, before.st_ctime_ns, before.st_ino) == (
        after.st_mtime_ns,
        after.st_ctime_ns,
        after.st_ino,
    )


@pytest.mark.parametrize("kind", ["folder", "link", "pipe", "device"])
def test_what_is_no_ordinary_file_is_refused(tmp_path, kind):
    path = tmp_path / "thing"
    if kind == "folder":
        path.mkdir()
    elif kind == "link":
        (tmp_path / "real").write_bytes(b"x")
        path.symlink_to(tmp_path / "real")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path = type(path)("/dev/zero")
    with pytest.raises(NotAFile), open_local(path):
        pass


def test_a_missing_file_is_unreadable_and_its_name_is_not_repeated(tmp_path):
    with pytest.raises(FileUnreadable) as caught, open_local(tmp_path / "secret-name.mp4"):
        pass
    assert "secret" not in str(caught.value)


def test_an_empty_file_is_a_file(tmp_path):
    (tmp_path / "empty").touch()
    with open_local(tmp_path / "empty") as source:
        assert list(source.blocks()) == [] and source.unchanged(0)
