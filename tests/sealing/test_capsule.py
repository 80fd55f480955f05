"""Capsules: stock tools open them, a cut one gives what verifies, hostile ones are refused."""

import hashlib
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import require
from witnesskit.errors import WitnesskitError
from witnesskit.errors.capsule import (
    BadCapsule,
    CapsuleMemberMissing,
    CapsuleTooBig,
    InnerName,
    InnerShort,
    InnerTrailing,
    InnerType,
)
from witnesskit.errors.formats import BadJson, NewerFormat
from witnesskit.errors.sealing import (
    ChunkDamaged,
    DataAfterEnd,
    DiskFull,
    FileCut,
    HeaderCut,
    NotWritten,
    TailDamaged,
    WrongKey,
)
from witnesskit.formats.capsule import CapsuleHeader, header_bytes, parse_header
from witnesskit.formats.ustar import header, padded_size, slack
from witnesskit.model import Role
from witnesskit.sealing.capsule import CapsuleReader, CapsuleWriter
from witnesskit.sealing.identity import Identity
from witnesskit.sealing.open import open_bytes
from witnesskit.sealing.seal import seal_bytes

RING, RECOVERY = Identity.generate(), Identity.generate()
HEADER = CapsuleHeader("0f" * 16, "a1" * 16, Role.ORIGINAL, 2)
MIB = 1 << 20
MEDIA = os.urandom(2 * MIB + 300_001)


def new(tmp_path, name="capsule"):
    return CapsuleWriter(tmp_path / name, HEADER, [RING.recipient, RECOVERY.recipient])


def filled(tmp_path, media=MEDIA):
    writer = new(tmp_path)
    stream = writer.stream("media/1")
    for start in range(0, len(media), 77_777):
        stream.write(media[start : start + 77_777])
    stream.close()
    writer.add("original.json", b'{"media":[]}')
    return writer, stream


def reader_of(data, keys=(RING,)):
    return CapsuleReader(io.BytesIO(bytes(data)), keys)


@pytest.mark.parametrize("who", [RING, RECOVERY])
def test_age_and_tar_open_it_and_cat_gives_the_file_back(tmp_path, who):
    age, tar = require("age"), require("tar")
    writer, stream = filled(tmp_path)
    writer.close()
    (tmp_path / "key").write_text(who.text + "\n")
    out = tmp_path / "out"
    out.mkdir()
    plain = subprocess.run(
        [age, "-d", "-i", tmp_path / "key", tmp_path / "capsule"], capture_output=True, check=True
    ).stdout
    listing = subprocess.run([tar, "t"], input=plain, capture_output=True, check=True)
    assert listing.stdout.decode().split() == [
        "capsule.json",
        "media/1/000001",
        "media/1/000002",
        "media/1/000003",
        "original.json",
    ]
    subprocess.run([tar, "x", "-C", out], input=plain, check=True)
    joined = subprocess.run("cat media/1/*", shell=True, cwd=out, capture_output=True, check=True).stdout
    assert joined == MEDIA
    assert stream.sha256 == hashlib.sha256(MEDIA).hexdigest()
    assert [(out / f"media/1/00000{n}").stat().st_size for n in (1, 2, 3)] == [MIB, MIB, 300_001]
    assert (out / "capsule.json").read_bytes() == header_bytes(HEADER)


