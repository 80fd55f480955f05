"""The desk's keys through the installed command: replaced, revoked, rehearsed; and a device that was taken."""

from __future__ import annotations

import hashlib
import shutil

import pytest

from tests.journeys.conftest import copy_of
from tests.journeys.program import Folder
from witnesskit.formats.checkpoint import SignatureState, parse_note
from witnesskit.formats.sheet import SheetKind, sheet_text
from witnesskit.keys import parse_verifier_key

SHEET = ("--sheet", "sec/recovery-sheet.txt")


@pytest.fixture(scope="module")
def handed(team, tmp_path_factory) -> Folder:
    """One bundle of Aisha's, taken in by the desk."""
    folder = copy_of(team, tmp_path_factory.mktemp("handed"))
    send(folder, "first")
    folder.desk("import", bundle_of(folder, "first"), "--receipts", "receipts")
    return folder


@pytest.fixture
def day(handed, tmp_path) -> Folder:
    shutil.copytree(handed.path, tmp_path / "day")
    return Folder(tmp_path / "day")


def send(folder: Folder, name: str, vault: str = "field") -> None:
    """A file saved in the field, and a stick with a bundle of it."""
    (folder.path / f"{name}.txt").write_text(name * 100)
    unlock = ("--passphrase-file", "sec-locked/passphrase.txt") if vault == "locked" else ()
    folder.ok("add", f"{name}.txt", "--vault", vault, *unlock)
    (folder.path / name).mkdir()
    folder.ok("bundle", name, "--vault", vault, *unlock)


def bundle_of(folder: Folder, stick: str):
    (path,) = (folder.path / stick).glob("*.age")
    return path


def key_in_force(folder: Folder) -> str:
    return folder.desk("key", "show", "--json").json()["key"]


def newest_note(folder: Folder):
    notes = (folder.path / "desk" / "custody" / "checkpoints").glob("*.note")
    return parse_note(max(notes, key=lambda path: int(path.stem)).read_bytes())


def test_after_a_rotation_the_desk_takes_in_and_answers_as_before(day):
    old = key_in_force(day)
    ran = day.desk("key", "rotate", *SHEET, "--reason", "a new year")
    assert ran.out == key_in_force(day) + "\n" != old + "\n"
    assert "courts" in ran.err
    send(day, "second")
    day.desk("import", bundle_of(day, "second"), "--receipts", "r2", "--json")
    (receipt,) = (day.path / "r2").iterdir()
    day.ok("receipt", receipt, "--vault", "field")
    assert newest_note(day).signed_by(parse_verifier_key(key_in_force(day))) is SignatureState.GOOD
    assert day.ok("status", "--vault", "desk", "--json").json()["counts"]["items"] == 2


def test_without_the_sheet_or_with_another_nothing_is_replaced(day):
    before = key_in_force(day)
    log = (day.path / "desk" / "custody" / "log.jsonl").read_bytes()
    (day.path / "foreign.txt").write_text(sheet_text(SheetKind.RECOVERY, b"\x55" * 32))
    assert day.desk("key", "rotate", "--json", status=2).codes() == ["NEEDS-ANSWER"]
    assert day.desk("key", "rotate", "--sheet", "foreign.txt", "--json", status=8).codes() == ["SHEET-WRONG"]
    custodian = ("--sheet", "sec/custodian-sheet.txt")
    assert day.desk("key", "rotate", *custodian, "--json", status=8).codes() == ["SHEET-WRONG"]
    assert key_in_force(day) == before
    assert (day.path / "desk" / "custody" / "log.jsonl").read_bytes() == log


def test_a_revocation_says_in_plain_words_what_is_in_doubt(day):
    ran = day.desk("key", "revoke", "--since", "2026-01-02", *SHEET)
    assert "count as not proven" in ran.err
    assert "2026-01-02" in ran.err
    assert "new desk vault" in ran.err
    shown = day.desk("key", "show", "--json").json()
    assert [(change["op"], change["since"]) for change in shown["items"]] == [("revoke", "2026-01-02")]
    assert shown["first"] != shown["key"]
    future = day.desk("key", "revoke", "--since", "2999-01-01", *SHEET, "--json", status=2)
    assert future.codes() == ["DAY-TO-COME"]
    assert day.desk("key", "revoke", "--since", "yesterday", *SHEET, status=2).out == ""


