"""A report as plain text of 78 columns, for a terminal or paper."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Final

from witnesskit.report import plain_text, words
from witnesskit.report.escape import plain
from witnesskit.report.folding import folded
from witnesskit.report.model import Item, Report, guarded, withheld
from witnesskit.report.questions import ANSWERS, question

_WIDTH: Final = 78


def render(report: Report) -> str:
    """The whole report; every untrusted character that could move a cursor is escaped."""
    return "\n".join(_lines(guarded(report))) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield from _answer(report)
    if report.items:
        yield from _title("Items")
    for item in report.items:
        yield from _item(item)
    yield from _title("Checks")
    yield f"  {words.summary([check.state for check in report.checks])}"
    for check, sentence in folded(report.checks, [check.state for check in report.checks]):
        state = ANSWERS.get(check.state, plain(check.state))
        about = f" ({plain(check.subject)})" if check.subject else ""
        said = f"{question(check.code)} {state}. {plain(sentence)}{about} [{plain(check.code)}]"
        yield from _wrap(f"{check.number}. {said}", 2)
    for table in report.tables:
        yield from plain_text.table(table)
    yield from _closing(report)


def _answer(report: Report) -> Iterator[str]:
    answer = report.answer
    yield from ("REPORT ON PRESERVED FOOTAGE", words.AUDIENCES[report.audience], "")
    yield plain(answer.state)
    names = ", ".join(plain(name) for name in answer.word_of) or "nobody known"
    first, second = words.by_whom(answer.state)
    day = f" {plain(answer.since) or 'an unknown day'}, {second}" if second else ""
    yield from _wrap(f"{first}{day} {names}", 2)
    if answer.word_of:
        yield from _wrap(words.KEYS, 2)
    yield from _wrap(words.MEANINGS.get(answer.state, words.NO_STATE), 2)
    if words.must_say_unproven(answer.state, answer.time_proven):
        yield from _wrap(words.TIME_UNPROVEN, 2)
    for note in report.notes:
        yield from _wrap(plain(note), 2)


def _item(item: Item) -> Iterator[str]:
    yield from ("", f"Item {plain(item.short)}")
    for name in words.ordered(name for name in item.values if name not in ("item", "parts")):
        first, *more = words.lines(name, item.values[name])
        yield from _wrap(f"{plain(words.label(name))}: {plain(words.value(name, first))}", 2)
        for line in more:
            yield from _wrap(plain(line), 4)
    for part in item.parts:
        reason = f" ({plain(part.reason)})" if part.reason else ""
        yield from _wrap(f"{words.PARTS.get(part.name, plain(part.name))}: {plain(part.state)}{reason}", 4)
    if item.parts:
        yield f"  Berkeley Protocol minimum: {'met' if item.berkeley_minimum else 'NOT met'}"
    for kept in item.kept:
        yield from _wrap(f"To know of the copy: {plain(kept)}", 2)


def _closing(report: Report) -> Iterator[str]:
    hidden = withheld(report)
    yield from _title("Withheld from this report")
    if hidden:
        yield from (f"  - {plain(words.label(name))}: withheld" for name in words.ordered(hidden))
    else:
        yield "  nothing that the items hold"
    yield from _title("Check it yourself")
    for step in report.steps:
        yield from _wrap(plain(step.title), 2)
        yield from (f"      {plain(command)}" for command in step.commands)
        yield from _wrap(f"Must print: {plain(step.expect)}", 4)
    yield from _title("What no stripping hides, and no check proves")
    yield from _wrap(words.CLEAN_MEANS, 2)
    for title, sentence in words.LIMITS:
        yield from _wrap(f"- {title}: {sentence}", 2)
    for sentence in words.UNPROVABLE:
        yield from _wrap(f"- {sentence}", 2)
    yield from ("", f"made {plain(report.made)} by {plain(report.tool)}", f"policy {plain(report.policy)}")
    if report.validated:
        yield from _wrap(plain(report.validated), 0)


def _title(words_of_title: str) -> Iterator[str]:
    yield from ("", words_of_title.upper())


def _wrap(text: str, indent: int) -> list[str]:
    """Lines of at most 78 columns; a long digest or address is never broken."""
    margin = " " * indent
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=margin,
        subsequent_indent=margin + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
