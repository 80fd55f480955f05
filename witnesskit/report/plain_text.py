"""Pieces of plain text that people print: titles, paragraphs and tables, in lines of at most 96 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Final

from witnesskit.report.escape import plain
from witnesskit.report.model import Step, Table

_WIDTH: Final = 96


def title(text: str) -> Iterator[str]:
    """A title with a line under it."""
    yield from ("", plain(text), "-" * min(len(text), _WIDTH))


def paragraph(text: str, indent: int = 0) -> Iterator[str]:
    """Wrapped lines; a long digest or address is never broken."""
    margin = " " * indent
    yield from textwrap.wrap(
        plain(text), _WIDTH, initial_indent=margin, subsequent_indent=margin,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def step(number: int, one: Step) -> Iterator[str]:
    """A step: commands stand in lines of their own and are never wrapped."""
    yield ""
    yield from paragraph(f"{number}. {one.title}")
    yield ""
    yield from (f"    {plain(command)}" for command in one.commands)
    yield ""
    yield from paragraph(f"Must print: {one.expect}.", 3)


def table(one: Table) -> Iterator[str]:
    """A table as a list: one demand in each entry."""
    yield from title(one.title)
    yield from paragraph(one.summary)
    for row in one.rows:
        yield ""
        yield from paragraph(f"[{row.state}] {row.clause}: {row.asks}")
        if row.where:
            yield from paragraph(f"where: {row.where}", 4)
        if row.why:
            yield from paragraph(f"why: {row.why}", 4)
