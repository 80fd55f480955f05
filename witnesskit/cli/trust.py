"""``witnesskit trust``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from witnesskit.cli.options import EXISTING_FILE, ask, common, passphrase_option, vault_option, vault_passphrase
from witnesskit.cli.output import Answer, Output
from witnesskit.cli.trust_peer import exchange, peer, removed, show
from witnesskit.errors.cli import Usage
from witnesskit.model import VaultKind

if TYPE_CHECKING:
    from witnesskit.actions.authorities import ShownAuthority


@click.group()
def command() -> None:
    """Say whom this vault trusts: a desk (field), authorities of time and other desks (desk)."""


@command.command("add")
@click.argument("invite", type=EXISTING_FILE)
@click.option("--digits", help="The six groups of digits as they were read to you.")
@passphrase_option
@vault_option
@common
def add(output: Output, answer: Answer, invite: Path, digits: str | None, **options: Any) -> None:
    """Check an invite by the digits read aloud, and begin the chain of custody."""
    from witnesskit.actions import trust
    from witnesskit.actions.opening import find_vault

    vault = find_vault(options["vault_path"], VaultKind.FIELD)
    typed = digits or ask("Call or meet them. Type the six groups they read to you", "--digits")
    trust.trust_add(vault, invite, typed, vault_passphrase(vault, options["passphrase_file"]))
    answer.state = "trusted"
    output.say("The invite is the one they hold. From now on everything saved here is sealed to that desk.")
    output.say("Next: witnesskit archive, or witnesskit add FILE. Erase the invite file from the stick.")


@command.command("authority")
@click.argument("name", required=False)
@click.option("--url", help="Where it answers (RFC 3161 over HTTP).")
@click.option("--root", type=EXISTING_FILE, help="Its one root certificate, a PEM or DER file.")
@click.option(
    "--intermediate", "intermediates", multiple=True, type=EXISTING_FILE, help="Certificates between; repeat."
)
@click.option("--list", "listed", is_flag=True, help="Show whom this desk asks.")
@click.option(
    "--remove", metavar="NAME", is_flag=False, flag_value="", help="Ask it no longer, and believe it no longer."
)
@vault_option
@common
def authority(output: Output, answer: Answer, name: str | None, **options: Any) -> None:
    """Name an authority of time that this desk asks (desk).

    Compare the root's digest with what the authority publishes. Two authorities prove a time; one alone proves none.
    """
    from witnesskit.actions import authorities
    from witnesskit.actions.opening import find_vault

    vault = find_vault(options["vault_path"], VaultKind.DESK)
    if gone := removed(name, options["remove"]):
        authorities.drop_authority(vault, gone)
        output.say(f"{gone} is asked no longer. What it proved stays in the log, for those who believe it.")
        return
    if options["listed"] or not name:
        _list(output, answer, authorities.shown_authorities(vault))
        return
    if not options["url"] or not options["root"]:
        raise Usage("an authority needs --url and --root")
    wish = authorities.AuthorityWish(name, options["url"], options["root"], tuple(options["intermediates"]))
    _list(output, answer, (authorities.name_authority(vault, wish),))
    output.say("Compare this digest with the one that the authority publishes for its root certificate.")
    count = len(authorities.shown_authorities(vault))
    output.say("Next: witnesskit anchor" if count > 1 else "Next: name a second one; one alone proves no time")


def _list(output: Output, answer: Answer, shown: Sequence[ShownAuthority]) -> None:
    answer.items = [vars(one) for one in shown]
    for one in shown:
        output.data(f"{one.name}  {one.url}  sha256 of the root: {one.root}")
    if not shown:
        output.say("No authority of time is named here.")


for _each in (show, peer, exchange):
    command.add_command(_each)
