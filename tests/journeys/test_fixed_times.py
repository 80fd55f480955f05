"""At rest nothing in a vault tells a day: not a capsule, the log, a checkpoint, the state, a folder; after any command."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.program import Folder

DEMO = Path(__file__).resolve().parents[2] / "demo"
FIXED = 946_684_800 * 10**9  # nanoseconds: 2000-01-01T00:00:00Z


def telling(top: Path) -> Iterator[str]:
    """Files and folders, the top too, that tell the day on which they were written."""
    for folder, _folders, names in os.walk(top):
        for path in (Path(folder), *(Path(folder) / name for name in names)):
            if path.lstat().st_mtime_ns != FIXED:
                yield str(path.relative_to(top.parent))


@pytest.fixture
def day(own) -> Folder:
    shutil.copy(DEMO / "photo.jpg", own.path)
    (own.path / "stick").mkdir()
    return own


def test_after_every_command_of_a_field_day(day, site):
    told = {}

    def run(*words, stdin="", status=0, vault="field", unlock=()):
        ran = day.run(*words, "--vault", vault, *unlock, stdin=stdin, quick=True)
        assert ran.status == status, ran.both
        told[words[0], vault] = list(telling(day.path / vault))

    run("archive", "--allow-local", stdin=f"{site.url}/p/good.html\n")
    run("archive", "--allow-local", stdin=f"{site.url}/e/404\n", status=4)
    run("add", "photo.jpg")
    run("status", "--items")
    run("bundle", "stick")
    assert [path.suffix for path in (day.path / "stick").iterdir()] == [".age"]
    assert {path.stat().st_mtime_ns for path in (day.path / "stick").iterdir()} == {FIXED}
    (bundle,) = (day.path / "stick").iterdir()
    day.desk("import", bundle, "--receipts", "receipts", "--second-copy", "copies")
    told["import", "desk"] = list(telling(day.path / "desk"))
    (receipt,) = (day.path / "receipts").iterdir()
    run("receipt", receipt)
    run("policy", "show")
    run("doctor")
    run("forget", "--delivered")
    unlock = ("--passphrase-file", "sec-locked/passphrase.txt")
    run("queue", "add", "--allow-local", vault="locked", unlock=unlock, stdin=f"{site.url}/p/good.html\n")
    run("queue", "run", "--allow-local", "--pace", "0", vault="locked", unlock=unlock)
    run("queue", "show", vault="locked", unlock=unlock)
    assert {command: found for command, found in told.items() if found} == {}


def test_after_every_command_of_a_desk_day(day, site):
    told = {}

    def run(*words, stdin="", status=0):
        unlock = () if words[0] == "status" else ("--passphrase-file", "sec/passphrase.txt")
        where = ("desk", *unlock) if words[0] == "verify" else ("--vault", "desk", *unlock)
        ran = day.run(*words, *where, stdin=stdin, quick=True)
        assert ran.status == status, ran.both
        told[words[:2]] = list(telling(day.path / "desk"))

    run("add", "photo.jpg")
    run("archive", "--allow-local", stdin=f"{site.url}/p/good.html\n")
    run("status", "--items")
    run("verify")
    run("queue", "add", "--allow-local", stdin=f"{site.url}/p/good.html\n")
    run("queue", "run", "--allow-local", "--pace", "0")
    run("watch", "add", f"{site.url}/p/good.html", "--allow-local")
    run("watch", "run", "--once", "--allow-local")
    run("audit")
    run("key", "drill", "--sheet", "sec/recovery-sheet.txt")
    run("key", "rotate", "--sheet", "sec/recovery-sheet.txt")
    run("key", "show")
    run("invite", "another.wkid", "--name", "Timur")
    run("report", "--audience", "desk", "--out", "page.html")
    run("bundle", "stick", "--audience", "court", "--to", KEY, "--custodian-sheet", "sec/custodian-sheet.txt")
    run("doctor")
    assert {command: found for command, found in told.items() if found} == {}


KEY = "age18zc6ns62mqqus0mx6l6gv30z3acz5t3swu29qneey3g8yhfedpsql2wa5z"
