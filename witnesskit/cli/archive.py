"""``witnesskit archive``."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from witnesskit.cli.options import (
    ANY_PATH,
    EXISTING_FILE,
    ask,
    common,
    passphrase_option,
    vault_option,
    vault_passphrase,
)
from witnesskit.cli.output import Answer, Output
from witnesskit.errors.cli import FileUnreadable, UrlAsArgument, Usage
from witnesskit.model import VaultKind

if TYPE_CHECKING:
    from witnesskit.actions.assigning import Asked


@click.command()
@click.argument("links", nargs=-1)
@click.option("--file", "-f", "list_file", type=ANY_PATH, help="Read links from this file, one on each line.")
@click.option("--allow-local", is_flag=True, help="Allow addresses of this computer and its private network.")
@click.option("--unlisted", is_flag=True, help="Ask for links that are keys of their own over a direct connection.")
@click.option("--cookies", type=EXISTING_FILE, help="Use this file's cookies, once; they are kept nowhere (desk).")
@passphrase_option
@vault_option
@common
def command(output: Output, answer: Answer, links: tuple[str, ...], **options: Any) -> None:
    """Save one or several links before they vanish.

    On a field vault a link comes from the prompt (not shown), from stdin or from --file, never from an argument.
    """
    from witnesskit.actions.prestart import find_vault, prestart

    vault = find_vault(options["vault_path"])
    if links and vault.config.kind is VaultKind.FIELD:
        raise UrlAsArgument
    worker = prestart(vault, allow_local=bool(options["allow_local"]))
    try:
        from witnesskit.actions.archive import ArchiveWish, archive  # after the worker: both load at once
        from witnesskit.cli.saving import Watcher

        passphrase = vault_passphrase(vault, options["passphrase_file"])
        urls = list(links) or _read_links(options["list_file"])
        wish = ArchiveWish(tuple(urls), passphrase, _asked(options))
        with output.progress("sealing") as line:
            watcher = Watcher(output, answer, line, len(urls))
            archive(vault, wish, worker, watcher)
    finally:
        worker.close()
    watcher.conclude()
    if options["list_file"]:
        answer.warn("STILL-THERE", "the list of links still lies where it was, readable; erasing it is up to you")


def _asked(options: dict[str, Any]) -> Asked:
    from witnesskit.actions.assigning import Asked
    from witnesskit.actions.given_file import given_bytes
    from witnesskit.formats.cookies import read_cookies
    from witnesskit.limits import COOKIES_MAX

    file = options["cookies"]
    cookies = read_cookies(given_bytes(file, COOKIES_MAX + 1)) if file else ""
    return Asked(bool(options["allow_local"]), bool(options["unlisted"]), cookies)


def _read_links(list_file: object) -> Sequence[str]:
    if isinstance(list_file, Path):
        try:
            lines = list_file.read_text(encoding="utf-8-sig", errors="replace").splitlines()
        except OSError as error:  # its name may tell; it is not repeated
            raise FileUnreadable(os.strerror(error.errno or 0).lower()) from None
    elif sys.stdin.isatty():
        lines = [ask("Link", "--file, or stdin", hidden=True)]
    else:
        lines = sys.stdin.read().splitlines()
    links = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    if not links:
        raise Usage("no link was given")
    return links
