"""The writer counts every write, loses nothing on a full disk, and can be read back while it writes."""

import errno
import hashlib
import io
import os
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from witnesskit.errors.sealing import DiskFull, NotReadable, NotWritten
from witnesskit.sealing.identity import Identity
from witnesskit.sealing.open import open_bytes, open_sealed, open_with_file_key
from witnesskit.sealing.seal import SealedWriter, seal_bytes

ME = Identity.generate()
CHUNK = 65536


class Disk:
    """A raw sink that takes what fits, in pieces of uneven size, and refuses the rest as a disk would."""

    def __init__(self, room, *, seed=0, error=errno.ENOSPC):
        self.held = bytearray()
        self.room = room
        self.error = error
        self.pick = random.Random(seed)

    def write(self, data):
        if self.room == len(self.held):
            raise OSError(self.error, "refused")
        count = min(self.pick.randint(1, len(data)), self.room - len(self.held))
        self.held += data[:count]
        return count


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 3 * CHUNK), max_size=6), st.integers(0, 9))
def test_short_writes_are_continued_and_counted(sizes, seed):
    disk = Disk(1 << 40, seed=seed)
    writer = SealedWriter(disk, [ME.recipient])
    given_data = bytearray()
    for size in sizes:
        piece = os.urandom(size)
        given_data += piece
        assert writer.write(piece) == size
    writer.close()
    assert open_bytes(bytes(disk.held), [ME]) == given_data
    assert (writer.size, writer.sealed_size) == (len(given_data), len(disk.held))
    assert writer.sealed_sha256 == hashlib.sha256(disk.held).hexdigest()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2_200_000), st.integers(0, 9))
def test_nothing_is_lost_when_the_disk_is_full_and_then_is_not(room, seed):
    disk = Disk(room, seed=seed)
    writer = SealedWriter(disk, [ME.recipient])
    data = os.urandom(2_000_001)
    refused = 0
    for start in range(0, len(data), 300_000):
        try:
            writer.write(data[start : start + 300_000])
            writer.flush()
        except DiskFull:
            refused += 1
    try:
        writer.close()
    except DiskFull:
        refused += 1
        if room > 300:
            kept = open_with_file_key(io.BytesIO(disk.held), writer.file_key, unfinished=True)
            assert data.startswith(kept.readall())
        disk.room = 1 << 40
        writer.close()
    assert refused == 0 or room < 2_001_000
    assert open_bytes(bytes(disk.held), [ME]) == data
    assert writer.sealed_sha256 == hashlib.sha256(disk.held).hexdigest()


def test_dev_full_is_a_full_disk():
    with Path("/dev/full").open("wb", buffering=0) as full:
        writer = SealedWriter(full.fileno(), [ME.recipient])
        writer.write(b"small")
        with pytest.raises(DiskFull):
            writer.flush()
        with pytest.raises(DiskFull):
            writer.close()


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_no_room_has_several_names(code):
    with pytest.raises(DiskFull):
        SealedWriter(Disk(0, error=code), [ME.recipient]).close()


def test_other_refusals_are_told_apart():
    with pytest.raises(NotWritten):
        SealedWriter(Disk(0, error=errno.EIO), [ME.recipient]).close()

    class Nothing:
        def write(self, data):
            return 0

    with pytest.raises(NotWritten):
        SealedWriter(Nothing(), [ME.recipient]).close()
    with pytest.raises(NotWritten):
        SealedWriter(-1, [ME.recipient]).close()


def test_closing_twice_writes_once():
    disk = Disk(1 << 30)
    writer = SealedWriter(disk, [ME.recipient])
    writer.close()
    size = len(disk.held)
    writer.close()
    assert len(disk.held) == size


def test_a_file_is_read_back_while_it_is_written(tmp_path):
    data = os.urandom(1_500_000)
    with (tmp_path / "sealed").open("w+b", buffering=0) as file:
        writer = SealedWriter(file, [ME.recipient])
        for start in range(0, len(data), 111_111):
            writer.write(data[start : start + 111_111])
            writer.flush()
            reader = open_with_file_key(file, writer.file_key, unfinished=True)
            given_so_far = min(len(data), start + 111_111)
            assert given_so_far - CHUNK <= reader.size <= given_so_far
            assert not reader.complete
            assert reader.read_at(reader.size // 2, 1000) == data[reader.size // 2 : reader.size][:1000]
            assert reader.readall() == data[: reader.size]
        writer.close()
        assert open_with_file_key(file, writer.file_key, unfinished=True).complete
        assert open_sealed(file, [ME]).readall() == data


DATA = os.urandom(20 * CHUNK + 12345)
SEALED = seal_bytes(DATA, [ME.recipient])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(DATA) + 9), st.integers(0, 3 * CHUNK), st.sampled_from("rsi")), max_size=8)
)
def test_seeking_reads_what_slicing_reads(steps):
    reader = open_sealed(io.BytesIO(SEALED), [ME])
    plain = io.BytesIO(DATA)
    for place, length, kind in steps:
        if kind == "r":
            assert reader.read_at(place, length) == DATA[place : place + length]
            continue
        assert reader.seek(place) == plain.seek(place)
        if kind == "s":
            assert reader.read(length) == plain.read(length)
        else:
            buffer = bytearray(length)
            count = reader.readinto(buffer)
            assert buffer[:count] == plain.read(count)
            assert count or not length or place >= len(DATA)
        assert reader.tell() == plain.tell()


def test_a_reader_is_a_file_for_those_who_need_one():
    reader = open_sealed(io.BytesIO(SEALED), [ME])
    assert (reader.size, reader.seek(-5, os.SEEK_END), reader.read()) == (len(DATA), len(DATA) - 5, DATA[-5:])
    assert reader.seek(-5, os.SEEK_CUR) == len(DATA) - 5
    assert io.BufferedReader(open_sealed(io.BytesIO(SEALED), [ME])).read() == DATA
    assert reader.readable() and reader.seekable() and not reader.writable()
    with pytest.raises(NotReadable):
        reader.seek(-1)
    assert reader.read_at(len(DATA) + 100, 5) == b""


def test_a_sealed_file_inside_a_sealed_file_is_read_at_any_place():
    inner = open_sealed(open_sealed(io.BytesIO(seal_bytes(SEALED, [ME.recipient])), [ME]), [ME])
    assert inner.read_at(777_777, 99) == DATA[777_777:][:99]


def test_a_medium_that_fails_is_named(tmp_path):
    with (tmp_path / "sealed").open("w+b") as file:
        file.write(SEALED)
        file.flush()
        reader = open_sealed(file, [ME])
    with pytest.raises(NotReadable):
        reader.read(1)

    class Torn(io.BytesIO):
        def read(self, size=-1):
            raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(NotReadable):
        open_sealed(Torn(SEALED), [ME])
