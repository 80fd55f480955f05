"""``witnesskit demo``."""

from __future__ import annotations

from pathlib import Path

import click

from witnesskit.cli.options import ANY_PATH, common
from witnesskit.cli.output import Answer, Output


@click.command()
@click.argument("folder", type=ANY_PATH)
@common
def command(output: Output, answer: Answer, folder: Path) -> None:
    """Play the whole story on this computer.

    A desk, a field laptop and a site on this computer's own loopback address; no outside network. Leaves FOLDER to
    look at, with HOW-TO-CHECK.txt. Refuses beside a field vault.
    """
    from witnesskit.actions.demo import play

    answer.state = play(folder, output.say)
    output.data(str(folder / "HOW-TO-CHECK.txt"))
