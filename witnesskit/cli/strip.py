"""``witnesskit strip``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from witnesskit.cli.options import ANY_PATH, EXISTING_PATH, common
from witnesskit.cli.output import Answer, Output, Progress
from witnesskit.cli.strip_words import LOSSLESS, STAYS
from witnesskit.errors.cli import Usage

if TYPE_CHECKING:
    from witnesskit.actions.strip_group import Stripped


@click.command()
@click.argument("paths", nargs=-1, required=True, type=EXISTING_PATH)
@click.option("--out", type=ANY_PATH, help="The copy to write; for a folder or several files, a new folder.")
@click.option("--dry-run", is_flag=True, help="Say what would go; write nothing.")
@click.option("--workers", type=click.IntRange(1, 64), help="Files at a time; one for each core if not given.")
@click.option(
    "--policy", "policy_name", help="Shipped policy, or policy file, that decides what is a matter of choice."
)
@common
def command(output: Output, answer: Answer, paths: tuple[Path, ...], out: Path | None, **options: object) -> None:
    """Make copies without identifying metadata.

    The coded picture and sound are copied untouched. Every copy is inspected again by other code; if that finds
    anything, or does not understand it, the copy is deleted and the exit status is 5. For a folder, or several
    files, --out is a new folder: its copies have opaque names and fixed times. There the status is 0 if every file
    has a clean copy, 3 if some have, 5 if none has.
    """
    from witnesskit.actions.strip_choices import choices_of

    choices = choices_of(str(options["policy_name"] or ""))
    dry = bool(options["dry_run"])
    if out is None and not dry:
        raise Usage("--out is missing")
    if len(paths) == 1 and paths[0].is_file() and not dry and out is not None:
        from witnesskit.actions.strip_file import strip_file

        with output.progress("stripping") as line:
            _say_one(output, answer, strip_file(paths[0], out, _Written(line), choices))
        return
    from witnesskit.actions.strip_folder import Wanted
    from witnesskit.cli.strip_many import strip_many

    strip_many(output, answer, Wanted(paths, None if dry else out, choices, int(str(options["workers"] or 0))))


class _Written:
    """Bytes written so far."""

    def __init__(self, line: Progress) -> None:
        self._line, self._size = line, 0

    def __call__(self, size: int) -> None:
        self._size += size
        self._line.update(self._size)


def _say_one(output: Output, answer: Answer, done: Stripped) -> None:
    answer.state = "clean"
    answer.data["copy"] = done.facts()
    jail = done.copy.jail if done.copy else ""
    output.say(f"clean: no identifying metadata found in the copy ({done.removed} parts removed; {jail} jail)")
    for kept in done.kept:
        answer.warn("KEPT", kept)
    output.say(STAYS)
    output.say(LOSSLESS)
