"""``witnesskit mark``."""

from __future__ import annotations

from typing import Any

import click

from witnesskit.cli.options import common, passphrase_option, read_secret, vault_option
from witnesskit.cli.output import Answer, Output
from witnesskit.cli.terminal import printable
from witnesskit.model import VaultKind

_LEVELS = ("public", "restricted", "secret")
_BECAUSE = (
    "personal_information_visible", "graphic_violence", "deleted_by_source", "deceptive_or_misleading",
    "minor", "perpetrator_produced", "vantage_identifiable",
)  # fmt: skip


@click.command()
@click.argument("item", required=False)
@click.argument("level", required=False, type=click.Choice(_LEVELS))
@click.option(
    "--because", multiple=True, type=click.Choice(_BECAUSE), help="What makes it so; may be given several times."
)
@click.option("--why", default="", help="In words; it is sealed to the desk.")
@passphrase_option
@vault_option
@common
def command(output: Output, answer: Answer, item: str | None, level: str | None, **options: Any) -> None:
    """Say how sensitive an item is; what is marked secret does not leave (desk).

    ITEM is a short id. The newest mark counts and every earlier one stays in the log. Without a level the marks so
    far are shown, of all items if none is given.
    """
    from witnesskit.actions.marks import Mark, history, mark
    from witnesskit.actions.opening import find_vault

    vault = find_vault(options["vault_path"], VaultKind.DESK)
    passphrase = read_secret("Passphrase", options["passphrase_file"], "--passphrase-file")
    if item is None or level is None:
        found = history(vault, passphrase, (item,) if item else ())
    else:
        found = mark(vault, passphrase, (item,), Mark(level=level, because=options["because"], why=options["why"]))
    answer.items = [vars(one) for one in found]
    answer.counts = {"marks": len(found)}
    for one in found:
        because = f" ({', '.join(one.because)})" if one.because else ""
        output.data(printable(f"item {one.item}: {one.level} since {one.day}{because}"))
    if not found:
        output.say("No marks.")
