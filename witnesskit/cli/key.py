"""``witnesskit key``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from witnesskit.cli import key_change, key_shares
from witnesskit.cli.options import (
    ANY_PATH,
    EXISTING_FILE,
    common,
    passphrase_option,
    read_secret,
    read_sheet,
    vault_option,
)
from witnesskit.cli.output import Answer, Output
from witnesskit.cli.terminal import printable
from witnesskit.errors import ExitStatus
from witnesskit.model import VaultKind

_CANNOT = {
    "opens": "It does not open the test capsule, so it would open no original either.",
    "authorises": "It does not hold the key that may replace this desk's signing key.",
}


@click.group()
def command() -> None:
    """Replace, show and rehearse the keys of a desk."""


for _one in (key_change.rotate, key_change.revoke, key_change.lost, key_shares.split, key_shares.join):
    command.add_command(_one)


@command.command("show")
@passphrase_option
@vault_option
@common
def show(output: Output, answer: Answer, **options: Any) -> None:
    """Print the keys that sign this desk's log, and every change of them."""
    from witnesskit.actions.opening import find_vault
    from witnesskit.actions.show_keys import show_keys

    vault = find_vault(options["vault_path"], VaultKind.DESK)
    shown = show_keys(vault, read_secret("Passphrase", options["passphrase_file"], "--passphrase-file"))
    answer.data |= {"key": shown.key, "second_key": shown.second_key, "next": shown.next, "first": shown.first}
    answer.data |= {"custodian_ring": shown.custodian_ring, "custodian_digits": shown.custodian_digits}
    answer.items = [vars(change) for change in shown.changes]
    output.data(f"key in force    {shown.key}")
    if shown.second_key:
        output.data(f"second key      {shown.second_key}")
    output.data(f"next            {shown.next}")
    output.data(f"first key       {shown.first}")
    output.data(f"custodian ring  {shown.custodian_ring}")
    output.data(f"  its digits    {shown.custodian_digits}")
    for change in shown.changes:
        doubt = f" (the key before is in doubt from {change.since} on)" if change.since else ""
        output.data(f"event {change.n}, {change.op}{doubt}: since then {change.key}")
    output.say("Give the key in force to whoever checks what this desk sends.")


@command.command("drill")
@click.option("--sheet", type=EXISTING_FILE, help="Read the typed recovery sheet from this file.")
@passphrase_option
@vault_option
@common
def drill(output: Output, answer: Answer, sheet: Path | None, **options: Any) -> None:
    """Rehearse: does the recovery sheet still open what it must, and may it replace the key?"""
    from witnesskit.actions.drill import drill as rehearse
    from witnesskit.actions.opening import find_vault

    vault = find_vault(options["vault_path"], VaultKind.DESK)
    passphrase = read_secret("Passphrase", options["passphrase_file"], "--passphrase-file")
    found = rehearse(vault, passphrase, read_sheet("Type the recovery sheet, from paper", sheet, "--sheet"))
    answer.data |= {"opens": found.opens, "authorises": found.authorises}
    answer.state = "failed" if found.problems else "passed"
    if found.problems:
        answer.status = ExitStatus.CANNOT_TELL
        for problem in found.problems:
            output.tell(_CANNOT[problem])
        output.tell("The day and the result were logged. Look for the sheet that was printed with this vault.")
        return
    output.say("The sheet opens the test capsule, and it holds the key that may replace this desk's signing key.")
    output.say("The day was logged. Put the sheet back where it was, and erase any file you typed it into.")


@command.command("post-quantum")
@passphrase_option
@vault_option
@common
def post_quantum(output: Output, answer: Answer, **options: Any) -> None:
    """Sign every checkpoint a second time, with a key that quantum computers should not break."""
    from witnesskit.actions.opening import find_vault
    from witnesskit.actions.second_key import switch_on

    vault = find_vault(options["vault_path"], VaultKind.DESK)
    second = switch_on(vault, read_secret("Passphrase", options["passphrase_file"], "--passphrase-file"))
    answer.data["second_key"] = second
    answer.state = "on"
    output.data(second)
    output.say("From now on every checkpoint bears a second signature. Give this key, beside the first one, to")
    output.say("whoever checks what this desk sends. The first key goes on as before.")


@command.command("operator")
@click.argument("name")
@click.option("--out", type=ANY_PATH, required=True, help="Write the operator's key into this new file.")
@common
def operator(output: Output, answer: Answer, name: str, out: Path) -> None:
    """Make a signing key of an operator's own, to sign beside the desk.

    NAME is seen by everybody who gets a checkpoint: choose a role, never the name of a person.
    """
    from witnesskit.actions.operator import make_operator

    made = make_operator(name, out)
    answer.data["key"] = made.key
    output.data(made.key)
    output.tell(f"\n--- PASSPHRASE of this key ---\n{made.passphrase}\n")
    output.tell(
        "Write it down on paper; it is not shown again. The key itself is public: give it to those who check."
    )
    output.say("Next, at the desk: witnesskit key cosign --operator FILE")


@command.command("cosign")
@click.option("--operator", "file", type=EXISTING_FILE, required=True, help="File of `key operator`.")
@click.option("--operator-passphrase-file", type=EXISTING_FILE, help="Read the operator's passphrase from this file.")
@passphrase_option
@vault_option
@common
def cosign(output: Output, answer: Answer, file: Path, **options: Any) -> None:
    """Have an operator's key sign, beside the desk's, everything that was logged so far."""
    from witnesskit.actions.opening import find_vault
    from witnesskit.actions.operator import cosign as sign

    vault = find_vault(options["vault_path"], VaultKind.DESK)
    passphrase = read_secret("Passphrase", options["passphrase_file"], "--passphrase-file")
    typed = read_secret(
        "Passphrase of the operator's key", options["operator_passphrase_file"], "--operator-passphrase-file"
    )
    done = sign(vault, passphrase, file, typed)
    answer.data["operator"] = done.operator
    answer.counts = {"events": done.size}
    name = printable(done.operator.partition("+")[0])
    output.say(f"The desk and {name} have both signed the first {done.size} events of the log.")
