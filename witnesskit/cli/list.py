"""``witnesskit list``."""

from __future__ import annotations

from typing import Any

import click

from witnesskit.cli.options import common, passphrase_option, vault_option
from witnesskit.cli.output import Answer, Output
from witnesskit.cli.rows import Wanted, filters, show_page


@click.command()
@filters
@passphrase_option
@vault_option
@common
def command(output: Output, answer: Answer, **options: Any) -> None:
    """List what this desk has, the newest first (desk).

    Days and localities, nothing finer. What came since the last time is read from its sealed records first.
    """
    show_page(output, answer, options, Wanted())
