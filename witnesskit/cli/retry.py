"""``witnesskit retry``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from witnesskit.cli.options import (
    EXISTING_FILE,
    common,
    custodian_option,
    custodian_paper,
    js_runtime_option,
    passphrase_option,
    vault_option,
    vault_passphrase,
)
from witnesskit.cli.output import Answer, Output
from witnesskit.model import VaultKind

if TYPE_CHECKING:
    from witnesskit.actions.retry import Retried
    from witnesskit.cli.saving import Watcher


@click.command()
@click.argument("items", nargs=-1)
@click.option(
    "--part",
    type=click.Choice(["media", "page", "screenshot", "all"]),
    help="Ask for this; else for what is missing.",
)
@click.option("--allow-local", is_flag=True, help="Allow addresses of this computer and its private network.")
@click.option("--unlisted", is_flag=True, help="Ask for links that are keys of their own over a direct connection.")
@click.option("--cookies", type=EXISTING_FILE, help="Use this file's cookies, once; they are kept nowhere (desk).")
@custodian_option("The custodian sheet, to put parts of a file together.")
@js_runtime_option
@passphrase_option
@vault_option
@common
def command(output: Output, answer: Answer, items: tuple[str, ...], **options: Any) -> None:
    """Ask again for what is missing, from where the first attempt ended (desk).

    ITEMS are short ids; without any, everything whose last attempt left something to get, and every file that is
    there in parts only. Parts are put together where the custodian's key opens them.
    """
    from witnesskit.actions.prestart import find_vault, prestart

    vault = find_vault(options["vault_path"], VaultKind.DESK)
    worker = prestart(vault, allow_local=options["allow_local"], js_runtime=options["js_runtime"])
    try:
        from witnesskit.actions.retry import RetryWish, retry
        from witnesskit.cli.archive import asked_of
        from witnesskit.cli.saving import Watcher
        from witnesskit.formats.short_id import short_id

        asked = asked_of(options)
        passphrase = vault_passphrase(vault, options["passphrase_file"])
        wish = RetryWish(items, options["part"] or "", asked, custodian_paper(options))
        with output.progress("sealing") as line:
            watcher = Watcher(output, answer, line, 0)
            for done in retry(vault, passphrase, wish, worker, watcher):
                output.say(f"again: {short_id(done.before)}")
                _tell(output, answer, watcher, done)
        watcher.conclude()
    finally:
        worker.close()
    if not answer.counts["in"]:
        output.say("nothing is left to ask for again")


def _tell(output: Output, answer: Answer, watcher: Watcher, done: Retried) -> None:
    """What came of one item: each thing that was tried is one of "in", and has one word that it ended with."""
    for saved in (done.saved, done.assembled):
        if saved:
            answer.counts["in"] += 1
            watcher.item(saved)
    if done.assembled:
        output.say(f"  {done.assembled.short} holds all parts as one file")
    if done.refusal:
        answer.counts["in"] += 1
        watcher.refused(done.refusal)
    if done.unopened:
        answer.counts["in"] += 1
        answer.counts["unopened"] = answer.counts.get("unopened", 0) + 1
        output.say("  all parts of its file are here; with --custodian-sheet they are put together")
