"""``witnesskit anchor``."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from witnesskit.cli.options import common, passphrase_option, read_secret, vault_option
from witnesskit.cli.output import Answer, Output
from witnesskit.errors import ExitStatus, WitnesskitError
from witnesskit.model import VaultKind

if TYPE_CHECKING:
    from witnesskit.actions.anchor import AnchorDone
    from witnesskit.vault.layout import Vault

_ALONE = "one authority alone proves no time: its word counts when a second one agrees"


@click.command()
@click.option("--every", type=click.IntRange(1, 168), help="Stay, and anchor at each multiple of so many hours, UTC.")
@passphrase_option
@vault_option
@common
def command(output: Output, answer: Answer, **options: Any) -> None:
    """Have the time of the log proven by outside authorities (desk).

    Each authority that `witnesskit trust authority` named learns this computer's address (or its proxy's), the time,
    and a digest that leads to nothing without the log. Ends with 3 if one of them did not answer, 11 if none did.
    """
    from witnesskit.actions.opening import find_vault

    vault = find_vault(options["vault_path"], VaultKind.DESK)
    passphrase = read_secret("Passphrase", options["passphrase_file"], "--passphrase-file")
    if options["every"]:
        _stay(output, answer, options["every"], partial(_once, output, answer, vault, passphrase))
    else:
        _once(output, answer, vault, passphrase)


def _once(output: Output, answer: Answer, vault: Vault, passphrase: str) -> None:
    from witnesskit.actions.anchor import anchor

    done = anchor(vault, passphrase)
    answer.counts = {"lines": done.size, "asked": len(done.answers), "answered": len(done.good), "resumed": done.resumed}
    answer.items = [{"id": one.name, "time": one.said} for one in done.good]
    for one in done.good:
        output.data(f"{one.name}  {one.said}")
    for one in done.answers:
        if one.error:
            answer.refuse(one.error, one.name)
    _conclude(output, answer, done)


def _conclude(output: Output, answer: Answer, done: AnchorDone) -> None:
    answer.status = done.status
    if done.resumed:
        output.say(f"{done.resumed} answers of an interrupted run were logged first.")
    if done.good:
        answer.state = "anchored"
        output.say(f"The first {done.size} lines of the log existed then, on the word of {len(done.good)} of "
                   f"{len(done.answers)} authorities.")  # fmt: skip
    if done.alone:
        answer.warn("ONE-AUTHORITY", _ALONE)


def _stay(output: Output, answer: Answer, hours: int, run: partial[None]) -> None:
    """Until Ctrl-C; a run that fails is told and the next one is waited for."""
    from witnesskit.actions.anchor_schedule import SystemClock, keep_time

    def told(due: int) -> None:
        output.say(f"Next: {datetime.fromtimestamp(due, UTC):%Y-%m-%dT%H:%M:%SZ}. Ctrl-C ends it.")

    def once() -> None:
        answer.errors.clear()
        answer.warnings.clear()
        try:
            run()
        except WitnesskitError as error:
            answer.refuse(error)
        for one in (*answer.errors, *answer.warnings):
            output.tell(f"witnesskit: {one.get('item', '')} {one['message']}")

    try:
        keep_time(hours, once, told, SystemClock())
    except KeyboardInterrupt:
        answer.errors.clear()
        answer.warnings.clear()
        answer.status = ExitStatus.DONE
        output.say("Ended. What was logged stays; nothing is half done.")
