"""``witnesskit add``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from witnesskit.cli.options import ANY_PATH, common, passphrase_option, vault_option, vault_passphrase
from witnesskit.cli.output import Answer, Output


@click.command()
@click.argument("files", nargs=-1, required=True, type=ANY_PATH)
@passphrase_option
@vault_option
@common
def command(output: Output, answer: Answer, files: tuple[Path, ...], **options: Any) -> None:
    """Seal files that you already have.

    Files are copied, never moved: they still lie where they are, readable. Their name and times are kept sealed.
    """
    from witnesskit.actions.add import add
    from witnesskit.actions.opening import find_vault
    from witnesskit.cli.saving import Watcher

    vault = find_vault(options["vault_path"])
    passphrase = vault_passphrase(vault, options["passphrase_file"])
    with output.progress("sealing") as line:
        watcher = Watcher(output, answer, line, len(files))
        add(vault, files, passphrase, watcher)
    watcher.conclude()
    if answer.items:
        answer.warn(
            "STILL-THERE", "the files you gave still lie where they were, readable; erasing them is up to you"
        )
