"""``witnesskit watch``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from witnesskit.actions.counted import counted
from witnesskit.cli.options import ANY_PATH, common, passphrase_option, vault_option, vault_passphrase
from witnesskit.cli.output import Answer, Output, table
from witnesskit.cli.terminal import printable
from witnesskit.errors.cli import Interrupted, Usage
from witnesskit.limits import WATCH_EVERY_MAX
from witnesskit.model import Json, VaultKind

if TYPE_CHECKING:
    from witnesskit.actions.assigning import Asked
    from witnesskit.capture.watching import Look
    from witnesskit.formats.watch_list import Watched
    from witnesskit.vault.layout import Vault

_LINK = 100  # characters of a link
_HOUR = 3600
_LOCAL = click.option("--allow-local", is_flag=True, help="Allow addresses of this computer and its private network.")
_UNLISTED = click.option(
    "--unlisted", is_flag=True, help="Look at links that are keys of their own over a direct connection."
)


@click.group()
def command() -> None:
    """Look again and again whether links still live, and log what was seen (desk)."""


@command.command("add")
@click.argument("links", nargs=-1)
@click.option("--item", "items", multiple=True, metavar="ID", help="The link of an archived item.")
@click.option("--file", "-f", "list_file", type=ANY_PATH, help="Read a list: text, CSV in any dialect, or .xlsx.")
@click.option(
    "--every",
    type=click.FloatRange(min=0, min_open=True, max=WATCH_EVERY_MAX / _HOUR),
    default=6.0,
    show_default=True,
    help="Hours between two looks, with jitter.",
)
@_LOCAL
@_UNLISTED
@passphrase_option
@vault_option
@common
def add(output: Output, answer: Answer, links: tuple[str, ...], **options: Any) -> None:
    """Watch links from now on; nothing is asked for before `watch run`.

    Links are arguments or in a list; with --item what was saved is what later looks are compared with.
    """
    from witnesskit.actions.watch import WatchWish
    from witnesskit.actions.watch import add as watch_add

    vault = _desk(options)
    given = (*links, *_from_list(options["list_file"], answer))
    if not given and not options["items"]:
        raise Usage("name links, --item or --file")
    wish = WatchWish(given, options["items"], max(1, int(options["every"] * _HOUR)), _asked(options))
    done = watch_add(vault, vault_passphrase(vault, options["passphrase_file"]), wish)
    answer.counts = {"in": len(done.watched), "new": len(done.watched) - done.known, "known": done.known}
    answer.items = [_facts(one) for one in done.watched]
    for line in table([_line(one) for one in done.watched]):
        output.data(line)
    output.say(f"{counted(len(done.watched), 'link')} watched; `witnesskit watch run` looks at them")


@command.command("run")
@click.option("--once", is_flag=True, help="Look at what is due now, then end.")
@click.option("--for", "minutes", type=click.FloatRange(min=0, min_open=True), help="Stop after so many minutes.")
@_LOCAL
@_UNLISTED
@passphrase_option
@vault_option
@common
def run(output: Output, answer: Answer, **options: Any) -> None:
    """Look at what is due, until Ctrl-C: pages only, no media, no cookies, through the vault's way out.

    Each look is one signed event. A link whose removal is confirmed is looked at no more.
    """
    from witnesskit.actions.prestart import prestart

    vault = _desk(options)
    worker = prestart(vault, allow_local=options["allow_local"])
    try:
        from witnesskit.actions.watch_run import WatchRunWish
        from witnesskit.actions.watch_run import run as watch_run

        passphrase = vault_passphrase(vault, options["passphrase_file"])
        wish = WatchRunWish(_asked(options), options["once"], 60 * (options["minutes"] or 0))

        def tell(seen: Watched, look: Look) -> None:
            answer.items.append({**_facts(seen), "rule": look.rule, "status": look.status})
            output.data("  ".join((*_line(seen)[:2], look.rule, *_line(seen)[3:])))

        ran = watch_run(vault, passphrase, worker, wish, tell)
    finally:
        worker.close()
    answer.counts = {"in": ran.looks, **ran.states}
    counts = ", ".join(f"{count} {state}" for state, count in sorted(ran.states.items()))
    output.say(f"{counted(ran.looks, 'look')}{': ' if counts else ''}{counts}")
    if ran.refused:
        why = "they lead to this computer or its network (--allow-local), or are keys of their own (--unlisted)"
        answer.warn("NOT-ASKED", f"{len(ran.refused)} were not looked at: {why}")
    if ran.stopped == "interrupted" and not ran.looks:
        answer.refuse(Interrupted())


@command.command("list")
@click.option("--all", "everything", is_flag=True, help="Also what is looked at no more.")
@passphrase_option
@vault_option
@common
def list_(output: Output, answer: Answer, *, everything: bool, **options: Any) -> None:
    """Show what is watched, how it was seen last and when it is looked at next."""
    from witnesskit.actions.watch import listed

    vault = _desk(options)
    every = listed(vault, vault_passphrase(vault, options["passphrase_file"]))
    shown = [one for one in every if one.active or everything]
    answer.counts = {"in": len(every), "active": sum(one.active for one in every)}
    answer.counts["stopped"] = answer.counts["in"] - answer.counts["active"]
    answer.items = [_facts(one) for one in shown]
    for line in table([_line(one) for one in shown]):
        output.data(line)
    stopped = f"; {answer.counts['stopped']} looked at no more" if answer.counts["stopped"] else ""
    output.say(f"{counted(answer.counts['active'], 'link')} watched{stopped}")


@command.command("history")
@click.argument("ids", nargs=-1)
@passphrase_option
@vault_option
@common
def history(output: Output, answer: Answer, ids: tuple[str, ...], **options: Any) -> None:
    """Show what was seen of items: live at one time, gone at another, and the answer that said so.

    Read from the signed events of the log. Without IDS of everything that is watched.
    """
    from witnesskit.actions.watch_history import histories

    vault = _desk(options)
    found = histories(vault, vault_passphrase(vault, options["passphrase_file"]), ids)
    answer.counts = {"in": len(found), "observations": sum(len(one.seen) for one in found)}
    for one in found:
        name = one.watched.url if one.watched else next((seen.url for seen in one.seen if seen.url), "")
        seen = [dict(each.facts()) for each in one.seen]
        answer.items.append({"id": _short(one.item), "url": name, "says": one.sentence, "seen": seen})
        output.data(f"{_short(one.item)}  {printable(name)[:_LINK]}")
        output.data(f"  {one.sentence}")
        rows = [(seen.at, "look" if seen.looked else "capture", seen.state, seen.rule) for seen in one.seen]
        for line in table(rows):
            output.data(f"    {line}")


@command.command("stop")
@click.argument("ids", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Everything that is watched.")
@passphrase_option
@vault_option
@common
def stop(output: Output, answer: Answer, ids: tuple[str, ...], *, everything: bool, **options: Any) -> None:
    """Look at these links no more; what was seen of them stays on record."""
    from witnesskit.actions.watch import stop as watch_stop

    if not ids and not everything:
        raise Usage("say which: ids or --all")
    vault = _desk(options)
    ended = watch_stop(vault, vault_passphrase(vault, options["passphrase_file"]), ids, everything=everything)
    answer.counts = {"stopped": ended}
    output.say(f"{ended} stopped")


def _desk(options: dict[str, Any]) -> Vault:
    from witnesskit.actions.prestart import find_vault

    return find_vault(options["vault_path"], VaultKind.DESK)


def _asked(options: dict[str, Any]) -> Asked:
    from witnesskit.actions.assigning import Asked

    return Asked(bool(options["allow_local"]), bool(options["unlisted"]))


def _from_list(path: Path | None, answer: Answer) -> tuple[str, ...]:
    """Links of a list; a row that holds none is counted and told."""
    if path is None:
        return ()
    from witnesskit.cli.links import given_links, warn_still_there

    rows = given_links((), path)
    if rows.empty:
        answer.warn("NO-LINK-ROWS", f"{len(rows.empty)} rows of the list hold no link")
    warn_still_there(answer, path)
    return tuple(entry.untrusted_url for entry in rows.entries)


def _short(item: str) -> str:
    from witnesskit.formats.short_id import short_id

    return short_id(item)


def _facts(one: Watched) -> dict[str, Json]:
    times = {"looked_at": one.looked_at, "live_at": one.live_at, "removed_at": one.removed_at}
    times["next_at"] = one.due_at if one.active else 0
    told: dict[str, Json] = {"id": _short(one.item), "url": one.url, "state": one.state, "every": one.every}
    told |= {name: _time(value) for name, value in times.items()}
    return told | {"removed_by": one.removed_by, "stopped": one.stopped}


def _line(one: Watched) -> tuple[str, ...]:
    if not one.looked_at:
        return (_short(one.item), "not looked at", "", printable(one.url)[:_LINK])
    when = f"at {_time(one.looked_at)}" if one.active else f"{one.stopped}, {_time(one.looked_at)}"
    return (_short(one.item), one.state, when, printable(one.url)[:_LINK])


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if seconds else ""
