"""Items in forms of others: only what the policy lets out, whole or not at all, and checked by others' tools."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import bagit
import pytest
from PIL import Image

from tests.actions.stage import Device, Stage, copy_of, make_stage, record_json, silent
from witnesskit.actions import consents, hand_out_write, marks
from witnesskit.actions.case_vault import paper_openings
from witnesskit.actions.consents import ConsentWish
from witnesskit.actions.custodian import CustodianPaper
from witnesskit.actions.hand_out import HandOutWish, hand_out
from witnesskit.actions.marks import Mark
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.own_events import own_events
from witnesskit.errors import WitnesskitError
from witnesskit.formats import strict_json
from witnesskit.formats.short_id import short_id
from witnesskit.report.handed import COLUMNS, HandedItem
from witnesskit.report.handed_forms import FILES, FORMS, Handed, atlos, uwazi
from witnesskit.vault import state

PHOTO = Path(__file__).resolve().parents[2] / "demo" / "photo.jpg"
NAMES = {"bagit": "bag", "folder": "folder", "csv": "items.csv", "uwazi": "uwazi.zip", "atlos": "atlos.csv"}


@pytest.fixture(scope="module")
def answered(first_stage: Stage, tmp_path_factory) -> Stage:
    """Two photos with a copy that may be published, and a file without any; never written to again."""
    stage = copy_of(first_stage, tmp_path_factory.mktemp("handed") / "stage")
    device, other = Device(stage.folder / "a"), stage.folder / "=cmd,ｘ|\u202egpj.exe"
    Image.open(PHOTO).rotate(180).save(other, "JPEG")  # another content: a mark holds for every item with the same
    device.add(PHOTO, other, stage.folder / "a.txt")
    stage.take_in(device.bundle(stage.folder / "stick"))
    assert len(stage.make_public()) == 2
    return stage


@pytest.fixture
def desk(answered: Stage, tmp_path) -> Stage:
    return copy_of(answered, tmp_path / "stage")


def shorts(desk: Stage) -> list[str]:
    found = state.load_state(desk.desk).items
    return sorted(short_id(item) for item, one in found.items() if not one.paper)


def written(desk: Stage, form: str, audience: str = "court", items=(), **wish):
    out = desk.folder / f"{audience}-{NAMES[form]}"
    return out, hand_out(desk.desk, desk.passphrase, HandOutWish(form, items, out, audience, **wish), silent)


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def everything(out: Path) -> bytes:
    """Names and bytes of all that was written."""
    if out.is_file():
        return out.read_bytes()
    paths = sorted(out.rglob("*"))
    return b"".join(str(path).encode() + (path.read_bytes() if path.is_file() else b"") for path in paths)


def types(desk: Stage) -> list[str]:
    with open_for_saving(desk.desk, desk.passphrase) as session:
        return [json.loads(line)["type"] for line in session.journal.lines()]


def test_a_bag_is_valid_for_the_stock_program(desk):
    out, done = written(desk, "bagit", originals=True)
    bag = bagit.Bag(str(out))
    assert bag.validate(processes=1)
    assert (bag.version_info, bag.algorithms) == ((1, 0), ["sha256"])
    assert bag.info.keys() == {"Payload-Oxum"}
    assert done.items == 3
    digests = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (out / "data" / "files").iterdir()}
    assert hashlib.sha256(PHOTO.read_bytes()).hexdigest() in digests
    (out / "data" / "files" / "00000001.jpg").write_bytes(b"x")
    with pytest.raises(bagit.BagValidationError):
        bagit.Bag(str(out)).validate()


def test_a_folder_s_list_is_what_sha256sum_checks(desk):
    out, _done = written(desk, "folder")
    ran = subprocess.run(["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=out, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    listed = {line.split("  ")[1] for line in (out / "SHA256SUMS").read_text().splitlines()}
    there = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert there - {"SHA256SUMS"} == listed
    assert all(
        row["files"].startswith("files/0000000") for row in rows((out / "items.csv").read_bytes()) if row["files"]
    )


@pytest.mark.parametrize("form", ["bagit", "folder", "uwazi"])
def test_names_of_devices_are_in_no_path(desk, form):
    out, _done = written(desk, form, originals=True)
    names = zipfile.ZipFile(out).namelist() if out.is_file() else [path.name for path in out.rglob("*")]
    assert not [name for name in names if not name.isascii() or set(name) & set("=,|\\/: ") or "exe" in name]


def test_without_originals_the_original_is_nowhere(desk):
    original = hashlib.sha256(PHOTO.read_bytes()).hexdigest().encode()
    for form in ("bagit", "uwazi"):
        out, _done = written(desk, form, "desk")
        assert PHOTO.read_bytes()[-4000:] not in everything(out)
        assert original not in everything(out)


@pytest.mark.parametrize("form", FORMS)
def test_the_public_gets_fresh_numbers_a_day_and_no_name(desk, form):
    out, done = written(desk, form, "public")
    assert done.items == 2
    data = everything(out)
    assert not any(short.encode() in data for short in shorts(desk))
    if form in FILES:
        assert not re.search(rb"\d\d:\d\d", data)
    if form == "csv":
        for row in rows(data):
            assert (row["url"], row["title"], row["original_sha256"]) == ("withheld",) * 3
            assert len(row["saved"]) == 10


def test_an_export_tells_exactly_the_columns_and_says_what_is_withheld(desk):
    out, _done = written(desk, "csv")
    table = rows(out.read_bytes())
    assert tuple(table[0]) == COLUMNS
    assert sorted(row["item"] for row in table) == shorts(desk)
    desk_out, _done = written(desk, "csv", "desk")
    assert {row["original_sha256"] for row in rows(desk_out.read_bytes()) if row["original_size"]} == {"withheld"}


@pytest.mark.parametrize("form", FORMS)
def test_every_export_is_on_record_with_whom_and_what(desk, form):
    before = len(types(desk))
    written(desk, form, items=tuple(shorts(desk)), recipient="The Tribunal")
    assert types(desk)[before:] == ["access"] * 3
    with open_for_saving(desk.desk, desk.passphrase) as session:
        papers = paper_openings(session)
        told = [event for event in own_events(session, papers) if event.type == "access"][-3:]
    assert {event.fields["why"] for event in told} == {f"export as {form} for court, The Tribunal"}
    assert {event.fields["what"] for event in told} == ({"record"} if form in FILES else {"copy", "record"})


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("audience", "code", "change"),
    [
        ("court", "MARKED", lambda desk, short: marks.mark(desk.desk, desk.passphrase, [short], Mark(level="secret"))),
        ("desk", "MARKED", lambda desk, short: marks.mark(desk.desk, desk.passphrase, [short], Mark(level="secret"))),
        (
            "court", "CONSENT-WITHDRAWN",
            lambda desk, short: consents.consent(
                desk.desk, desk.passphrase, [short], ConsentWish("The Tribunal", withdraw=True)
            ),
        ),
        (
            "public", "CONSENT-WITHDRAWN",
            lambda desk, short: consents.consent(desk.desk, desk.passphrase, [short], ConsentWish("", withdraw=True)),
        ),
    ],
)  # fmt: skip
def test_one_item_that_may_not_leave_stops_it_before_anything_is_written(desk, form, audience, code, change):
    change(desk, shorts(desk)[0])
    before, beside = desk.contents(), sorted(desk.folder.rglob("*"))
    with pytest.raises(WitnesskitError) as caught:
        written(desk, form, audience, recipient="The Tribunal")
    assert caught.value.code == code
    assert shorts(desk)[0] in str(caught.value)
    assert (desk.contents(), sorted(desk.folder.rglob("*"))) == (before, beside)
    written(desk, form, audience, items=tuple(shorts(desk)[1:]), recipient="The Tribunal")


@pytest.mark.parametrize("audience", ["desk", "public"])
def test_originals_leave_only_where_the_policy_lets_them(desk, audience):
    before = desk.contents()
    with pytest.raises(WitnesskitError) as caught:
        written(desk, "folder", audience, originals=True)
    assert (caught.value.code, desk.contents()) == ("POLICY-REFUSES", before)


def test_originals_of_a_team_need_the_custodian(tmp_path):
    stage = make_stage(tmp_path / "team", lone=False)
    device = stage.device("a")
    device.add(PHOTO)
    stage.take_in(device.bundle(stage.folder / "stick"))
    with pytest.raises(WitnesskitError) as caught:
        written(stage, "folder", originals=True)
    assert caught.value.code == "CUSTODIAN-KEY"
    sheet = stage.folder / "sheet.txt"
    sheet.write_text(stage.custodian_sheet)
    out, _done = written(stage, "folder", originals=True, custodian=CustodianPaper(sheet))
    assert PHOTO.read_bytes() in [path.read_bytes() for path in (out / "files").iterdir()]


def test_an_original_that_is_not_what_the_record_names_stays(stage, stick):
    device = Device(stage.folder / "a")
    facts = {"stream": 1, "sha256": "00" * 32, "bytes": 1, "mime": "video/mp4"}
    device.save(record_json(capture={"media": [facts]}))
    stage.take_in(device.pack(stick).path)
    with pytest.raises(WitnesskitError) as caught:
        written(stage, "folder", originals=True)
    assert caught.value.code == "NOTHING-TO-HAND-OUT"
    assert not list(stage.folder.glob("court-*"))


HOSTILE = '=HYPERLINK("http://x.example")'


def test_what_a_device_wrote_is_text_in_every_table(stage, stick):
    device = Device(stage.folder / "a")
    source = {"kind": "url", "url": "＝cmd|' /c calc'!A0", "title": HOSTILE}
    device.save(record_json(source=source, times={"collected": "+1;=2"}))
    stage.take_in(device.pack(stick).path)
    for form in ("csv", "atlos"):
        out, _done = written(stage, form)
        for row in csv.reader(io.StringIO(out.read_bytes().decode("utf-8-sig"), newline="")):
            assert not [cell for cell in row if cell[:1] in ("=", "+", "-", "@", "＝", "\t", "\r")]
        assert ("'" + HOSTILE) in [
            cell for row in csv.reader(io.StringIO(out.read_text("utf-8-sig"))) for cell in row
        ]


@pytest.mark.parametrize("value", [7, [], {}, True, ["=1"], "\x1b[2J", "x" * 70000])
def test_hostile_types_in_a_record_stop_no_export(stage, stick, value):
    device = Device(stage.folder / "a")
    device.save(record_json(source={"url": value, "title": value}, times={"collected": value}))
    stage.take_in(device.pack(stick).path)
    for form in ("csv", "atlos"):
        out, done = written(stage, form)
        assert done.items == 1
        assert b"\x1b" not in out.read_bytes()


def item(**values) -> HandedItem:
    mark, because = values.pop("mark", ""), values.pop("because", ())
    return HandedItem("k7f2-93", values, ("uploader",), mark, because, "given")


def one_row(made: tuple) -> dict[str, str]:
    with made[0].open() as stream:
        (row,) = rows(stream.read())
    return row


def test_uwazi_gets_its_columns_and_every_file_it_is_told_of(desk):
    out, _done = written(desk, "uwazi")
    with zipfile.ZipFile(out) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        table = rows(archive.read("import.csv"))
        assert not archive.read("import.csv").startswith(b"\xef\xbb\xbf")
    told = [name for row in table for name in (row["attachments"] + "|" + row["file"]).split("|") if name]
    assert sorted(told) == sorted(set(names) - {"import.csv"})
    assert all("/" not in name for name in names)
    assert all(row["title"] for row in table)


def test_a_link_a_day_and_a_document_are_written_as_uwazi_reads_them():
    row = one_row(uwazi(Handed([item(url="https://x.example/a|b", saved="2026-01-02T03:04:05Z")], "court", "p")))
    assert row["url"] == "https://x.example/a%7Cb|https://x.example/a%7Cb"
    assert (row["preservation_date"], row["source"], row["title"]) == ("2026/01/02", "x.example", "Footage k7f2-93")


def test_uwazi_s_archive_must_end_in_zip(desk):
    with pytest.raises(WitnesskitError) as caught:
        hand_out(desk.desk, desk.passphrase, HandOutWish("uwazi", (), desk.folder / "x.bin", "court"), silent)
    assert caught.value.code == "USAGE"


@pytest.mark.parametrize(
    ("mark", "because", "said"),
    [
        ("", (), "Personal Information Visible"),
        ("restricted", (), "Personal Information Visible"),
        ("public", (), "Not Sensitive"),
        ("public", ("graphic_violence",), "Graphic Violence"),
        (
            "restricted",
            ("minor", "vantage_identifiable", "deleted_by_source"),
            "Personal Information Visible,Deleted by Source",
        ),
        ("restricted", ("a later word",), "Personal Information Visible"),
    ],
)
def test_atlos_is_told_not_sensitive_only_where_somebody_said_so(mark, because, said):
    row = one_row(
        atlos(Handed([item(mark=mark, because=because, title="short", url="https://x.example/")], "court", "p"))
    )
    assert row["sensitive"] == said
    assert len(row["description"]) >= 8
    assert not [name for name in row if name.startswith(("source", "lat", "lon"))]


@pytest.mark.parametrize("form", FORMS)
def test_bytes_that_change_on_the_way_are_found_by_reading_again(desk, form, monkeypatch):
    whole = hand_out_write._Done.copy

    def copy(self, one, stream):
        whole(self, one, _Flipping(stream) if one.size else stream)

    monkeypatch.setattr(hand_out_write._Done, "copy", copy)
    with pytest.raises(hand_out_write.NotReadBack):
        written(desk, form)
    assert not list(desk.folder.glob("court-*"))


class _Flipping:
    """A medium that keeps other bytes than it was given."""

    def __init__(self, stream) -> None:
        self._stream = stream

    def write(self, data) -> None:
        self._stream.write(bytes(data[:-1]) + bytes([data[-1] ^ 1]))


KILLED = """
import os, sys
from pathlib import Path
from witnesskit import limits
limits.SCRYPT_LOG_N = 10
from witnesskit.actions import hand_out_write
from witnesskit.actions.hand_out import HandOutWish, hand_out
from witnesskit.vault import layout
def dies(*_): os.kill(os.getpid(), 9)
hand_out_write._compare = dies
hand_out(layout.open_vault(Path(sys.argv[1])), sys.stdin.read(), HandOutWish(sys.argv[2], (), Path(sys.argv[3]), "court"), lambda *_: None)
"""


@pytest.mark.parametrize("form", FORMS)
def test_a_run_that_is_killed_leaves_nothing_under_the_name(desk, form):
    out = desk.folder / NAMES[form]
    ran = subprocess.run(
        [sys.executable, "-c", KILLED, str(desk.folder / "desk"), form, str(out)],
        input=desk.passphrase, text=True, cwd=Path(__file__).resolve().parents[2], capture_output=True,
    )  # fmt: skip
    assert ran.returncode == -9, ran.stderr
    assert not out.exists()
    assert hand_out_write.part_of(out).exists()
    with pytest.raises(WitnesskitError) as caught:
        hand_out(desk.desk, desk.passphrase, HandOutWish(form, (), out, "court"), silent)
    assert caught.value.code == "OUTPUT-EXISTS"


@pytest.mark.parametrize("form", FORMS)
def test_nothing_is_overwritten_and_nothing_logged_for_it(desk, form):
    out = desk.folder / f"court-{NAMES[form]}"
    out.write_text("mine")
    before = desk.contents()
    with pytest.raises(WitnesskitError) as caught:
        written(desk, form)
    assert (caught.value.code, out.read_text(), desk.contents()) == ("OUTPUT-EXISTS", "mine", before)


def test_the_lists_of_a_folder_agree(desk):
    out, done = written(desk, "folder", originals=True)
    told = strict_json.loads((out / "items.json").read_bytes())
    assert told["format"] == "witnesskit.handed/1"
    files = [one for each in told["items"] for one in each["files"]]
    assert len(files) == done.files
    for one in files:
        data = (out / one["name"]).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (one["size"], one["sha256"])


@pytest.mark.parametrize("form", FORMS)
def test_the_public_is_warned_and_not_told_who_agreed_or_what_leads_to_the_place(desk, form):
    because = (
        "vantage_identifiable",
        "deleted_by_source",
        "minor",
        "personal_information_visible",
        "graphic_violence",
    )
    marks.mark(desk.desk, desk.passphrase, shorts(desk), Mark(level="public", because=because))
    consents.consent(desk.desk, desk.passphrase, shorts(desk), ConsentWish("public", ("copy", "record")))
    out, _done = written(desk, form, "public")
    data = everything(out)
    for word in (*because[:-1], "given", "Deleted by Source", "Personal Information Visible"):
        assert word.encode() not in data
    if form != "uwazi":
        assert b"raphic" in data and b"iolence" in data
