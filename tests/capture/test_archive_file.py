"""A zip file of strangers: what it lists is read as far as it is true, and never written anywhere."""

from __future__ import annotations

import random
import zipfile
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from witnesskit.capture.archive_file import Archive, is_zip
from witnesskit.capture.localfile import open_local
from witnesskit.errors.capture import BadArchive

FILM = random.Random(1).randbytes(3_000_000)


@contextmanager
def archive(path, members, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as out:
        for name, data in members.items():
            out.writestr(name, data)
    with open_local(path) as source:
        yield Archive(source)


def test_members_are_given_byte_for_byte(tmp_path):
    with archive(tmp_path / "a.zip", {"DCIM/film.mp4": FILM, "note.txt": b"from the square"}) as found:
        assert [(one.number, one.base, one.size, one.reason) for one in found.members] == [
            (1, "film.mp4", len(FILM), ""), (2, "note.txt", 15, ""),
        ]  # fmt: skip
        assert b"".join(found.blocks(found.members[0])) == FILM
        assert found.read(found.members[1], 100) == b"from the square"
        with pytest.raises(BadArchive):
            found.read(found.members[1], 14)


def test_names_that_lead_elsewhere_are_only_names(tmp_path):
    with archive(tmp_path / "a.zip", {"../../etc/passwd": b"x", "/root/x": b"y"}) as found:
        assert [found.read(one, 10) for one in found.members] == [b"x", b"y"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip"]


def test_a_member_that_becomes_many_bytes_is_given_a_little_at_a_time(tmp_path):
    with archive(tmp_path / "a.zip", {"zeros": bytes(50_000_000)}) as found:
        sizes = [len(block) for block in found.blocks(found.members[0])]
    assert sum(sizes) == 50_000_000
    assert max(sizes) <= 1 << 20


def test_a_member_that_says_to_become_more_than_its_packing_can_is_a_bomb(tmp_path):
    path = tmp_path / "a.zip"
    with archive(path, {"zeros": bytes(1_000_000)}):
        pass
    data = path.read_bytes()
    place = data.rindex(b"PK\x01\x02") + 24
    path.write_bytes(data[:place] + (2_000_000_000).to_bytes(4, "little") + data[place + 4 :])
    with open_local(path) as source:
        found = Archive(source)
        assert found.members[0].reason == "bomb"
        with pytest.raises(BadArchive, match="bomb"):
            list(found.blocks(found.members[0]))


def test_a_list_that_lies_about_the_length_gives_no_more_than_it_says(tmp_path):
    path = tmp_path / "a.zip"
    with archive(path, {"a": b"a" * 1000}, zipfile.ZIP_STORED):
        pass
    data = path.read_bytes()
    place = data.rindex(b"PK\x01\x02") + 24
    path.write_bytes(data[:place] + (10).to_bytes(4, "little") + data[place + 4 :])
    with open_local(path) as source, pytest.raises(BadArchive):
        found = Archive(source)
        list(found.blocks(found.members[0]))


def test_an_encrypted_member_is_told(tmp_path):
    path = tmp_path / "a.zip"
    with archive(path, {"a": b"secret"}):
        pass
    data = bytearray(path.read_bytes())
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with open_local(path) as source:
        assert Archive(source).members[0].reason == "encrypted"


def test_a_damaged_member_is_refused(tmp_path):
    path = tmp_path / "a.zip"
    with archive(path, {"a": FILM}, zipfile.ZIP_STORED):
        pass
    data = bytearray(path.read_bytes())
    data[1000] ^= 1
    path.write_bytes(data)
    with open_local(path) as source, pytest.raises(BadArchive):
        found = Archive(source)
        list(found.blocks(found.members[0]))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"PK\x05\x06" + bytes(18) * 3, b"not a zip"])
def test_what_is_no_archive_is_refused(tmp_path, data):
    (tmp_path / "a.zip").write_bytes(data)
    with open_local(tmp_path / "a.zip") as source, pytest.raises(BadArchive):
        Archive(source)


def test_an_archive_is_known_by_its_first_bytes():
    assert is_zip(b"PK\x03\x04rest")
    assert not is_zip(b"\xff\xd8\xff")


@settings(max_examples=60)
@given(st.integers(0, 2**32), st.integers(1, 40))
def test_no_change_of_bytes_breaks_the_reader(tmp_path_factory, seed, changes):
    path = tmp_path_factory.mktemp("zip") / "a.zip"
    with archive(path, {"a": b"a" * 5000, "b/c": b"c" * 300}):
        pass
    data, random_ = bytearray(path.read_bytes()), random.Random(seed)
    for _ in range(changes):
        data[random_.randrange(len(data))] = random_.randrange(256)
    path.write_bytes(data)
    try:
        with open_local(path) as source:
            found = Archive(source)
            for member in found.members:
                list(found.blocks(member))
    except BadArchive:
        return
