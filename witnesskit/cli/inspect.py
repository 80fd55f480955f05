"""``witnesskit inspect``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from witnesskit.cli.options import ANY_PATH, EXISTING_FILE, common, passphrase_option, vault_option
from witnesskit.cli.output import Answer, Output
from witnesskit.errors import ExitStatus, WitnesskitError
from witnesskit.errors.cli import Usage
from witnesskit.media_model import Finding

if TYPE_CHECKING:
    from witnesskit.jail.run import Given

_READABLE = "anybody who opens that folder can see these pictures, and they can hold metadata of their own"


@click.command()
@click.argument("files", nargs=-1, type=EXISTING_FILE)
@click.option(
    "--thumbnails", type=ANY_PATH, metavar="DIR",
    help="Write the small pictures inside into this folder, readable, and of a film a sheet of its pictures.",
)  # fmt: skip
@click.option(
    "--second-opinion", is_flag=True,
    help="Ask exiftool too, if it is installed; it reads the file outside the jail, so not for files from strangers.",
)  # fmt: skip
@click.option("--item", help="Short id of an item in a desk vault: its copies and its exposure sheet.")
@click.option("--answer", "answers", multiple=True, help="With --item: voice=no, face=yes ...; yes, no or unsure.")
@click.option("--ask", is_flag=True, help="With --item: ask for every answer that was not given.")
@click.option("--copies", type=ANY_PATH, help="With --item: a new folder for readable copies to look at.")
@passphrase_option
@vault_option
@common
def command(output: Output, answer: Answer, files: tuple[Path, ...], item: str | None, **options: Any) -> None:
    """Show what a file gives away.

    Our reader decides; what other readers say is shown as theirs. Exits 0 whatever is found, 8 if a file is not
    understood (UNKNOWN). With --item it shows what was taken out of an item's copies, and the exposure sheet: what
    metadata cannot tell and a person must look and listen for.
    """
    if bool(files) is bool(item):
        raise Usage("name files, or one item with --item")
    thumbnails, second_opinion = options.pop("thumbnails"), options.pop("second_opinion")
    if not item:
        _files(output, answer, files, thumbnails, second_opinion=second_opinion)
        return
    if thumbnails or second_opinion:
        raise Usage("--thumbnails and --second-opinion are for files, not for an item")
    from witnesskit.cli.inspect_item import show_item

    show_item(output, answer, item, options)


def _files(
    output: Output, answer: Answer, files: tuple[Path, ...], thumbnails: Path | None, *, second_opinion: bool
) -> None:
    from witnesskit.actions.examine import likely
    from witnesskit.actions.inspect_file import given_file, inspect_with_others
    from witnesskit.cli.inspect_lines import CANNOT_TELL, lines_of, lines_of_opinion, lines_of_other

    written = 0
    for path in files:
        with given_file(path) as source:
            seen, others = inspect_with_others(source, likely([path]))
            item: dict[str, Any] = {
                "finding": str(seen.finding),
                "media_type": seen.media_type,
                "reason": seen.reason,
                "revelations": [vars(revelation) for revelation in seen.revelations],
                "other_readers": [other.json() for other in others],
            }
            lines = [*lines_of(path, seen)]
            lines += [line for other in others for line in lines_of_other(other, seen)]
            if second_opinion:
                opinion = _opinion(source, item)
                lines += lines_of_opinion(opinion)
            if thumbnails is not None:
                written += _thumbnails(source, thumbnails, written + 1, answer, item)
        if seen.finding is Finding.UNKNOWN:
            answer.status = ExitStatus.CANNOT_TELL
        answer.items.append(item)
        for line in (*lines, CANNOT_TELL):
            output.data(line)
    if thumbnails is not None:
        output.say(f"{written} pictures written to {thumbnails}" if written else "no pictures inside")
    if written:
        answer.warn("READABLE", _READABLE)


def _opinion(source: Given, item: dict[str, Any]) -> Any:
    from witnesskit.actions.second_opinion import second_opinion

    opinion = second_opinion(source)
    told = [vars(one) for one in opinion.told]
    item["second_opinion"] = {"exiftool": opinion.version, "told": told, "failure": opinion.failure}
    return opinion


def _thumbnails(source: Given, folder: Path, first: int, answer: Answer, item: dict[str, Any]) -> int:
    """How many were written; a child that dies over them is said, and the inspection stands."""
    from witnesskit.actions.thumbnails import write_thumbnails
    from witnesskit.errors.cli import OutputExists

    try:
        paths = write_thumbnails(source, folder, first)
    except OutputExists:
        raise
    except WitnesskitError as error:
        answer.warn("NO-THUMBNAILS", str(error))
        paths = ()
    item["thumbnails"] = [path.name for path in paths]
    return len(paths)
