"""A desk has its log's time proven, and strangers see it: with two authorities, with one, with none, with liars."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.journeys.conftest import copy_of
from tests.journeys.program import PASSPHRASE_FILE, Folder
from tests.oracles import require
from tests.simulators import authorities, calendar, tsa
from witnesskit.sealing.identity import Identity
from witnesskit.sealing.open import open_bytes

READER = Identity.generate()
TIME = r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ"


@pytest.fixture
def desk(team, tmp_path):
    """A team whose desk asks two authorities, with what a stranger believes in ``believed``."""
    folder = copy_of(team, tmp_path / "team")
    with authorities.pair(folder.path / "roots") as pair:
        for name in ("north", "south"):
            name_one(folder, pair, name)
        believe(folder, pair, "north", "south")
        yield folder, pair


def name_one(folder: Folder, pair, name: str) -> None:
    folder.ok(
        "trust", "authority", name, "--url", getattr(pair, name).url, "--root", f"roots/{name}.pem", "--vault", "desk"
    )


def believe(folder: Folder, pair, *names: str) -> None:
    """A trust folder that a stranger made: the desk's key, read aloud, and roots from the authorities' own pages."""
    place = folder.path / "believed"
    shutil.rmtree(place, ignore_errors=True)
    (place / "tsa").mkdir(parents=True)
    for name in names:
        (place / "tsa" / f"{name}.pem").write_bytes(pair.roots[name])
    key = re.search(r'^key = "(.*)"$', (folder.path / "desk" / "vault.toml").read_text(), re.MULTILINE)[1]
    (place / "policy").write_text(f"log {key}\nquorum none\n")


def deliver(folder: Folder, name: str) -> None:
    """One file from the field to the desk, and the receipt back."""
    (folder.path / name).write_text(name * 50)
    folder.ok("add", name, "--vault", "field")
    for place in ("stick", "receipts"):
        shutil.rmtree(folder.path / place, ignore_errors=True)
        (folder.path / place).mkdir()
    folder.ok("bundle", "stick", "--vault", "field")
    (path,) = (folder.path / "stick").glob("*.age")
    folder.desk("import", path, "--receipts", "receipts")
    (receipt,) = (folder.path / "receipts").iterdir()
    folder.ok("receipt", receipt, "--vault", "field")


def court_bundle(folder: Folder) -> Path:
    (folder.path / "court").mkdir()
    (folder.path / "reader.txt").write_text(READER.text + "\n")
    sheet = ("--custodian-sheet", "sec/custodian-sheet.txt")
    folder.desk("bundle", "court", "--audience", "court", "--to", READER.recipient, *sheet)
    (path,) = (folder.path / "court").glob("*.age")
    return path


def verified(folder: Folder, path: Path) -> dict:
    return folder.run("verify", path, "--key", "reader.txt", "--trust", "believed", "--json").json()


def proven(item: dict, end: str) -> list[str]:
    bound = item["interval"][end]
    return said(bound) if bound and bound["proven"] else []


def said(bound: dict) -> list[str]:
    return sorted(name.removeprefix("time authority ") for name in bound["word_of"])


def test_anchor_tells_who_said_what_and_a_vault_shows_it(desk):
    folder, _pair = desk
    assert "never anchored" in folder.ok("status", "--vault", "desk").err
    assert folder.ok("status", "--json", "--vault", "desk").json()["anchored"] == ""
    ran = folder.desk("anchor")
    assert re.fullmatch(rf"north  {TIME}\nsouth  {TIME}\n", ran.out)
    assert "2 of 2 authorities" in ran.err
    assert "last anchored on 20" in folder.ok("status", "--vault", "desk").err
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", folder.ok("status", "--json", "--vault", "desk").json()["anchored"])
    found = folder.desk("anchor", "--json").json()
    assert (found["counts"]["asked"], found["counts"]["answered"], found["state"]) == (2, 2, "anchored")
    listed = folder.ok("trust", "authority", "--list", "--vault", "desk").out
    assert [line.split("  ")[0] for line in listed.splitlines()] == ["north", "south"]


def test_a_stranger_sees_between_which_times_a_saved_file_came_into_being(desk):
    folder, pair = desk
    folder.desk("anchor")
    deliver(folder, "first.txt")  # its receipt brings the desk's anchored checkpoint to the device
    earlier = folder.ok("status", "--items", "--vault", "desk").out.split("  ")[0]
    deliver(folder, "second.txt")
    pair.tell(int(time.time()))
    folder.desk("anchor")
    found = verified(folder, court_bundle(folder))
    assert found["state"] == "UNCHANGED", found["checks"]
    first, second = sorted(found["items"], key=lambda item: item["id"] != earlier)
    assert (proven(first, "not_after"), proven(first, "not_before")) == (["north", "south"], [])
    assert (proven(second, "not_after"), proven(second, "not_before")) == (["north", "south"], ["north", "south"])
    stamps = [(check["code"], check["mark"]) for check in found["checks"] if check["code"] == "TSA"]
    assert stamps == [("TSA", "ok")] * 4
    assert not [check for check in found["checks"] if check["code"] in ("TIMEORDER", "FUTURE")]


def test_a_device_invited_by_an_anchored_desk_has_a_not_before_from_its_first_line(desk):
    folder, _pair = desk
    folder.desk("anchor")
    shutil.rmtree(folder.path / "field")
    folder.quick("init", "field", "--field")
    digits = folder.desk("invite", "late.wkid", "--json").json()["digits"]
    folder.quick("trust", "add", "late.wkid", "--digits", digits, "--vault", "field")
    deliver(folder, "first.txt")
    folder.desk("anchor")
    found = verified(folder, court_bundle(folder))
    (item,) = found["items"]
    assert found["state"] == "UNCHANGED"
    assert (proven(item, "not_before"), proven(item, "not_after")) == (["north", "south"], ["north", "south"])


def test_who_believes_one_authority_only_has_nothing_proven(desk):
    folder, pair = desk
    deliver(folder, "first.txt")
    folder.desk("anchor")
    path = court_bundle(folder)
    believe(folder, pair, "south")
    (item,) = verified(folder, path)["items"]
    assert (proven(item, "not_after"), said(item["interval"]["not_after"])) == ([], ["south"])


def test_one_authority_down_is_partial_and_says_that_the_other_alone_proves_nothing(desk):
    folder, pair = desk
    pair.south.behaviour = "500"
    ran = folder.desk("anchor", status=3)
    assert "south: no usable answer came: HTTP status 500" in ran.err
    assert "one authority alone proves no time" in ran.err
    assert folder.desk("anchor", "--json", status=3).codes() == ["NO-REPLY"]


def test_all_down_is_the_network_s_status_and_nothing_is_logged(desk):
    folder, pair = desk
    pair.north.behaviour = pair.south.behaviour = "drop"
    log = folder.path / "desk" / "custody" / "log.jsonl"
    before = log.read_bytes()
    folder.desk("anchor", status=11)
    assert log.read_bytes() == before
    assert not (folder.path / "desk" / "custody" / "anchors").exists()


@pytest.mark.parametrize("lie", [{"nonce": 7}, {"signer": "rogue-signer", "certificates": ("rogue-signer",)}])
def test_a_liar_s_answer_is_never_stored(desk, lie):
    folder, pair = desk
    pair.north.recipe = dataclasses.replace(pair.north.recipe, **lie)
    assert folder.desk("anchor", "--json", status=3).codes() == ["STAMP-REFUSED"]
    assert [path.name.split(".")[1] for path in (folder.path / "desk" / "custody" / "anchors").iterdir()] == ["south"]


def test_after_one_was_down_the_next_run_proves_both_ends(desk):
    folder, pair = desk
    pair.south.behaviour = "500"
    folder.desk("anchor", status=3)
    deliver(folder, "first.txt")
    pair.south.behaviour = ""
    folder.desk("anchor")
    found = verified(folder, court_bundle(folder))
    assert found["state"] == "UNCHANGED"
    assert proven(found["items"][0], "not_after") == ["north", "south"]


def test_a_second_name_of_one_authority_is_refused_and_a_removed_one_is_asked_no_longer(desk):
    folder, pair = desk
    ran = folder.run(
        "trust",
        "authority",
        "third",
        "--url",
        pair.north.url,
        "--root",
        "roots/north.pem",
        "--vault",
        "desk",
        "--json",
    )
    assert (ran.status, ran.codes()) == (5, ["AUTHORITY-KNOWN"])
    folder.ok("trust", "authority", "north", "--remove", "--vault", "desk")
    assert [item["id"] for item in folder.desk("anchor", "--json").json()["items"]] == ["south"]
    for names in (("south", "--remove", "south"), ("--remove",), ("south", "--remove", "north")):
        assert folder.run("trust", "authority", *names, "--vault", "desk", "--json").codes() == ["USAGE"]
    folder.ok("trust", "authority", "--remove", "south", "--vault", "desk")
    assert folder.ok("trust", "authority", "--list", "--vault", "desk").out == ""
    assert len(pair.north.requests) == 0


def test_nobody_is_trusted_or_asked_from_the_start(own):
    assert "No authority" in own.ok("trust", "authority", "--vault", "desk").err
    assert own.desk("anchor", "--json", status=2).codes() == ["NO-AUTHORITY"]


def test_a_field_device_asks_nobody(own):
    for words in (("anchor",), ("trust", "authority", "--list")):
        assert own.run(*words, "--vault", "field", "--json").codes() == ["VAULT-KIND"]


def test_calendars_promise_and_keep_it(own):
    with calendar.serving() as told:
        asked = ("--calendar", told.url)
        own.desk("anchor", "--ots", *asked)
        assert own.desk("anchor", "--upgrade", *asked, "--json").json()["counts"] == {"complete": 0, "waiting": 1}
        told.mine(900_000)
        assert own.desk("anchor", "--upgrade", *asked, "--json").json()["counts"] == {"complete": 1, "waiting": 0}
    assert own.desk("anchor", "--ots", status=2).err


def test_a_schedule_waits_for_its_hour_and_ends_cleanly(desk):
    folder, pair = desk
    unlock = ("--vault", "desk", "--passphrase-file", f"sec/{PASSPHRASE_FILE}")
    with (folder.path / "err.txt").open("w") as err:
        process = folder.start("anchor", "--every", "168", *unlock, stderr=err)
        deadline = time.monotonic() + 60
        while "Next: " not in (folder.path / "err.txt").read_text() and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    told = (folder.path / "err.txt").read_text()
    assert re.search(rf"Next: {TIME}", told)
    assert "Ended." in told
    assert pair.north.requests == []


def test_a_schedule_tells_at_once_what_would_fail_hours_later(desk):
    folder, _pair = desk
    (folder.path / "wrong.txt").write_text("GXYR-YN24-04F1-FH6F\n")
    ran = folder.run("anchor", "--every", "6", "--vault", "desk", "--passphrase-file", "wrong.txt", "--json")
    assert (ran.status, ran.codes()) == (9, ["WRONG-PASSPHRASE"])


def test_openssl_verifies_every_token_of_a_bag_that_was_opened_with_tar(desk):
    folder, _pair = desk
    openssl = require("openssl")
    folder.desk("anchor")
    deliver(folder, "first.txt")
    folder.desk("anchor")
    bag = folder.path / "bag"
    bag.mkdir()
    (folder.path / "bag.tar").write_bytes(open_bytes(court_bundle(folder).read_bytes(), [READER]))
    subprocess.run(["tar", "-x", "-f", "../bag.tar"], cwd=bag, check=True)
    members = [json.loads(line) for line in (bag / "members.jsonl").read_text().splitlines()]
    chain = {}
    (origin,) = {one["origin"] for one in members if one["kind"] == "anchor"}
    for one in (one for one in members if one.get("origin") == origin):
        path = bag / "data" / f"{one['ordinal']:08d}"
        if one["kind"] == "anchor":
            chain[one["name"]] = path
        elif one["kind"] == "checkpoint":
            chain[path.read_text().split("\n")[1] + ".note"] = path
    tokens = [name for name in chain if name.endswith(".tsr")]
    assert len(tokens) == 4
    for token in tokens:
        size, name, _ending = token.split(".")
        between = folder.path / "between.pem"
        between.write_bytes(tsa.pem("intermediate"))
        ended = subprocess.run(
            [openssl, "ts", "-verify", "-data", chain[f"{size}.note"], "-in", chain[token],
             "-CAfile", folder.path / "roots" / f"{name}.pem", "-untrusted", between],
            capture_output=True, text=True,
        )  # fmt: skip
        assert "Verification: OK" in ended.stdout, ended.stderr
