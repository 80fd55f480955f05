"""A ceremony of custodians: no vault, no network, and no secret where nobody asked for it."""

from __future__ import annotations

import os
import pty
import re
import subprocess

import pytest

from tests.journeys.program import WAIT, Folder, command
from witnesskit.actions.custodian_ring import ring_digits
from witnesskit.formats.key_share import parse_share
from witnesskit.formats.sheet import SheetKind, sheet_text
from witnesskit.sealing.rings import OWN, custodian_identity

SHEET = sheet_text(SheetKind.CUSTODIAN, bytes(range(32)))
RECIPIENT = custodian_identity(bytes(range(32)), OWN).recipient


@pytest.fixture
def table(tmp_path) -> Folder:
    """A folder with a typed sheet; there is no vault at or above it."""
    made = Folder(tmp_path / "table")
    made.path.mkdir()
    (made.path / "sheet.txt").write_text(SHEET)
    return made


def test_a_sheet_goes_and_comes_back_without_a_vault(table):
    done = table.ok(
        *("key", "split", "--custodian-sheet", "sheet.txt", "--ring", RECIPIENT, "--need", "2", "--of", "4"),
        *("--out", "shares", "--json"),
    ).json()
    assert done["counts"] == {"shares": 4, "need": 2, "tried": 6}
    assert (done["ring"], done["digits"]) == (RECIPIENT, ring_digits(RECIPIENT))
    shares = sorted((table.path / "shares").iterdir())
    assert done["files"] == [f"shares/{path.name}" for path in shares]
    joined = table.ok(
        *("key", "join", "--share", shares[3], "--share", shares[1], "--ring", ring_digits(RECIPIENT)),
        *("--out", "again.txt"),
    )
    assert (table.path / "again.txt").read_text() == SHEET
    assert not any(line in joined.both for line in SHEET.splitlines())


@pytest.mark.parametrize(
    ("words", "code", "status"),
    [
        (("split", "--custodian-sheet", "sheet.txt", "--ring", RECIPIENT), "NEEDS-ANSWER", 2),
        (("split", "--ring", RECIPIENT, "--out", "x"), "NEEDS-ANSWER", 2),
        (("split", "--custodian-sheet", "sheet.txt", "--out", "x"), "NEEDS-ANSWER", 2),
        (("split", "--custodian-sheet", "sheet.txt", "--ring", "1" * 30, "--out", "x"), "RING-DIFFERS", 8),
        (("split", "--custodian-sheet", "sheet.txt", "--ring", RECIPIENT, "--vault", "v", "--out", "x"), "USAGE", 2),
        (("split", "--need", "1", "--ring", RECIPIENT, "--out", "x"), "SPLIT-UNFIT", 2),
        (("join", "--share", "shares/share-1-of-3.txt", "--ring", RECIPIENT, "--out", "x"), "SHARES-TOO-FEW", 8),
        (("join", "--share", "sheet.txt", "--ring", RECIPIENT, "--out", "x"), "SHARE-TYPO", 2),
        (("join", "--share", "shares/share-1-of-3.txt", "--ring", RECIPIENT), "NEEDS-ANSWER", 2),
        (("join", "--ring", RECIPIENT, "--out", "x"), "NEEDS-ANSWER", 2),
    ],
)
def test_a_refusal_shows_and_writes_nothing(table, words, code, status):
    table.ok("key", "split", "--custodian-sheet", "sheet.txt", "--ring", RECIPIENT, "--out", "shares", "--quiet")
    before = {path: path.read_bytes() for path in table.path.rglob("*") if path.is_file()}
    ran = table.inside("key", *words, "--json")
    assert (ran.status, ran.codes()) == (status, [code])
    assert {path: path.read_bytes() for path in table.path.rglob("*") if path.is_file()} == before
    secret = [*SHEET.splitlines(), *before[table.path / "shares" / "share-1-of-3.txt"].decode().splitlines()[6:]]
    assert not any(line and line in ran.both for line in secret)


def test_both_a_sheet_and_shares_are_one_too_many(table):
    words = ("--custodian-sheet", "sheet.txt", "--custodian-share", "sheet.txt")
    table.ok("init", "desk", "--lone", "--secrets-out", "sec", "--quiet", quick=True)
    ran = table.run(
        *("bundle", ".", "--vault", "desk", "--passphrase-file", "sec/passphrase.txt", "--audience", "court"),
        *("--to", RECIPIENT, *words, "--json"),
        quick=True,
    )
    assert ran.codes() == ["USAGE"]


def test_at_a_terminal_shares_come_one_at_a_time_and_typed_ones_are_not_shown(table):
    typed = f"{RECIPIENT}\n{SHEET.replace(chr(10), ' ')}\n".encode() + b"\n" * 6
    status, shown = at_terminal(table, typed, "key", "split", "--custodian-sheet", "sheet.txt")
    assert status == 0, shown
    screens = shown.split("\x1b[H\x1b[2J\x1b[3J")
    found = [screen for screen in screens if "SHARE " in screen]
    assert [re.search(r"SHARE (\d) OF 3", screen)[1] for screen in found] == ["1", "2", "3"]
    assert "SHARE " not in screens[-1]
    words = [" ".join(parse_share(screen.split("digits:")[1], "one").words.split()) for screen in found]
    status, shown = at_terminal(table, f"{RECIPIENT}\n{words[2]}\n{words[0]}\n\n".encode(), "key", "join")
    assert status == 0, shown
    assert SHEET.splitlines()[3] in shown
    assert words[0][:20] not in shown and words[2][:20] not in shown
    status, shown = at_terminal(table, f"{RECIPIENT}\n{words[2]}\n{words[2]}\n".encode(), "key", "join")
    assert status == 2
    assert "one share was given twice" in shown
    assert not any(line in shown for line in SHEET.splitlines())


def test_a_sheet_that_is_typed_is_not_shown(table):
    one_line = " ".join(SHEET.split())
    status, shown = at_terminal(
        table, f"{one_line}\n".encode(), "key", "split", "--ring", RECIPIENT, "--out", "shares"
    )
    assert status == 0, shown
    assert one_line[:20] not in shown
    assert len(list((table.path / "shares").iterdir())) == 3


def at_terminal(table: Folder, typed: bytes, *arguments: str) -> tuple[int, str]:
    """Run on a pseudo-terminal; one line is typed whenever the program waits after a colon."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*command(), *arguments], cwd=table.path, env=table.environment({"TERM": "xterm"}),
        stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    shown, lines, seen = "", typed.splitlines(keepends=True), 0
    while piece := _read(ours):
        shown += piece
        if lines and shown.endswith(": ") and len(shown) > seen:
            seen = len(shown)
            os.write(ours, lines.pop(0))
    os.close(ours)
    return process.wait(WAIT), shown


def _read(ours: int) -> str:
    try:
        return os.read(ours, 4096).decode()
    except OSError:
        return ""
