"""``witnesskit add``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from witnesskit.cli.options import (
    ANY_PATH,
    common,
    locality_of,
    passphrase_option,
    place_option,
    vault_option,
    vault_passphrase,
)
from witnesskit.cli.output import Answer, Output
from witnesskit.errors.capture import NothingBrought
from witnesskit.errors.cli import Usage

if TYPE_CHECKING:
    from witnesskit.actions.sources import Sources

_SKIPPED = {
    "links": "links, which were not followed",
    "special": "things that are no files",
    "system": "files and folders that a system made for itself",
    "unreadable": "folders that cannot be read",
}


@click.command()
@click.argument("paths", nargs=-1, type=ANY_PATH)
@click.option("--reports", multiple=True, type=ANY_PATH, help="A table of reports (CSV); its senders get pseudonyms.")
@place_option
@passphrase_option
@vault_option
@common
def command(
    output: Output, answer: Answer, paths: tuple[Path, ...], reports: tuple[Path, ...], **options: Any
) -> None:
    """Seal files, folders and archives that you already have.

    Files are copied, never moved: they still lie where they are, readable. Their names and times are kept sealed. Of
    an exported chat, and of a proof archive, each film is tied to its message or its proof.
    """
    from witnesskit.actions.add import add
    from witnesskit.actions.opening import find_vault
    from witnesskit.actions.sources import look_through
    from witnesskit.cli.saving import Watcher

    if not paths and not reports:
        raise Usage("name a file, a folder or --reports")
    vault = find_vault(options["vault_path"])
    place = locality_of(options["place"], vault)
    sources = look_through(paths)
    sources.tables += reports
    sources.place = place
    passphrase = vault_passphrase(vault, options["passphrase_file"])
    with output.progress("sealing") as line:
        watcher = Watcher(output, answer, line, len(sources.files) + len(sources.tables))
        add(vault, sources, passphrase, watcher)
    watcher.conclude()
    _conclude(output, answer, sources)


def _conclude(output: Output, answer: Answer, sources: Sources) -> None:
    for fault in sources.faults:
        answer.refuse(fault)
    if not (sources.files or sources.tables or sources.faults):
        answer.refuse(NothingBrought())
    answer.counts |= {f"skipped_{what}": count for what, count in sources.skipped.items()}
    if said := ", ".join(f"{count} {_SKIPPED[what]}" for what, count in sources.skipped.items()):
        output.say(f"not taken: {said}")
    if len(sources.pseudonyms):
        output.say(f"senders: {len(sources.pseudonyms)}, each under a pseudonym; who is who is sealed for custodians")
    if answer.items:
        answer.warn(
            "STILL-THERE", "the files you gave still lie where they were, readable; erasing them is up to you"
        )
