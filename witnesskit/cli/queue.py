"""``witnesskit queue``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from witnesskit.cli.options import (
    ANY_PATH,
    common,
    js_runtime_option,
    pace_option,
    passphrase_option,
    vault_option,
    vault_passphrase,
)
from witnesskit.cli.output import Answer, Output, table
from witnesskit.cli.terminal import printable
from witnesskit.errors import ExitStatus
from witnesskit.errors.cli import Interrupted, UrlAsArgument, Usage
from witnesskit.model import VaultKind

if TYPE_CHECKING:
    from witnesskit.actions.queue_add import Added
    from witnesskit.formats.queue_record import Job
    from witnesskit.vault.layout import Vault

_NEXT = 10  # waiting links that are shown
_LINK = 100  # characters of a link at a desk
_LOCAL = click.option("--allow-local", is_flag=True, help="Allow addresses of this computer and its private network.")


@click.group()
def command() -> None:
    """Take links now and fetch them later; nothing of it is lost."""


@command.command("add")
@click.argument("links", nargs=-1)
@click.option("--file", "-f", "list_file", type=ANY_PATH, help="Read a list: text, CSV in any dialect, or .xlsx.")
@click.option(
    "--priority", type=click.Choice(["urgent", "normal", "later"]), default="normal", help="For rows that say none."
)
@click.option("--country", default="", metavar="CODE", help="Three letters (KAZ), for rows that say none.")
@click.option("--flag", "flags", multiple=True, metavar="WORD", help="A sign of danger, for every row.")
@_LOCAL
@passphrase_option
@vault_option
@common
def add(output: Output, answer: Answer, links: tuple[str, ...], **options: Any) -> None:
    """Keep links, sealed, without any network.

    On a field vault links come from the prompt (not shown), from stdin or from --file, never from an argument.
    """
    from witnesskit.actions.opening import find_vault
    from witnesskit.actions.queue import demand_store
    from witnesskit.actions.queue_add import Said, queue_add
    from witnesskit.cli.links import given_links, tell_rows, warn_still_there

    vault = find_vault(options["vault_path"])
    if links and vault.config.kind is VaultKind.FIELD:
        raise UrlAsArgument
    demand_store(vault)
    said = Said(options["priority"], _country(options["country"]), _flags(options["flags"]), options["allow_local"])
    passphrase = vault_passphrase(vault, options["passphrase_file"])
    added = queue_add(vault, passphrase, given_links(links, options["list_file"]), said)
    answer.counts = added.counts()
    answer.status = _status_of(added)
    tell_rows(output, answer, added)
    warn_still_there(answer, options["list_file"])
    output.say(", ".join(f"{count} {name}" for name, count in answer.counts.items()))


@command.command("run")
@click.option("--limit", type=click.IntRange(min=1), help="Stop after so many links.")
@click.option("--for", "minutes", type=click.FloatRange(min=0, min_open=True), help="Stop after so many minutes.")
@js_runtime_option
@pace_option
@click.option("--results", "results_file", type=ANY_PATH, help="Write what became of each link into this new CSV.")
@click.option("--unlisted", is_flag=True, help="Ask for links that are keys of their own over a direct connection.")
@_LOCAL
@passphrase_option
@vault_option
@common
def run(output: Output, answer: Answer, **options: Any) -> None:
    """Fetch what waits, the most endangered first. Ctrl-C and a power cut lose nothing: run it again."""
    from witnesskit.actions.prestart import find_vault, prestart

    vault = find_vault(options["vault_path"])
    worker = prestart(vault, allow_local=options["allow_local"], js_runtime=options["js_runtime"])
    try:
        from witnesskit.actions import queue as queues
        from witnesskit.actions.queue_results import demand_new, write_results
        from witnesskit.actions.queue_run import RunWish
        from witnesskit.capture.pace import Pace
        from witnesskit.cli.queue_board import Board

        queues.demand_store(vault)
        if options["results_file"]:
            demand_new(options["results_file"])
        passphrase = vault_passphrase(vault, options["passphrase_file"])
        pace = Pace(options["pace"])
        seconds, unlisted = 60 * (options["minutes"] or 0), options["unlisted"]
        wish = RunWish(options["allow_local"], options["limit"] or 0, seconds, pace=pace, unlisted=unlisted)
        board = Board(output, answer, desk=_is_desk(vault))
        with queues.open_queue(vault, passphrase) as (session, queue):
            board.expect(min(len(queue.of("waiting")), options["limit"] or len(queue.jobs)))
            ran = queues.run(session, queue, worker, wish, board)
            answer.counts = {"in": len(ran.jobs), **queues.counts_of(ran.jobs)}
            board.conclude(ran)
            if options["results_file"]:
                write_results(session, ran.jobs, options["results_file"])
    finally:
        worker.close()
    if ran.done.refused:
        why = "they lead to this computer or its network (--allow-local), or are keys of their own (--unlisted)"
        answer.warn("NOT-ASKED", f"{len(ran.done.refused)} wait: {why}")
    if options["results_file"] and _is_desk(vault):
        answer.warn("READABLE", "the results hold the links in clear")
    if ran.done.stopped == "interrupted":
        answer.refuse(Interrupted())


@command.command("show")
@click.option("--items", is_flag=True, help="One line for each link, finished ones too.")
@passphrase_option
@vault_option
@common
def show(output: Output, answer: Answer, *, items: bool, **options: Any) -> None:
    """Count what waits and what became of the rest; at a desk with the links."""
    from witnesskit.actions import queue as queues
    from witnesskit.actions.opening import find_vault
    from witnesskit.cli.queue_board import listed

    vault = find_vault(options["vault_path"])
    queues.demand_store(vault)
    shown = queues.show(vault, vault_passphrase(vault, options["passphrase_file"]))
    desk = _is_desk(vault)
    answer.counts = {"in": len(shown.jobs), **queues.counts_of(shown.jobs)}
    answer.items = list(listed(shown.jobs if items else [job for job, _why in shown.order], desk=desk))
    answer.data["gave_up"] = sum(job.state == "gave-up" for job in shown.jobs)
    counted = ", ".join(f"{count} {name}" for name, count in answer.counts.items() if count and name != "in")
    output.say(f"{len(shown.jobs)}: {counted or 'the queue is empty'}")
    if answer.data["gave_up"]:
        output.say(f"{answer.data['gave_up']} were given up: no answer after many attempts; add them again to go on")
    if items:
        rows = [_line(job, job.outcome or job.state, desk=desk) for job in shown.jobs]
    else:
        rows = [_line(job, why if desk else "", desk=desk) for job, why in shown.order[:_NEXT]]
    if rows and not output.as_json:
        output.say("every link:" if items else f"next, {len(rows)} of {len(shown.order)}:")
        for line in table(rows):
            output.data(line)


@command.command("retry")
@click.argument("ids", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every link that came in part, or was given up.")
@passphrase_option
@vault_option
@common
def retry(output: Output, answer: Answer, ids: tuple[str, ...], *, everything: bool, **options: Any) -> None:
    """Let links wait again: what came of a file is kept, and `queue run` goes on from there."""
    from witnesskit.actions import queue as queues
    from witnesskit.actions.opening import find_vault

    if not ids and not everything:
        raise Usage("say which: ids or --all")
    vault = find_vault(options["vault_path"])
    queues.demand_store(vault)
    passphrase = vault_passphrase(vault, options["passphrase_file"])
    waiting = queues.wait_again(vault, passphrase, ids, everything=everything)
    answer.counts = {"waiting": waiting}
    output.say(f"{waiting} wait again; `witnesskit queue run` fetches them")


@command.command("drop")
@click.argument("ids", nargs=-1)
@click.option("--done", is_flag=True, help="Every link that ended with an answer.")
@click.option("--all", "everything", is_flag=True, help="Every link, also what waits.")
@passphrase_option
@vault_option
@common
def drop(output: Output, answer: Answer, ids: tuple[str, ...], **options: Any) -> None:
    """Forget links of the queue, by their ids; what was saved of them stays in the vault."""
    from witnesskit.actions import queue as queues
    from witnesskit.actions.opening import find_vault

    done, everything = options["done"], options["everything"]
    if not (ids or done or everything):
        raise Usage("say which: ids, --done or --all")
    vault = find_vault(options["vault_path"])
    queues.demand_store(vault)
    passphrase = vault_passphrase(vault, options["passphrase_file"])
    gone = queues.drop(vault, passphrase, ids, done=done, everything=everything)
    answer.counts = {"dropped": gone}
    output.say(f"{gone} dropped")


@command.command("results")
@click.argument("out", type=ANY_PATH)
@passphrase_option
@vault_option
@common
def results(output: Output, answer: Answer, out: Path, **options: Any) -> None:
    """Write what became of every link into a new CSV; on a field vault row numbers only."""
    from witnesskit.actions import queue as queues
    from witnesskit.actions.opening import find_vault
    from witnesskit.actions.queue_results import demand_new, write_results

    vault = find_vault(options["vault_path"])
    queues.demand_store(vault)
    demand_new(out)
    with queues.open_queue(vault, vault_passphrase(vault, options["passphrase_file"])) as (session, queue):
        jobs = [queue.jobs[number] for number in sorted(queue.jobs)]
        write_results(session, jobs, out)
    answer.counts = {"in": len(jobs), **queues.counts_of(jobs)}
    output.say(f"{len(jobs)} rows were written")
    if _is_desk(vault):
        answer.warn("READABLE", "the results hold the links in clear")


def _status_of(added: Added) -> ExitStatus:
    if not added.refused:
        return ExitStatus.DONE
    return ExitStatus.PARTIAL if added.queued or added.waiting or added.duplicate else ExitStatus.USAGE


def _is_desk(vault: Vault) -> bool:
    return vault.config.kind is VaultKind.DESK


def _country(text: str) -> str:
    found = text.upper()
    if found and not (len(found) == 3 and found.isascii() and found.isalpha()):
        raise Usage("a country is three letters, such as KAZ")
    return found


def _flags(words: tuple[str, ...]) -> tuple[str, ...]:
    from witnesskit.formats.link_list import is_flag

    if not all(map(is_flag, words)):
        raise Usage("a flag is a word of small letters, digits and dashes")
    return tuple(dict.fromkeys(words))


def _line(job: Job, said: str, *, desk: bool) -> tuple[str, ...]:
    row = f"row {job.row}" if job.row else ""
    return (job.short, row, said, *((printable(job.url)[:_LINK],) if desk else ()))
