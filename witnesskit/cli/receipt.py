"""``witnesskit receipt``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from witnesskit.cli.options import EXISTING_FILE, common, vault_option
from witnesskit.cli.output import Answer, Output
from witnesskit.model import VaultKind


@click.command()
@click.argument("receipt", type=EXISTING_FILE)
@vault_option
@common
def command(output: Output, answer: Answer, receipt: Path, **options: Any) -> None:
    """Read a desk's receipt for a bundle (field)."""
    from witnesskit.actions.opening import find_vault
    from witnesskit.actions.receipt import take_receipt

    taken = take_receipt(find_vault(options["vault_path"], VaultKind.FIELD), receipt)
    answer.state = taken.result
    answer.counts = {"confirmed": taken.confirmed, "missing": taken.missing, "copies": taken.copies}
    output.say(f"The desk confirms {taken.confirmed} items in {taken.copies} copies; {taken.missing} files missing.")
    if taken.since:
        output.say(
            "It also fixes that what you save from now on is later than a proven time. Erase the receipt file."
        )
    if taken.missing:
        output.say("Next: witnesskit bundle, to send the rest again")
    else:
        output.say("Next: witnesskit forget --delivered, when you want them off this computer")