def test_what_is_returned_is_what_lies_there(tmp_path):
    writer, _ = filled(tmp_path)
    sealed = writer.close()
    status = (tmp_path / "capsule").stat()
    data = (tmp_path / "capsule").read_bytes()
    assert (sealed.size, sealed.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert (sealed.id, sealed.item, sealed.role, sealed.part) == (HEADER.id, HEADER.item, HEADER.role, HEADER.part)
    assert (status.st_mode & 0o777, status.st_mtime, status.st_atime) == (0o600, 0, 0)
    reader = reader_of(data)
    assert (reader.header, reader.complete, reader.failure) == (HEADER, True, None)
    assert reader.names() == ("capsule.json", "media/1", "original.json")
    assert reader.stream("media/1").readall() == MEDIA
    assert reader.stream("media/1").read_at(MIB - 3, 6) == MEDIA[MIB - 3 : MIB + 3]
    assert reader.read("original.json") == b'{"media":[]}'
    with pytest.raises(CapsuleMemberMissing):
        reader.read("record.json")
    with pytest.raises(CapsuleTooBig):
        reader.read("media/1", max_size=MIB)
    with pytest.raises(WrongKey):
        reader_of(data, [Identity.generate()])


@pytest.mark.parametrize("size", [0, 1, 60_000, 65_000, 200_000, MIB - 2000, MIB])
def test_sizes_tell_only_their_class(tmp_path, size):
    writer = new(tmp_path)
    writer.add("record.json", b"x" * size)
    writer.close()
    plain = open_bytes((tmp_path / "capsule").read_bytes(), [RING])
    content = 512 + 512 + 512 + size + slack(size) + 1024
    assert len(plain) == padded_size(content)
    assert not any(plain[content - 1024 :])


def test_a_long_document_goes_in_as_pieces_and_comes_out_whole(tmp_path):
    writer = new(tmp_path)
    document = os.urandom(2 * MIB + 1)
    writer.add("record.json", document)
    writer.close()
    reader = reader_of((tmp_path / "capsule").read_bytes())
    assert reader.names() == ("capsule.json", "record.json")
    assert reader.read("record.json") == document


def test_streams_are_read_back_while_they_are_written(tmp_path):
    writer = new(tmp_path)
    stream = writer.stream("media/1")
    for end in (10, 65_536, 700_000, MIB + 5, len(MEDIA)):
        stream.write(MEDIA[stream.size : end])
        assert writer.reader("media/1").readall() == MEDIA[:end]
        with (tmp_path / "capsule").open("rb") as other:
            outside = CapsuleReader.with_file_key(other, writer.file_key)
            assert outside.stream("media/1").readall() == MEDIA[:end]
            assert not outside.complete
    stream.close()
    second = writer.stream("media/2")
    second.write(b"sound")
    assert writer.reader("media/1").read_at(MIB, 10) == MEDIA[MIB : MIB + 10]
    assert writer.reader("media/2").readall() == b"sound"
    writer.close()
    reader = reader_of((tmp_path / "capsule").read_bytes())
    assert (reader.stream("media/1").readall(), reader.read("media/2")) == (MEDIA, b"sound")
    assert "fill" not in reader.names()


@pytest.mark.parametrize("name", ["../x", "/x", "", "a b", "x" * 95, "media/1/000001"])
def test_no_such_name_is_written(tmp_path, name):
    writer = new(tmp_path)
    with pytest.raises((InnerName, BadCapsule)):
        writer.add(name, b"")
    with pytest.raises((InnerName, BadCapsule)):
        writer.stream(name)
    writer.close()
    assert reader_of((tmp_path / "capsule").read_bytes()).names() == ("capsule.json",)


def test_names_and_streams_are_written_once_and_one_at_a_time(tmp_path):
    writer = new(tmp_path)
    writer.add("stub.json", b"{}")
    stream = writer.stream("media/1")
    for refused in (
        lambda: writer.stream("media/2"),
        lambda: writer.add("stub.json", b""),
        lambda: writer.reader("x"),
        lambda: writer.add("capsule.json", b""),
        lambda: writer.add("media/1", b""),
        lambda: writer.add("fill", b""),
    ):
        with pytest.raises(BadCapsule):
            refused()
    stream.close()
    with pytest.raises(BadCapsule):
        stream.write(b"late")
    with pytest.raises(BadCapsule):
        writer.stream("media/1")


def test_an_existing_file_is_never_written_over(tmp_path):
    (tmp_path / "capsule").write_bytes(b"mine")
    (tmp_path / "link").symlink_to("elsewhere")
    for name in ("capsule", "link"):
        with pytest.raises(NotWritten):
            new(tmp_path, name)
    assert (tmp_path / "capsule").read_bytes() == b"mine"


def test_an_abandoned_capsule_holds_every_byte(tmp_path):
    writer = new(tmp_path)
    writer.add("stub.json", b"{}")
    writer.stream("media/1").write(MEDIA)
    writer.abandon()
    with (tmp_path / "capsule").open("rb") as file:
        reader = CapsuleReader(file, [RECOVERY])
        assert (reader.complete, type(reader.failure)) == (False, FileCut)
        assert (reader.header, reader.read("stub.json"), reader.stream("media/1").readall()) == (HEADER, b"{}", MEDIA)


def test_a_discarded_capsule_is_gone(tmp_path):
    writer, _ = filled(tmp_path)
    writer.discard()
    assert not list(tmp_path.iterdir())


def test_a_cut_capsule_gives_what_verifies(tmp_path):
    writer, _ = filled(tmp_path)
    writer.close()
    data = (tmp_path / "capsule").read_bytes()
    for length in range(70_000, len(data) - 1, 131_071):
        reader = reader_of(data[:length])
        assert not reader.complete and reader.failure
        found = reader.stream("media/1").readall() if "media/1" in reader.names() else b""
        assert MEDIA.startswith(found)
        assert len(found) >= min(len(MEDIA), length - 65_552 - 4000)
    with pytest.raises(TailDamaged):
        reader_of(data[:60_000])
    with pytest.raises(HeaderCut):
        reader_of(data[:100])
    with pytest.raises(DataAfterEnd):
        reader_of(data + b"x")


def test_a_damaged_capsule_gives_the_members_before_and_names_the_damage(tmp_path):
    writer, _ = filled(tmp_path)
    writer.close()
    data = bytearray((tmp_path / "capsule").read_bytes())
    data[500_000] ^= 1  # inside the first piece, far from any header
    reader = reader_of(data)
    assert reader.complete and reader.read("original.json")
    assert reader.stream("media/1").read_at(MIB, 1000) == MEDIA[MIB : MIB + 1000]
    with pytest.raises(ChunkDamaged):
        reader.stream("media/1").readall()
    data[MIB + 1500] ^= 1  # the chunk that holds the second header
    reader = reader_of(data)
    assert not reader.complete and isinstance(reader.failure, ChunkDamaged)
    assert reader.size("media/1") == MIB


KILLED = """
import os, signal, sys
from pathlib import Path
from witnesskit.formats.capsule import CapsuleHeader
from witnesskit.model import Role
from witnesskit.sealing.capsule import CapsuleWriter
writer = CapsuleWriter(Path(sys.argv[1]), CapsuleHeader("0f" * 16, "a1" * 16, Role.ORIGINAL, 2), sys.argv[2:])
stream = writer.stream("media/1")
for number in range(50):
    stream.write(bytes([number]) * 100_000)
if os.environ.get("FLUSH"):
    writer.flush()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(("flush", "lost"), [("", MIB + 131_072), ("1", 65_536)])
def test_a_kill_loses_at_most_what_was_not_flushed(tmp_path, flush, lost):
    env = {**os.environ, "FLUSH": flush, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", KILLED, tmp_path / "capsule", RING.recipient], env=env)
    assert done.returncode == -signal.SIGKILL
    found = reader_of((tmp_path / "capsule").read_bytes()).stream("media/1").readall()
    expected = b"".join(bytes([number]) * 100_000 for number in range(50))
    assert expected.startswith(found)
    assert len(found) >= len(expected) - lost


def test_nothing_given_is_lost_on_a_full_disk(tmp_path, monkeypatch):
    writer = new(tmp_path)
    stream = writer.stream("media/1")
    real, full = writer._sealed._write, [False]

    def write(data):
        if full[0]:
            raise OSError(28, "No space left on device")
        return real(data)

    monkeypatch.setattr(writer._sealed, "_write", write)
    refused = 0
    for number, start in enumerate(range(0, len(MEDIA), 100_000)):
        full[0] = number % 3 == 1 or 8 < number < 25
        try:
            stream.write(MEDIA[start : start + 100_000])
            stream.flush() if number == 10 else None
        except DiskFull:
            refused += 1
    full[0] = True
    with pytest.raises(DiskFull):
        writer.close()
    full[0] = False
    assert refused
    sealed = writer.close()
    data = (tmp_path / "capsule").read_bytes()
    assert hashlib.sha256(data).hexdigest() == sealed.sha256
    assert reader_of(data).stream("media/1").readall() == MEDIA


FIRST = header_bytes(HEADER)


def archive(*members, first=FIRST, size=None, end=bytes(1024)):
    files = ([("capsule.json", first)] if first is not None else []) + list(members)
    plain = b"".join(header(name, len(data)) + data + bytes(slack(len(data))) for name, data in files) + end
    return seal_bytes(plain.ljust(padded_size(len(plain)) if size is None else size, b"\0"), [RING.recipient])


def edited(**changes):
    good = {"format": "witnesskit.capsule/1", "id": "0f" * 16, "item": "a1" * 16, "role": "record", "part": 1}
    value = {key: entry for key, entry in {**good, **changes}.items() if entry is not ...}
    return json.dumps(value).encode()


HOSTILE = {
    "not a tar": (seal_bytes(b"x" * 65536, [RING.recipient]), WitnesskitError),
    "empty": (seal_bytes(b"", [RING.recipient]), InnerShort),
    "only zeros": (seal_bytes(bytes(65536), [RING.recipient]), BadCapsule),
    "another first file": (archive(("record.json", b"{}"), first=None), BadCapsule),
    "first file twice": (archive(("capsule.json", b"{}")), InnerName),
    "a document twice": (archive(("x", b""), ("x", b"")), InnerName),
    "a piece twice": (archive(("m/000001", b""), ("m/000001", b"")), InnerName),
    "a piece missing": (archive(("m/000001", b""), ("m/000003", b"")), InnerName),
    "pieces not from one": (archive(("m/000002", b"")), InnerName),
    "document and stream of one name": (archive(("m", b""), ("m/000001", b"")), InnerName),
    "a member above 1 MiB": (archive(("x", bytes(MIB + 1))), CapsuleTooBig),
    "no end": (archive(("x", b""), end=b"", size=2048 - 512), InnerShort),
    "too little padding": (archive(size=4096), InnerTrailing),
    "too much padding": (archive(size=81920), InnerTrailing),
    "bytes in the padding": (archive(end=bytes(9000) + b"x"), InnerTrailing),
    "no JSON": (archive(first=b"{"), BadJson),
    "duplicate key": (archive(first=b'{"id":"","id":""}'), BadJson),
    "an array": (archive(first=b"[]"), BadCapsule),
    "a long first file": (archive(first=b" " * 5000), BadCapsule),
    "newer": (archive(first=edited(format="witnesskit.capsule/2", more=1)), NewerFormat),
    "foreign": (archive(first=edited(format="tar")), BadCapsule),
    "no format": (archive(first=edited(format=...)), BadCapsule),
    "no id": (archive(first=edited(id=...)), BadCapsule),
    "another key": (archive(first=edited(note="x")), BadCapsule),
    "id in capitals": (archive(first=edited(id="0F" * 16)), BadCapsule),
    "item as path": (archive(first=edited(item="../" + "0" * 29)), BadCapsule),
    "id as number": (archive(first=edited(id=5)), BadCapsule),
    "another role": (archive(first=edited(role="copy")), BadCapsule),
    "role as list": (archive(first=edited(role=["record"])), BadJson),
    "part zero": (archive(first=edited(part=0)), BadCapsule),
    "part true": (archive(first=edited(part=True)), BadCapsule),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_capsule_is_refused(name):
    data, expected = HOSTILE[name]
    with pytest.raises(expected):
        reader_of(data)


def test_a_link_in_a_capsule_is_refused():
    block = bytearray(header("x", 0))
    block[156:157] = b"2"
    block[148:156] = b"%06o\0 " % (sum(block[:148]) + sum(block[156:]) + 256)
    plain = header("capsule.json", len(header_bytes(HEADER))) + header_bytes(HEADER).ljust(512, b"\0") + block
    with pytest.raises(InnerType):
        reader_of(seal_bytes(plain.ljust(65536, b"\0"), [RING.recipient]))


def test_unknown_names_are_listed_and_not_trusted():
    reader = reader_of(archive(("later/thing.bin", b"?")))
    assert reader.names() == ("capsule.json", "later/thing.bin")
    assert reader.read("later/thing.bin") == b"?"


def test_the_first_file_is_read_as_written():
    assert parse_header(header_bytes(HEADER)) == HEADER
    assert header_bytes(HEADER) == (
        b'{"format":"witnesskit.capsule/1","id":"'
        + b"0f" * 16
        + b'","item":"'
        + b"a1" * 16
        + b'","part":2,"role":"original"}\n'
    )


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_change_inside_is_refused_or_content(data):
    plain = bytearray(open_bytes(archive(("media/1/000001", b"x" * 700)), [RING]))
    place = data.draw(st.integers(0, 4000))
    plain[place] ^= data.draw(st.integers(1, 255))
    try:
        reader = reader_of(seal_bytes(bytes(plain), [RING.recipient]))
    except WitnesskitError:
        return
    assert 512 <= place < 512 + 143 or 1536 <= place < 1536 + 700
    assert reader.complete
