"""``witnesskit show``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from witnesskit.cli.options import common, passphrase_option, read_secret, vault_option
from witnesskit.cli.output import Answer, Output, table
from witnesskit.cli.terminal import printable
from witnesskit.model import VaultKind

if TYPE_CHECKING:
    from witnesskit.actions.show_item import ShownItem


@click.command()
@click.argument("item")
@click.option("--exact", is_flag=True, help="Times to the second; the log says that they were looked at.")
@click.option("--why", default="", help="Why they are needed; it is logged.")
@passphrase_option
@vault_option
@common
def command(output: Output, answer: Answer, item: str, exact: bool, why: str, **options: Any) -> None:
    """Show everything that this desk may know of one item (desk).

    ITEM is a short id. Its record, files, copies, what each attempt ended with, and its lines in the logs.
    """
    from witnesskit.actions.opening import find_vault
    from witnesskit.actions.show_item import ShowWish, show_item

    vault = find_vault(options["vault_path"], VaultKind.DESK)
    passphrase = read_secret("Passphrase", options["passphrase_file"], "--passphrase-file")
    shown = show_item(vault, passphrase, ShowWish(item, exact, why))
    answer.data["item"] = _facts(shown)
    if shown.row.faults:
        answer.warn("UNREADABLE", f"not everything that was sealed for it can be read here ({shown.row.faults})")
    _print(output, shown)


def _facts(shown: ShownItem) -> dict[str, Any]:
    return {
        "id": shown.short,
        "item": shown.row.item,
        "values": dict(shown.values),
        "withheld": list(shown.withheld),
        "times": dict(shown.times),
        "missing": shown.row.missing,
        "outcomes": list(shown.outcomes),
        "files": [
            {
                **{name: getattr(part, name) for name in ("name", "media_type", "size", "sha256")},
                "opens": bool(part.file),
            }
            for part in shown.parts
        ],
        "copies": [dict(copy) for copy in shown.copies],
        "events": [
            {"log": event.log, "n": event.n, "type": event.type, "day": event.day, "told": dict(event.told)}
            for event in shown.events
        ],
    }


def _print(output: Output, shown: ShownItem) -> None:
    """A record is a device's word, and its texts a site's: every line is escaped."""
    output.data(f"item {shown.short}")
    _lines(output, "", [(name, value) for name, value in shown.values.items() if name != "item"])
    _lines(output, "withheld here: ", [(", ".join(shown.withheld), "")] if shown.withheld else [])
    _lines(output, "time ", list(shown.times.items()))
    files = [
        [part.name, part.media_type, f"{part.size} bytes", part.sha256[:16], "" if part.file else "not opened here"]
        for part in shown.parts
    ]
    _table(output, "files", files)
    _table(output, "copies", [[f"{name}: {value}" for name, value in copy.items()] for copy in shown.copies])
    events = [
        [event.day or "-", event.log, str(event.n), event.type, ", ".join(map(" ".join, event.told.items()))]
        for event in shown.events
    ]
    _table(output, "log", events)


def _lines(output: Output, before: str, pairs: list[tuple[str, str]]) -> None:
    for name, value in pairs:
        first, *more = value.split("\n")
        output.data(printable(f"  {before}{name}: {first}" if first else f"  {before}{name}"))
        for line in more:
            output.data(printable(f"    {line}"))


def _table(output: Output, name: str, rows: list[list[str]]) -> None:
    if rows:
        output.data(f"  {name}:")
        width = max(map(len, rows))
        whole = [[printable(cell) for cell in row] + [""] * (width - len(row)) for row in rows]
        for line in table(whole):
            output.data(f"    {line}")
