"""``witnesskit audit``."""

from __future__ import annotations

from typing import Any

import click

from witnesskit.cli.options import common, passphrase_option, read_secret, vault_option
from witnesskit.cli.output import Answer, Output
from witnesskit.errors import ExitStatus
from witnesskit.model import VaultKind


@click.command()
@passphrase_option
@vault_option
@common
def command(output: Output, answer: Answer, **options: Any) -> None:
    """Read everything that is stored again and log how it was (desk).

    Every sealed file is hashed and compared with the vault's list. Ends with 7 when one is missing or changed.
    """
    from witnesskit.actions.audit import audit
    from witnesskit.actions.opening import find_vault

    vault = find_vault(options["vault_path"], VaultKind.DESK)
    passphrase = read_secret("Passphrase", options["passphrase_file"], "--passphrase-file")
    with output.progress("reading") as line:
        found = audit(vault, passphrase, line.update)
    answer.counts = {"ok": found.ok, "bad": found.bad}
    answer.items = [{"id": name, "problem": problem} for name, problem in sorted(found.problems.items())]
    for name, problem in sorted(found.problems.items()):
        output.data(f"item {name}: {problem}" if "-" in name else f"{name}: {problem}")
    output.data(f"{found.ok} sealed files are as they were stored, {found.bad} are not; the log says so too")
    if found.bad:
        answer.status = ExitStatus.CHANGED
        output.say("Next: bring the second copy, or ask who sent them for a fresh bundle; keep what is here.")
