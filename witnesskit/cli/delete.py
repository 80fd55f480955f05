"""``witnesskit delete``."""

from __future__ import annotations

from typing import Any

import click

from witnesskit.cli.options import common, passphrase_option, read_secret, vault_option
from witnesskit.cli.output import Answer, Output
from witnesskit.errors.cli import NeedsAnswer
from witnesskit.model import VaultKind

_WHYS = ("consent", "law", "safety", "duplicate", "error")
_SCOPES = ("file", "openings", "both")


@click.command()
@click.argument("item")
@click.option("--why", type=click.Choice(_WHYS), required=True, help="Why; it is logged.")
@click.option(
    "--scope",
    type=click.Choice(_SCOPES),
    default="both",
    show_default=True,
    help="The footage with its copies, what is known of it (with the copies too), or both.",
)
@click.option("--authority", default="", help="Who decided; it is logged, and a court may read it.")
@click.option("--yes", is_flag=True, help="Erase it for ever.")
@passphrase_option
@vault_option
@common
def command(output: Output, answer: Answer, item: str, yes: bool, **options: Any) -> None:
    """Erase an item on purpose and leave that on record (desk).

    ITEM is a short id. The log says first that it is deleted and why; `verify` then says deleted, never missing.
    """
    from witnesskit.actions.delete_item import DeleteWish, delete
    from witnesskit.actions.opening import find_vault, open_for_saving

    if not yes:
        raise NeedsAnswer("Erase it for ever? (flag: --yes)")
    vault = find_vault(options["vault_path"], VaultKind.DESK)
    passphrase = read_secret("Passphrase", options["passphrase_file"], "--passphrase-file")
    wish = DeleteWish(item, options["why"], options["scope"], options["authority"])
    with open_for_saving(vault, passphrase) as session:
        done = delete(session, wish)
    answer.counts = {"erased": done.erased, "left": done.left}
    answer.items = [{"id": done.short}]
    output.data(f"item {done.short}: {done.erased} sealed files erased, {done.left} left; the log says why")
    output.say(
        "Flash memory keeps the bytes until it reuses them: they are encrypted, and their keys are still yours."
    )
    output.say("Copies elsewhere are not erased: a second copy, other desks, the field device until it forgets.")
