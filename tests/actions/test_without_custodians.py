"""A desk works without its custodians: what it can do, and what its keys do not open."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.actions.stage import Stage, make_stage, silent
from witnesskit.actions.audit import audit
from witnesskit.actions.custodian import CustodianPaper, custodian_of
from witnesskit.actions.report import ReportWish, report
from witnesskit.actions.status import status
from witnesskit.actions.verify import VerifyWish, verify
from witnesskit.errors.sealing import WrongKey
from witnesskit.formats.sheet import SheetKind, parse_sheet
from witnesskit.model import Role, SealedCapsule
from witnesskit.sealing.capsule_reader import CapsuleReader
from witnesskit.sealing.identity import Identity
from witnesskit.vault import durable, state, store
from witnesskit.vault.keyring import Keyring, custodian_identities, desk_identities
from witnesskit.vault.keyring_file import dump_keyring, open_keyring

PHOTO = Path(__file__).resolve().parents[2] / "demo" / "photo.jpg"
NAME = "Marat-on-the-square.jpg"  # what only custodians read


@pytest.fixture(scope="module")
def desk(tmp_path_factory, _quick_keys) -> Stage:
    """A desk of several people that took in two items of a device; no sheet is anywhere near."""
    stage = make_stage(tmp_path_factory.mktemp("desk"), lone=False)
    device = stage.device("a")
    (stage.folder / NAME).write_bytes(PHOTO.read_bytes())
    (stage.folder / "note.txt").write_text("a" * 100)
    device.add(stage.folder / NAME, stage.folder / "note.txt")
    (done,) = stage.take_in(device.bundle(stage.folder / "stick"), second_copy=stage.folder / "copies")
    assert (done.counts["new"], done.counts["here"], done.copies) == (2, 0, 2)
    return stage


def keyring_of(stage: Stage) -> Keyring:
    return open_keyring(stage.desk, stage.passphrase)


def capsules(stage: Stage, role: Role) -> list[SealedCapsule]:
    found = state.load_state(stage.desk).items.values()
    return [capsule for item in found if not item.paper for capsule in item.capsules if capsule.role is role]


def opened(stage: Stage, capsule: SealedCapsule, keys: Sequence[Identity]) -> CapsuleReader:
    return CapsuleReader(store.open_capsule(stage.desk, capsule.id), keys)


def custodian(stage: Stage, tmp_path: Path) -> tuple[Identity, ...]:
    durable.create(tmp_path / "sheet.txt", stage.custodian_sheet.encode())
    return custodian_of(keyring_of(stage), CustodianPaper(tmp_path / "sheet.txt"))


def test_the_desk_holds_no_key_of_custodians(desk):
    keyring = keyring_of(desk)
    seed = parse_sheet(desk.custodian_sheet, SheetKind.CUSTODIAN)
    assert custodian_identities(keyring) == custodian_of(keyring, None) == ()
    assert seed.hex().encode() not in dump_keyring(keyring)
    assert not any(seed in data or seed.hex().encode() in data for data in desk.contents().values())


def test_what_is_stored_is_counted_and_listed(desk):
    told = status(desk.desk)
    assert (told.counts["items"], told.counts["interrupted"]) == (2, 0)
    assert len(told.items) == 2


def test_custody_is_verified(desk):
    found = verify(VerifyWish(desk.folder / "desk", passphrase=desk.passphrase), silent)
    assert found.state == "UNCHANGED"
    checked = {one.item: str(one.state) for one in found.verdict.items}
    for item in {capsule.item for capsule in capsules(desk, Role.ORIGINAL)}:
        assert checked[item] == "present"


def test_everything_that_is_stored_is_read_again(desk):
    assert audit(desk.desk, desk.passphrase, silent).bad == 0


def test_a_page_tells_what_the_desk_knows_and_not_who(desk, tmp_path):
    report(desk.desk, desk.passphrase, ReportWish("desk", (), tmp_path / "page.html"))
    page = (tmp_path / "page.html").read_text()
    assert "UNCHANGED" in page
    assert NAME not in page


def test_the_same_bundle_again_is_known_as_the_same(desk):
    (bundle,) = (desk.folder / "stick").glob("*.age")
    (done,) = desk.take_in(bundle, receipts="again")
    assert (done.counts["new"], done.counts["here"]) == (0, 2)


def test_desk_keys_open_every_record_and_every_copy_and_no_original(desk):
    keys = desk_identities(keyring_of(desk))
    copies = 0
    for capsule in capsules(desk, Role.RECORD):
        reader = opened(desk, capsule, keys)
        copies += sum(name.startswith("copy/") for name in reader.names())
        for name in reader.names():
            assert NAME.encode() not in reader.read(name)
    assert copies == 1
    originals = capsules(desk, Role.ORIGINAL)
    assert len(originals) == 2
    for capsule in originals:
        with pytest.raises(WrongKey):
            opened(desk, capsule, keys)


def test_the_custodian_opens_originals_with_who_and_what_it_was_and_no_record(desk, tmp_path):
    keys = custodian(desk, tmp_path)
    media, names = [], []
    for capsule in capsules(desk, Role.ORIGINAL):
        reader = opened(desk, capsule, keys)
        media += [reader.read(name) for name in reader.names() if name.startswith("media/")]
        envelope = json.loads(reader.read("original.json"))
        names.append(envelope["source"]["name"])
    assert sorted(map(len, media)) == sorted((PHOTO.stat().st_size, 100))
    assert set(names) == {NAME, "note.txt"}
    for capsule in capsules(desk, Role.RECORD):
        with pytest.raises(WrongKey):
            opened(desk, capsule, keys)


def test_a_stranger_with_the_whole_vault_opens_neither(desk):
    for role in (Role.ORIGINAL, Role.RECORD):
        for capsule in capsules(desk, role):
            with pytest.raises(WrongKey):
                opened(desk, capsule, [Identity.generate()])
