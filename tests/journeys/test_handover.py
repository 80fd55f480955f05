"""From the field to the desk and back: bundle, import, receipt, forget, and the next round."""

from __future__ import annotations

import shutil

import pytest

from tests.journeys.conftest import copy_of
from tests.journeys.program import Folder


@pytest.fixture(scope="module")
def handed(team, tmp_path_factory) -> Folder:
    """One bundle of two items, taken in by the desk."""
    folder = copy_of(team, tmp_path_factory.mktemp("handed"))
    for name in ("a.txt", "b.txt"):
        (folder.path / name).write_text(name * 100)
    folder.ok("add", "a.txt", "b.txt", "--vault", "field")
    (folder.path / "stick").mkdir()
    folder.ok("bundle", "stick", "--vault", "field")
    folder.desk("import", bundle_of(folder), "--receipts", "receipts")
    return folder


@pytest.fixture
def copied(handed, tmp_path) -> Folder:
    shutil.copytree(handed.path, tmp_path / "day")
    return Folder(tmp_path / "day")


def bundle_of(folder: Folder, stick: str = "stick"):
    (path,) = (folder.path / stick).glob("*.age")
    return path


def receipt_of(folder: Folder, receipts: str = "receipts"):
    (path,) = (folder.path / receipts).iterdir()
    return path


def counts(folder: Folder, vault: str = "field") -> dict:
    return folder.ok("status", "--vault", vault, "--json").json()["counts"]


def test_a_first_import_with_the_whole_work_of_a_key_file(own):
    (own.path / "a.txt").write_text("a")
    own.ok("add", "a.txt", "--vault", "field")
    (own.path / "stick").mkdir()
    own.ok("bundle", "stick", "--vault", "field")
    ran = own.desk("import", bundle_of(own), "--receipts", "receipts", "--json", quick=False)
    found = ran.json()
    assert (ran.status, found["counts"]["new"], found["counts"]["here"]) == (0, 1, 0)
    assert found["items"][0]["result"] == "complete"


def test_importing_again_changes_nothing_but_the_receipt(copied):
    before = counts(copied, "desk")
    ran = copied.desk("import", bundle_of(copied), "--receipts", "again", "--json")
    assert ran.json()["counts"] == {
        "files": 1, "refused": 0, "bundles": 1, "complete": 1, "partial": 0, "items": 2, "new": 0, "here": 2,
    }  # fmt: skip
    assert counts(copied, "desk") == before
    copied.ok("receipt", receipt_of(copied, "again"), "--vault", "field")


def test_one_copy_is_too_few_to_forget_and_a_second_copy_is_enough(copied):
    unlocked = ("forget", "--delivered", "--vault", "field", "--json")
    assert copied.run(*unlocked).codes() == ["NOTHING-TO-FORGET"]
    told = copied.ok("receipt", receipt_of(copied), "--vault", "field").err
    assert "--second-copy: 2 copies are demanded here" in told
    assert "forget" not in told
    ran = copied.run(*unlocked)
    assert (ran.status, ran.codes()) == (5, ["TOO-FEW-COPIES"])
    assert counts(copied)["items"] == 2
    copied.desk("import", bundle_of(copied), "--second-copy", "other-disk", "--receipts", "second", "--json")
    assert bundle_of(copied, "other-disk").read_bytes() == bundle_of(copied).read_bytes()
    assert bundle_of(copied, "other-disk").stat().st_mode & 0o077 == 0
    copied.desk("import", bundle_of(copied), "--receipts", "third")  # takes no copy away
    taken = copied.ok("receipt", receipt_of(copied, "third"), "--vault", "field", "--json").json()
    assert taken["counts"] == {"confirmed": 2, "missing": 0, "copies": 2}
    assert copied.ok(*unlocked).json()["counts"] == {"erased": 2, "kept": 0}
    assert counts(copied)["items"] == 0


def test_after_forgetting_the_next_log_is_taken_in_as_the_same_device(copied):
    copied.desk("import", bundle_of(copied), "--second-copy", "other", "--receipts", "second")
    copied.ok("receipt", receipt_of(copied, "second"), "--vault", "field")
    copied.ok("forget", "--delivered", "--vault", "field")
    (copied.path / "c.txt").write_text("c")
    copied.ok("add", "c.txt", "--vault", "field")
    (copied.path / "stick2").mkdir()
    copied.ok("bundle", "stick2", "--vault", "field")
    taken = copied.desk("import", bundle_of(copied, "stick2"), "--receipts", "r2", "--json").json()
    assert (taken["counts"]["items"], taken["counts"]["new"]) == (1, 1)
    assert counts(copied, "desk")["items"] == 3
    confirmed = copied.ok("receipt", receipt_of(copied, "r2"), "--vault", "field", "--json").json()["counts"]
    assert confirmed["confirmed"] == 1
    assert not (copied.path / "field" / "custody" / "closed").exists()
    verdict = copied.desk("verify", "desk", "--json").json()
    assert verdict["state"] == "UNCHANGED"


