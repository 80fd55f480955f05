"""The desk's catalogue: what it lists, in which order, how it comes back, and what of it lies on the disk."""

from __future__ import annotations

import shutil

import pytest

from tests.actions.stage import Device, Stage, record_json, silent
from witnesskit.actions import catalogue
from witnesskit.actions.add import add
from witnesskit.actions.catalogue import open_catalogue
from witnesskit.actions.delete_item import DeleteWish, delete
from witnesskit.actions.listed import Page, PageWish, facts, page, reindex
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.sources import look_through
from witnesskit.cli.rows import line_of
from witnesskit.digest import sha256_hex
from witnesskit.errors.cli import WrongVaultKind
from witnesskit.formats.short_id import short_id
from witnesskit.vault import state
from witnesskit.vault.catalogue.port import UNMARKED, Row, Search

TITLE = "markertitle of a square"


def seen(stage: Stage, before: str = "", **search) -> Page:
    return page(stage.desk, stage.passphrase, PageWish(Search(**search), before), silent)


def items(found: Page) -> list[str]:
    return [row.item for row in found.rows]


def everything(stage: Stage, *, anew: bool = False) -> list[Row]:
    with (
        open_for_saving(stage.desk, stage.passphrase) as session,
        open_catalogue(session, silent, anew=anew) as found,
    ):
        rows = found.rows.page(Search(limit=10_000))
        return [found.rows.get(row.item) for row in rows]


def film(number: int, **changes) -> dict:
    """What a device tells of one link."""
    source = {"kind": "url", "url": f"https://www.site.example/{number}", "title": f"{TITLE} {number}"}
    capture = {"outcome": "saved", "completeness": {"html": "missing: no", "media": "ok"}}
    told = {"source": source, "times": {"collected": f"2026-01-{number:02d}T10:11:12Z"}, "capture": capture}
    return {**told, **changes}


def save(device: Device, *numbers: int, **changes) -> list[str]:
    return [device.save(record_json(**film(number, **changes)), media=b"m%d" % number) for number in numbers]


def sent(stage: Stage, device: Device, *numbers: int, **changes) -> list[str]:
    """Items that came with one bundle."""
    saved = save(device, *numbers, **changes)
    packed = device.pack(stage.folder / f"stick-{device.folder.name}-{device.counter}")
    stage.take_in(packed.path)
    return saved


def own_item(stage: Stage, text: str) -> None:
    path = stage.folder / "own.txt"
    path.write_text(text)
    from tests.actions.stage import Quiet

    add(stage.desk, look_through((path,)), stage.passphrase, Quiet())


@pytest.fixture
def devices(stage) -> list[Device]:
    return [Device(stage.folder / name) for name in "ab"]


def test_the_newest_arrival_comes_first_and_within_one_the_newest_day(stage, devices):
    first = sent(stage, devices[0], 5, 9, 7)
    second = sent(stage, devices[1], 3, 1)
    found = seen(stage)
    assert items(found) == [second[0], second[1], first[1], first[2], first[0]]
    assert (found.whole, found.more, found.read) == (5, False, 5)
    assert seen(stage).read == 0


def test_pages_are_whole_and_repeat_nothing(stage, devices):
    saved = sent(stage, devices[0], *range(1, 14))
    found, before = [], ""
    while True:
        one = seen(stage, before=before, limit=4)
        found += items(one)
        if not one.more:
            break
        before = short_id(one.rows[-1].item)
    assert found == list(reversed(saved))


def test_rows_hold_days_and_no_finer_time(stage, devices):
    sent(stage, devices[0], 5)
    (row,) = everything(stage)
    assert (row.captured, len(row.imported)) == ("2026-01-05", 10)
    assert "10:11:12" not in repr(row)


def test_what_a_row_tells(stage, devices):
    (item,) = sent(stage, devices[0], 5, place={"locality": "Zhanaozen", "latitude": "43.34"})
    (row,) = everything(stage)
    invite = next(one for one in stage_keyring(stage).issued if one.senders == (row_sender(stage, item),))
    assert (row.host, row.source, row.place, row.missing, row.outcome, row.sender, row.sensitivity) == (
        "www.site.example", "site.example", "Zhanaozen", "html", "saved", short_id(invite.id), UNMARKED,
    )  # fmt: skip
    assert "43.34" not in repr(row)
    capsules = {one.sha256 for one in state.load_state(stage.desk).items[item].capsules}
    assert {one.sha256 for one in row.digests if one.kind == "capsule"} == capsules


def stage_keyring(stage: Stage):
    with open_for_saving(stage.desk, stage.passphrase) as session:
        return session.keyring


def row_sender(stage: Stage, item: str) -> str:
    return next(one.sender for one in state.load_state(stage.desk).bundles.values() if item in one.items)


