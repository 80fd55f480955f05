"""``witnesskit open``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

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
from witnesskit.cli.terminal import printable
from witnesskit.errors.catalogue import NoPlaceForFile, NotToTerminal
from witnesskit.model import VaultKind


@click.command()
@click.argument("item")
@click.option("--file", "name", default="", help="Which one, as `show` names them; else the only copy.")
@click.option("--to", type=ANY_PATH, help="A folder for it, made if it is not there; else it goes to stdout.")
@click.option("--own-name", is_flag=True, help="Let a page or document keep the ending that opens it by a click.")
@click.option("--why", default="", help="Why it is opened; it is logged.")
@custodian_option("The custodian sheet, to open originals.")
@passphrase_option
@vault_option
@common
def command(output: Output, answer: Answer, item: str, name: str, to: Path | None, **options: Any) -> None:
    """Take one file of an item out of the vault (desk).

    ITEM is a short id. The log says so first. No program is started with it.
    """
    from witnesskit.actions.open_file import OpenWish, open_file
    from witnesskit.actions.opening import find_vault

    _demand_a_place(output, to)
    vault = find_vault(options["vault_path"], VaultKind.DESK)
    passphrase = read_secret("Passphrase", options["passphrase_file"], "--passphrase-file")
    wish = OpenWish(
        item,
        name,
        to,
        None if to else sys.stdout.buffer,
        options["why"],
        custodian_paper(options),
        options["own_name"],
    )
    with output.progress("opening") as line:
        done = open_file(vault, passphrase, wish, line.update)
    answer.items = [{"id": done.item, "file": done.name, "size": done.size, "sha256": done.sha256, "path": done.path}]
    if done.as_recorded is False:
        answer.warn("NOT-AS-RECORDED", "these bytes are not those that the item's record names")
    if done.active:
        answer.warn("ACTIVE-CONTENT", "a browser or viewer could run what is in this file, and load from the network")
    if to:
        output.data(printable(done.path))
        output.say("It lies there readable: erase it when you have seen it.")
    output.say(f"{done.name} of item {done.item}, SHA-256 {done.sha256}; the log says that it was opened")


def _demand_a_place(output: Output, to: Path | None) -> None:
    """Before anything is opened or logged: raises NoPlaceForFile, NotToTerminal."""
    if to is None and output.as_json:
        raise NoPlaceForFile
    if to is None and sys.stdout.isatty():
        raise NotToTerminal
