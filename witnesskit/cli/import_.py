"""``witnesskit import``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from witnesskit.cli.options import ANY_PATH, EXISTING_FILE, SIZE, common, passphrase_option, read_secret, vault_option
from witnesskit.cli.output import Answer, Output
from witnesskit.errors import ExitStatus, WitnesskitError
from witnesskit.model import VaultKind


@click.command("import")
@click.argument("bundles", nargs=-1, required=True, type=EXISTING_FILE)
@click.option("--receipts", type=ANY_PATH, default=".", show_default=True, help="Folder for the receipts.")
@click.option("--second-copy", type=ANY_PATH, help="Folder on other storage for a second, verified copy.")
@click.option("--key", type=EXISTING_FILE, help="age identity file, for another desk's bundle that is sealed to it.")
@click.option("--quota", type=SIZE, default="1024G", show_default=True, help="The most that a device may have here.")
@passphrase_option
@vault_option
@common
def command(output: Output, answer: Answer, bundles: tuple[Path, ...], **options: Any) -> None:
    """Take in a bundle and write its receipt (desk).

    Every file inside is checked while it is written and read again afterwards. Importing twice changes nothing. A
    bundle of another desk that is trusted here is verified whole, kept as it came, and answered.
    """
    from witnesskit.actions.import_bundle import ImportWish, import_bundle, open_for_import
    from witnesskit.actions.opening import find_vault

    vault = find_vault(options["vault_path"], VaultKind.DESK)
    passphrase = read_secret("Passphrase", options["passphrase_file"], "--passphrase-file")
    wish = ImportWish(options["receipts"], options["second_copy"], options["quota"], options["key"])
    answer.counts = {"bundles": len(bundles), "items": 0, "new": 0, "here": 0, "refused": 0}
    worst = ExitStatus.DONE
    with open_for_import(vault, passphrase) as desk, output.progress("importing") as line:
        for path in bundles:
            try:
                done = import_bundle(desk, path, wish, line.update)
            except WitnesskitError as error:
                answer.refuse(error, path.name)
                answer.counts["refused"] += 1
                worst = worst if worst not in (ExitStatus.DONE, error.status) else error.status
                continue
            for name, count in done.counts.items():
                answer.counts[name] += count
            answer.items.append(done.facts())
            output.say(done.sentence)
            for told in done.about.sentences if done.about else ():
                answer.warn(told.partition(":")[0], told.partition(": ")[2])
            for paper in done.papers:
                output.data(paper)
            output.say(f"Next: {done.next_step}")
    _conclude(output, answer, worst)


def _conclude(output: Output, answer: Answer, worst: ExitStatus) -> None:
    refused, whole = answer.counts["refused"], answer.counts["bundles"]
    answer.status = worst if refused == whole else ExitStatus.PARTIAL if refused else ExitStatus.DONE
    if any(item["result"] != "complete" for item in answer.items) and answer.status is ExitStatus.DONE:
        answer.status = ExitStatus.PARTIAL
    if whole > 1:
        output.say(", ".join(f"{count} {name}" for name, count in answer.counts.items()))
