"""``witnesskit export``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from witnesskit.cli.held_back import warn_held_back
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
_HANDED = ("bagit", "folder", "csv", "uwazi", "atlos")
_FORMATS = ("premis-xml", "premis-json", "case-uco", "fre-902", "berkeley", *_WEB, *_HANDED)
_SAID = {
    "fre-902": "This is a draft: a person must fill in the blanks, strike out what they do not know, and sign.",
    "berkeley": "What is missing is named with its reason; whether the rest is enough is for a person to judge.",
}


@click.command()
@click.argument("items", nargs=-1)
@click.option(
    "--format",
    "--form",
    "form",
    type=click.Choice(_FORMATS),
    required=True,
    help="Events as PREMIS 3 or CASE/UCO, a draft certification, a table of what is held, an archive of the web; or "
    "items as a bag, a folder, a table, or for the imports of Uwazi and Atlos.",
)
@click.option("--out", "--to", "out", type=ANY_PATH, required=True, help="What to write; it must not exist.")
@click.option(
    "--audience",
    type=click.Choice(["desk", "court", "public"]),
    default="public",
    show_default=True,
    help="Items: for whom; the policy of that name decides what leaves. The others are for a court.",
)
@click.option("--originals", is_flag=True, help="Items: originals too, where the policy lets them.")
@custodian_option("Originals: the custodian sheet, to open them.")
@click.option("--why", default="", help="Items, originals: why; it is logged.")
@leaving_options
@passphrase_option
@vault_option
@common
def command(output: Output, answer: Answer, items: tuple[str, ...], out: Path, **options: Any) -> None:
    """Write the chain of custody in a form that others read, or hand out items (desk).

    ITEMS are short ids; all items if none is given. The chain is for a court, with digests of originals: not for
    publication. WARC and WACZ hold pages, media and requests as they were: media only with the custodian's key.
    A bag, a folder or a table holds what the policy of the audience lets out of the items; marks and consents keep
    back the rest.
    """
    if options["form"] in _HANDED:
        _hand_out(output, answer, items, out, options)
        return
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
    if done.naming:
        held = counted(done.naming, "page or list is", "pages and lists are")
        answer.warn("NAMES-COLLECTOR", f"{held} not in it: named there is the address that it was asked from")
    answer.warn("READABLE", "it holds links and footage in clear; keep it as you keep originals")
    output.data(str(out))


def _hand_out(output: Output, answer: Answer, items: tuple[str, ...], out: Path, options: dict[str, Any]) -> None:
    """Items in a form of their own."""
    from witnesskit.actions.counted import counted
    from witnesskit.actions.hand_out import HandOutWish, hand_out
    from witnesskit.actions.opening import find_vault

    vault = find_vault(options["vault_path"], VaultKind.DESK)
    passphrase = read_secret("Passphrase", options["passphrase_file"], "--passphrase-file")
    asked = {name: options[name] for name in ("audience", "secret", "originals", "why")}
    asked["custodian"] = custodian_paper(options)
    wish = HandOutWish(options["form"], items, out, recipient=options["name"], **asked)
    with output.progress("writing") as line:
        done = hand_out(vault, passphrase, wish, line.update)
    answer.counts = {"items": done.items, "files": done.files}
    warn_held_back(answer, done.held_back)
    left = f"{counted(done.items, 'item')}, {counted(done.files, 'file')}"
    output.say(f"{left}; allowed by {done.policy}; written, read back and compared")
    answer.warn("READABLE", "what was written is in clear, and the log says to whom it goes")
    output.data(str(out))
