"""A watched folder waits for other commands of the desk, and forgets nothing meanwhile."""

from __future__ import annotations

import contextlib
from pathlib import Path

from witnesskit.actions import import_many
from witnesskit.cli.import_ import _watch
from witnesskit.cli.output import Answer
from witnesskit.errors.vault import VaultBusy


class Run:
    """Notes what is taken in, and says nothing."""

    def __init__(self) -> None:
        self.taken: list[tuple[Path, ...]] = []
        self.told: list[int] = []  # how much had been taken when what went wrong was told
        self.output, self.answer = self, Answer("import")

    def say(self, _text: str) -> None: ...

    def so_far(self, _answer: Answer) -> None:
        self.told.append(len(self.taken))

    def all(self, _desk: object, paths: tuple[Path, ...]) -> None:
        self.taken.append(paths)


def test_what_came_while_another_command_had_the_desk_is_taken_in_later(monkeypatch):
    looks = [(Path("a.age"),), (Path("b.age"),), (), ()]
    monkeypatch.setattr(import_many.Inbox, "rounds", lambda _inbox, _every: iter(looks))
    busy = iter([True, False, False])

    @contextlib.contextmanager
    def opened():
        if next(busy):
            raise VaultBusy
        yield

    run = Run()
    _watch(run, opened, (Path(),), 1)
    assert run.taken == [(Path("a.age"), Path("b.age"))]


def test_what_goes_wrong_in_a_round_is_told_at_its_end(monkeypatch):
    """Not only when the watch ends, days later or never."""
    looks = [(Path("a.age"),), (Path("b.age"),), ()]
    monkeypatch.setattr(import_many.Inbox, "rounds", lambda _inbox, _every: iter(looks))
    run = Run()
    _watch(run, contextlib.nullcontext, (Path(),), 1)
    assert run.told == [1, 2]
