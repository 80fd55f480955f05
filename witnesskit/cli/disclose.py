"""``witnesskit disclose``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from witnesskit.cli.leaving import leaving_options
from witnesskit.cli.options import ANY_PATH, common, passphrase_option, read_secret, vault_option
from witnesskit.cli.output import Answer, Output
from witnesskit.cli.terminal import printable
from witnesskit.errors.cli import Usage
from witnesskit.model import VaultKind


@click.command()
@click.argument("item")
@click.option("--field", "fields", multiple=True, help="Name of a field to prove; may be given several times.")
@click.option("--out", type=ANY_PATH, help="Folder for the proofs.")
@click.option(
    "--audience",
    "--for",
    "audience",
    type=click.Choice(["public", "court"]),
    default="public",
    show_default=True,
    help="For whom; the policy of that name decides what may leave.",
)
@click.option("--copy", default="", help="Public: first digits of the digest of the copy to speak of.")
@click.option("--list", "list_only", is_flag=True, help="Show which fields there are and which may leave.")
@leaving_options
@passphrase_option
@vault_option
@common
def command(output: Output, answer: Answer, item: str, out: Path | None, **options: Any) -> None:
    """Prove single facts of an item and withhold the rest (desk).

    ITEM is a short id. Each file proves the chosen fields and nothing else: `witnesskit verify FILE.tlog-proof`. For
    the public it stands on the desk's own log under a fresh number; for a court on the log where it happened.
    """
    from witnesskit.actions.disclose import disclose, list_fields
    from witnesskit.actions.disclosed import DiscloseWish
    from witnesskit.actions.opening import find_vault

    audience = str(options["audience"])
    if not options["list_only"] and out is None:
        raise Usage("give --out FOLDER for the proofs, or --list")
    vault = find_vault(options["vault_path"], VaultKind.DESK)
    passphrase = read_secret("Passphrase", options["passphrase_file"], "--passphrase-file")
    if out is None or options["list_only"]:
        _show_fields(output, answer, list_fields(vault, passphrase, item, audience))
        return
    fields = tuple(dict.fromkeys(options["fields"]))
    done = disclose(
        vault,
        passphrase,
        DiscloseWish(item, fields, out, audience, options["copy"], options["name"], options["secret"]),
    )
    answer.items = [vars(proof) for proof in done.proofs]
    answer.counts = {"proofs": len(done.proofs)}
    answer.data["withheld"] = list(done.withheld)
    for proof in done.proofs:
        output.data(proof.file)
        output.say(
            f"  leaves: {', '.join(proof.opened)} of one {proof.event} event. The line's {proof.shut} other digests "
            "stay shut: withheld fields or nothing at all, and nobody can tell which."
        )
    output.say(f"Withheld, though it exists: {', '.join(done.withheld) or 'nothing'}")
    for key in dict.fromkeys(proof.key for proof in done.proofs):
        output.say(f"Next: tell the reader this key over another channel: {printable(key)}")


def _show_fields(output: Output, answer: Answer, found: Any) -> None:
    answer.items = [
        {"field": name, "leaves": decision.allowed, "rule": decision.rule}
        for name, decision in found.decisions.items()
    ]
    for name, decision in found.decisions.items():
        word = "may leave" if decision.allowed else f"does not leave ({decision.rule})"
        output.data(f"{name:<20} {word}")
    output.say(f"For the {found.audience}. What is not named with --field stays shut.")
