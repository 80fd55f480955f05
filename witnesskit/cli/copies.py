"""``witnesskit copies``."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from witnesskit.cli.options import ANY_PATH, common, vault_option
from witnesskit.cli.output import Answer, Output
from witnesskit.cli.terminal import printable
from witnesskit.model import VaultKind

_MORE: Final = {
    VaultKind.DESK: "import with --second-copy",
    VaultKind.FIELD: "bundle them for the desk, and read its receipt",
}


@click.command()
@click.option("--in", "folders", multiple=True, type=ANY_PATH, help="Look here for second copies of bundles too.")
@click.option("--below", is_flag=True, help="Only items with fewer copies than the policy demands.")
@vault_option
@common
def command(output: Output, answer: Answer, folders: tuple[Path, ...], below: bool, **options: Any) -> None:
    """Say how many copies of each item are known, and where.

    Known is what was verified when it was made: here, on the storage of `import --second-copy`, at the desk that gave
    a receipt. No passphrase is needed and nothing is read again: for that there is `audit`.
    """
    from witnesskit.actions.copies import copies
    from witnesskit.actions.counted import counted
    from witnesskit.actions.opening import find_vault

    vault = find_vault(options["vault_path"])
    found = copies(vault, folders)
    shown = [one for one in found.items if not (below and one.enough)]
    answer.items = [{**vars(one), "known": one.known} for one in shown]
    answer.data["bundles"] = [vars(one) for one in found.bundles]
    answer.counts = {"items": len(found.items), "below": found.below, "least": found.least}
    for one in shown:
        places = [*(["here"] if one.here else []), *([f"{one.elsewhere} elsewhere"] if one.elsewhere else [])]
        output.data(f"item {one.item}: {counted(one.known, 'copy', 'copies')} ({', '.join(places) or 'nowhere'})")
    for bundle in found.bundles:
        for folder in bundle.seen_in:
            output.data(printable(f"bundle {bundle.bundle}: a file of it in {folder}, not read"))
    if found.below:
        short = counted(found.below, "item has", "items have")
        answer.warn("COPIES", f"{short} fewer than {found.least} known copies: {_MORE[vault.config.kind]}")
