"""``witnesskit link``."""

from __future__ import annotations

from typing import Any

import click

from witnesskit.cli.options import common, passphrase_option, read_secret, vault_option
from witnesskit.cli.output import Answer, Output
from witnesskit.model import VaultKind


@click.command()
@click.argument("item")
@click.argument("other")
@passphrase_option
@vault_option
@common
def command(output: Output, answer: Answer, item: str, other: str, **options: Any) -> None:
    """Log that two items are the same footage (desk).

    ITEM and OTHER are short ids. Only originals with equal bytes, or equal coded pictures and sound, are linked.
    """
    from witnesskit.actions.link_items import link
    from witnesskit.actions.opening import find_vault

    vault = find_vault(options["vault_path"], VaultKind.DESK)
    passphrase = read_secret("Passphrase", options["passphrase_file"], "--passphrase-file")
    done = link(vault, passphrase, item, other)
    answer.items = [vars(done)]
    by_what = "the same bytes" if done.how == "sha256" else "the same coded pictures and sound"
    output.data(f"item {done.item} and item {done.other} are {by_what}; the log says so now")
