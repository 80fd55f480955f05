"""``show`` and ``open``: what a desk may know of one item, and one file of it given to who asked, on record first."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from tests.actions.stage import Device, Stage, copy_of, make_stage, record_json, silent
from witnesskit.actions.custodian import CustodianPaper
from witnesskit.actions.item_files import chosen
from witnesskit.actions.open_file import OpenWish, open_file
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.show_item import ShowWish, show_item
from witnesskit.cli import show as show_command
from witnesskit.cli.output import Output
from witnesskit.digest import sha256_hex
from witnesskit.errors import WitnesskitError
from witnesskit.formats.short_id import short_id
from witnesskit.vault import state

PHOTO = Path(__file__).resolve().parents[2] / "demo" / "photo.jpg"
PAGE = b"<!doctype html><script>alert(1)</script>"


@pytest.fixture(scope="module")
def collected(first_stage: Stage, tmp_path_factory) -> Stage:
    stage = copy_of(first_stage, tmp_path_factory.mktemp("collected") / "stage")
    device = Device(stage.folder / "a")
    device.add(PHOTO)
    stage.take_in(device.bundle(stage.folder / "stick"))
    return stage


@pytest.fixture
def desk(collected: Stage, tmp_path: Path) -> Stage:
    return copy_of(collected, tmp_path / "desk")


def only(stage: Stage) -> str:
    return short_id(next(item for item, one in state.load_state(stage.desk).items.items() if not one.paper))


def shown(stage: Stage, **wish):
    return show_item(stage.desk, stage.passphrase, ShowWish(only(stage), **wish))


def given(stage: Stage, **wish):
    return open_file(stage.desk, stage.passphrase, OpenWish(wish.pop("item", "") or only(stage), **wish), silent)


def accesses(stage: Stage) -> list[dict[str, str]]:
    return [dict(event.told) for event in shown(stage).events if event.type == "access"]


def log_lines(stage: Stage) -> int:
    return (stage.folder / "desk/custody/log.jsonl").read_bytes().count(b"\n")


def brought(stage: Stage, media: bytes, **changes) -> str:
    """An item of a device, short id."""
    device = Device(stage.folder / "b")
    item = device.save(record_json(**changes), media=media)
    stage.take_in(device.pack(stage.folder / "stick-b").path)
    return short_id(item)


def test_an_item_is_shown_with_files_copies_outcomes_and_its_lines_in_both_logs(desk):
    found = shown(desk)
    assert [part.name for part in found.parts] == ["copy/1", "media/1"]
    assert [copy["finding"] for copy in found.copies] == ["clean"]
    assert found.outcomes == ("saved", "saved")
    types = [(event.log.split()[0], event.type) for event in found.events]
    assert {kind for _log, kind in types} >= {"ingest", "derive", "observe"}
    assert {log for log, _kind in types} == {"device"}
    assert found.values["outcome"] == "saved"


def test_times_are_days_until_finer_ones_are_asked_for_and_that_is_on_record(desk):
    coarse = repr(shown(desk))
    assert "T" not in shown(desk).times["collected"]
    assert accesses(desk) == []
    found = shown(desk, exact=True, why="dispute about the hour")
    assert found.times["collected"].endswith("Z")
    assert found.times["collected"] not in coarse
    assert accesses(desk) == [{"what": "exact times", "who": "desk", "why": "dispute about the hour"}]


def test_a_hostile_record_reaches_the_screen_escaped(desk, capsys):
    item = brought(
        desk, b"m", source={"title": "\x1b]0;x\x07\u202egpj", "url": "https://site.example/\r\nX: y", "kind": "url"}
    )
    found = show_item(desk.desk, desk.passphrase, ShowWish(item))
    show_command._print(Output(), found)
    text = capsys.readouterr().out
    assert "gpj" in text
    assert not {"\x1b", "\x07", "\u202e", "\r"} & set(text)


def test_the_access_is_on_record_before_the_first_byte(desk):
    before = log_lines(desk)
    counted = []

    class Sink:
        def write(self, data: bytes) -> int:
            counted.append(log_lines(desk))
            return len(data)

    given(desk, sink=Sink(), why="to look at it")
    assert counted[0] == before + 1
    assert accesses(desk) == [{"what": "copy/1", "who": "desk", "why": "to look at it"}]


def test_the_copy_is_given_where_none_is_named_and_its_bytes_are_those_recorded(desk):
    sink = io.BytesIO()
    done = given(desk, sink=sink)
    assert (done.name, done.as_recorded, done.path) == ("copy/1", True, "")
    assert done.sha256 == sha256_hex(sink.getvalue()) == shown(desk).copies[0]["sha256"]
    assert sink.getvalue() != PHOTO.read_bytes()


def test_an_original_is_given_to_who_may_open_it(desk):
    sink = io.BytesIO()
    given(desk, sink=sink, file="media/1")
    assert sink.getvalue() == PHOTO.read_bytes()
    assert accesses(desk)[0]["what"] == "original"


def test_without_the_custodian_sheet_an_original_stays_shut_and_nothing_is_logged(tmp_path):
    stage = make_stage(tmp_path / "stage", lone=False)
    device = stage.device("a")
    device.add(PHOTO)
    stage.take_in(device.bundle(stage.folder / "stick"))
    before = log_lines(stage)
    with pytest.raises(WitnesskitError) as caught:
        given(stage, sink=io.BytesIO(), file="media/1")
    assert (caught.value.code, log_lines(stage)) == ("CUSTODIAN-KEY", before)
    sheet = tmp_path / "sheet.txt"
    sheet.write_text(stage.custodian_sheet)
    sink = io.BytesIO()
    given(stage, sink=sink, file="media/1", custodian=CustodianPaper(sheet))
    assert sink.getvalue() == PHOTO.read_bytes()
    assert accesses(stage)[0] == {"what": "original", "who": "custodian", "why": "open"}


def test_a_file_in_a_folder_is_for_its_owner_alone_and_never_over_another(desk, tmp_path):
    done = given(desk, to=tmp_path / "out")
    path = Path(done.path)
    assert (path.suffix, path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (".jpg", 0o600, 0o700)
    assert sha256_hex(path.read_bytes()) == done.sha256
    with pytest.raises(WitnesskitError) as caught:
        given(desk, to=tmp_path / "out")
    assert caught.value.code == "OUTPUT-EXISTS"
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(WitnesskitError):
        given(desk, to=tmp_path / "out")
    assert not (tmp_path / "elsewhere").exists()


def test_until_it_is_whole_a_file_has_no_name(desk, tmp_path):
    """So a kill leaves nothing that is taken for the whole."""
    seen = []
    wish = OpenWish(only(desk), to=tmp_path / "out")
    open_file(
        desk.desk,
        desk.passphrase,
        wish,
        lambda *_told: seen.append([one.name for one in (tmp_path / "out").iterdir()]),
    )
    assert seen and not [name for names in seen for name in names if not name.startswith(".")]
    assert len(list((tmp_path / "out").iterdir())) == 1


ACTIVE = {
    "a page": (PAGE, ".txt", ".html"),
    "a page behind a mark": (b"\xef\xbb\xbf \n" + PAGE, ".txt", ".html"),
    "a page in UTF-16": (b"\xff\xfe" + PAGE.decode().encode("utf-16-le"), ".txt", ".html"),
    "a drawing": (b'<?xml version="1.0"?><svg onload="x()"></svg>', ".txt", ".svg"),
    "a document": (b"%PDF-1.7\n", ".bin", ".pdf"),
}


@pytest.mark.parametrize(("media", "neutral", "own"), ACTIVE.values(), ids=ACTIVE)
def test_what_a_browser_could_run_gets_a_name_that_none_takes(desk, tmp_path, media, neutral, own):
    """By its bytes: the record calls it a picture."""
    told = {"stream": 1, "sha256": sha256_hex(media), "bytes": len(media), "mime": "image/jpeg"}
    item = brought(desk, media, capture={"media": [told]})
    done = given(desk, item=item, file="media/1", to=tmp_path / "a")
    assert (Path(done.path).suffix, done.active, done.as_recorded) == (neutral, True, True)
    done = given(desk, item=item, file="media/1", to=tmp_path / "b", own_name=True)
    assert (Path(done.path).suffix, done.active) == (own, True)


@pytest.mark.parametrize("media", [b"MZ\x90", b"#!/bin/sh\n", b"{}", b"javascript:"])
def test_bytes_of_no_known_kind_are_only_bytes(desk, tmp_path, media):
    item = brought(desk, media)
    assert Path(given(desk, item=item, file="media/1", to=tmp_path / "a").path).suffix == ".bin"


def test_bytes_that_are_not_those_recorded_are_told(desk):
    item = brought(desk, b"other", capture={"media": [{"stream": 1, "sha256": "a" * 64, "bytes": 5, "mime": "x"}]})
    assert given(desk, item=item, sink=io.BytesIO()).as_recorded is False


@pytest.mark.parametrize("name", ["copy/9", "../media/1", "record.json", "", "media/1\x00"])
def test_a_name_that_is_none_of_its_files_opens_and_logs_nothing(desk, name):
    if not name:
        item = brought(
            desk,
            b"m",
            capture={"media": [{"stream": n, "sha256": "a" * 64, "bytes": 5, "mime": "x"} for n in (1, 2)]},
        )
    else:
        item = only(desk)
    before = log_lines(desk)
    with pytest.raises(WitnesskitError) as caught:
        given(desk, item=item, sink=io.BytesIO(), file=name)
    assert (caught.value.code, log_lines(desk)) == ("NO-FILE", before)


def test_a_damaged_file_leaves_nothing_in_the_folder(desk, tmp_path):
    with open_for_saving(desk.desk, desk.passphrase) as session:
        (item,) = chosen(session.state, [])
        capsules = session.state.items[item].capsules
    for capsule in capsules:
        path = desk.desk.capsule_path(capsule.id)
        path.chmod(0o600)
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    with pytest.raises(WitnesskitError):
        given(desk, to=tmp_path / "out", file="copy/1")
    assert not (tmp_path / "out").exists() or list((tmp_path / "out").iterdir()) == []


def test_a_folder_that_is_copied_elsewhere_is_refused(desk, tmp_path):
    before = log_lines(desk)
    with pytest.raises(WitnesskitError) as caught:
        given(desk, to=tmp_path / "Dropbox" / "x")
    assert (caught.value.code, log_lines(desk)) == ("CLOUD-FOLDER", before)


def test_the_events_name_no_finer_time(desk):
    told = json.dumps([vars(event) | {"told": dict(event.told)} for event in shown(desk).events])
    assert '"day": "2' in told
    assert "T" not in "".join(event.day for event in shown(desk).events)


@pytest.mark.parametrize(
    "time",
    ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05+06:00", "2026-01-02 03:04:05", "2026:01:02 03:04:05.25 -0330"],
    ids=["utc", "zone", "blank", "camera"],
)
def test_times_of_any_form_are_shown_as_days(stage, time):
    device = Device(stage.folder / "a")
    device.save(record_json(times=dict.fromkeys(("collected", "published", "embedded"), time)))
    stage.take_in(device.bundle(stage.folder / "stick"))
    (item,) = (item for item, one in state.load_state(stage.desk).items.items() if not one.paper)
    shown = show_item(stage.desk, stage.passphrase, ShowWish(short_id(item)))
    assert set(shown.times.values()) == {time[:10]}
    assert not [value for value in shown.values.values() if time[11:] in value]
