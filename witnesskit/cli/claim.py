"""``witnesskit claim``."""

from __future__ import annotations

from typing import Any

import click

from witnesskit.cli.options import common, passphrase_option, read_secret, vault_option
from witnesskit.cli.output import Answer, Output
from witnesskit.cli.terminal import printable
from witnesskit.model import VaultKind

_SAID = ("text", "by", "when", "source", "url", "description", "sha256", "seen_as")


@click.command()
@click.argument("item", required=False)
@click.option("--text", default="", help="What is said.")
@click.option("--by", default="", help="Who says it; sealed to the desk, and told to nobody by an export.")
@click.option("--when", default="", help="When it was, in their words.")
@click.option("--source", default="", help="Where it was said: a statement, a page, a call.")
@click.option(
    "--status",
    "state",
    type=click.Choice(["asserted", "verified", "disputed"]),
    default="asserted",
    show_default=True,
    help="What the desk makes of it.",
)
@click.option("--unseen", is_flag=True, help="Somebody says that it exists, and nobody here saw it: without ITEM.")
@click.option("--url", default="", help="Unseen: where it is said to be.")
@click.option("--description", default="", help="Unseen: what it is said to show.")
@click.option("--sha256", default="", help="Unseen: the digest it is said to have.")
@click.option("--seen-as", default="", help="Unseen: the item that it turned out to be.")
@passphrase_option
@vault_option
@common
def command(output: Output, answer: Answer, item: str | None, unseen: bool, **options: Any) -> None:
    """Record what somebody says of an item, or says exists though nobody here saw it (desk).

    ITEM is a short id. What is asserted and unseen is never counted as saved. Without anything said the claims so far
    are shown, of all items if none is given.
    """
    from witnesskit.actions.claims import Claim, claim, claims
    from witnesskit.actions.opening import find_vault
    from witnesskit.errors.leaving import BadStatement

    vault = find_vault(options["vault_path"], VaultKind.DESK)
    said = {name: options[name] for name in _SAID}
    if (item and unseen) or (not item and not unseen and any(said.values())):
        raise BadStatement("name an item, or say --unseen of what nobody here saw")
    passphrase = read_secret("Passphrase", options["passphrase_file"], "--passphrase-file")
    if any(said.values()) or unseen or (item and options["state"] != "asserted"):
        found = [claim(vault, passphrase, item or "", Claim(**said, state=options["state"]))]
    else:
        found = list(claims(vault, passphrase, (item,) if item else ()))
    answer.items = [vars(one) for one in found]
    answer.counts = {"claims": len(found), "unseen": len({one.item for one in found if one.unseen})}
    for one in found:
        kind = f"{one.state}, unseen" if one.unseen else one.state
        told = one.text or one.description or one.url or one.sha256
        output.data(printable(f"item {one.item}: {kind}: {told}" + (f" ({one.by})" if one.by else "")))
    if not found:
        output.say("No claims.")
