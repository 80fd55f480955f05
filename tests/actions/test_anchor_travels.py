"""Evidence of time travels: in invites and receipts to the field, in bundles to whoever verifies."""

from __future__ import annotations

import dataclasses
import io
import re
import tarfile
from pathlib import Path

import pytest

from tests.actions.stage import Device, Quiet, data_member, silent
from tests.actions.test_anchor import journal, run, wish
from tests.actions.test_audiences import READER, TOKEN
from tests.actions.test_import import refused
from tests.simulators import authorities
from witnesskit.actions import bundle_audience, case_bundle, case_vault
from witnesskit.actions.add import add
from witnesskit.actions.anchored import anchored
from witnesskit.actions.authorities import name_authority
from witnesskit.actions.bundle import bundle
from witnesskit.actions.bundled import BundleWish
from witnesskit.actions.chain_members import chain_members, desk_copy, thinned
from witnesskit.actions.openings import resolve
from witnesskit.actions.receipt import take_receipt
from witnesskit.actions.sources import look_through
from witnesskit.custody.journal import Journal
from witnesskit.digest import sha256_hex
from witnesskit.formats import custody_event, disclosure
from witnesskit.formats.anchor import AnchorName
from witnesskit.formats.bundle_members import parse_members
from witnesskit.formats.timestamp_token import checked
from witnesskit.sealing.open import open_bytes
from witnesskit.vault.keyring_file import open_keyring
from witnesskit.vault.signing import signing_file
from witnesskit.vault.state import load_state
from witnesskit.verify.case import AnchorFile, Trust


@pytest.fixture
def anchored_desk(stage, tmp_path: Path):
    """The stage after its desk asked two authorities."""
    with authorities.pair(tmp_path / "roots") as pair:
        for name in ("north", "south"):
            name_authority(stage.desk, wish(pair, name))
        run(stage)
        yield stage


def told(stage) -> list[dict]:
    """What the desk reads of the ``anchor`` events of field logs."""
    logs = case_vault.vault_logs(stage.desk)[1:]
    keyring = open_keyring(stage.desk, stage.passphrase)
    found: dict[tuple[str, int], dict] = {}
    openings = resolve(case_vault.vault_openings(stage.desk, keyring), [log.log for log in logs])
    types = {
        (sha256_hex(b"\x00" + log.log.split(b"\n", 1)[0]), event.n): event
        for log in logs
        for event in map(custody_event.parse, log.log.splitlines())
    }
    for opening in openings:
        event = types[opening.log, opening.n]
        if event.type == "anchor":
            one = disclosure.parse(opening.disclosure)
            found.setdefault((opening.log, opening.n), {})[one.name] = one.value
    return list(found.values())


def field_events(device: Device) -> list[custody_event.Event]:
    return [custody_event.parse(line) for line in Journal.open(device.vault.custody, by="field").lines()]


