"""``--json``: one object on stdout from every command, whose exit_code is the status of the process."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.journeys.program import Folder
from witnesskit.cli.registry import VERBS
from witnesskit.formats.short_id import short_id
from witnesskit.vault.layout import open_vault
from witnesskit.vault.state import load_state

DEMO = Path(__file__).resolve().parents[2] / "demo"
LAYOUT = {
    "schema": str, "command": str, "ok": bool, "exit_code": int, "state": str,
    "items": list, "counts": dict, "warnings": list, "errors": list,
}  # fmt: skip
DESK = ("--vault", "desk", "--passphrase-file", "sec/passphrase.txt")


@pytest.fixture(scope="module")
def day(folder) -> Folder:
    shutil.copy(DEMO / "photo.jpg", folder.path)
    (folder.path / "stick").mkdir()
    (folder.path / "photos").mkdir()
    shutil.copy(DEMO / "photo.jpg", folder.path / "photos")
    folder.ok("add", "photo.jpg", "--vault", "field")
    folder.ok("bundle", "stick", "--vault", "field")
    (folder.path / "stick2").mkdir()
    heading = "country,probability,as_of,source,definition,kind\n"
    (folder.path / "risk.csv").write_text(heading + "KAZ,0.70%,2024-12-31,Desk A,mass killing begins,onset\n")
    (folder.path / "outcomes.csv").write_text("country,from,to,happened,kind\nKZ,2025-01-01,2025-12-31,no,onset\n")
    shutil.copy(next((folder.path / "stick").iterdir()), folder.path / "parcel.age")
    return folder


SUCCESSES = {
    "init": ("init", "new-field", "--field"),
    "init confirm": ("init", "fresh-desk", "--confirm-sheet", "--typed-back", "sec/recovery-sheet.txt", *DESK[2:]),
    "invite": ("invite", "third.wkid", *DESK),
    "archive": ("archive", "--vault", "field", "--allow-local"),
    "add": ("add", "photo.jpg", "--vault", "field"),
    "status": ("status", "--items", "--vault", "field"),
    "status desk": ("status", "--vault", "desk"),
    "inspect": ("inspect", "photo.jpg"),
    "strip": ("strip", "photo.jpg", "--out", "clean.jpg"),
    "bundle": ("bundle", "stick2", "--vault", "field"),
    "import": ("import", "parcel.age", "--receipts", "receipts", "--second-copy", "copies", *DESK),
    "receipt": ("receipt", "RECEIPT", "--vault", "field"),
    "forget": ("forget", "--delivered", "--vault", "field"),
    "verify": ("verify", "desk", *DESK[2:]),
    "derive": ("derive", "photo.jpg", "--out", "small.jpg", "--box", "0,0,20,20"),
    "strip folder": ("strip", "photos", "--out", "stripped"),
    "report": ("report", "--audience", "desk", "--out", "public.html", *DESK),
    "report court": ("report", "--audience", "court", "--out", "court.html", *DESK),
    "doctor": ("doctor", *DESK),
    "doctor validate": ("doctor", "--validate", *DESK),
    "export": ("export", "--format", "premis-json", "--out", "events.json", *DESK),
    "export items": ("export", "--form", "folder", "--audience", "desk", "--to", "handed", *DESK),
    "add desk": ("add", "photo.jpg", *DESK),
    "link": ("link", "ITEM", "OTHER", *DESK),
    "mark": ("mark", "ITEM", "public", "--because", "graphic_violence", *DESK),
    "mark show": ("mark", *DESK),
    "consent": ("consent", "ITEM", "--recipient", "The Gazette", "--scope", "copy", *DESK),
    "consent show": ("consent", *DESK),
    "place": ("place", "ITEM", "Zhanaozen", *DESK),
    "place show": ("place", *DESK),
    "copies": ("copies", "--in", "copies", *DESK[:2]),
    "copies field": ("copies", "--vault", "field"),
    "claim": ("claim", "ITEM", "--text", "fourteen dead", "--by", "the prosecutor", *DESK),
    "claim unseen": ("claim", "--unseen", "--description", "a film of the square", *DESK),
    "claim show": ("claim", *DESK),
    "list": ("list", "--limit", "1", *DESK),
    "search": ("search", "--digest", "photo.jpg", *DESK),
    "show": ("show", "ITEM", *DESK),
    "open": ("open", "ITEM", "--file", "copy/1", "--to", "taken-out", *DESK),
    "reindex": ("reindex", *DESK),
    "audit": ("audit", *DESK),
    "audit without a key": ("audit", "--share", "1/2", *DESK[:2]),
    "disclose": ("disclose", "ITEM", "--field", "day", "--out", "stick2", *DESK),
    "delete": ("delete", "ITEM", "--why", "duplicate", "--yes", *DESK),
    "key show": ("key", "show", *DESK),
    "key drill": ("key", "drill", "--sheet", "sec/recovery-sheet.txt", *DESK),
    "key rotate": ("key", "rotate", "--sheet", "sec/recovery-sheet.txt", *DESK),
    "key revoke": ("key", "revoke", "--since", "2026-01-02", "--sheet", "sec/recovery-sheet.txt", *DESK),
    "key post-quantum": ("key", "post-quantum", *DESK),
    "key operator": ("key", "operator", "operator-1", "--out", "operator.key"),
    "key split": (
        "key",
        "split",
        "--custodian-sheet",
        "sec/custodian-sheet.txt",
        "--vault",
        "desk",
        "--out",
        "shares",
    ),
    "key join": (
        *("key", "join", "--share", "shares/share-1-of-3.txt", "--share", "shares/share-3-of-3.txt"),
        *("--vault", "desk", "--out", "joined.txt"),
    ),
    "key lost": ("key", "lost", "Marat", *DESK),
    "risk": ("risk", "import", "risk.csv", *DESK),
    "risk show": ("risk", "show", "KZ", *DESK),
    "risk score": ("risk", "score", "outcomes.csv", *DESK),
    "policy": ("policy", "show", "--vault", "field"),
    "queue add": ("queue", "add", "--allow-local", *DESK),
    "queue run": ("queue", "run", "--allow-local", "--pace", "0", "--results", "run.csv", *DESK),
    "queue show": ("queue", "show", "--items", *DESK),
    "queue results": ("queue", "results", "results.csv", *DESK),
    "queue retry": ("queue", "retry", "--all", *DESK),
    "retry": ("retry", "--allow-local", *DESK),
    "queue drop": ("queue", "drop", "--done", *DESK),
    "watch add": ("watch", "add", "--file", "links.txt", "--allow-local", *DESK),
    "watch run": ("watch", "run", "--once", "--allow-local", *DESK),
    "watch list": ("watch", "list", "--all", *DESK),
    "watch history": ("watch", "history", *DESK),
    "watch stop": ("watch", "stop", "--all", *DESK),
    "lock": ("lock", "--vault", "field"),
    "panic": ("panic", "--vault", "new-field"),
    "policy tighten": (
        "policy",
        "tighten",
        Path(__file__).resolve().parents[2] / "policies" / "court.toml",
        *DESK[:2],
    ),
    "policy lint": ("policy", "lint", Path(__file__).resolve().parents[2] / "policies" / "court.toml"),
}


def checked(ran, words) -> dict:
    found = ran.json()
    assert {name: type(found[name]) for name in LAYOUT} == LAYOUT
    assert found["command"].split()[0] == words[0]
    for error in found["errors"]:
        assert set(error) == {"code", "item", "message", "next"}
        assert error["code"] == error["code"].upper()
        assert error["message"][0] == error["message"][0].lower()
    for warning in found["warnings"]:
        assert set(warning) == {"code", "message"}
    assert bool(found["errors"]) is (not found["ok"] and not found["items"] and not found.get("checks"))
    return found


def items(day: Folder) -> list[str]:
    """Short ids of the two items that the desk has."""
    found = load_state(open_vault(day.path / "desk")).items
    return sorted(short_id(item) for item, one in found.items() if one.capsules and not one.paper)


def test_every_command_of_a_good_day(day, site):
    """In the order of the day, each in a process of its own."""
    for name, words in SUCCESSES.items():
        if name == "receipt":
            (receipt,) = (day.path / "receipts").iterdir()
            words = (words[0], receipt, *words[2:])
        if "ITEM" in words:
            named = dict(zip(("ITEM", "OTHER"), items(day), strict=True))
            words = tuple(named.get(word, word) for word in words)
        (day.path / "links.txt").write_text(f"{site.url}/p/good.html\n")
        takes_links = name in ("archive", "queue add")
        ran = day.run(*words, "--json", stdin=f"{site.url}/p/good.html\n" if takes_links else "", quick=True)
        found = checked(ran, words)
        assert ran.status == 0, (name, found)


def test_every_verb_is_in_the_good_day():
    assert set(VERBS) - {words[0] for words in SUCCESSES.values()} == {
        "trust",
        "demo",
        "anchor",
    }  # an anchor needs an authority


FAILURES = {
    "unknown verb": (("frobnicate",), 2),
    "unknown option": (("status", "--frobnicate"), 2),
    "no vault": (("status", "--vault", "sec"), 2),
    "missing argument": (("add", "--vault", "field"), 2),
    "absent file": (("add", "absent.mp4", "--vault", "field"), 2),
    "nobody to ask": (("status", "--vault", "absent"), 2),
    "question without a terminal": (("verify", "desk"), 2),
    "digits without a terminal": (("trust", "add", "field.wkid", "--vault", "fresh-field"), 2),
    "locked": (("add", "photo.jpg", "--vault", "locked"), 2),
    "wrong kind": (("invite", "x.wkid", "--vault", "field"), 5),
    "output exists": (("strip", "photo.jpg", "--out", "photo.jpg"), 2),
    "not trusted yet": (("add", "photo.jpg", "--vault", "fresh-field"), 2),
    "not understood": (("inspect", "parcel.age"), 8),
    "no strip for it": (("strip", "field.digits", "--out", "y.txt"), 5),
    "a folder of no pictures": (("strip", "sec", "--out", "y"), 5),
    "a folder without out": (("strip", "sec"), 2),
    "copies among originals": (("strip", "photos", "--out", "photos/out"), 2),
    "derive without out": (("derive", "photo.jpg"), 2),
    "a box outside": (("derive", "photo.jpg", "--out", "y.jpg", "--box", "0,0,9999,9999"), 2),
    "an unknown answer": (("inspect", "--item", "2222-22", "--answer", "mood=no", *DESK), 2),
    "nothing to inspect": (("inspect",), 2),
    "bad policy": (("policy", "lint", "field/vault.toml"), 5),
    "unknown policy": (("init", "z", "--field", "--policy", "nonesuch"), 2),
    "a queue without a passphrase": (("queue", "add", "--vault", "field"), 5),
    "queue drop of nothing": (("queue", "drop", *DESK), 2),
    "queue drop of an unknown link": (("queue", "drop", "ffffffffffff", *DESK), 2),
    "results over a file": (("queue", "results", "photo.jpg", *DESK), 2),
    "a list that is no table": (("archive", "--file", "parcel.age", "--vault", "field"), 2),
    "bad egress": (("init", "z", "--field", "--egress", "socks4://x:1"), 2),
    "audience on a field": (("bundle", "stick", "--audience", "public", "--to", "age1x", "--vault", "field"), 2),
    "desk bundle without audience": (("bundle", "stick", *DESK), 2),
    "bad recipient": (("bundle", "stick", "--audience", "public", "--to", "age1x", *DESK), 2),
    "unknown item": (("report", "--item", "zzzz-zz", "--out", "r.html", *DESK), 2),
    "report exists": (("report", "--audience", "desk", "--out", "photo.jpg", *DESK), 2),
    "receipt is none": (("receipt", "photo.jpg", "--vault", "field"), 8),
    "verify what is none": (("verify", "photo.jpg"), 8),
    "export over a file": (("export", "--form", "csv", "--to", "photo.jpg", *DESK), 2),
    "export of originals for the public": (("export", "--form", "bagit", "--originals", "--to", "b", *DESK), 5),
    "copies in no folder": (("copies", "--in", "absent", *DESK[:2]), 2),
    "a claim about nothing": (("claim", "--text", "x", *DESK), 2),
    "a share that is none": (("audit", "--share", "2/3", *DESK[:2]), 2),
    "a mark that is none": (("mark", "2222-22", "private", *DESK), 2),
    "a consent for nobody": (("consent", "2222-22", "--scope", "copy", *DESK), 2),
    "risk of no table": (("risk", "import", "photo.jpg", *DESK), 2),
    "risk of a field without a passphrase": (("risk", "show", "--vault", "field"), 5),
    "scores of no table": (("risk", "score", "risk.csv", *DESK), 2),
}


@pytest.mark.parametrize("name", FAILURES)
def test_every_way_to_fail_is_an_object_too(day, name):
    words, status = FAILURES[name]
    before = (day.path / "photo.jpg").read_bytes()
    ran = day.inside(*words, "--json")
    found = json.loads(ran.out)
    assert found["exit_code"] == ran.status == status, found
    assert found["errors"] or found["items"]
    assert "BUG" not in ran.out
    assert (day.path / "photo.jpg").read_bytes() == before


def test_without_json_an_error_is_two_lines_on_stderr(day):
    ran = day.run("status", "--vault", "sec")
    lines = ran.err.splitlines()
    assert [line.split(": ")[:2] for line in lines] == [["witnesskit", "error"], ["witnesskit", "hint"]]
    assert ran.out == ""


def test_quiet_says_nothing_but_what_must_be_seen(day):
    ran = day.run("status", "--vault", "field", "--quiet")
    assert (ran.status, ran.both) == (0, "")
    assert "witnesskit: warning" in day.run("add", "photo.jpg", "--vault", "field", "--quiet").err


def test_a_field_device_takes_a_list_offline_and_fetches_it_as_its_guide_says(day, site):
    """The lines of guide-field.md, in its order, on a device with a passphrase; nothing printed tells a link."""
    guide = (Path(__file__).resolve().parents[2] / "docs" / "guide-field.md").read_text(encoding="utf-8")
    lines = [line.split()[1:] for line in guide.splitlines() if line.startswith("witnesskit queue ")]
    assert [words[1] for words in lines] == ["add", "show", "run"]
    (day.path / "links.csv").write_text(f"link;note\n{site.url}/p/good.html;x\n{site.url}/e/404;y\n;z\n")
    site.reset()
    told = ""
    for words in lines:
        local = ("--allow-local",) if words[1] in ("add", "run") else ()
        ran = day.run(*words, *local, "--vault", "locked", "--passphrase-file", "sec-locked/passphrase.txt")
        told += ran.both
        assert bool(site.requests) is (words[1] == "run")
    assert "3 in, 2 queued, 0 duplicate, 0 refused, 1 empty" in told
    assert "2: 1 saved, 1 removed" in told
    assert site.url.removeprefix("http://") not in told
    assert "good" not in told
