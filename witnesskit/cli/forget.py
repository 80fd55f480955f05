"""``witnesskit forget``."""

from __future__ import annotations

from typing import Any

import click

from witnesskit.cli.options import common, passphrase_option, vault_option, vault_passphrase
from witnesskit.cli.output import Answer, Output
from witnesskit.errors.cli import Usage
from witnesskit.model import VaultKind


@click.command()
@click.option("--delivered", is_flag=True, help="Erase every item for which the desk's receipt is here.")
@passphrase_option
@vault_option
@common
def command(output: Output, answer: Answer, *, delivered: bool, **options: Any) -> None:
    """Erase what a desk has confirmed (field).

    Only items with a receipt, and only if the desk made as many copies as the policy demands.
    """
    from witnesskit.actions.counted import counted
    from witnesskit.actions.forget import forget_delivered
    from witnesskit.actions.opening import find_vault

    if not delivered:
        raise Usage("say --delivered: nothing else can be forgotten")
    vault = find_vault(options["vault_path"], VaultKind.FIELD)
    done = forget_delivered(vault, vault_passphrase(vault, options["passphrase_file"]))
    answer.counts = {"erased": done.erased, "kept": done.kept}
    output.say(f"{counted(done.erased, 'item')} erased, {done.kept} kept (not confirmed by a desk yet).")
    output.say("On flash storage erased bytes may stay until they are overwritten; they are ciphertext.")
