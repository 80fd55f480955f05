"""``witnesskit receipt``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from witnesskit.cli.options import EXISTING_FILE, common, passphrase_option, read_secret, vault_option
from witnesskit.cli.output import Answer, Output
from witnesskit.errors.cli import Usage
from witnesskit.model import VaultKind

if TYPE_CHECKING:
    from witnesskit.vault.layout import Vault


@click.command()
@click.argument("receipts", nargs=-1, required=True, type=EXISTING_FILE)
@passphrase_option
@vault_option
@common
def command(output: Output, answer: Answer, receipts: tuple[Path, ...], **options: Any) -> None:
    """Read what a desk answered to a bundle.

    On a field vault: the one receipt of its desk. On a desk: the files that another desk gave back; they are kept as
    evidence about this desk's log.
    """
    from witnesskit.actions.opening import find_vault

    vault = find_vault(options["vault_path"])
    if vault.config.kind is VaultKind.DESK:
        passphrase = read_secret("Passphrase", options["passphrase_file"], "--passphrase-file")
        _at_a_desk(output, answer, (vault, passphrase), receipts)
    elif len(receipts) > 1:
        raise Usage("one receipt at a time")
    else:
        _on_a_device(output, answer, vault, receipts[0])


def _on_a_device(output: Output, answer: Answer, vault: Vault, receipt: Path) -> None:
    from witnesskit.actions.counted import counted
    from witnesskit.actions.receipt import take_receipt

    taken = take_receipt(vault, receipt)
    answer.state = taken.result
    answer.counts = {"confirmed": taken.confirmed, "missing": taken.missing, "copies": taken.copies}
    output.say(
        f"The desk confirms {counted(taken.confirmed, 'item')} in {counted(taken.copies, 'copy', 'copies')}; "
        f"{counted(taken.missing, 'file')} missing."
    )
    if taken.since:
        output.say("It also fixes that what you save from now on is later than a proven time.")
        answer.warn("RECEIPT-FILE", "erase the receipt file: it names your desk, and could join two devices")
    if taken.missing:
        output.say("Next: witnesskit bundle, to send the rest again")
    elif taken.copies < taken.least:
        output.say(
            f"Next: ask the desk to import it again with --second-copy: {taken.least} copies are demanded here"
        )
    else:
        output.say("Next: witnesskit forget --delivered, when you want them off this computer")


def _at_a_desk(output: Output, answer: Answer, desk: tuple[Vault, str], receipts: tuple[Path, ...]) -> None:
    from witnesskit.actions.answer import take_answers

    taken = take_answers(*desk, receipts)
    answer.state = "confirmed"
    answer.counts = {"answers": len(receipts), "new": taken.new, "size": taken.size, "bundles": len(taken.bundles)}
    answer.items = [{"id": short} for short in taken.bundles]
    output.say(f"{', '.join(taken.peers)} confirms the first {taken.size} events of this desk's log.")
    for short in taken.bundles:
        output.say(f"Bundle {short} is acknowledged.")
    if not taken.new:
        output.say("All of it was here already; nothing was changed.")
