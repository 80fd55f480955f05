"""``witnesskit inspect``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from witnesskit.cli.options import ANY_PATH, EXISTING_FILE, common, passphrase_option, vault_option
from witnesskit.cli.output import Answer, Output
from witnesskit.cli.terminal import printable
from witnesskit.errors import ExitStatus
from witnesskit.errors.cli import Usage
from witnesskit.model import Finding, Inspection, Revelation

_OTHER_SHOWN = 5  # lines; what identifies nobody is counted beyond that
GROUPS = {
    "where": "Where",
    "when": "When",
    "device": "Which device",
    "who": "Who",
    "software": "Which software",
    "inside": "What else is inside",
    "other": "Other",
}


@click.command()
@click.argument("files", nargs=-1, type=EXISTING_FILE)
@click.option("--item", help="Short id of an item in a desk vault: its copies and its exposure sheet.")
@click.option("--answer", "answers", multiple=True, help="With --item: voice=no, face=yes ...; yes, no or unsure.")
@click.option("--ask", is_flag=True, help="With --item: ask for every answer that was not given.")
@click.option("--copies", type=ANY_PATH, help="With --item: a new folder for readable copies to look at.")
@passphrase_option
@vault_option
@common
def command(output: Output, answer: Answer, files: tuple[Path, ...], item: str | None, **options: Any) -> None:
    """Show what a file gives away.

    Exits 0 whatever is found, 8 if a file is not understood (UNKNOWN). With --item it shows what was taken out of
    an item's copies, and the exposure sheet: what metadata cannot tell and a person must look and listen for.
    """
    if bool(files) is bool(item):
        raise Usage("name files, or one item with --item")
    if item:
        from witnesskit.cli.inspect_item import show_item

        show_item(output, answer, item, options)
        return
    from witnesskit.actions.inspect_file import inspect_file

    for path in files:
        seen = inspect_file(path)
        if seen.finding is Finding.UNKNOWN:
            answer.status = ExitStatus.CANNOT_TELL
        answer.items.append(
            {
                "finding": str(seen.finding),
                "media_type": seen.media_type,
                "reason": seen.reason,
                "revelations": [vars(revelation) for revelation in seen.revelations],
            }
        )
        _print(output, path, seen)


def _print(output: Output, path: Path, seen: Inspection) -> None:
    if output.as_json:
        return
    output.data(f"{printable(path.name)}: {_verdict(seen.finding)}")
    if seen.reason:
        output.data(f"  {printable(seen.reason)}")
    for group, title in GROUPS.items():
        lines = [revelation for revelation in seen.revelations if revelation.group == group]
        if lines:
            output.data(f"  {title}")
        if group == "other" and len(lines) > _OTHER_SHOWN:
            output.data(f"    {len(lines)} settings and technical values; --json lists them")
            continue
        for (name, value), places in _together(lines).items():
            more = f" and {len(places) - 1} more places" if len(places) > 1 else ""
            output.data(f"    {printable(name)}: {printable(value)[:200]}   ({printable(places[0])}{more})")
    output.data("  Metadata cannot tell: the picture, the voice, reflections, the view from the window, the sensor.")


def _together(lines: list[Revelation]) -> dict[tuple[str, str], list[str]]:
    """The same thing said in several places is shown once."""
    found: dict[tuple[str, str], list[str]] = {}
    for line in lines:
        found.setdefault((line.name, line.value), []).append(line.place)
    return found


def _verdict(finding: Finding) -> str:
    if finding is Finding.CLEAN:
        return "clean: no identifying metadata found"
    if finding is Finding.FOUND:
        return "found: this file gives something away"
    return "UNKNOWN: this file is not understood; treat it as if it told everything"