def test_words_places_sites_days_and_digests_find_items(stage, devices):
    saved = sent(stage, devices[0], 5, 6)
    own_item(stage, "own words")
    assert items(seen(stage, text="markertitle 6")) == [saved[1]]
    assert items(seen(stage, source="site.example", since="2026-01-06")) == [saved[1]]
    own = items(seen(stage))[0]
    assert own not in saved
    assert items(seen(stage, digest=sha256_hex(b"own words"))) == [own]
    sealed = state.load_state(stage.desk).items[saved[0]].capsules[0].sha256
    assert items(seen(stage, digest=sealed)) == [saved[0]]


def a_busy_desk(stage: Stage, devices: list[Device]) -> None:
    """Listed again and again, so that the catalogue grew in many steps."""
    seen(stage)
    for device, numbers in ((devices[0], (1, 2)), (devices[1], (9, 3)), (devices[0], (4,))):
        sent(stage, device, *numbers)
        seen(stage)
    own_item(stage, "own words")
    seen(stage)
    item = items(seen(stage))[-1]
    with open_for_saving(stage.desk, stage.passphrase) as session:
        delete(session, DeleteWish(short_id(item), "consent"))
    seen(stage)


def test_a_catalogue_made_anew_is_the_one_that_grew(stage, devices):
    a_busy_desk(stage, devices)
    grown = everything(stage)
    assert len(grown) == 5
    assert all(row.imported and row.mark for row in grown)
    assert everything(stage, anew=True) == grown
    assert reindex(stage.desk, stage.passphrase, silent).items == 5
    shutil.rmtree(stage.folder / "desk" / "catalogue")
    assert everything(stage) == grown


def test_importing_does_not_touch_the_catalogue_and_one_more_item_does_not_rewrite_it(stage, devices):
    sent(stage, devices[0], *range(1, 9))
    seen(stage)
    folder = stage.folder / "desk" / "catalogue"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    sent(stage, devices[1], 9)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert seen(stage).read == 1
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {"changes-000001"}


def test_a_bundle_whose_receipt_was_not_logged_yet_takes_its_place_when_it_is(stage, devices, monkeypatch):
    from witnesskit.actions import handover

    save(devices[0], 5)
    packed = devices[0].pack(stage.folder / "stick")

    def killed(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(handover, "answer", killed)
    with pytest.raises(KeyboardInterrupt):
        stage.take_in(packed.path)
    monkeypatch.undo()
    assert [row.imported for row in everything(stage)] == [""]
    stage.take_in(packed.path)
    grown = everything(stage)
    assert grown[0].imported
    assert everything(stage, anew=True) == grown


STRANGE = {
    "types": {"source": {"kind": 7, "url": [], "title": {}, "account": True}, "times": {"collected": 5}, "capture": {
        "outcome": [], "completeness": {"html": "missing: x"}, "html": 7, "screenshot": [], "reports": {"a": 1}}},
    "place": {"place": ["x"], "collection": {"finished_at": {}}},
    "huge": {"source": {"url": "https://" + "a" * 300_000, "title": "t" * 500_000}},
    "control": {"source": {"url": "https://site.example/\x1b[2J", "title": "\x1b]0;x\x07\u202etxt\r\nX-Header: y"}},
    "question": {"source": {"url": "https://[::1", "title": "\"' OR 1=1; DROP TABLE item; -- NEAR(a*)"}},
    "far day": {"times": {"collected": "9999-99-99T00:00:00Z"}},
    "no day": {"times": {"collected": "0000-00-00"}},
    "many": {"capture": {"completeness": {f"part{number}": "missing: x" for number in range(3000)},
                         "media": [{"stream": 1, "sha256": f"{number:064x}", "bytes": 1, "mime": "x"} for number in range(3000)]}},
}  # fmt: skip


@pytest.mark.parametrize("changes", STRANGE.values(), ids=STRANGE)
def test_whatever_a_record_holds_it_is_one_line_and_hides_no_other_item(stage, devices, changes):
    (strange,) = sent(stage, devices[0], 5, **changes)
    (honest,) = sent(stage, devices[1], 6)
    found = seen(stage)
    assert items(found) == [honest, strange]
    for row in found.rows:
        line = line_of(row)
        assert line.isprintable() and len(line) < 12_000
        assert "\u202e" not in line
        assert facts(row)["item"] == row.item
    assert items(seen(stage, text="markertitle")) == [honest] if "title" in str(changes) else True


def test_a_record_that_cannot_be_read_is_listed_with_its_fault(stage, devices):
    item = devices[0].save(b'{"format":"witnesskit.record/9"}')
    stage.take_in(devices[0].pack(stage.folder / "stick").path)
    (row,) = everything(stage)
    assert (row.item, row.faults) == (item, "NEWER-FORMAT")


def test_the_day_a_device_claims_moves_nothing_but_within_its_own_bundle(stage, devices):
    sent(stage, devices[0], 5, times={"collected": "2088-12-31T00:00:00Z"})
    (later,) = sent(stage, devices[1], 1)
    assert items(seen(stage))[0] == later


def test_nothing_readable_lies_in_the_vault(stage, devices):
    a_busy_desk(stage, devices)
    reindex(stage.desk, stage.passphrase, silent)
    needles = [b"markertitle", b"site.example", b"SQLite", b"own words", b"2026-01-0"]
    for path in (stage.folder / "desk").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            own = {b"SQLite"} if path.name == "state.sqlite" else set()  # of opaque ids and ciphertext digests alone
            assert [needle for needle in needles if needle in data and needle not in own] == [], path.name


def test_deleting_leaves_nothing_in_the_catalogue_at_once(stage, devices):
    (item,) = sent(stage, devices[0], 5)
    sent(stage, devices[1], 6)
    seen(stage)
    with open_for_saving(stage.desk, stage.passphrase) as session:
        delete(session, DeleteWish(short_id(item), "consent"))
        opened = catalogue._open(session)
        assert (opened.count(), opened.fault) == (1, "")
        data = opened.rows.bytes()
    assert b"markertitle of a square 5" not in data
    assert b"markertitle of a square 6" in data


def test_deleting_what_is_known_empties_the_row_and_leaves_nothing_of_it(stage, devices):
    (item,) = sent(stage, devices[0], 5)
    seen(stage)
    with open_for_saving(stage.desk, stage.passphrase) as session:
        delete(session, DeleteWish(short_id(item), "law", "openings"))
    (row,) = everything(stage)
    assert (row.item, row.title, row.url) == (item, "", "")
    assert row.imported
    assert {one.kind for one in row.digests} == {"capsule"}
    with open_for_saving(stage.desk, stage.passphrase) as session:
        assert b"markertitle" not in catalogue._open(session).rows.bytes()


DAMAGES = {
    "missing": lambda path: path.unlink(),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:5000]),
    "noise": lambda path: path.write_bytes(b"x" * 70_000),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_catalogue_is_never_an_error_of_the_vault(stage, devices, damage):
    saved = sent(stage, devices[0], 5, 6)
    seen(stage)
    damage(stage.folder / "desk" / "catalogue" / "snapshot")
    found = seen(stage)
    assert (items(found), found.read) == (saved[::-1], 2)
    codes = [code for code, _sentence in found.notices]
    assert ("CATALOGUE-ANEW" in codes) is (damage is not DAMAGES["missing"])
    if damage is not DAMAGES["a folder"]:
        again = seen(stage)
        assert (again.read, again.notices) == (0, ())


