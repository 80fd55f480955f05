"""``witnesskit panic``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from witnesskit.cli.options import common, vault_option
from witnesskit.cli.output import Answer, Output
from witnesskit.errors.vault import StorageFault


@click.command()
@click.option("--desk", is_flag=True, help="Destroy a desk's vault too, with everything that it received.")
@vault_option
@common
def command(output: Output, answer: Answer, *, desk: bool, **options: Any) -> None:
    """Destroy this vault at once: no question, no passphrase, no way back.

    Capsules first, so that the desk cannot open them either, then keys, log and the rest. Prints nothing.
    """
    from witnesskit.actions.panic import panic
    from witnesskit.vault.layout import locate

    del output
    left = panic(locate(_here(), os.environ, options["vault_path"]), desk=desk)
    answer.counts = {"left": left}
    if left:
        raise StorageFault(f"{left} files could not be destroyed")


def _here() -> Path:
    try:
        return Path.cwd()
    except OSError:
        return Path("/")
