import io
import json
import sys

from witnesskit.cli import output as outputs
from witnesskit.cli.output import Answer, Output, table
from witnesskit.errors import ExitStatus
from witnesskit.errors.cli import Usage


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


class Broken(io.StringIO):
    def write(self, text):
        raise BrokenPipeError


def test_words_go_to_stderr_and_data_to_stdout(capsys):
    output = Output()
    output.say("for the person")
    output.data("for the next program")
    assert tuple(capsys.readouterr()) == ("for the next program\n", "for the person\n")


def test_quiet_keeps_what_matters(capsys):
    output = Output(quiet=True)
    output.say("a step")
    output.tell("a passphrase to write down")
    assert capsys.readouterr().err == "a passphrase to write down\n"


def test_errors_and_warnings_are_escaped(capsys):
    answer = Answer("add")
    answer.warn("X", "left \u202e right")
    answer.refuse(Usage("bad \x1b[2J name"))
    Output().finish(answer)
    assert capsys.readouterr().err.splitlines() == [
        "witnesskit: warning: left \\u202e right",
        "witnesskit: error: the command was not understood: bad \\x1b[2J name",
        f"witnesskit: hint: {Usage.hint}",
    ]
    assert answer.status == ExitStatus.USAGE


def test_json_is_one_ascii_object_and_nothing_else_on_stdout(capsys):
    output = Output(as_json=True)
    output.data("not for a program that reads JSON")
    answer = Answer("status", counts={"items": 1}, items=[{"name": "Жаңаөзен \u202e"}], data={"digits": "1"})
    output.finish(answer)
    text = capsys.readouterr().out
    assert text.isascii()
    assert json.loads(text) == {
        "schema": "witnesskit.cli/1", "command": "status", "ok": True, "exit_code": 0, "state": "",
        "items": [{"name": "Жаңаөзен \u202e"}], "counts": {"items": 1}, "warnings": [], "errors": [], "digits": "1",
    }  # fmt: skip


def test_a_reader_that_went_away_aborts_nothing(monkeypatch):
    monkeypatch.setattr(sys, "stdout", Broken())
    monkeypatch.setattr(sys, "stderr", Broken())
    output = Output()
    output.say("x")
    output.data("x")
    output.finish(Answer("add"))
    with output.progress("sealing") as line:
        line.update(1, 2)


def at(monkeypatch, *moments):
    times = iter(moments)
    monkeypatch.setattr(outputs.time, "monotonic", lambda: next(times))


def test_progress_without_a_terminal_is_a_line_now_and_then(monkeypatch, capsys):
    at(monkeypatch, 100.0, 101.0, 106.0, 107.0, 112.0)
    with Output().progress("sealing") as line:
        for done in (0, 1_000_000, 6_000_000, 7_000_000, 12_000_000):
            line.update(done, 24_000_000)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert all("\r" not in line and "\x1b" not in line for line in lines)
    assert lines[0].startswith("sealing 6.0 MB of 24.0 MB")


def test_progress_on_a_terminal_stays_on_its_line(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    at(monkeypatch, 100.0, 101.0, 102.0)
    output = Output()
    with output.progress("packing") as line:
        line.update(0)
        line.update(1000)
        line.update(2000, 4000)
    assert terminal.getvalue().count("\r\x1b[K") == 2
    assert terminal.getvalue().endswith("\n")
    assert "\n" not in terminal.getvalue()[:-1]


def test_a_dumb_terminal_and_quiet_draw_nothing(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    for term, quiet in (("dumb", False), ("xterm", True)):
        monkeypatch.setenv("TERM", term)
        output = Output(quiet=quiet)
        output.draw("x")
    assert terminal.getvalue() == ""


def test_progress_is_honest_about_an_unknown_or_wrong_whole(monkeypatch, capsys):
    at(monkeypatch, 100.0, 106.0, 112.0)
    with Output().progress("sealing") as line:
        line.update(0)
        line.update(5_000)
        line.update(9_000, 4_000)
    first, second = capsys.readouterr().err.splitlines()
    assert " of " not in first
    assert "0 s left" in second


def test_columns():
    assert table([("a", "bb"), ("ccc", "d")]) == ["a    bb", "ccc  d"]
    assert table([]) == []


def test_warnings_and_errors_are_told_once_though_they_were_told_before_the_end(capsys):
    output, answer = Output(), Answer("import")
    answer.warn("A", "first")
    output.so_far(answer)
    assert capsys.readouterr().err.count("first") == 1
    answer.warn("B", "second")
    output.finish(answer)
    told = capsys.readouterr().err
    assert "second" in told and "first" not in told
