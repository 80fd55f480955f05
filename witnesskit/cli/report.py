"""``witnesskit report``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from witnesskit.cli.held_back import warn_held_back
from witnesskit.cli.leaving import leaving_options
from witnesskit.cli.options import ANY_PATH, common, passphrase_option, read_secret, vault_option
from witnesskit.cli.output import Answer, Output
from witnesskit.model import VaultKind


@click.command()
@click.option(
    "--audience",
    type=click.Choice(["desk", "court", "public"]),
    default="public",
    show_default=True,
    help="For whom; the policy of that name decides what it may say.",
)
@click.option("--item", "items", multiple=True, help="Short id of an item; all items if none is given.")
@click.option("--out", type=ANY_PATH, required=True, help="The HTML file to write; it must not exist.")
@leaving_options
@passphrase_option
@vault_option
@common
def command(output: Output, answer: Answer, audience: str, out: Path, **options: Any) -> None:
    """Write what is known and proven as one page.

    One HTML file without scripts, pictures or any outside reference. Digests of originals appear for court only.
    """
    from witnesskit.actions.counted import counted
    from witnesskit.actions.opening import find_vault
    from witnesskit.actions.report import ReportWish, report

    vault = find_vault(options["vault_path"], VaultKind.DESK)
    passphrase = read_secret("Passphrase", options["passphrase_file"], "--passphrase-file")
    done = report(
        vault, passphrase, ReportWish(audience, tuple(options["items"]), out, options["name"], options["secret"])
    )
    answer.state = done.state
    answer.counts = {"items": done.items, "withheld": done.withheld, "unreadable": done.unreadable}
    warn_held_back(answer, done.held_back)
    if done.unreadable:
        answer.warn(
            "UNREADABLE", f"{counted(done.unreadable, 'item')} with something that cannot be read; named on the page"
        )
    output.say(
        f"{counted(done.items, 'item')} for {audience}; {counted(done.withheld, 'field')} withheld by {done.policy}"
    )
    output.data(str(out))
