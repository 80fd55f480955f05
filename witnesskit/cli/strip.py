"""``witnesskit strip``."""

from __future__ import annotations

from pathlib import Path

import click

from witnesskit.cli.options import ANY_PATH, EXISTING_FILE, common
from witnesskit.cli.output import Answer, Output


@click.command()
@click.argument("file", type=EXISTING_FILE)
@click.option("--out", type=ANY_PATH, required=True, help="The copy to write; it must not exist.")
@common
def command(output: Output, answer: Answer, file: Path, out: Path) -> None:
    """Make a copy without identifying metadata.

    The coded picture and sound are copied untouched. The copy is inspected again by other code; if that finds
    anything, or does not understand it, the copy is deleted and the exit status is 5.
    """
    from witnesskit.actions.strip_file import strip_file

    with output.progress("stripping") as line:
        done = strip_file(file, out, line.update)
    answer.state = "clean"
    answer.data["copy"] = done.facts()
    output.say(f"clean: no identifying metadata found in the copy ({done.removed} parts removed; {done.jail} jail)")
    for kept in done.kept:
        answer.warn("KEPT", kept)
    output.say("Not hidden by this: the picture itself, the voice, reflections, the view, the sensor.")
