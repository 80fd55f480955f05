"""Lists of links on the command line: where they are read from, and what is said of their rows."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from witnesskit.cli.options import ask
from witnesskit.cli.output import Answer, Output
from witnesskit.errors.cli import Usage
from witnesskit.limits import TABLE_MAX

if TYPE_CHECKING:
    from witnesskit.actions.queue_add import Added
    from witnesskit.formats.link_list import LinkList

_ROWS_TOLD = 20


def given_links(links: Sequence[str], list_file: Path | None) -> LinkList:
    """Links of the arguments, of a file, of the prompt or of stdin; raises Usage where there is none."""
    from witnesskit.actions.given_file import given_bytes
    from witnesskit.formats.link_list import Entry, LinkList, read_links

    if links:
        found = LinkList(tuple(Entry(0, link) for link in links))
    elif list_file is not None:
        found = read_links(given_bytes(list_file, TABLE_MAX + 1), list_file.suffix)
    elif sys.stdin.isatty():
        found = LinkList((Entry(0, ask("Link", "--file, or stdin", hidden=True)),))
    else:
        found = read_links(sys.stdin.buffer.read(TABLE_MAX + 1))
    if not found.entries and not found.empty:
        raise Usage("no link was given")
    return found


def tell_rows(output: Output, answer: Answer, added: Added) -> None:
    """Say of every row that gave no link where it stands and why; never what stands there."""
    told = [f"row {row}: refused, {why}" for row, why in added.refused if row]
    told += [f"refused, {why}" for row, why in added.refused if not row]
    told += [f"row {row}: it holds no link" for row in added.empty]
    for line in told[:_ROWS_TOLD]:
        output.say(line)
    if len(told) > _ROWS_TOLD:
        output.say(f"and {len(told) - _ROWS_TOLD} rows more")
    answer.data["rows"] = {
        "refused": [{"row": row, "why": why} for row, why in added.refused],
        "empty": list(added.empty),
        "unread": [{"row": row, "column": name} for row, name in added.unread],
    }
    if added.unread:
        rows = ", ".join(f"{row} ({name})" for row, name in added.unread[:_ROWS_TOLD])
        more = len(added.unread) - _ROWS_TOLD
        rest = f" and {more} more" if more > 0 else ""
        answer.warn("WORD-UNKNOWN", f"a word was not understood and left out, in row {rows}{rest}")


def warn_still_there(answer: Answer, list_file: Path | None) -> None:
    """What the person brought is not ours to erase."""
    if list_file is not None:
        answer.warn("STILL-THERE", "the list of links still lies where it was, readable; erasing it is up to you")
