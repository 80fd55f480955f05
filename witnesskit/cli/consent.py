"""``witnesskit consent``."""

from __future__ import annotations

from typing import Any

import click

from witnesskit.cli.options import common, passphrase_option, read_secret, vault_option
from witnesskit.cli.output import Answer, Output
from witnesskit.cli.terminal import printable
from witnesskit.model import VaultKind


@click.command()
@click.argument("items", nargs=-1)
@click.option("--recipient", default="", help="For whom: a name that you will give again, or public.")
@click.option(
    "--scope",
    multiple=True,
    type=click.Choice(["copy", "original", "record"]),
    help="What they may have: clean copies, the original, what is known of it; may be given several times.",
)
@click.option("--form", default="", help="How it was given (signed paper, recorded call ...); sealed to the desk.")
@click.option("--withdraw", is_flag=True, help="It ends: for the recipient, or for everybody if none is named.")
@passphrase_option
@vault_option
@common
def command(output: Output, answer: Answer, items: tuple[str, ...], withdraw: bool, **options: Any) -> None:
    """Record for whom somebody agreed that an item leaves, and when they no longer do (desk).

    ITEMS are short ids. After --withdraw every export and bundle for that recipient refuses. Without --scope and
    --withdraw what was recorded is shown, of all items if none is given.
    """
    from witnesskit.actions.consents import ConsentWish, consent, consents
    from witnesskit.actions.opening import find_vault

    vault = find_vault(options["vault_path"], VaultKind.DESK)
    passphrase = read_secret("Passphrase", options["passphrase_file"], "--passphrase-file")
    if withdraw or options["scope"] or options["recipient"] or options["form"]:
        wish = ConsentWish(options["recipient"], options["scope"], options["form"], withdraw)
        recorded = consent(vault, passphrase, items, wish)
        found, others = recorded.said, recorded.named_before
    else:
        found, others = consents(vault, passphrase, items), ()
    answer.items = [vars(one) for one in found]
    answer.counts = {"statements": len(found)}
    for one in found:
        scope = f": {', '.join(one.scope)}" if one.scope else ""
        output.data(printable(f"item {one.item}: {one.state} for {one.recipient or 'everybody'} on {one.day}{scope}"))
    if others:
        names = printable(", ".join(others))
        answer.warn("NAMED-OTHERWISE", f"nobody of that name had a consent here; who had one: {names}")
    if withdraw:
        output.say("What left before is not called back: tell the recipients, and delete it where you can.")
    if not found:
        output.say("No consents.")
