"""``witnesskit reindex``."""

from __future__ import annotations

from typing import Any

import click

from witnesskit.cli.options import common, passphrase_option, read_secret, vault_option
from witnesskit.cli.output import Answer, Output
from witnesskit.model import VaultKind


@click.command()
@passphrase_option
@vault_option
@common
def command(output: Output, answer: Answer, **options: Any) -> None:
    """Make the catalogue anew from the records and the log (desk).

    Nothing depends on it: what is kept of the catalogue may be erased at any time.
    """
    from witnesskit.actions.counted import counted
    from witnesskit.actions.listed import reindex
    from witnesskit.actions.opening import find_vault

    vault = find_vault(options["vault_path"], VaultKind.DESK)
    passphrase = read_secret("Passphrase", options["passphrase_file"], "--passphrase-file")
    with output.progress("reading") as line:
        done = reindex(vault, passphrase, lambda count, whole: line.count(count, whole, "items"))
    answer.counts = {"items": done.items}
    for code, sentence in done.notices:
        answer.warn(code, sentence)
    output.data(f"{counted(done.items, 'item')} in the catalogue")
