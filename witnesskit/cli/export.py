"""``witnesskit export``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from witnesskit.cli.leaving import leaving_options
from witnesskit.cli.options import (
    ANY_PATH,
    common,
    custodian_option,
    custodian_paper,
    passphrase_option,
    read_secret,
    vault_option,
)
from witnesskit.cli.output import Answer, Output
from witnesskit.model import VaultKind

_WEB = ("warc", "wacz")
_FORMATS = ("premis-xml", "premis-json", "case-uco", "fre-902", "berkeley", *_WEB)
_SAID = {
    "fre-902": "This is a draft: a person must fill in the blanks, strike out what they do not know, and sign.",
    "berkeley": "What is missing is named with its reason; whether the rest is enough is for a person to judge.",
}


@click.command()
@click.argument("items", nargs=-1)
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    required=True,
    help="PREMIS 3 or CASE/UCO events, a draft certification, a table of what is held, or an archive of the web.",
)
@click.option("--out", type=ANY_PATH, required=True, help="The file to write; it must not exist.")
@custodian_option("WARC, WACZ: the custodian sheet, to open originals.")
@click.option("--why", default="", help="WARC, WACZ: why originals are opened; it is logged.")
@leaving_options
@passphrase_option
@vault_option
@common
def command(output: Output, answer: Answer, items: tuple[str, ...], out: Path, **options: Any) -> None:
    """Write the chain of custody in a form that others read (desk).

    For a court: the policy of that name decides what may be told. Digests of originals are in it: not for
    publication. ITEMS are short ids; all items if none is given. WARC and WACZ hold pages, media and requests
    as they were: media only with the custodian's key.
    """
    if options["form"] in _WEB:
        _web(output, answer, items, out, options)
        return
    from witnesskit.actions.counted import counted
    from witnesskit.actions.export import ExportWish, export
    from witnesskit.actions.opening import find_vault

    vault = find_vault(options["vault_path"], VaultKind.DESK)
    passphrase = read_secret("Passphrase", options["passphrase_file"], "--passphrase-file")
    done = export(vault, passphrase, ExportWish(options["form"], items, out, options["name"], options["secret"]))
    answer.state = done.state
    answer.counts = {"items": done.items, "events": done.events, "unopened": done.unopened}
    left = f"{counted(done.items, 'item')}, {counted(done.events, 'event')}"
    output.say(f"{left}; allowed by {done.policy}. Not for publication")
    if done.unopened:
        output.say(f"Not opened here, and telling nothing: {counted(done.unopened, 'event')} of the same logs")
    if said := _SAID.get(options["form"]):
        output.say(said)
    output.data(str(out))


def _web(output: Output, answer: Answer, items: tuple[str, ...], out: Path, options: dict[str, Any]) -> None:
    """An archive of the web; it holds links, and media in clear."""
    from witnesskit.actions.counted import counted
    from witnesskit.actions.export_web import WebWish, export_web
    from witnesskit.actions.opening import find_vault

    vault = find_vault(options["vault_path"], VaultKind.DESK)
    passphrase = read_secret("Passphrase", options["passphrase_file"], "--passphrase-file")
    opened = custodian_paper(options), options["why"]
    wish = WebWish(options["form"], items, out, *opened, options["name"], options["secret"])
    done = export_web(vault, passphrase, wish)
    answer.counts = {"items": done.items, "records": done.exchanges, "withheld": done.withheld}
    output.say(f"{counted(done.items, 'item')}, {counted(done.exchanges, 'record')}. Not for publication")
    if done.withheld:
        held = counted(done.withheld, "stream is", "streams are")
        answer.warn("WITHHELD", f"{held} not in it: only the custodian's key opens originals (--custodian-sheet)")
    answer.warn("READABLE", "it holds links and footage in clear; keep it as you keep originals")
    output.data(str(out))
