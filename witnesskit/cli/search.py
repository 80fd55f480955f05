"""``witnesskit search``."""

from __future__ import annotations

from typing import Any

import click

from witnesskit.cli.options import common, passphrase_option, vault_option
from witnesskit.cli.output import Answer, Output
from witnesskit.cli.rows import Wanted, filters, show_page


@click.command()
@click.argument("words", nargs=-1)
@click.option(
    "--digest", default="", help="SHA-256 of a file or sealed file of an item; or a file, and it is computed."
)
@click.option("--item", default="", help="Short id: this one, if it fits the rest.")
@filters
@passphrase_option
@vault_option
@common
def command(output: Output, answer: Answer, words: tuple[str, ...], digest: str, **options: Any) -> None:
    """Find items by words, day, place, site or digest, the newest first (desk).

    All WORDS must stand in title, text, link or account. They are looked for on this computer alone.
    """
    from witnesskit.actions.listed import digest_of

    wanted = Wanted(" ".join(words), digest_of(digest) if digest else "", options["item"])
    show_page(output, answer, options, wanted)