def test_an_older_catalogue_is_brought_up_to_date(stage, devices):
    sent(stage, devices[0], 5)
    seen(stage)
    folder = stage.folder / "desk" / "catalogue"
    shutil.copytree(folder, stage.folder / "older")
    saved = sent(stage, devices[1], 6)
    reindex(stage.desk, stage.passphrase, silent)
    shutil.rmtree(folder)
    shutil.copytree(stage.folder / "older", folder)
    assert items(seen(stage))[0] == saved[0]
    assert everything(stage) == everything(stage, anew=True)


def test_a_catalogue_of_another_desk_is_not_believed(stage, devices, tmp_path):
    """Nobody but this desk can seal one: the key to seal to is told nowhere."""
    from witnesskit.sealing.seal import seal_bytes

    sent(stage, devices[0], 5)
    seen(stage)
    forged = seal_bytes(
        b'{"format":"witnesskit.catalogue/1","id":"a","size":0}\n\x80', stage.desk.config.recipients.desk
    )
    (stage.folder / "desk" / "catalogue" / "snapshot").write_bytes(forged)
    found = seen(stage)
    assert found.notices[0][0] == "CATALOGUE-ANEW"
    assert len(found.rows) == 1


def test_a_mark_of_sensitivity_stays_when_the_item_is_read_again(stage, devices):
    (item,) = sent(stage, devices[0], 5)
    seen(stage)
    with open_for_saving(stage.desk, stage.passphrase) as session:
        catalogue.set_sensitivity(session, {item: "minor"})
    assert items(seen(stage, sensitivity="minor")) == [item]
    save(devices[0], 5, item="")
    devices[0].save(record_json(**film(8)), item=item, media=b"again")
    stage.take_in(devices[0].pack(stage.folder / "stick-late").path)
    row = next(row for row in everything(stage) if row.item == item)
    assert (row.sensitivity, row.captured) == ("minor", "2026-01-08")


def test_a_catalogue_that_cannot_be_written_is_used_all_the_same(stage, devices):
    saved = sent(stage, devices[0], 5)
    (stage.folder / "desk" / "catalogue").write_text("in the way")
    found = seen(stage)
    assert items(found) == saved
    assert "CATALOGUE-NOT-KEPT" in [code for code, _sentence in found.notices]


def test_a_field_vault_has_no_catalogue(stage, devices):
    with pytest.raises(WrongVaultKind):
        page(devices[0].vault, "", PageWish(Search()), silent)
    with pytest.raises(WrongVaultKind):
        reindex(devices[0].vault, "", silent)
    assert not (devices[0].folder / "catalogue").exists()
