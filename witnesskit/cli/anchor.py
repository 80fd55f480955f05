"""``witnesskit anchor``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from witnesskit.cli.options import common, passphrase_option, read_secret, vault_option
from witnesskit.cli.output import Answer, Output
from witnesskit.cli.terminal import printable
from witnesskit.errors import ExitStatus, WitnesskitError
from witnesskit.errors.cli import Usage
from witnesskit.model import VaultKind

if TYPE_CHECKING:
    from witnesskit.actions.anchor import AnchorDone
    from witnesskit.vault.layout import Vault

_ALONE = "one authority alone proves no time: its word counts when a second one agrees"


@click.command()
@click.option("--ots", is_flag=True, help="Also ask OpenTimestamps calendars (slow, free, survives the authorities).")
@click.option("--calendar", "calendars", multiple=True, help="Address of a calendar for --ots or --upgrade; repeat.")
@click.option("--upgrade", is_flag=True, help="Fetch what calendars promised earlier; ask nobody else.")
@click.option("--every", type=click.IntRange(1, 168), help="Stay, and anchor at each multiple of so many hours, UTC.")
@passphrase_option
@vault_option
@common
def command(output: Output, answer: Answer, **options: Any) -> None:
    """Have the time of the log proven by outside authorities (desk).

    Each authority that `witnesskit trust authority` named learns this computer's address (or its proxy's), the time,
    and a digest that leads to nothing without the log. Ends with 3 if one of them did not answer, 11 if none did.
    """
    from witnesskit.actions.anchor import check_ready
    from witnesskit.actions.opening import find_vault

    vault = find_vault(options["vault_path"], VaultKind.DESK)
    calendars = options["calendars"]
    if bool(calendars) != bool(options["ots"] or options["upgrade"]) or (options["upgrade"] and options["every"]):
        raise Usage("--ots and --upgrade need --calendar, and --upgrade stands without --every")
    passphrase = read_secret("Passphrase", options["passphrase_file"], "--passphrase-file")
    run = partial(_upgrade if options["upgrade"] else _once, output, answer, vault, passphrase, calendars)
    if options["every"]:
        check_ready(vault, passphrase, calendars)
        _stay(output, answer, vault, options["every"], run)
    else:
        run()


def _upgrade(output: Output, answer: Answer, vault: Vault, passphrase: str, calendars: Sequence[str]) -> None:
    from witnesskit.actions.anchor_calendars import upgrade

    done = upgrade(vault, passphrase, calendars)
    answer.counts = {"complete": done.complete, "waiting": done.waiting}
    answer.state = "upgraded"
    output.say(f"{done.complete} proofs are complete now, {done.waiting} still wait for a block.")
    for url in done.unasked:
        answer.warn("OTS-UNASKED", f"a proof waits at {printable(url)}, which was not asked; name it with --calendar")
    for one in done.failures:
        answer.warn("OTS-WAITING", f"{one.calendar}: {one.error}")


def _once(output: Output, answer: Answer, vault: Vault, passphrase: str, calendars: Sequence[str]) -> None:
    from witnesskit.actions.anchor import anchor

    done = anchor(vault, passphrase, calendars)
    answer.counts = {
        "lines": done.size,
        "asked": len(done.answers),
        "answered": len(done.good),
        "resumed": done.resumed,
    }
    answer.items = [{"id": one.name, "time": one.said} for one in done.good]
    for one in done.good:
        output.data(f"{one.name}  {one.said}")
    for one in done.answers:
        if one.error:
            answer.refuse(one.error, one.name)
    for promise in done.promises:
        if promise.error:
            answer.refuse(promise.error, promise.calendar)
        else:
            output.say(
                f"{promise.calendar} promised; in a day: witnesskit anchor --upgrade --calendar {promise.calendar}"
            )
    _conclude(output, answer, done)


def _conclude(output: Output, answer: Answer, done: AnchorDone) -> None:
    from witnesskit.actions.counted import counted

    answer.status = done.status
    if done.resumed:
        output.say(f"{done.resumed} answers of an interrupted run were logged first.")
    if done.good:
        answer.state = "anchored"
        asked = counted(len(done.answers), "authority", "authorities")
        lines = counted(done.size, "line")
        output.say(f"The first {lines} of the log existed then, on the word of {len(done.good)} of {asked}.")
    if done.alone:
        answer.warn("ONE-AUTHORITY", _ALONE)


def _stay(output: Output, answer: Answer, vault: Vault, hours: int, run: partial[None]) -> None:
    """Until Ctrl-C; a run that fails is told and the next one is waited for."""
    from witnesskit.actions.anchor_schedule import SystemClock, keep_time, when_free
    from witnesskit.vault.lock import in_use

    def told(due: int) -> None:
        output.say(f"Next: {datetime.fromtimestamp(due, UTC):%Y-%m-%dT%H:%M:%SZ}. Ctrl-C ends it.")

    def once() -> None:
        answer.errors.clear()
        answer.warnings.clear()
        try:
            when_free(run, SystemClock())
        except WitnesskitError as error:
            answer.refuse(error)
        for one in (*answer.errors, *answer.warnings):
            output.tell(f"witnesskit: {one.get('item', '')} {one['message']}")

    try:
        with in_use(vault):
            keep_time(hours, once, told, SystemClock())
    except KeyboardInterrupt:
        answer.errors.clear()
        answer.warnings.clear()
        answer.status = ExitStatus.DONE
        output.say("Ended. What was logged stays; nothing is half done.")