def test_a_seized_device_is_set_aside_and_never_answered(day):
    ran = day.desk("key", "lost", "Aisha", "--json").json()
    assert (ran["state"], ran["counts"]["logs"]) == ("lost", 1)
    send(day, "later")
    send(day, "other", vault="locked")
    refused = day.desk("import", bundle_of(day, "later"), "--receipts", "r2", "--json", status=5)
    assert refused.codes() == ["DEVICE-LOST"]
    assert not (day.path / "r2").exists()
    data = bundle_of(day, "later").read_bytes()
    (kept,) = (day.path / "desk" / "quarantine").iterdir()
    assert (kept.name, kept.read_bytes()) == (f"{hashlib.sha256(data).hexdigest()}.age", data)
    assert day.ok("status", "--vault", "desk", "--json").json()["counts"]["items"] == 1
    mixed = day.desk("import", bundle_of(day, "later"), bundle_of(day, "other"), "--receipts", "r3", status=3)
    assert "marked as lost" in mixed.err
    assert len(list((day.path / "r3").iterdir())) == 1
    assert day.desk("verify", "desk", "--json").json()["state"] == "UNCHANGED"
    assert "Aisha" not in "".join(map(str, (day.path / "desk").rglob("*")))


def test_a_device_nobody_knows_cannot_be_lost(day):
    assert day.desk("key", "lost", "Nobody", "--json", status=2).codes() == ["DEVICE-UNKNOWN"]
    wrong = day.desk("key", "lost", "Aisha", "--since-receipt", "ffffffffffff", "--json", status=2)
    assert wrong.codes() == ["RECEIPT-UNKNOWN"]


def test_a_drill_passes_with_the_sheet_and_names_what_another_cannot(day):
    ran = day.desk("key", "drill", *SHEET, "--json").json()
    assert (ran["state"], ran["opens"], ran["authorises"]) == ("passed", True, True)
    (day.path / "foreign.txt").write_text(sheet_text(SheetKind.RECOVERY, b"\x55" * 32))
    ran = day.desk("key", "drill", "--sheet", "foreign.txt", status=8)
    assert "test capsule" in ran.err
    assert "replace" in ran.err
    (day.path / "slip.txt").write_text((day.path / SHEET[1]).read_text()[:-3])
    assert day.desk("key", "drill", "--sheet", "slip.txt", "--json", status=2).codes() == ["SHEET-TYPO"]


def test_an_operator_and_a_second_key_sign_beside_the_desk(day):
    made = day.run("key", "operator", "archive/operator-1", "--out", "operator.key", quick=True)
    assert made.status == 0, made.both
    passphrase = made.err.split("---\n")[1].split("\n")[0]
    (day.path / "operator.txt").write_text(passphrase)
    unlock = ("--operator-passphrase-file", "operator.txt")
    day.desk("key", "post-quantum")
    done = day.desk("key", "cosign", "--operator", "operator.key", *unlock, "--json").json()
    assert done["operator"] == made.out.strip()
    note = newest_note(day)
    assert len(note.signatures) == 3
    assert note.signed_by(parse_verifier_key(made.out)) is SignatureState.GOOD
    assert day.desk("verify", "desk", "--json").json()["state"] == "UNCHANGED"
    again = day.run("key", "operator", "other", "--out", "operator.key", "--json")
    assert again.codes() == ["OUTPUT-EXISTS"]


def test_a_field_vault_has_no_key_to_replace(day):
    for arguments in (("show",), ("rotate", *SHEET), ("drill", *SHEET), ("lost", "Aisha"), ("post-quantum",)):
        ran = day.run("key", *arguments, "--vault", "field", "--json")
        assert (ran.status, ran.codes()) == (5, ["VAULT-KIND"])


def test_a_day_that_is_none_is_told_in_words(day):
    ran = day.run("key", "revoke", "--since", "2026-13-01", "--vault", "desk", "--json")
    assert ran.codes() == ["USAGE"] and "a day is written as in 2026-01-31" in ran.out
