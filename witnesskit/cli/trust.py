"""``witnesskit trust``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from witnesskit.cli.options import EXISTING_FILE, ask, common, passphrase_option, vault_option, vault_passphrase
from witnesskit.cli.output import Answer, Output
from witnesskit.cli.trust_peer import peer, show
from witnesskit.model import VaultKind


@click.group()
def command() -> None:
    """Say whom this vault trusts: a desk (field), other desks (desk)."""


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


for _each in (show, peer):
    command.add_command(_each)
