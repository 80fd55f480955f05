"""``witnesskit archive``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from witnesskit.cli.archive_file import FileWish, archive_file
from witnesskit.cli.options import (
    ANY_PATH,
    EXISTING_FILE,
    ask,
    common,
    js_runtime_option,
    locality_of,
    pace_option,
    passphrase_option,
    place_option,
    vault_option,
    vault_passphrase,
)
from witnesskit.cli.output import Answer, Output
from witnesskit.errors.capture import ScreenshotOnField
from witnesskit.errors.cli import UrlAsArgument, Usage
from witnesskit.model import VaultKind

if TYPE_CHECKING:
    from witnesskit.actions.assigning import Asked
    from witnesskit.capture.worker import Worker
    from witnesskit.vault.layout import Vault


@click.command()
@click.argument("links", nargs=-1)
@click.option("--file", "-f", "list_file", type=ANY_PATH, help="Read a list: text, CSV in any dialect, or .xlsx.")
@click.option("--allow-local", is_flag=True, help="Allow addresses of this computer and its private network.")
@click.option("--unlisted", is_flag=True, help="Ask for links that are keys of their own over a direct connection.")
@click.option("--cookies", type=EXISTING_FILE, help="Use this file's cookies, once; they are kept nowhere (desk).")
@click.option(
    "--screenshot/--no-screenshot", default=None, help="Take a picture of the full page with Chromium (desk)."
)
@place_option
@js_runtime_option
@pace_option
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
    if options["cookies"] and options["list_file"]:
        raise Usage("cookies are for single links, not for --file")
    if options["place"] is not None and options["list_file"]:
        raise Usage("a place is for single links, not for --file; a desk says it with `place`")
    if options["screenshot"] and vault.config.kind is VaultKind.FIELD:
        raise ScreenshotOnField
    worker = prestart(vault, allow_local=bool(options["allow_local"]), js_runtime=options["js_runtime"])
    try:
        asked = replace(asked_of(options), place=locality_of(options["place"], vault))
        passphrase = vault_passphrase(vault, options["passphrase_file"])
        started = worker, output, answer
        if options["list_file"] and not links:
            given = FileWish(options["list_file"], asked, options["pace"])
            archive_file(vault, passphrase, given, started)
        else:
            _archive_links(vault, passphrase, list(links) or _read_links(), started, asked)
    finally:
        worker.close()


def _archive_links(
    vault: Vault, passphrase: str, urls: Sequence[str], started: tuple[Worker, Output, Answer], asked: Asked
) -> None:
    from witnesskit.actions.archive import ArchiveWish, archive  # after the worker: both load at once
    from witnesskit.cli.saving import Watcher

    worker, output, answer = started
    wish = ArchiveWish(tuple(urls), passphrase, asked)
    with output.progress("sealing") as line:
        watcher = Watcher(output, answer, line, len(urls))
        archive(vault, wish, worker, watcher)
    watcher.conclude()


def asked_of(options: dict[str, Any]) -> Asked:
    """How links are to be saved, from the options of a command; raises BadCookies."""
    from witnesskit.actions.assigning import Asked
    from witnesskit.actions.given_file import given_bytes
    from witnesskit.formats.cookies import read_cookies
    from witnesskit.limits import COOKIES_MAX

    file = options["cookies"]
    cookies = read_cookies(given_bytes(file, COOKIES_MAX + 1)) if file else ""
    picture = options.get("screenshot")
    return Asked(bool(options["allow_local"]), bool(options["unlisted"]), cookies, picture)


def _read_links() -> Sequence[str]:
    typed = sys.stdin.isatty()
    lines = [ask("Link", "--file, or stdin", hidden=True)] if typed else sys.stdin.read().splitlines()
    links = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    if not links:
        raise Usage("no link was given")
    return links
