"""Old terminals, other scripts, hostile names: nothing that is printed can abort a save or deceive who reads it."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.journeys.program import WAIT, command

DEMO = Path(__file__).resolve().parents[2] / "demo"
NAMES = ("Жаңаөзен 16 желтоқсан.jpg", "نافذة على الميدان.jpg", "ကြည့်.jpg", "square\u202egpj.jpg", "a\x1b[2J\nb.jpg")
ENCODINGS = ("ascii", "cp1251", "cp437", "utf-8:strict")


@pytest.fixture(scope="module")
def pictures(folder):
    for name in NAMES:
        shutil.copy(DEMO / "photo.jpg", folder.path / name)
    (folder.path / os.fsdecode(b"bytes-\xff\xfe.jpg")).write_bytes((DEMO / "photo.jpg").read_bytes())
    return [*NAMES, os.fsdecode(b"bytes-\xff\xfe.jpg")]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_no_encoding_of_a_terminal_aborts_a_save(folder, pictures, encoding):
    environment = {"PYTHONIOENCODING": encoding, "LC_ALL": "C"}
    ran = folder.run("add", *pictures[:3], "--vault", "field", env=environment)
    assert ran.status == 0, ran.both
    assert ran.err.count("SAVED  ") == 3


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_names_are_shown_as_far_as_the_terminal_can(folder, pictures, encoding):
    ran = folder.run("inspect", *pictures, env={"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"})
    assert ran.status == 0, ran.both
    assert ran.out.count("found: this file gives something away") == len(pictures)
    assert "\x1b" not in ran.both
    assert "\u202e" not in ran.both
    assert "square\\u202egpj.jpg" in ran.out
    assert "a\\x1b[2J\\x0ab.jpg" in ran.out


def test_any_name_of_a_file_is_saved(folder, pictures):
    ran = folder.run("add", *pictures, "--vault", "field", "--json")
    assert (ran.status, ran.json()["counts"]["saved"]) == (0, len(pictures))
    assert ran.out.isascii()


def test_a_name_in_an_error_cannot_move_the_cursor(folder):
    ran = folder.run("strip", "absent\x1b[2J\u202e.jpg", "--out", "x.jpg")
    assert ran.status == 2
    assert "\x1b" not in ran.both
    assert "\u202e" not in ran.both


def test_at_a_real_terminal_the_link_is_asked_for_and_not_shown(folder, site):
    """A pseudo-terminal: the prompt is there, the link is not echoed, Ctrl-C at the prompt ends with 130."""
    site.reset()
    status, shown = at_terminal(
        folder, f"{site.url}/e/410\n".encode(), "archive", "--allow-local", "--vault", "field"
    )
    assert status == 4
    assert b"Link" in shown
    assert b"127.0.0.1" not in shown
    assert b"REMOVED" in shown
    assert at_terminal(folder, b"\x03", "archive", "--vault", "field")[0] == 130


def test_at_a_real_terminal_a_place_is_asked_for_and_not_shown(folder, pictures):
    arguments = ("add", pictures[0], "--place", "-", "--vault", "field")
    status, shown = at_terminal(folder, "Жаңаөзен\n".encode(), *arguments)
    assert status == 0
    assert b"Town or district" in shown
    assert "Жаңаөзен".encode() not in shown


def test_the_question_whether_the_computer_could_be_searched_means_yes_when_empty(folder):
    status, shown = at_terminal(folder, b"\n", "init", "asked")
    assert status == 0
    assert b"Could this computer be searched?" in shown
    assert b'kind = "field"' in (folder.path / "asked" / "vault.toml").read_bytes()


def at_terminal(folder, typed: bytes, *arguments: str) -> tuple[int, bytes]:
    """Run on a pseudo-terminal and type once the program asks."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*command(), *arguments],
        cwd=folder.path,
        env=folder.environment({"TERM": "xterm"}),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=_control,
    )
    os.close(theirs)
    shown, asked = b"", False
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:
            break
        if not piece:
            break
        shown += piece
        if not asked and any(one in shown for one in (b"Link", b"Town", b"?")):
            asked = True
            os.write(ours, typed)
    os.close(ours)
    return process.wait(WAIT), shown


def _control() -> None:
    """Make the terminal this session's own, so that Ctrl-C is a signal."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
