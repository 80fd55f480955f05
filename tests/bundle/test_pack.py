"""A volume has its name only when it is whole, and nothing else is ever left behind."""

import hashlib
import io
import os
import stat

import pytest

from tests.bundle.given import RECIPIENTS, Shelf, capsule, member, on_disk, plan, three_capsules
from tests.vectors.bundle.parts import DESK, OTHER_SENDER, SENDER, noise
from witnesskit.bundle.pack import write_volume
from witnesskit.bundle.plan import transfer_digest, work_out
from witnesskit.bundle.unpack import open_volume
from witnesskit.errors import ExitStatus, WitnesskitError
from witnesskit.errors.sealing import MixedRecipients
from witnesskit.formats.age import parse_header
from witnesskit.formats.bundle_manifest import ChainHead, TransferOpening
from witnesskit.formats.bundle_members import payload_manifest_sha256
from witnesskit.formats.ustar import padded_size
from witnesskit.limits import STANZAS_SHOWN
from witnesskit.sealing.identity import Identity


def pack(folder, *members, recipients=RECIPIENTS, **changes):
    return write_volume(folder, plan(*members, **changes), recipients, SENDER.sign_note)


def refused(folder, *members, **changes) -> WitnesskitError:
    with pytest.raises(WitnesskitError) as refusal:
        pack(folder, *members, **changes)
    assert list(folder.iterdir()) == []
    return refusal.value


def test_what_goes_in_comes_out(tmp_path):
    head = ChainHead(SENDER.origin, "a" * 64, 7, "A" * 43 + "=")
    chain = member("chain", b"line\n", origin=SENDER.origin)
    openings = (TransferOpening(6, ("WyJ4Il0",)),)
    packed = pack(tmp_path, *three_capsules(), chain, chain=(head,), openings=openings, enrol="7F2K", policy="x@1")
    with packed.path.open("rb") as stream:
        opened = open_volume(stream, [DESK])
        shelf = Shelf()
        unpacked = opened.each(shelf)
    assert unpacked.error is None
    assert shelf.kept == {1: b"line\n", 2: b"", 3: noise("a", 700), 4: noise("b", 70_000)}
    meta = opened.meta
    assert (meta.id, meta.chain, meta.openings, meta.enrol) == (packed.id, (head,), openings, "7F2K")
    assert opened.tags.signer == SENDER.key
    assert opened.tags.meta_sha256 == packed.meta_sha256
    assert packed.members == 4


def test_the_file_tells_nothing_but_its_class(tmp_path):
    packed = pack(tmp_path, *three_capsules())
    assert [path.name for path in tmp_path.iterdir()] == [packed.path.name]
    assert len(packed.path.stem) == 16
    assert set(packed.path.stem) <= set("abcdefghijklmnopqrstuvwxyz234567")
    found = packed.path.stat()
    assert stat.S_IMODE(found.st_mode) == 0o600
    assert found.st_mtime == 946_684_800
    data = packed.path.read_bytes()
    assert packed.size == len(data)
    assert len(parse_header(data).stanzas) == STANZAS_SHOWN


@pytest.mark.parametrize("size", [0, 60_000, 130_000, 2_500_001])
def test_the_size_is_foretold_for_hybrid_recipients_too(tmp_path, size):
    keys = [Identity(bytes([number]) * 32, hybrid=True) for number in (1, 2, 3)]
    recipients = [key.recipient for key in keys]
    made = plan(capsule(noise("x", size)))
    parcel = work_out(made, recipients, SENDER.sign_note)
    packed = write_volume(tmp_path, made, recipients, SENDER.sign_note)
    assert packed.path.stat().st_size == parcel.sealed == packed.size
    for key in keys:
        with packed.path.open("rb") as stream:
            assert open_volume(stream, [key]).each(Shelf()).error is None


def test_no_bundle_is_sealed_to_both_kinds(tmp_path):
    mixed = [DESK.recipient, Identity(bytes(32), hybrid=True).recipient]
    with pytest.raises(MixedRecipients):
        write_volume(tmp_path, plan(*three_capsules()), mixed, SENDER.sign_note)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("size", [0, 1, 60_000, 62_000, 130_000, 1_048_576, 2_500_001])
def test_the_size_is_foretold_to_the_byte_and_is_one_of_four_in_each_octave(tmp_path, size):
    made = plan(capsule(noise("x", size)))
    parcel = work_out(made, RECIPIENTS, SENDER.sign_note)
    packed = write_volume(tmp_path, made, RECIPIENTS, SENDER.sign_note)
    assert packed.path.stat().st_size == parcel.sealed == packed.size
    assert padded_size(parcel.plaintext) == parcel.plaintext
    with packed.path.open("rb") as stream:
        assert open_volume(stream, [DESK]).each(Shelf()).error is None


def test_the_chain_stands_first_and_small_before_large(tmp_path):
    chain = [member("chain", b"x" * 90, origin="wk1/a"), member("checkpoint", b"y", origin="wk1/a")]
    packed = pack(tmp_path, *three_capsules(), *chain)
    with packed.path.open("rb") as stream:
        members = open_volume(stream, [DESK]).members
    assert [one.kind for one in members] == ["chain", "checkpoint", "capsule", "capsule", "capsule"]
    assert [one.size for one in members][2:] == [0, 700, 70_000]


