"""``witnesskit lock``."""

from __future__ import annotations

from typing import Any

import click

from witnesskit.cli.options import common, vault_option
from witnesskit.cli.output import Answer, Output


@click.command()
@vault_option
@common
def command(output: Output, answer: Answer, **options: Any) -> None:
    """Stop everything that has this vault open; nothing is destroyed.

    Running commands end as after Ctrl-C: what has arrived is sealed and logged. One that does not end in five seconds
    is killed, which loses nothing that was saved. No key is kept between two commands.
    """
    from witnesskit.actions.counted import counted
    from witnesskit.actions.lock_vault import lock_vault
    from witnesskit.actions.opening import find_vault

    def told(running: int) -> None:
        if running:
            output.say(f"{counted(running, 'command')} told to end")

    done = lock_vault(find_vault(options["vault_path"]), told)
    answer.state = "locked"
    answer.counts = {"ended": done.ended, "killed": done.killed}
    answer.data["passphrase"] = done.passphrase
    if done.killed:
        answer.warn(
            "KILLED", f"{counted(done.killed, 'command')} did not end and had to be killed; saved items are whole"
        )
    if done.passphrase:
        output.say("Locked: nothing here is open, and its keys and its queue need the passphrase again.")
    else:
        output.say(
            "Nothing here is open. This device has no passphrase: it saves for whoever holds it, and opens nothing."
        )
