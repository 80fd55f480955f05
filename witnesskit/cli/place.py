"""``witnesskit place``."""

from __future__ import annotations

from typing import Any

import click

from witnesskit.cli.options import common, locality_of, passphrase_option, read_secret, vault_option
from witnesskit.cli.output import Answer, Output
from witnesskit.cli.terminal import printable
from witnesskit.model import VaultKind


@click.command()
@click.argument("item", required=False)
@click.argument("locality", required=False)
@click.option("--unknown", is_flag=True, help="Take back what was said.")
@passphrase_option
@vault_option
@common
def command(output: Output, answer: Answer, item: str | None, locality: str | None, **options: Any) -> None:
    """Say in which town or district an item was made (desk).

    ITEM is a short id; LOCALITY a name in letters, or - to be asked for it. Nothing finer is taken: coordinates and
    numbers of houses lead to a window. The newest counts and every earlier one stays in the log. Without a name what
    was said is shown, of all items if none is given.
    """
    from witnesskit.actions.opening import find_vault
    from witnesskit.actions.places import history, place

    vault = find_vault(options["vault_path"], VaultKind.DESK)
    text = "" if options["unknown"] else locality_of(locality, vault)
    passphrase = read_secret("Passphrase", options["passphrase_file"], "--passphrase-file")
    if item and (text or options["unknown"]):
        found = place(vault, passphrase, (item,), text)
    else:
        found = history(vault, passphrase, (item,) if item else ())
    answer.items = [vars(one) for one in found]
    answer.counts = {"statements": len(found)}
    for one in found:
        output.data(printable(f"item {one.item}: {one.locality or 'not known'}, said on {one.day}"))
    if not found:
        output.say("No places.")
