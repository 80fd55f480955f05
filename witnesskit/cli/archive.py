"""``witnesskit archive``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from witnesskit.cli.archive_file import FileWish, archive_file
from witnesskit.cli.options import (
    ANY_PATH,
    ask,
    common,
    pace_option,
    passphrase_option,
    vault_option,
    vault_passphrase,
)
from witnesskit.cli.output import Answer, Output
from witnesskit.errors.cli import UrlAsArgument, Usage
from witnesskit.model import VaultKind

if TYPE_CHECKING:
    from witnesskit.capture.worker import Worker
    from witnesskit.vault.layout import Vault


@click.command()
@click.argument("links", nargs=-1)
@click.option("--file", "-f", "list_file", type=ANY_PATH, help="Read a list: text, CSV in any dialect, or .xlsx.")
@click.option("--allow-local", is_flag=True, help="Allow addresses of this computer and its private network.")
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
    worker = prestart(vault, allow_local=bool(options["allow_local"]))
    try:
        passphrase = vault_passphrase(vault, options["passphrase_file"])
        started = worker, output, answer
        if options["list_file"] and not links:
            given = FileWish(options["list_file"], options["allow_local"], options["pace"])
            archive_file(vault, passphrase, given, started)
        else:
            _archive_links(vault, passphrase, list(links) or _read_links(), started, options["allow_local"])
    finally:
        worker.close()


def _archive_links(
    vault: Vault, passphrase: str, urls: Sequence[str], started: tuple[Worker, Output, Answer], allow_local: bool
) -> None:
    from witnesskit.actions.archive import ArchiveWish, archive  # after the worker: both load at once
    from witnesskit.cli.saving import Watcher

    worker, output, answer = started
    wish = ArchiveWish(tuple(urls), passphrase, allow_local)
    with output.progress("sealing") as line:
        watcher = Watcher(output, answer, line, len(urls))
        archive(vault, wish, worker, watcher)
    watcher.conclude()


def _read_links() -> Sequence[str]:
    typed = sys.stdin.isatty()
    lines = [ask("Link", "--file, or stdin", hidden=True)] if typed else sys.stdin.read().splitlines()
    links = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    if not links:
        raise Usage("no link was given")
    return links
