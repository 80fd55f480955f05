"""``witnesskit invite``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from witnesskit.cli.options import ANY_PATH, EXISTING_FILE, common, passphrase_option, read_secret, vault_option
from witnesskit.cli.output import Answer, Output
from witnesskit.model import VaultKind


@click.command()
@click.argument("out", type=ANY_PATH)
@click.option("--name", default="", help="Who gets it; kept sealed at the desk only.")
@click.option("--valid-days", type=click.IntRange(1, 366), default=30, show_default=True, help="Days to accept it.")
@click.option("--policy", "policy_file", type=EXISTING_FILE, help="A policy that tightens the device's own.")
@passphrase_option
@vault_option
@common
def command(output: Output, answer: Answer, out: Path, **options: Any) -> None:
    """Make an invite file for one field device (desk).

    The six groups of digits are read aloud to the person at the device; the file itself may travel any way.
    """
    from witnesskit.actions import invite
    from witnesskit.actions.opening import find_vault

    vault = find_vault(options["vault_path"], VaultKind.DESK)
    passphrase = read_secret("Passphrase", options["passphrase_file"], "--passphrase-file")
    policy_file = options["policy_file"]
    policy = policy_file.read_bytes() if isinstance(policy_file, Path) else b""
    wish = invite.InviteWish(out, str(options["name"]), int(str(options["valid_days"])), policy)
    digits = invite.write_invite(vault, passphrase, wish)
    answer.data["digits"] = digits
    output.say("Invite written. One invite is for one device. Read these digits aloud when it is accepted:")
    output.tell(f"\n    {digits}\n")
