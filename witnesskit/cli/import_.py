"""``witnesskit import``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from witnesskit.cli.options import ANY_PATH, EXISTING_FILE, SIZE, common, passphrase_option, read_secret, vault_option
from witnesskit.cli.output import Answer, Output
from witnesskit.errors import ExitStatus, WitnesskitError
from witnesskit.model import VaultKind

if TYPE_CHECKING:
    from witnesskit.actions.import_bundle import Desk, ImportWish


@click.command("import")
@click.argument("bundles", nargs=-1, required=True, type=EXISTING_FILE)
@click.option("--receipts", type=ANY_PATH, default=".", show_default=True, help="Folder for the receipts.")
@click.option("--second-copy", type=ANY_PATH, help="Folder on other storage for a second, verified copy.")
@click.option("--repair", is_flag=True, help="Take damaged files from a copy that the parity beside them repaired.")
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
    from witnesskit.actions.import_bundle import ImportWish, open_for_import
    from witnesskit.actions.opening import find_vault

    vault = find_vault(options["vault_path"], VaultKind.DESK)
    passphrase = read_secret("Passphrase", options["passphrase_file"], "--passphrase-file")
    wish = ImportWish(options["receipts"], options["second_copy"], options["quota"], options["key"])
    answer.counts = {"bundles": 0, "items": 0, "new": 0, "here": 0, "refused": 0}
    with open_for_import(vault, passphrase) as desk, output.progress("importing") as line:
        _Importing(output, answer, desk, wish, line.update).all(bundles, repair=options["repair"])
    _conclude(output, answer)


@dataclass(frozen=True)
class _Importing:
    """One run over many files."""

    output: Output
    answer: Answer
    desk: Desk
    wish: ImportWish
    report: Callable[[int, int | None], None]

    def all(self, paths: Sequence[Path], *, repair: bool) -> None:
        """Bundles and volumes as they were named, then the volumes that spares give back."""
        from witnesskit.actions.repair import lost_volumes
        from witnesskit.bundle.spare import SUFFIX

        spares = [path for path in paths if path.suffix == SUFFIX]
        volumes = [path for path in paths if path.suffix != SUFFIX]
        for path in volumes:
            self.one(path, repair=repair)
        if not spares:
            return
        try:
            with lost_volumes(self.desk, volumes, spares) as found:
                for path in found:
                    self.one(path, repair=False)
        except WitnesskitError as error:
            self.answer.counts["bundles"] += 1
            self._refused(error, spares[0])

    def one(self, path: Path, *, repair: bool) -> None:
        """Take in one file, and say what became of it."""
        from witnesskit.actions.import_bundle import import_bundle
        from witnesskit.actions.repair import import_repaired, offer

        self.answer.counts["bundles"] += 1
        try:
            done = (import_repaired if repair else import_bundle)(self.desk, path, self.wish, self.report)
        except WitnesskitError as error:
            self._refused(error, path)
            return
        for name, count in done.counts.items():
            self.answer.counts[name] += count
        self.answer.items.append(done.facts())
        self.output.say(done.sentence)
        for told in done.about.sentences if done.about else ():
            self.answer.warn(told.partition(":")[0], told.partition(": ")[2])
        for paper in done.papers:
            self.output.data(paper)
        if not done.unpacked.complete and (offered := offer(path)):
            self.answer.warn("PARITY", offered)
        self.output.say(f"Next: {done.next_step}")

    def _refused(self, error: WitnesskitError, path: Path) -> None:
        from witnesskit.actions.repair import offer

        before = self.answer.status
        self.answer.refuse(error, path.name)
        self.answer.status = before or error.status
        self.answer.counts["refused"] += 1
        if offered := offer(path, error):
            self.answer.warn("PARITY", offered)


def _conclude(output: Output, answer: Answer) -> None:
    """The status of the first refusal where nothing was taken in, else whether everything was."""
    refused, whole = answer.counts["refused"], answer.counts["bundles"]
    partial = any(item["result"] != "complete" for item in answer.items)
    if refused < whole:
        answer.status = ExitStatus.PARTIAL if refused or partial else ExitStatus.DONE
    if whole > 1:
        output.say(", ".join(f"{count} {name}" for name, count in answer.counts.items()))
