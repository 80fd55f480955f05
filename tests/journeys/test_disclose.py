"""A desk proves one fact and keeps the rest, erases on record, and accounts for what it opened: through the command."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.journeys import killing
from tests.journeys.conftest import copy_of
from tests.journeys.program import PASSPHRASE_FILE, Folder
from tests.journeys.test_verifying import unpack
from witnesskit.formats.short_id import short_id
from witnesskit.sealing.identity import Identity
from witnesskit.vault import layout
from witnesskit.vault.state import load_state

PHOTO = Path(__file__).resolve().parents[2] / "demo" / "photo.jpg"
AT_THE_DESK = ("--vault", "desk", "--passphrase-file", f"sec/{PASSPHRASE_FILE}")


@pytest.fixture(scope="module")
def delivered(team, tmp_path_factory) -> Folder:
    """A photo and a text from the field, taken in at the desk; the photo is ready for the public."""
    folder = copy_of(team, tmp_path_factory.mktemp("delivered"))
    shutil.copy(PHOTO, folder.path)
    (folder.path / "a.txt").write_text("a text")
    folder.ok("add", "photo.jpg", "a.txt", "--vault", "field")
    for name in ("stick", "out"):
        (folder.path / name).mkdir()
    folder.ok("bundle", "stick", "--vault", "field")
    (bundle,) = (folder.path / "stick").iterdir()
    folder.desk("import", bundle, "--receipts", "receipts")
    assert len(folder.ready_for_the_public()) == 1
    return folder


@pytest.fixture
def own(delivered, tmp_path) -> Folder:
    shutil.copytree(delivered.path, tmp_path / "own")
    return Folder(tmp_path / "own")


def items(folder: Folder) -> tuple[str, str]:
    found = load_state(layout.open_vault(folder.path / "desk")).items
    text, photo = sorted((one for one in found if not found[one].paper), key=lambda one: len(found[one].capsules))
    return short_id(photo), short_id(text)


def desk(folder: Folder, *words: object):
    return folder.inside(*words, *AT_THE_DESK, "--json")


def log(folder: Folder) -> list[dict]:
    return [json.loads(line) for line in (folder.path / "desk/custody/log.jsonl").read_text().splitlines()]


def verified(folder: Folder) -> dict:
    return folder.inside("verify", "desk", "--passphrase-file", f"sec/{PASSPHRASE_FILE}", "--json").json()


def test_what_leaves_and_what_is_withheld_is_said(own):
    photo, _text = items(own)
    ran = own.inside("disclose", photo, "--field", "day", "--field", "essence", "--out", "out", *AT_THE_DESK)
    assert ran.status == 0, ran.both
    (proof,) = (own.path / "out").iterdir()
    assert ran.out.strip().endswith(proof.name)
    assert "leaves: day, essence" in ran.err
    assert "nobody can tell which" in ran.err
    assert "Withheld, though it exists" in ran.err
    assert layout.open_vault(own.path / "desk").config.key in ran.err
    assert (
        own.inside("verify", f"out/{proof.name}", "--signer", layout.open_vault(own.path / "desk").config.key).status
        == 0
    )


def test_the_list_writes_and_logs_nothing(own):
    photo, _text = items(own)
    before = log(own)
    ran = desk(own, "disclose", photo, "--list")
    listed = {one["field"]: one["leaves"] for one in ran.json()["items"]}
    assert listed["sha256"] is True
    assert "parent" not in listed
    court = {one["field"] for one in desk(own, "disclose", photo, "--list", "--for", "court").json()["items"]}
    assert {"sha256", "media", "sealed"} <= court
    assert log(own) == before
    assert not list((own.path / "out").iterdir())


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (("--field", "parent", "--out", "out"), 2, "NO-FIELD"),
        (("--field", "outcome", "--out", "out"), 5, "FIELD-WITHHELD"),
        (("--field", "name", "--out", "out", "--for", "court"), 2, "NO-FIELD"),
        (("--out", "out"), 2, "NO-FIELD"),
        (("--field", "day"), 2, "USAGE"),
        (("--field", "day", "--out", "absent"), 2, "NO-FOLDER"),
    ],
)
def test_what_does_not_leave_is_refused_and_nothing_is_logged(own, words, status, code):
    photo, _text = items(own)
    before = log(own)
    ran = desk(own, "disclose", photo, *words)
    assert (ran.status, ran.codes()) == (status, [code])
    assert log(own) == before


def test_a_field_vault_refuses_what_only_a_desk_does_and_says_so(own):
    for words in (
        ("disclose", "2222-22", "--list"), ("delete", "2222-22", "--why", "law", "--yes"), ("audit",),
        ("link", "2222-22", "3333-33"),
    ):  # fmt: skip
        ran = own.inside(*words, "--vault", "field", "--passphrase-file", f"sec/{PASSPHRASE_FILE}", "--json")
        assert (ran.status, ran.codes()) == (5, ["VAULT-KIND"])
        assert ran.json()["errors"][0]["next"]


def test_a_deletion_is_deleted_and_never_missing(own):
    photo, _text = items(own)
    ran = desk(own, "delete", photo, "--why", "consent", "--authority", "the family", "--yes")
    assert (ran.status, ran.json()["counts"]["left"]) == (0, 0)
    found = verified(own)
    assert found["state"] == "UNCHANGED"
    assert found["tally"] == {"items": 2, "disclosed": 1, "deleted": 1, "unopened": 0}
    assert all(check["code"] != "MISSING" for check in found["checks"])
    assert desk(own, "audit").status == 0


def test_only_the_footage_of_an_item_can_go(own):
    photo, _text = items(own)
    assert desk(own, "delete", photo, "--why", "law", "--scope", "file", "--yes").json()["counts"]["left"] > 0
    found = verified(own)
    assert found["state"] == "UNCHANGED"
    assert any(check["code"] == "DELETED" for check in found["checks"])
    states = {item["state"] for item in found["items"] if item["id"] == photo}
    assert "missing" not in states
    assert "deleted" in states


def test_a_file_that_is_gone_without_a_record_is_missing(own):
    photo, _text = items(own)
    state = load_state(layout.open_vault(own.path / "desk"))
    item = next(one for one in state.items if short_id(one) == photo)
    layout.open_vault(own.path / "desk").capsule_path(state.items[item].capsules[0].id).unlink()
    found = verified(own)
    assert found["state"] == "CHANGED"
    assert any(check["code"] == "MISSING" for check in found["checks"])
    ran = desk(own, "audit")
    assert (ran.status, ran.json()["counts"]["bad"]) == (7, 1)
    assert [one["id"] for one in ran.json()["items"]] == [photo]


def test_a_kill_anywhere_in_a_deletion_leaves_the_item_or_its_deletion(own):
    if not killing.strace_works():
        pytest.skip("strace does not work here")
    photo, text = items(own)
    item = next(one for one in load_state(layout.open_vault(own.path / "desk")).items if short_id(one) == photo)
    words = ("delete", photo, "--why", "consent", "--yes", *AT_THE_DESK)
    calm = Folder(own.path.with_name("calm"))
    shutil.copytree(own.path, calm.path)
    found = killing.points(calm, words, "")
    ends = set()
    for number, point in enumerate([*killing.spread(found, 5, 0.5), *found[-4:-1]]):
        folder = Folder(own.path.with_name(f"killed-{number}"))
        shutil.copytree(own.path, folder.path)
        killing.kill_at(folder, point, words, "")
        desk(folder, "disclose", text, "--list")  # any command that opens the desk finishes what was begun
        left = len(load_state(layout.open_vault(folder.path / "desk")).items[item].capsules)
        logged = [event["type"] for event in log(folder)].count("delete")
        assert (left == 0) == (logged == 1), point
        assert verified(folder)["state"] == "UNCHANGED", point
        ends.add(logged)
    assert ends == {0, 1}


def test_nothing_is_deleted_without_a_reason_and_a_yes(own):
    photo, _text = items(own)
    before = log(own)
    assert desk(own, "delete", photo, "--why", "consent").codes() == ["NEEDS-ANSWER"]
    assert desk(own, "delete", photo, "--yes").status == 2
    assert desk(own, "delete", photo, "--why", "boredom", "--yes").status == 2
    assert desk(own, "delete", "2222-22", "--why", "law", "--yes").status != 0
    assert log(own) == before


def test_a_court_that_gets_everything_reads_of_the_deletion_and_the_public_does_not(own):
    _photo, text = items(own)
    item = next(one for one in load_state(layout.open_vault(own.path / "desk")).items if short_id(one) == text)
    own.desk("delete", text, "--why", "duplicate", "--yes")
    reader = Identity.generate()
    for audience in ("court", "public"):
        (own.path / audience).mkdir()
        sheet = ("--custodian-sheet", "sec/custodian-sheet.txt") if audience == "court" else ()
        own.desk("bundle", audience, "--audience", audience, "--to", reader.recipient, *sheet)
        (sealed,) = (own.path / audience).iterdir()
        unpack(sealed, reader, own.path / f"bag-{audience}")
    told = {
        audience: b"".join(path.read_bytes() for path in (own.path / f"bag-{audience}/data").iterdir())
        for audience in ("court", "public")
    }
    members = [json.loads(line) for line in (own.path / "bag-court/members.jsonl").read_text().splitlines()]
    (openings,) = [one for one in members if one["kind"] == "openings"]
    lines = (own.path / "bag-court/data" / f"{openings['ordinal']:08d}").read_text()
    assert opens(lines, "why", "duplicate")
    assert opens(lines, "who", "custodian")
    assert item.encode() not in told["public"]
    key = layout.open_vault(own.path / "desk").config.key
    ran = own.inside("verify", "bag-court", "--signer", key, "--json")
    assert ran.json()["tally"]["deleted"] == 1


def opens(lines: str, name: str, value: str) -> bool:
    from witnesskit.formats import disclosure

    texts = [text for line in lines.splitlines() for text in json.loads(line)["disclosures"]]
    return any((one.name, one.value) == (name, value) for one in map(disclosure.parse, texts))


def test_what_a_desk_saved_itself_is_linked_with_what_a_device_brought(own):
    photo, text = items(own)
    before = set(load_state(layout.open_vault(own.path / "desk")).items)
    own.desk("add", "photo.jpg")
    found = load_state(layout.open_vault(own.path / "desk")).items
    (mine,) = [short_id(one) for one in found if one not in before and not found[one].paper]
    ran = desk(own, "link", mine, photo)
    assert ran.json()["items"] == [{"item": mine, "other": photo, "how": "sha256"}]
    assert desk(own, "link", mine, text).codes() == ["NOT-THE-SAME"]
    assert verified(own)["state"] == "UNCHANGED"


def test_two_items_that_are_not_the_same_are_not_linked(own):
    photo, text = items(own)
    ran = desk(own, "link", photo, text)
    assert (ran.status, ran.codes()) == (5, ["NOT-THE-SAME"])
