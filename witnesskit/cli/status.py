"""``witnesskit status``."""

from __future__ import annotations

from typing import Any

import click

from witnesskit.cli.options import common, vault_option
from witnesskit.cli.output import Answer, Output
from witnesskit.model import VaultKind


@click.command()
@click.option("--items", is_flag=True, help="One line for each item.")
@click.option("--commitment", is_flag=True, help="One line of digits that commits to the log, for an SMS or a call.")
@vault_option
@common
def command(output: Output, answer: Answer, *, items: bool, commitment: bool, **options: Any) -> None:
    """Count what is saved, delivered and waiting; at a desk, when it was last anchored."""
    from witnesskit.actions.opening import find_vault
    from witnesskit.actions.status import status

    vault = find_vault(options["vault_path"])
    state = status(vault, lines=items or output.as_json)
    if commitment:
        from witnesskit.actions.commitment import commitment_line

        answer.data["commitment"] = commitment_line(vault)
        output.data(answer.data["commitment"])
    answer.state = state.kind
    answer.counts = dict(state.counts)
    answer.items = [
        {"id": line.short, "delivered": line.delivered, "confirmed": line.confirmed} for line in state.items
    ]
    output.say(state.sentence)
    if state.kind == VaultKind.DESK:
        answer.data["anchored"] = state.anchored
        if state.anchor_sentence:
            output.say(state.anchor_sentence)
    for warning in state.warnings:
        answer.warn("STATUS", warning)
    if items and not output.as_json:
        for line in state.items:
            output.data(f"{line.short}  {line.words if state.kind == VaultKind.FIELD else 'kept here'}")
