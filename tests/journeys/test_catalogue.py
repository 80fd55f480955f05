"""A desk looks for what it has: list, search, show, open; and the trace of it shows that nothing readable is written."""

from __future__ import annotations

import hashlib
import os
import pty
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.journeys.program import command
from tests.journeys.test_paths_written import is_of_the_disk
from tests.oracles import require
from tests.simulators import traced

DEMO = Path(__file__).resolve().parents[2] / "demo"
DESK = ("--vault", "desk", "--passphrase-file", "sec/passphrase.txt")


@pytest.fixture
def day(own, site):
    """A link and a photo of a device, taken in by the desk."""
    shutil.copy(DEMO / "photo.jpg", own.path)
    (own.path / "stick").mkdir()
    own.archive("field", [f"{site.url}/p/good.html"])
    own.ok("add", "photo.jpg", "--vault", "field")
    own.ok("bundle", "stick", "--vault", "field")
    (bundle,) = (own.path / "stick").iterdir()
    own.desk("import", bundle, "--receipts", "receipts")
    return own


def test_a_desk_finds_an_item_by_each_of_its_sides_and_takes_its_copy_out(day):
    listed = day.desk("list", "--json").json()
    assert listed["counts"] == {"items": 2, "shown": 2, "read": 2}
    film, photo = sorted(listed["items"], key=lambda item: item["kind"], reverse=True)
    assert film["url"].endswith("/p/good.html")
    assert all(len(item["captured"]) == len(item["imported"]) == 10 for item in listed["items"])
    first = day.desk("list", "--limit", "1", "--json").json()
    second = day.desk("list", "--limit", "1", "--before", first["items"][0]["id"], "--json").json()
    assert [first["items"][0]["id"], second["items"][0]["id"]] == [item["id"] for item in listed["items"]]
    assert (first["next"], second["next"]) == (first["items"][0]["item"], "")

    def found(*words: str) -> list[str]:
        return [item["id"] for item in day.desk("search", *words, "--json").json()["items"]]

    assert found("good.html") == [film["id"]]
    assert found("nothing", "of", "this") == []
    assert found("--item", film["id"]) == [film["id"]]
    assert found("--item", photo["id"], "good.html") == []
    assert found("--digest", "photo.jpg") == found(
        "--digest", hashlib.sha256((day.path / "photo.jpg").read_bytes()).hexdigest()
    )
    assert found("--digest", "photo.jpg") == [photo["id"]]
    assert found("--since", film["captured"], "--source", film["source"]) == [film["id"]]
    assert found("--until", "1999-12-31") == []
    shown = day.desk("show", photo["id"], "--json").json()["item"]
    assert [file["name"] for file in shown["files"]] == ["copy/1", "media/1"]
    assert [file["opens"] for file in shown["files"]] == [True, False]
    out = day.desk("open", photo["id"], "--to", "seen", "--json").json()["items"][0]
    assert (
        hashlib.sha256((day.path / out["path"]).read_bytes()).hexdigest()
        == out["sha256"]
        == shown["copies"][0]["sha256"]
    )
    assert [event["type"] for event in day.desk("show", photo["id"], "--json").json()["item"]["events"]][
        -1
    ] == "access"
    page = day.desk("open", film["id"], "--file", "page/1", "--to", "seen", "--json").json()
    assert page["items"][0]["path"].endswith(".txt")
    assert [warning["code"] for warning in page["warnings"]] == ["ACTIVE-CONTENT"]
    assert day.desk("reindex", "--json").json()["counts"] == {"items": 2}
    assert day.desk("list", "--json").json()["items"] == listed["items"]


def test_refusals_of_the_catalogue(day):
    item = day.desk("list", "--json").json()["items"][0]["id"]
    for words, code, status in (
        (("list", "--since", "yesterday"), "DAY", 2),
        (("search", "--digest", "absent.mp4"), "NO-DIGEST", 2),
        (("list", "--before", "zzzzz-2"), "ID-TYPO", 2),
        (("open", item), "NEEDS-TO", 2),
        (("open", item, "--file", "media/9", "--to", "x"), "NO-FILE", 2),
    ):
        ran = day.desk(*words, "--json", status=status)
        assert ran.codes() == [code], words
    for verb in (("list",), ("search", "x"), ("show", item), ("open", item, "--to", "x"), ("reindex",)):
        ran = day.run(*verb, "--vault", "field", "--json", quick=True)
        assert (ran.status, ran.codes()) == (5, ["VAULT-KIND"]), verb


def test_nothing_is_written_to_a_terminal(day):
    item = day.desk("list", "--json").json()["items"][0]["id"]
    main, screen = pty.openpty()
    words = [*command(), "open", item, "--file", "page/1", *DESK]
    ran = subprocess.run(
        words,
        cwd=day.path,
        env=day.environment(),
        stdin=subprocess.DEVNULL,
        stdout=screen,
        stderr=subprocess.PIPE,
        timeout=120,
    )
    os.close(screen)
    os.close(main)
    assert ran.returncode == 2
    assert b"not written to a terminal" in ran.stderr


def test_a_file_goes_whole_through_a_pipe(day):
    photo = next(item["id"] for item in day.desk("list", "--json").json()["items"] if item["kind"] == "file")
    words = [*command(), "open", photo, *DESK]
    ran = subprocess.run(words, cwd=day.path, env=day.environment(), capture_output=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    digest = day.desk("show", photo, "--json").json()["item"]["copies"][0]["sha256"]
    assert hashlib.sha256(ran.stdout).hexdigest() == digest


def test_looking_writes_sealed_files_in_the_vault_and_nothing_else(day, tmp_path):
    require("strace")
    paths, rows = set(), (day.path / "desk" / "state.sqlite").read_bytes()
    for number, words in enumerate((("list",), ("search", "good"), ("reindex",), ("show", "ITEM"))):
        item = day.desk("list", "--json").json()["items"][0]["id"]
        words = [item if word == "ITEM" else word for word in words]
        trace = tmp_path / f"trace-{number}"
        done = traced.run([*command(), *words, *DESK], trace, day.path, day.environment())
        assert done.returncode == 0, done.stderr
        paths |= {path for path in traced.written(trace, day.path) if is_of_the_disk(path)}
    vault = day.path / "desk"
    assert {str(Path(path).relative_to(vault).parts[0]) for path in paths if Path(path) != vault} <= {
        "lock",
        "catalogue",
        "state.sqlite",  # opened as whoever may write opens it
    }
    assert (vault / "state.sqlite").read_bytes() == rows
    assert any("catalogue" in path for path in paths)
    for path in vault.rglob("*"):
        if path.is_file():
            assert b"good.html" not in path.read_bytes(), path
            assert b"SQLite" not in path.read_bytes() or path.name == "state.sqlite", path
    for place in ("home", "tmp"):
        assert list((day.path / place).rglob("*")) == []
