"""A report as one HTML page: no script, no picture, no outside reference; untrusted text cannot leave its place."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from typing import Final

from witnesskit.report import style, words
from witnesskit.report.escape import markup
from witnesskit.report.folding import folded
from witnesskit.report.model import Answer, Check, Item, Report, Step, Table, guarded, withheld
from witnesskit.report.questions import ANSWERS, question

_SAID_ELSEWHERE: Final = ("item", "parts")  # in the heading, and one by one
_ROW_STATES: Final = {"held": "ok", "in part": "warn", "MISSING": "fail"}
_CODES: Final = (
    "copy_sha256",
    "original_sha256",
    "sealed_sha256",
    "essence",
    "field_log",
    "events",
    "connection",
    "ranges",
)


def render(report: Report) -> str:
    """The whole page as text; write it as UTF-8."""
    return "\n".join(_page(guarded(report))) + "\n"


def _page(report: Report) -> Iterator[str]:
    yield "<!DOCTYPE html>"
    yield f'<html lang="{html.escape(report.language, quote=True)}">'
    yield from _head()
    yield "<body>"
    yield f"<header><h1>Report on preserved footage</h1><p>{words.AUDIENCES[report.audience]}</p></header>"
    yield "<main>"
    yield from _answer(report.answer, report.notes)
    yield from _items(report.items)
    yield from _checks(report.checks)
    for table in report.tables:
        yield from _table(table)
    yield from _withheld(report)
    yield from _steps(report.steps)
    yield from _limits()
    yield "</main>"
    yield f"<footer><p>Made {markup(report.made)} by {markup(report.tool)}.</p>"
    if report.validated:
        yield f"<p>{markup(report.validated)}</p>"
    yield f'<p>Policy <span class="code">{markup(report.policy)}</span></p></footer>'
    yield "</body>\n</html>"


def _head() -> Iterator[str]:
    yield '<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{style.policy()}">'
    yield '<meta name="referrer" content="no-referrer">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield "<title>Report on preserved footage</title>"
    yield f"<style>{style.STYLE}</style>\n</head>"


def _answer(answer: Answer, notes: Iterable[str]) -> Iterator[str]:
    kind = {"UNCHANGED": " unchanged", "CHANGED": " changed"}.get(answer.state, "")
    names = ", ".join(markup(name) for name in answer.word_of) or "nobody known"
    first, second = words.by_whom(answer.state)
    day = f" {markup(answer.since or 'an unknown day')}, {second}" if second else ""
    yield f'<section class="answer{kind}" aria-label="Answer">'
    yield f'<p class="word">{markup(answer.state)}</p>'
    yield f'<p class="whom">{first}{day} {names}</p>'
    if answer.word_of:
        yield f'<p class="soft">{words.KEYS}</p>'
    yield f"<p>{words.MEANINGS.get(answer.state, words.NO_STATE)}</p>"
    if words.must_say_unproven(answer.state, answer.time_proven):
        yield f"<p>{words.TIME_UNPROVEN}</p>"
    yield from (f"<p>{markup(note)}</p>" for note in notes)
    yield "</section>"


def _items(items: tuple[Item, ...]) -> Iterator[str]:
    if not items:
        return
    yield f"<h2>{'The item' if len(items) == 1 else f'The {len(items)} items'}</h2>"
    for item in items:
        yield f'<section class="item"><h3>Item {markup(item.short)}</h3>'
        for group in words.grouped(name for name in item.values if name not in _SAID_ELSEWHERE):
            yield "<dl>"
            yield from (_row(markup(words.label(name)), _value(name, item.values[name])) for name in group)
            if "copy_sha256" in group:
                yield from (_row("To know of the copy", markup(kept)) for kept in item.kept)
            yield "</dl>"
        yield from _parts(item)
        yield "</section>"


def _parts(item: Item) -> Iterator[str]:
    if not item.parts:
        return
    yield "<dl>"
    for part in item.parts:
        reason = f" ({markup(part.reason)})" if part.reason else ""
        name = words.PARTS.get(part.name) or markup(part.name)
        state = "warn" if part.state in ("missing", "refused") else "soft"
        yield _row(f"Capture: {name}", f'<span class="{state}">{markup(part.state)}</span>{reason}')
    met = '<span class="ok">met</span>' if item.berkeley_minimum else '<span class="warn">NOT met</span>'
    yield _row("Berkeley Protocol minimum", f"{met} (address, source, full-page picture)")
    yield "</dl>"


def _row(label_markup: str, value_markup: str) -> str:
    return f"<dt>{label_markup}</dt><dd>{value_markup}</dd>"


def _value(name: str, untrusted_text: str) -> str:
    shown = "<br>".join(markup(words.value(name, line)) for line in words.lines(name, untrusted_text))
    return f'<span class="code">{shown}</span>' if name in _CODES else shown


def _checks(checks: tuple[Check, ...]) -> Iterator[str]:
    yield "<h2>The checks</h2>"
    yield f"<p>{words.summary([check.state for check in checks])}</p>"
    if not checks:
        return
    yield '<table><thead><tr><th scope="col">No.</th><th scope="col">What was asked</th>'
    yield '<th scope="col">Answer</th><th scope="col">What was seen</th></tr></thead><tbody>'
    for check, sentence in folded(checks, [check.state for check in checks]):
        state = check.state if check.state in words.CHECK_STATES else "unknown"
        about = f'<br><span class="soft">{markup(check.subject)}</span>' if check.subject else ""
        code = f'<br><span class="code soft">{markup(check.code)}</span>'
        yield f"<tr><td>{check.number}</td><td>{markup(question(check.code))}{code}</td>"
        yield f'<td class="state {state}">{ANSWERS[state]}</td>'
        yield f"<td>{markup(sentence)}{about}</td></tr>"
    yield "</tbody></table>"


def _table(table: Table) -> Iterator[str]:
    yield f"<h2>{markup(table.title)}</h2>\n<p>{markup(table.summary)}</p>"
    yield '<table><thead><tr><th scope="col">Clause</th><th scope="col">It asks for</th>'
    yield '<th scope="col">State</th><th scope="col">Where, or why not</th></tr></thead><tbody>'
    for row in table.rows:
        told = "<br>".join(markup(text) for text in (row.where, row.why) if text)
        yield f"<tr><td>{markup(row.clause)}</td><td>{markup(row.asks)}</td>"
        yield f'<td class="state {_ROW_STATES.get(row.state, "soft")}">{markup(row.state)}</td><td>{told}</td></tr>'
    yield "</tbody></table>"


def _withheld(report: Report) -> Iterator[str]:
    yield "<h2>Withheld from this report</h2>"
    names = words.ordered(withheld(report))
    if not names:
        yield "<p>Nothing that the items hold was withheld.</p>"
        return
    yield '<p>These exist or may exist. The policy named below keeps them from this audience.</p>\n<ul class="names">'
    yield from (f"<li>{markup(words.label(name))}: withheld</li>" for name in names)
    yield "</ul>"


def _steps(steps: tuple[Step, ...]) -> Iterator[str]:
    if not steps:
        return
    yield "<h2>Check it yourself, without us</h2>"
    yield "<p>Every step uses tools that others made. No network is needed.</p>"
    yield '<ol class="steps">'
    for step in steps:
        commands = "".join(f'<span class="line">{markup(command)}</span>' for command in step.commands)
        yield f"<li>{markup(step.title)}\n<pre>{commands}</pre>"
        yield f'<p><span class="soft">Must print:</span> {markup(step.expect)}</p></li>'
    yield "</ol>"


def _limits() -> Iterator[str]:
    yield "<h2>What no stripping hides</h2>"
    yield f"<p>{words.CLEAN_MEANS} These remain in every copy:</p>\n<ul>"
    yield from (f"<li><b>{title}:</b> {sentence}</li>" for title, sentence in words.LIMITS)
    yield "</ul>\n<h2>What no check proves</h2>\n<ul>"
    yield from (f"<li>{sentence}</li>" for sentence in words.UNPROVABLE)
    yield "</ul>"
