"""``witnesskit audit``."""

from __future__ import annotations

import re
from typing import Any

import click

from witnesskit.cli.options import common, passphrase_option, read_secret, vault_option
from witnesskit.cli.output import Answer, Output
from witnesskit.errors import ExitStatus
from witnesskit.model import VaultKind

_UNITS = {"s": 1, "m": 60, "h": 3600}


def _seconds(_ctx: click.Context, _option: click.Parameter, value: str | None) -> int:
    """A time as people write it, in seconds: 90s, 10m, 2h."""
    match = re.fullmatch(r"([1-9][0-9]{0,5})([smh])", value or "", re.ASCII)
    if value is not None and match is None:
        raise click.BadParameter("a number with s, m or h, as 10m")
    return int(match[1]) * _UNITS[match[2]] if match else 0


def _parts(_ctx: click.Context, _option: click.Parameter, value: str | None) -> int:
    """The number below the line of one part in so many: 1/30."""
    match = re.fullmatch(r"1/([1-9][0-9]{0,5})", value or "", re.ASCII)
    if value is not None and match is None:
        raise click.BadParameter("one part in a number, as 1/30")
    return int(match[1]) if match else 0


@click.command()
@click.option("--no-key", is_flag=True, help="Without the passphrase; it is logged when the desk is next opened.")
@click.option(
    "--for",
    "seconds",
    callback=_seconds,
    metavar="TIME",
    help="Without a key: so long (90s, 10m, 2h), then on next time.",
)
@click.option(
    "--share",
    callback=_parts,
    metavar="1/N",
    help="Without a key: one part of all (1/30), the next one next time.",
)
@passphrase_option
@vault_option
@common
def command(output: Output, answer: Answer, **options: Any) -> None:
    """Read everything that is stored again and log how it was (desk).

    Every sealed file is hashed and compared with the vault's list. Ends with 7 when one is missing or changed.
    Without a key (--no-key, --for, --share) what is wrong is named by its number in the vault.
    """
    if options["no_key"] or options["seconds"] or options["share"]:
        _without_key(output, answer, options)
        return
    from witnesskit.actions.audit import audit
    from witnesskit.actions.opening import find_vault

    vault = find_vault(options["vault_path"], VaultKind.DESK)
    passphrase = read_secret("Passphrase", options["passphrase_file"], "--passphrase-file")
    with output.progress("reading") as line:
        found = audit(vault, passphrase, line.update)
    answer.counts = {"ok": found.ok, "bad": found.bad}
    answer.items = [{"id": name, "problem": problem} for name, problem in sorted(found.problems.items())]
    for name, problem in sorted(found.problems.items()):
        output.data(f"item {name}: {problem}" if "-" in name else f"{name}: {problem}")
    output.data(f"{found.ok} sealed files are as they were stored, {found.bad} are not; the log says so too")
    if found.bad:
        answer.status = ExitStatus.CHANGED
        output.say("Next: bring the second copy, or ask who sent them for a fresh bundle; keep what is here.")


def _without_key(output: Output, answer: Answer, options: dict[str, Any]) -> None:
    """Nothing is opened and nothing logged now."""
    from witnesskit.actions.counted import counted
    from witnesskit.actions.keyless_audit import Slice, keyless_audit
    from witnesskit.actions.opening import find_vault

    vault = find_vault(options["vault_path"], VaultKind.DESK)
    with output.progress("reading") as line:
        found = keyless_audit(vault, Slice(options["seconds"], options["share"]), line.update)
    bad = len(found.problems)
    answer.counts = {"ok": found.ok, "bad": bad, "left": found.left, "unlogged": found.unlogged}
    answer.items = [{"id": name, "problem": problem} for name, problem in sorted(found.problems.items())]
    for name, problem in sorted(found.problems.items()):
        output.data(f"{name}: {problem}")
    left = f"{counted(found.left, 'file')} left of this round" if found.left else "the round is whole"
    output.data(f"{found.ok} sealed files are as the vault's list says, {bad} are not; {left}")
    unlogged = counted(found.unlogged, "file that was read is", "files that were read are")
    output.say(f"Not in the log yet: {unlogged} logged when a command next opens this desk.")
    output.say("Nobody signs that list: `witnesskit verify` compares with the log.")
    if bad:
        answer.status = ExitStatus.CHANGED
        output.say("Next: bring the second copy, or ask who sent them for a fresh bundle; keep what is here.")
