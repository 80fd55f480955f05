"""``witnesskit bundle``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from witnesskit.cli.held_back import warn_held_back
from witnesskit.cli.leaving import leaving_options
from witnesskit.cli.options import (
    ANY_PATH,
    SIZE,
    common,
    custodian_option,
    custodian_paper,
    passphrase_option,
    vault_option,
    vault_passphrase,
)
from witnesskit.cli.output import Answer, Output


@click.command()
@click.argument("folders", type=ANY_PATH, nargs=-1, required=True, metavar="FOLDER...")
@click.option("--audience", type=click.Choice(["court", "public"]), help="Desk: opened files for this audience.")
@click.option("--to", "recipient", help="Desk: the age recipient (age1...) who may open it.")
@click.option("--item", "items", multiple=True, help="Desk: short id of an item; may be given several times.")
@custodian_option("Desk, court: the custodian sheet, to open originals.")
@click.option(
    "--why", default="bundle", show_default=True, help="Desk, court: why originals are opened, for the log."
)
@click.option(
    "--volume-size",
    type=SIZE,
    help="Beyond this much it becomes a set of equal volumes (K, M or G; at most 4G).  [default: 1G; for a court 4G]",
)
@click.option("--parity", type=click.IntRange(1, 50), help="Percent of PAR2 beside each file, for sticks that rot.")
@click.option("--spare", type=click.IntRange(1, 64), help="Further volumes; as many may be lost.")
@leaving_options
@passphrase_option
@vault_option
@common
def command(output: Output, answer: Answer, folders: tuple[Path, ...], **options: Any) -> None:
    """Pack what is saved into one encrypted file, or a set of equal ones.

    On a field vault: everything not confirmed yet, for the desk of the invite; nothing is decrypted. What is too much
    for one file becomes volumes, in turn on every FOLDER; broken off, the same command goes on. On a desk: what the
    policy lets this audience have, for one recipient; for a court in volumes too.
    """
    from witnesskit.actions.bundle import bundle
    from witnesskit.actions.bundled import BundleWish
    from witnesskit.actions.counted import counted
    from witnesskit.actions.opening import find_vault

    vault = find_vault(options["vault_path"])
    wish = BundleWish(
        folder=folders[0],
        more_folders=folders[1:],
        volume_size=options["volume_size"] or 0,
        parity=options["parity"] or 0,
        spare=options["spare"] or 0,
        passphrase=vault_passphrase(vault, options["passphrase_file"]),
        audience=str(options["audience"] or ""),
        recipient=str(options["recipient"] or ""),
        items=tuple(options["items"]),
        custodian=custodian_paper(options),
        name=options["name"],
        secret=options["secret"],
        why=options["why"],
    )
    try:
        with output.progress("packing") as line:
            packed = bundle(vault, wish, line.update)
    except BaseException as error:
        for note in getattr(error, "__notes__", ()):
            answer.warn("BROKEN-OFF", note)
        raise
    files = (packed.file, *packed.more_files)
    answer.data["bundle"] = {"file": packed.file, "files": list(files), "id": packed.id, "size": packed.size}
    answer.counts = {"items": packed.items, "files": packed.files}
    warn_held_back(answer, packed.held_back)
    if packed.resumed:
        output.say(f"{counted(packed.resumed, 'volume')} had been written before: the set was gone on with")
    if packed.given_up:
        lost = counted(packed.given_up, "volume of an earlier run is", "volumes of an earlier run are")
        answer.warn("BEGUN-ANEW", f"{lost} not in these folders, or no longer fit: everything was packed once more")
    form = "one bundle" if len(files) == 1 else f"a bundle of {counted(len(files), 'volume')}"
    output.say(f"{counted(packed.items, 'item')} in {form}, written, read back and compared:")
    for file in files:
        output.data(file)
    if wish.parity or wish.spare:
        from witnesskit.actions.repair import with_parity

        with output.progress("parity"):
            packed = with_parity(packed, wish)
        answer.data["bundle"]["parity"] = list(packed.parity)
        for file in packed.parity:
            output.data(file)
    output.say(packed.next)
