"""The table of a running queue: in place on a terminal, plain lines elsewhere, and no link on a field device."""

from __future__ import annotations

import io
import sys

import pytest

from witnesskit.actions.queue import Ran
from witnesskit.actions.queue_run import RunDone
from witnesskit.actions.saving import SavedItem
from witnesskit.cli.output import Answer, Output
from witnesskit.cli.queue_board import Board
from witnesskit.errors import ExitStatus
from witnesskit.formats.queue_record import DONE, WAITING, Job
from witnesskit.model import Outcome

URL = "https://site.example/telling\x1b[31m"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def job(state: str = DONE) -> Job:
    return Job(1, "ab" * 16, URL, 7, "cd" * 8, 0, state=state)


def shown(monkeypatch, *, terminal: bool, desk: bool, quiet: bool = False, term: str = "xterm") -> tuple[str, Answer]:
    stream = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", term)
    answer = Answer("queue run")
    board = Board(Output(quiet=quiet), answer, desk=desk)
    board.expect(2)
    board.began(job())
    board.progress(1_000_000, 2_000_000)
    board.ended(job(), SavedItem("12" * 16, Outcome.SAVED, 2_000_000, kind="url"))
    board.began(job(WAITING))
    board.ended(job(WAITING), SavedItem("34" * 16, Outcome.DNS, kind="url"))
    answer.counts = {"in": 2, "saved": 1, "waiting": 1}
    board.conclude(Ran(RunDone((1, 2), attempts=2, answered=True, stopped="limit"), ()))
    return stream.getvalue(), answer


def test_on_a_terminal_it_is_drawn_in_place_with_what_is_left(monkeypatch):
    text, _answer = shown(monkeypatch, terminal=True, desk=False)
    assert "\x1b[J" in text
    assert "A\x1b[J" in text  # back to its first line
    assert "1 dns  1 saved" in text
    assert "row 7" in text


@pytest.mark.parametrize("how", [{"terminal": False}, {"terminal": True, "term": "dumb"}])
def test_elsewhere_each_link_is_one_plain_line(monkeypatch, how):
    text, _answer = shown(monkeypatch, desk=False, **how)
    assert "\x1b" not in text
    lines = text.splitlines()
    assert lines[0].split("  ")[:2] == ["row 7", "SAVED"]
    assert "will be tried again" in lines[1]
    assert lines[-1] == "2: 1 saved, 1 waiting"


def test_quiet_says_nothing(monkeypatch):
    assert shown(monkeypatch, terminal=True, desk=True, quiet=True)[0] == ""


@pytest.mark.parametrize("terminal", [True, False])
def test_links_are_shown_at_a_desk_only_and_without_their_escapes(monkeypatch, terminal):
    assert "site.example" not in shown(monkeypatch, terminal=terminal, desk=False)[0]
    text = shown(monkeypatch, terminal=terminal, desk=True)[0]
    assert "site.example/telling\\x1b[31m" in text
    assert URL not in text


def test_the_machine_is_told_the_same_without_links(monkeypatch):
    _text, answer = shown(monkeypatch, terminal=False, desk=True)
    assert answer.status is ExitStatus.PARTIAL
    assert [(one["row"], one["outcome"], one["state"]) for one in answer.items] == [
        (7, "saved", "done"),
        (7, "dns", "waiting"),
    ]
    assert answer.data["run"] == {"attempts": 2, "stopped": "limit", "next_in": 0}
    assert "site.example" not in str(answer.items)
