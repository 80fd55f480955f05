"""Where an item was made: a town, said on the device or at the desk, found again, and shown as the policy says."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest

from tests.actions.stage import Device, Quiet, Stage, silent
from tests.actions.test_catalogue import everything, items, seen, sent
from witnesskit.actions import catalogue
from witnesskit.actions.add import add
from witnesskit.actions.catalogue_rows import row_of
from witnesskit.actions.delete_item import DeleteWish, delete
from witnesskit.actions.hand_out import HandOutWish, hand_out
from witnesskit.actions.hand_out_contents import Chosen, published_items
from witnesskit.actions.item_files import ItemFiles
from witnesskit.actions.listed import reindex
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.places import history, place
from witnesskit.actions.report import build, read_items
from witnesskit.actions.sources import look_through
from witnesskit.errors.brought import PlaceTooFine
from witnesskit.errors.leaving import BadStatement
from witnesskit.formats.short_id import short_id
from witnesskit.policy import load

TOWN = "Жаңаөзен"
DEMO = Path(__file__).resolve().parents[2] / "demo"


@pytest.fixture
def devices(stage) -> list[Device]:
    return [Device(stage.folder / name) for name in "ab"]


def brought(stage: Stage, device: Device, text: str, town: str = "") -> None:
    path = stage.folder / "brought.txt"
    path.write_text(text)
    sources = look_through((path,))
    sources.place = town
    add(device.vault, sources, "", Quiet())
    stage.take_in(device.bundle(stage.folder / f"stick-{text}"))


def test_what_a_device_said_is_found_at_the_desk_and_lies_nowhere_in_clear(stage, devices):
    brought(stage, devices[0], "one", TOWN)
    brought(stage, devices[0], "two")
    assert [row.place for row in everything(stage)] == ["", TOWN]
    (found,) = items(seen(stage, place=TOWN))
    assert found == everything(stage)[1].item
    for vault in (devices[0].folder, stage.folder / "desk"):
        for path in vault.rglob("*"):
            assert not path.is_file() or TOWN.encode() not in path.read_bytes(), path


def test_the_desk_says_it_again_and_the_newest_counts_also_anew(stage, devices):
    one, other = sent(stage, devices[0], 1, 2, place={"locality": "Aktau"})
    seen(stage)
    assert place(stage.desk, stage.passphrase, [short_id(one)], "Zhanaozen")[0].locality == "Zhanaozen"
    assert items(seen(stage, place="Zhanaozen")) == [one]
    assert items(seen(stage, place="Aktau")) == [other]
    reindex(stage.desk, stage.passphrase, silent)
    assert items(seen(stage, place="Zhanaozen")) == [one]
    devices[0].save(b"{}", item=one, media=b"again")  # and when the item is read again
    stage.take_in(devices[0].pack(stage.folder / "late").path)
    assert items(seen(stage, place="Zhanaozen")) == [one]
    place(stage.desk, stage.passphrase, [short_id(one)], "")
    assert sorted(items(seen(stage, place="Aktau"))) == sorted([one, other])
    reindex(stage.desk, stage.passphrase, silent)
    assert sorted(items(seen(stage, place="Aktau"))) == sorted([one, other])
    assert [said.locality for said in history(stage.desk, stage.passphrase, [])] == ["Zhanaozen", ""]


@pytest.mark.parametrize("told", ["43.34, 52.86", "Satpaev street 14", 7, {"x": 1}, "x" * 200], ids=str)
def test_of_a_device_nothing_finer_is_taken(stage, devices, told):
    sent(stage, devices[0], 1, place={"locality": told, "latitude": "43.34"})
    (row,) = everything(stage)
    assert row.place == ""


def test_the_desk_takes_nothing_finer_either_and_logs_nothing(stage, devices):
    (one,) = sent(stage, devices[0], 1)
    with open_for_saving(stage.desk, stage.passphrase) as session:
        before = session.journal.size
    with pytest.raises(PlaceTooFine):
        place(stage.desk, stage.passphrase, [short_id(one)], "43.34, 52.86")
    with pytest.raises(BadStatement):
        place(stage.desk, stage.passphrase, [], "Zhanaozen")
    with open_for_saving(stage.desk, stage.passphrase) as session:
        assert session.journal.size == before


def handed(stage: Stage, audience: str) -> list[dict[str, str]]:
    out = stage.folder / f"{audience}.csv"
    hand_out(stage.desk, stage.passphrase, HandOutWish("csv", (), out, audience), silent)
    return list(csv.DictReader(io.StringIO(out.read_bytes().decode("utf-8-sig"), newline="")))


def test_a_court_is_told_and_the_public_is_not(stage, devices):
    devices[0].add(DEMO / "photo.jpg")
    stage.take_in(devices[0].bundle(stage.folder / "stick"))
    (short,) = stage.make_public()
    place(stage.desk, stage.passphrase, [short], TOWN)
    assert [row["place"] for row in handed(stage, "court")] == [TOWN]
    public = (stage.folder / "public.csv", handed(stage, "public"))
    assert TOWN.encode() not in public[0].read_bytes()


def test_nothing_of_what_was_said_of_an_erased_item_stays_in_the_catalogue(stage, devices):
    one, other = sent(stage, devices[0], 1, 2)
    place(stage.desk, stage.passphrase, [short_id(one)], "Zhanaozen")
    place(stage.desk, stage.passphrase, [short_id(other)], "Aktau")
    with open_for_saving(stage.desk, stage.passphrase) as session:
        delete(session, DeleteWish(short_id(one), "consent"))
        data = catalogue._open(session).rows.bytes()
    assert (b"Zhanaozen" in data, b"Aktau" in data) == (False, True)
    reindex(stage.desk, stage.passphrase, silent)
    with open_for_saving(stage.desk, stage.passphrase) as session:
        data = catalogue._open(session).rows.bytes()
    assert (b"Zhanaozen" in data, b"Aktau" in data) == (False, True)


def test_what_was_said_of_an_item_outlives_the_erasure_of_its_film(stage, devices):
    (one,) = sent(stage, devices[0], 1)
    place(stage.desk, stage.passphrase, [short_id(one)], "Zhanaozen")
    with open_for_saving(stage.desk, stage.passphrase) as session:
        delete(session, DeleteWish(short_id(one), "law", "file"))
    assert items(seen(stage, place="Zhanaozen")) == [one]


@pytest.mark.parametrize(
    "typed", ["SA\u0303O PAULO", " sa\u0303o  paulo", "São Paulo"], ids=["decomposed", "blanks", "own"]
)
def test_a_town_is_found_however_it_is_typed(stage, devices, typed):
    (one, _other) = sent(stage, devices[0], 1, 2)
    place(stage.desk, stage.passphrase, [short_id(one)], "São Paulo")
    assert items(seen(stage, place=typed)) == [one]
    assert items(seen(stage, place="São")) == []


def test_a_table_of_reports_has_a_place_too(stage, devices):
    table = stage.folder / "reports.csv"
    table.write_text("title,text\nsquare,shots were heard\n")
    sources = look_through(())
    sources.tables += (table,)
    sources.place = TOWN
    add(devices[0].vault, sources, "", Quiet())
    stage.take_in(devices[0].bundle(stage.folder / "stick"))
    assert [row.place for row in everything(stage)] == [TOWN]


def test_what_was_said_before_a_kill_is_in_what_is_left():
    """Of a capture that was killed there is its stub alone."""
    files = ItemFiles("0" * 32, (), stub={"kind": "file", "place": {"locality": TOWN}})
    assert (files.locality, row_of(files).place) == (TOWN, TOWN)


def test_the_public_is_told_where_its_policy_says_so_alone(stage, devices):
    devices[0].add(DEMO / "photo.jpg")
    stage.take_in(devices[0].bundle(stage.folder / "stick"))
    (short,) = stage.make_public()
    place(stage.desk, stage.passphrase, [short], TOWN)
    policy = load.shipped("public")
    telling = replace(policy, rules=replace(policy.rules, release_fields=(*policy.rules.release_fields, "place")))
    with open_for_saving(stage.desk, stage.passphrase) as session:
        files = read_items(session, [short])
        for rules, told in ((policy, None), (telling, TOWN)):
            (item,) = build(session, rules, files)[0].items
            assert (item.values.get("place"), "place" in item.withheld) == (told, told is None)
            asked = Chosen((files[0].item,), "", with_files=False, originals=False, custodian=None, why="")
            (handed,) = published_items(session, rules, asked).items
            assert (handed.values.get("place"), "place" in handed.withheld) == (told, told is None)
        (item,) = build(session, telling, [replace(files[0], place="")])[0].items
        assert "place" not in item.values