def test_the_transfer_digest_is_known_before_the_chain_is(tmp_path):
    early = transfer_digest([three_capsules()], chain_members=2)
    chain = [member("chain", b"x" * 90, origin="wk1/a"), member("checkpoint", b"y", origin="wk1/a")]
    packed = pack(tmp_path, *three_capsules(), *chain)
    with packed.path.open("rb") as stream:
        opened = open_volume(stream, [DESK])
    assert payload_manifest_sha256(opened.members) == early
    lines = opened.tags.files["manifest-sha256.txt"].splitlines(keepends=True)
    assert hashlib.sha256(b"".join(lines[2:])).hexdigest() == early


@pytest.mark.parametrize("content", [b"y" * 700, b"x" * 699, b"x" * 701, b"", b"x" * 2_000_000])
def test_a_source_that_is_not_the_planned_one_leaves_nothing(tmp_path, content):
    changed = capsule(b"x" * 700, "changed", content=content)
    refusal = refused(tmp_path, *three_capsules(), changed)
    assert (refusal.code, refusal.status) == ("SOURCE-HASH", ExitStatus.CHANGED)


def test_a_source_that_is_gone_leaves_nothing(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    (gone,) = on_disk(tmp_path, 100)
    (tmp_path / "source-0").unlink()
    refusal = refused(folder, gone)
    assert refusal.code == "NOT-READABLE"
    assert str(tmp_path) not in str(refusal)


def test_nothing_to_pack_is_no_bundle(tmp_path):
    assert refused(tmp_path).code == "NOTHING-TO-PACK"


def test_more_than_one_volume_holds_is_refused_before_writing(tmp_path):
    huge = capsule(b"", "huge")
    huge = type(huge)(**{**vars(huge), "size": 3_800_000_000})
    refusal = refused(tmp_path, huge)
    assert refusal.code == "VOLUME-TOO-LARGE"
    assert "--volume-size" in refusal.hint


def test_no_room_is_told_before_writing_with_both_numbers(tmp_path, monkeypatch):
    there = os.statvfs(tmp_path)

    class Small:
        f_bavail, f_frsize = 10, there.f_frsize

    monkeypatch.setattr(os, "statvfs", lambda _: Small)
    refusal = refused(tmp_path, *three_capsules())
    assert (refusal.code, refusal.status) == ("NO-ROOM", ExitStatus.STORAGE)
    assert f"{10 * there.f_frsize} bytes are free" in str(refusal)


def test_a_medium_that_lies_is_found_by_reading_back(tmp_path, monkeypatch):
    real = os.write

    def lies(descriptor, data):
        damaged = bytearray(data)
        damaged[len(damaged) // 2] ^= 1
        return real(descriptor, damaged)

    monkeypatch.setattr(os, "write", lies)
    assert refused(tmp_path, *three_capsules()).code == "READ-BACK"


def test_a_medium_that_loses_the_end_is_found_by_reading_back(tmp_path, monkeypatch):
    real = os.fsync

    def cuts(descriptor):
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.ftruncate(descriptor, 70_000)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", cuts)
    assert refused(tmp_path, *three_capsules()).code == "READ-BACK"


@pytest.mark.parametrize("call", ["write", "fsync", "rename", "open"])
def test_a_disk_that_refuses_leaves_nothing(tmp_path, monkeypatch, call):
    def refuses(*_args, **_keywords):
        raise OSError(28 if call == "write" else 5, "refused")

    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.rename" if call == "rename" else f"os.{call}", refuses)
        with pytest.raises(WitnesskitError) as refusal:
            pack(tmp_path, *three_capsules())
    assert list(tmp_path.iterdir()) == []
    assert refusal.value.status is ExitStatus.STORAGE


def test_an_interrupt_leaves_nothing(tmp_path):
    class Interrupted(io.BytesIO):
        def readinto(self, _buffer):
            raise KeyboardInterrupt

    stopped = type(capsule(b""))(**{**vars(capsule(b"z")), "open": lambda: Interrupted(b"z")})
    with pytest.raises(KeyboardInterrupt):
        pack(tmp_path, stopped)
    assert list(tmp_path.iterdir()) == []


def test_a_plan_that_would_not_be_read_is_not_written(tmp_path):
    assert refused(tmp_path, capsule(b"x", part=0)).code == "MANIFEST"
    assert refused(tmp_path, capsule(b"x", item="../x")).code == "MANIFEST"
    assert refused(tmp_path, member("media", b"x", name="n" * 1025)).code == "MANIFEST"
    assert refused(tmp_path, capsule(b"x"), counter=0).code == "MANIFEST"
    assert refused(tmp_path, capsule(b"x"), sender=OTHER_SENDER.vkey).code == "SIGNATURE"


def test_the_sender_remembers_a_volume_before_it_has_its_name(tmp_path):
    seen = []

    def remember(packed):
        seen.append((packed, [path.name for path in tmp_path.iterdir()]))

    packed = write_volume(tmp_path, plan(*three_capsules()), RECIPIENTS, SENDER.sign_note, remember=remember)
    assert seen == [(packed, [f"{packed.path.name}.part"])]


def test_a_sender_who_cannot_remember_leaves_no_volume(tmp_path):
    def remember(_packed):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_volume(tmp_path, plan(*three_capsules()), RECIPIENTS, SENDER.sign_note, remember=remember)
    assert list(tmp_path.iterdir()) == []
