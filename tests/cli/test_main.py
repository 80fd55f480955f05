"""The one place where an error becomes an exit status."""

import json
import re
import subprocess
import sys

import click
import pytest

from witnesskit import __version__
from witnesskit.cli import main
from witnesskit.cli.registry import VERBS, load
from witnesskit.errors import ExitStatus
from witnesskit.errors.cli import FileUnreadable
from witnesskit.errors.vault import StorageFault

TELLING = "https://example.org/the-tape"
HEAVY = ("yt_dlp", "cryptography", "exifread", "requests", "urllib3", "PIL", "av", "tempfile", "asyncio")


def raising(monkeypatch, error):
    @click.command()
    @click.option("--json", is_flag=True)
    def broken(json):
        raise error

    monkeypatch.setattr(main, "load", lambda verb: broken)


def run(capsys, *arguments):
    status = main.run(list(arguments))
    seen = capsys.readouterr()
    return status, seen.out, seen.err


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (FileUnreadable("gone"), 2, "FILE-UNREADABLE"),
        (StorageFault("EIO"), 10, "STORAGE-FAULT"),
        (KeyboardInterrupt(), 130, "INTERRUPTED"),
        (click.Abort(), 130, "INTERRUPTED"),
        (click.UsageError("No such thing."), 2, "USAGE"),
        (ZeroDivisionError(TELLING), 1, "BUG"),
        (RecursionError(TELLING), 1, "BUG"),
        (UnicodeDecodeError("utf-8", TELLING.encode(), 0, 1, TELLING), 1, "BUG"),
        (FileNotFoundError(2, "No such file", TELLING), 1, "BUG"),
        (MemoryError(), 1, "BUG"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
)
def test_every_way_out_has_its_status(monkeypatch, capsys, error, status, code):
    raising(monkeypatch, error)
    ended, out, err = run(capsys, "status", "--json")
    found = json.loads(out)
    assert (ended, found["exit_code"], found["errors"][0]["code"]) == (status, status, code)
    assert TELLING not in out + err


@pytest.mark.parametrize("error", [ZeroDivisionError(TELLING), FileNotFoundError(2, "x", TELLING), OSError(TELLING)])
def test_a_fault_of_ours_shows_type_and_place_and_no_message(monkeypatch, capsys, error):
    raising(monkeypatch, error)
    status, out, err = run(capsys, "status")
    assert status == ExitStatus.BUG
    assert TELLING not in out + err
    assert "Traceback" not in err
    assert re.search(rf"a fault in witnesskit: {type(error).__name__} at \w+\.py:\d+", err)


def test_an_unknown_verb_or_option_is_usage_with_a_hint(capsys):
    for arguments in (["frobnicate"], ["status", "--frobnicate"], ["add"]):
        status, out, err = run(capsys, *arguments)
        assert (status, out) == (ExitStatus.USAGE, "")
        assert err.startswith("witnesskit: error: ")
        assert "witnesskit: hint: " in err


def test_control_characters_of_the_call_are_escaped_in_the_answer(capsys):
    _status, _out, err = run(capsys, "frob\x1b[2J\u202e")
    assert "\x1b" not in err
    assert "\u202e" not in err


def test_debug_is_refused(capsys):
    for verb in ("status", "archive"):
        status, _out, err = run(capsys, verb, "--debug")
        assert status in (ExitStatus.USAGE, ExitStatus.REFUSED)
        assert "Traceback" not in err


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_has_the_help_line_of_the_list(verb):
    assert (load(verb).help or "").splitlines()[0] == VERBS[verb]


def test_no_other_verb_is_loaded():
    with pytest.raises(KeyError):
        load("frobnicate")


@pytest.mark.parametrize(
    "arguments", [["--help"], ["-h"], ["--version"], ["archive", "--help"], ["verify", "--help"]]
)
def test_help_and_version_load_nothing_heavy(arguments):
    code = (
        "import sys; from witnesskit.cli.main import run; status = run(sys.argv[1:]);"
        "sys.stderr.write('\\n'.join(sys.modules)); sys.exit(status)"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    loaded = {name.partition(".")[0] for name in done.stderr.splitlines()}
    assert not loaded & set(HEAVY[:-2])
    rooms = {name.split(".")[1] for name in done.stderr.splitlines() if name.startswith("witnesskit.")}
    assert rooms <= {"cli", "errors", "model", "limits", "custody_model", "custody_limits"}


def test_the_version_is_the_package_s(capsys):
    assert run(capsys, "--version")[1] == f"witnesskit {__version__}\n"


def test_help_lists_every_verb_and_every_status(capsys):
    _status, out, _err = run(capsys, "--help")
    assert all(verb in out for verb in VERBS)
    assert all(re.search(rf"\b{int(status)}\b", out) for status in ExitStatus)