def test_only_what_was_not_confirmed_travels_again(copied):
    (short,) = copied.ok("copies", "--vault", "field", "--json").json()["warnings"]
    assert short["message"].endswith("known copies: bundle them for the desk, and read its receipt")
    copied.ok("receipt", receipt_of(copied), "--vault", "field")
    ran = copied.run("bundle", "stick", "--vault", "field", "--json")
    assert (ran.status, ran.codes()) == (2, ["NOTHING-TO-PACK"])
    (copied.path / "c.txt").write_text("c")
    copied.ok("add", "c.txt", "--vault", "field")
    assert copied.ok("bundle", "stick", "--vault", "field", "--json").json()["counts"]["items"] == 1


def test_bundles_may_arrive_in_any_order_and_a_lost_one_is_sent_whole_again(copied):
    (copied.path / "c.txt").write_text("c")
    copied.ok("add", "c.txt", "--vault", "field")
    for stick in ("lost", "kept"):
        (copied.path / stick).mkdir()
        copied.ok("bundle", stick, "--vault", "field")
    late = copied.desk("import", bundle_of(copied, "kept"), "--receipts", "r", "--json").json()
    assert (late["counts"]["new"], late["counts"]["here"]) == (1, 2)
    again = copied.desk("import", bundle_of(copied, "lost"), "--receipts", "r", "--json").json()
    assert (again["counts"]["new"], again["counts"]["here"]) == (0, 3)


def test_a_missing_stick_is_named_before_anything_is_logged(copied):
    log = (copied.path / "field" / "custody" / "log.jsonl").read_bytes()
    ran = copied.run("bundle", "not-connected", "--vault", "field", "--json")
    assert (ran.status, ran.codes()) == (2, ["NO-FOLDER"])
    assert (copied.path / "field" / "custody" / "log.jsonl").read_bytes() == log


def test_a_receipt_of_another_device_or_with_one_changed_byte_is_refused(copied):
    locked = ("--vault", "locked", "--json")
    assert copied.run("receipt", receipt_of(copied), *locked).status in (7, 8)
    data = bytearray(receipt_of(copied).read_bytes())
    data[data.index(b"copies") + 7] ^= 1
    (copied.path / "forged.wkr").write_bytes(data)
    ran = copied.run("receipt", "forged.wkr", "--vault", "field", "--json")
    assert (ran.status, ran.codes()) == (7, ["RECEIPT-SIGNATURE"])
    assert counts(copied)["confirmed"] == 0


def test_of_a_cut_bundle_what_verifies_is_kept_and_the_whole_one_brings_the_rest(copied):
    for number in range(3):
        (copied.path / f"{number}.bin").write_bytes(bytes(300_000))
    copied.ok("add", "0.bin", "1.bin", "2.bin", "--vault", "field")
    (copied.path / "stick2").mkdir()
    copied.ok("bundle", "stick2", "--vault", "field")
    data = bundle_of(copied, "stick2").read_bytes()
    (copied.path / "cut.age").write_bytes(data[: len(data) // 2])
    (copied.path / "text.age").write_text("hello")
    found = copied.desk("import", "cut.age", "text.age", "--receipts", "r", "--json", status=3).json()
    assert (found["counts"]["files"], found["counts"]["refused"], found["counts"]["partial"]) == (2, 1, 1)
    assert found["items"][0]["result"] == "partial"
    partial = copied.ok("receipt", receipt_of(copied, "r"), "--vault", "field", "--json").json()
    assert (partial["state"], partial["counts"]["confirmed"]) == ("partial", 0)
    whole = copied.desk("import", bundle_of(copied, "stick2"), "--receipts", "r", "--json").json()
    assert whole["items"][0]["result"] == "complete"
    assert counts(copied, "desk")["items"] == 5


def test_a_bundle_for_another_desk_is_not_for_us(copied):
    copied.quick("init", "other", "--desk", "--secrets-out", "sec-other")
    unlock = ("--passphrase-file", "sec-other/passphrase.txt")
    ran = copied.run("import", bundle_of(copied), "--vault", "other", *unlock, "--json")
    assert (ran.status, ran.codes()) == (8, ["NOT-FOR-US"])
    assert "--key" in ran.json()["errors"][0]["next"]


def test_of_several_bundles_the_refused_one_is_named(copied):
    (copied.path / "text.age").write_text("hello")
    ran = copied.desk("import", bundle_of(copied), "text.age", "--receipts", "r", status=3)
    (line,) = [line for line in ran.err.splitlines() if line.startswith("witnesskit: error: ")]
    assert line.startswith("witnesskit: error: text.age: this file is not a bundle")