def readable(folder: Path) -> bytes:
    """Everything that lies in a vault in clear."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


# to the field


def test_a_desk_that_is_not_anchored_gives_no_checkpoint(stage, device, stick):
    (done,) = stage.take_in(device.bundle(stick))
    assert b"checkpoint" not in Path(done.receipt).read_bytes()
    assert b'"checkpoint":""' in (stage.folder / "a.wkid").read_bytes()


def test_an_invite_carries_the_newest_anchored_checkpoint_and_the_genesis_commits_it(anchored_desk, stick):
    note = anchored(anchored_desk.desk)
    device = anchored_desk.device("c")
    assert b'"checkpoint":""' not in (anchored_desk.folder / "c.wkid").read_bytes()
    (anchored_desk.folder / "c.txt").write_text("c")
    device.add(anchored_desk.folder / "c.txt")
    with device.session() as session:
        assert anchored_desk.desk.config.origin.encode() not in readable(device.folder)
        assert session.journal.size > 1
    anchored_desk.take_in(device.bundle(stick))
    keyring = open_keyring(anchored_desk.desk, anchored_desk.passphrase)
    logs = [log.log for log in case_vault.vault_logs(anchored_desk.desk)]
    openings = resolve(case_vault.vault_openings(anchored_desk.desk, keyring), logs)
    found = [disclosure.parse(one.disclosure) for one in openings]
    assert [one.value for one in found if one.name == "not_before"] == [note]


def test_a_receipt_carries_it_and_the_device_commits_it_in_its_own_log(anchored_desk, device, stick):
    note = anchored(anchored_desk.desk)
    (done,) = anchored_desk.take_in(device.bundle(stick))
    before = len(field_events(device))
    taken = take_receipt(device.vault, Path(done.receipt))
    assert (taken.result, taken.since) == ("complete", True)
    (event,) = field_events(device)[before:]
    assert (event.type, event.x, event.t) == ("anchor", {}, "sealed")
    with device.session() as session:  # signed
        assert session.journal.notes()[-1].split(b"\n")[1] == str(session.journal.size).encode()
    device.add(anchored_desk.folder / "b.txt")
    anchored_desk.take_in(device.bundle(stick))
    (fields,) = told(anchored_desk)
    assert (fields["kind"], fields["note"]) == ("checkpoint", note)
    assert set(fields) == {"kind", "note", "day", "policy"}


def test_nothing_of_the_desk_lies_in_clear_on_the_device_after_a_receipt(anchored_desk, device, stick):
    (done,) = anchored_desk.take_in(device.bundle(stick))
    data = Path(done.receipt).read_bytes()
    take_receipt(device.vault, Path(done.receipt))
    clear = readable(device.folder)
    note = anchored(anchored_desk.desk).encode()
    for needle in (anchored_desk.desk.config.origin.encode(), note.split(b"\n")[2], data[:64]):
        assert needle not in clear
    assert not (device.vault.custody / "seen").exists()


def test_two_devices_that_read_receipts_of_one_desk_share_nothing_new(anchored_desk, device, other, stick):
    def shared() -> set[bytes]:
        one, two = (set(TOKEN.findall(readable(each.folder))) for each in (device, other))
        return one & two

    bundles = device.bundle(stick), other.bundle(stick)
    before = shared()
    done = anchored_desk.take_in(*bundles)
    notes = {re.search(rb"^checkpoint (.*)$", Path(one.receipt).read_bytes(), re.MULTILINE)[1] for one in done}
    for each, one in zip((device, other), done, strict=True):
        take_receipt(each.vault, Path(one.receipt))
    assert shared() <= before
    assert len(notes) == 2  # each is the newest one, and the first receipt was logged before the second


def test_each_reading_of_a_receipt_is_one_event_that_says_nothing_of_another(anchored_desk, device, stick):
    (done,) = anchored_desk.take_in(device.bundle(stick))
    for _ in range(2):
        take_receipt(device.vault, Path(done.receipt))
    first, second = (event for event in field_events(device) if event.type == "anchor")
    assert not set(first.sd) & set(second.sd)


def test_a_locked_device_needs_no_passphrase_for_a_receipt_and_signs_later(anchored_desk, device, stick):
    (done,) = anchored_desk.take_in(device.bundle(stick))
    with device.session() as session:
        signer = session.signer
    passphrase = "GXYR-YN24-04F1-FH6F"
    (device.folder / "keys" / "signing.key").write_bytes(signing_file(signer, passphrase))
    take_receipt(device.vault, Path(done.receipt))
    journal_now = Journal.open(device.vault.custody, by="field")
    assert journal_now.size == journal_now.sizes()[-1] + 1
    add(device.vault, look_through([anchored_desk.folder / "b.txt"]), passphrase, Quiet())
    journal_now = Journal.open(device.vault.custody, by="field")
    assert journal_now.size == journal_now.sizes()[-1]


# to whoever verifies


def court(stage) -> Path:
    out = stage.folder / "out"
    out.mkdir()
    wish = BundleWish(out, stage.passphrase, "court", READER.recipient, ())
    return Path(bundle(stage.desk, wish, silent).file)


def case_of(stage, path: Path):
    key = stage.folder / "reader.txt"
    key.write_text(READER.text + "\n")
    return case_bundle.open_file(path, key, Trust(), silent)


@pytest.fixture
def delivered(anchored_desk, device, stick):
    """An anchored desk that took something in, and anchored again."""
    anchored_desk.take_in(device.bundle(stick))
    run(anchored_desk)
    return anchored_desk


def test_a_court_bundle_holds_every_note_and_token_that_verifies(delivered):
    case = case_of(delivered, court(delivered))
    own = next(log for log in case.files.logs if delivered.desk.config.origin.encode() in log.log)
    assert sorted(file.name.split(".", 1)[1] for file in own.anchors) == ["north.tsr"] * 2 + ["south.tsr"] * 2
    notes = {int(note.split(b"\n")[1]): note for note in own.notes}
    roots = case_vault.own_trust(delivered.desk, (), None).roots
    for file in own.anchors:
        size, name, _ending = file.name.split(".")
        assert checked(file.data, notes[int(size)], roots[name], ()).time > 0
    assert all(log.anchors == () for log in case.files.logs if log is not own)


def test_a_vault_is_a_case_with_all_its_notes_and_evidence(delivered):
    own = case_vault.vault_logs(delivered.desk)[0]
    assert len(own.notes) == len(journal(delivered).sizes())
    assert len(own.anchors) == 4


def test_a_bundle_opened_with_stock_tools_holds_all_of_it(delivered):
    path = court(delivered)
    data = open_bytes(path.read_bytes(), [READER])
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        files = {one.name: tar.extractfile(one).read() for one in tar.getmembers()}
    members = parse_members(files["members.jsonl"])
    names = {one.name: files[f"data/{one.ordinal:08d}"] for one in members if one.kind == "anchor"}
    sizes = {name.split(".")[0] for name in names if name.endswith(".tsr")}
    newest = [files[f"data/{one.ordinal:08d}"] for one in members if one.kind == "checkpoint"]
    assert len(sizes) == 2
    for size in sizes:
        assert f"{size}.note" in names or any(note.split(b"\n")[1] == size.encode() for note in newest)


def test_what_is_no_evidence_by_its_name_is_told_and_not_looked_at(delivered, monkeypatch):
    real = bundle_audience.desk_copy

    def with_strangers(*given, **options):
        copy = real(*given, **options)
        extra = tuple(AnchorFile(name, b"x") for name in ("../../etc/passwd", "1.north.exe", "0.north.tsr"))
        return dataclasses.replace(copy, evidence=copy.evidence + extra)

    monkeypatch.setattr(bundle_audience, "desk_copy", with_strangers)
    case = case_of(delivered, court(delivered))
    assert [check.sentence.split()[0] for check in case.container if check.code == "ANCHORS"] == ["3"]
    assert all(len(log.anchors) in (0, 4) for log in case.files.logs)


def test_evidence_beyond_what_memory_is_kept_for_is_told_and_not_read(delivered, monkeypatch):
    path = court(delivered)
    monkeypatch.setattr(case_bundle, "EVIDENCE_MAX", 5000)
    case = case_of(delivered, path)
    assert any(check.code == "ANCHORS" for check in case.container)
    assert 0 < sum(len(file.data) for log in case.files.logs for file in log.anchors) <= 5000


def test_a_public_case_names_no_other_desk(delivered):
    size = journal(delivered).sizes()[-1]
    (delivered.desk.custody / "anchors" / f"{size}.peer.proof").write_bytes(b"names another desk")
    names = [file.name for file in desk_copy(delivered.desk, journal(delivered), public=True).evidence]
    assert not [name for name in names if name.endswith(".proof")]
    assert f"{size}.peer.proof" in [file.name for file in desk_copy(delivered.desk, journal(delivered)).evidence]


def test_of_too_much_evidence_every_nth_checkpoint_and_the_newest_stay():
    files = [(AnchorName(size, name, "tsr"), b"") for size in range(1, 101) for name in ("north", "south")]
    kept = thinned(files, 20)
    assert len(kept) == 20
    sizes = [name.size for name, _data in kept]
    assert sizes == sorted(sizes)
    assert (sizes[-1], sizes.count(100)) == (100, 2)
    assert thinned(files, 200) == files


def test_a_device_that_sends_evidence_is_refused(stage, device, stick):
    with device.session() as session:
        members = chain_members(session.vault, session.journal)
    origin = members[0].origin
    members.append(data_member("anchor", b"x", origin=origin, name="1.north.tsr"))
    packed = device.pack(stick, chain_members=members)
    assert refused(stage, packed.path) == "CHAIN-REFUSED"
    assert load_state(stage.desk).bundles == {}
