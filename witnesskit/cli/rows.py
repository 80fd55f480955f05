"""Pages of the catalogue, as ``list`` and ``search`` print them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import click

from witnesskit.actions.counted import counted
from witnesskit.actions.listed import Page, PageWish, facts, page
from witnesskit.actions.opening import find_vault
from witnesskit.cli.options import read_secret
from witnesskit.cli.output import Answer, Output
from witnesskit.cli.terminal import printable
from witnesskit.errors.catalogue import BadDay
from witnesskit.formats.short_id import short_id
from witnesskit.limits import CATALOGUE_PAGE_MAX
from witnesskit.model import VaultKind
from witnesskit.vault.catalogue.port import UNMARKED, Row, Search

_TITLE_WIDTH = 60  # characters of one line


def filters(function: Callable[..., None]) -> Callable[..., None]:
    """What narrows a page, and where it begins."""
    for option in reversed(
        (
            click.option("--since", default="", help="Captured on this day or later (YYYY-MM-DD)."),
            click.option("--until", default="", help="Captured on this day or earlier (YYYY-MM-DD)."),
            click.option("--place", default="", help="Of this locality."),
            click.option("--source", default="", help="From this site, without www., or this program's export."),
            click.option("--sensitivity", default="", help="Marked so; `unmarked` for what nobody marked."),
            click.option(
                "--limit",
                type=click.IntRange(1, CATALOGUE_PAGE_MAX),
                default=20,
                show_default=True,
                help="Items of one page.",
            ),
            click.option("--before", default="", help="Short id: only items older than this one; the next page."),
        )
    ):
        function = option(function)
    return function


@dataclass(frozen=True)
class Wanted:
    """What ``search`` takes beside the filters; ``item`` is a short id."""

    text: str = ""
    digest: str = ""
    item: str = ""


def show_page(output: Output, answer: Answer, options: dict[str, Any], wanted: Wanted) -> None:
    """Ask for the page and print it; raises BadDay and what ``page`` raises."""
    search = Search(
        text=wanted.text,
        since=_day(options["since"]),
        until=_day(options["until"]),
        place=options["place"],
        source=options["source"].lower(),
        sensitivity=options["sensitivity"],
        digest=wanted.digest,
        limit=options["limit"],
    )
    vault = find_vault(options["vault_path"], VaultKind.DESK)
    passphrase = read_secret("Passphrase", options["passphrase_file"], "--passphrase-file")
    with output.progress("reading") as line:
        found = page(
            vault,
            passphrase,
            PageWish(search, options["before"], wanted.item),
            lambda count, whole: line.count(count, whole, "items"),
        )
    _print(output, answer, found)


def _print(output: Output, answer: Answer, found: Page) -> None:
    answer.items = [facts(row, found.others.get(row.item)) for row in found.rows]
    answer.counts = {"items": found.whole, "shown": len(found.rows), "read": found.read}
    answer.data["next"] = found.rows[-1].item if found.more else ""
    for code, sentence in found.notices:
        answer.warn(code, sentence)
    if found.read:
        output.say(f"{counted(found.read, 'item')} read from the sealed records now: the catalogue did not know them")
    for row in found.rows:
        output.data(line_of(row))
        if row.item in found.others:
            output.data(f"    {found.others[row.item].sentence}")
    output.say(f"{len(found.rows)} shown; the desk has {counted(found.whole, 'item')}")
    if found.more:
        output.say(f"there are older ones: --before {short_id(found.rows[-1].item)}")


def line_of(row: Row) -> str:
    """One item on one line: days and a locality, nothing finer; what a site or a device wrote is escaped."""
    title = printable(row.title or row.text.partition("\n")[0] or row.url)
    title = title if len(title) <= _TITLE_WIDTH else title[: _TITLE_WIDTH - 3] + "..."
    words = [row.captured or "day unknown", row.outcome or "-", row.source or row.kind or "-", row.place, title]
    words += [f"[{row.sensitivity}]"] if row.sensitivity != UNMARKED else []
    words += [f"missing: {row.missing}"] if row.missing else []
    words += [f"cannot be read: {row.faults}"] if row.faults else []
    return "  ".join([short_id(row.item), *(printable(word) for word in words if word)])


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise BadDay(text[:20]) from None
