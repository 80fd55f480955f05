"""``witnesskit policy``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from witnesskit.cli.options import EXISTING_FILE, common, vault_option
from witnesskit.cli.output import Answer, Output
from witnesskit.cli.terminal import printable
from witnesskit.model import VaultKind


@click.group()
def command() -> None:
    """Show or check the rules in force."""


@command.command("show")
@click.argument("name", required=False)
@vault_option
@common
def show(output: Output, answer: Answer, name: str | None, **options: Any) -> None:
    """Print a policy: the vault's, or the shipped one called NAME."""
    from witnesskit.actions.policy import show_policy

    shown = show_policy(name, options["vault_path"])
    answer.data["policy"] = shown.id
    if output.as_json:
        answer.data["rules"] = shown.rules
        return
    output.say(f"policy {shown.id}")
    for line in shown.text.splitlines():
        output.data(printable(line))


@command.command("tighten")
@click.argument("file", type=EXISTING_FILE)
@vault_option
@common
def tighten(output: Output, answer: Answer, file: Path, **options: Any) -> None:
    """Put rules of your own beside the shipped ones of their audience (desk); the stricter wins."""
    from witnesskit.actions.audience_policy import tighten_audience
    from witnesskit.actions.opening import find_vault

    policy = tighten_audience(find_vault(options["vault_path"], VaultKind.DESK), file)
    answer.data["policy"] = policy.id
    output.data(f"in force for {policy.rules.policy_audience}: {policy.id}")


@command.command("lint")
@click.argument("files", nargs=-1, required=True, type=EXISTING_FILE)
@common
def lint(output: Output, answer: Answer, files: tuple[Path, ...]) -> None:
    """Check policy files: unknown keys, wrong types, rules that nothing enforces."""
    from witnesskit.actions.policy import lint_policy

    for file in files:
        policy_id = lint_policy(file.read_bytes())
        answer.items.append({"id": policy_id})
        output.say(f"ok  {policy_id}")
