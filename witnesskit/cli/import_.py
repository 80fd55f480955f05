"""``witnesskit import``."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from witnesskit.cli.options import (
    ANY_PATH,
    EXISTING_FILE,
    EXISTING_PATH,
    SIZE,
    common,
    passphrase_option,
    read_secret,
    vault_option,
)
from witnesskit.cli.output import Answer, Output
from witnesskit.errors import ExitStatus, WitnesskitError
from witnesskit.model import VaultKind

if TYPE_CHECKING:
    from witnesskit.actions.import_bundle import Desk, ImportWish
    from witnesskit.actions.imported import ImportDone, Tally


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=EXISTING_PATH, metavar="BUNDLE|FOLDER...")
@click.option("--receipts", type=ANY_PATH, default=".", show_default=True, help="Folder for the receipts.")
@click.option("--second-copy", type=ANY_PATH, help="Folder on other storage for a second, verified copy.")
@click.option("--repair", is_flag=True, help="Take damaged files from a copy that the parity beside them repaired.")
@click.option("--key", type=EXISTING_FILE, help="age identity file, for another desk's bundle that is sealed to it.")
@click.option("--watch", is_flag=True, help="Look into the folders again and again, until Ctrl-C.")
@click.option("--every", type=click.FloatRange(1), default=5, show_default=True, help="With --watch: seconds.")
@click.option("--quota", type=SIZE, default="1024G", show_default=True, help="The most that a device may have here.")
@passphrase_option
@vault_option
@common
def command(output: Output, answer: Answer, paths: tuple[Path, ...], **options: Any) -> None:
    """Take in bundles and write their receipts (desk).

    Every file inside is checked while it is written and read again afterwards. Importing twice changes nothing. Of a
    folder every bundle is taken, several at once; one that is refused stops no other. A bundle of another desk that
    is trusted here is verified whole, kept as it came, and answered.
    """
    from witnesskit.actions.import_bundle import ImportWish, open_for_import
    from witnesskit.actions.import_many import found_in
    from witnesskit.actions.imported import Tally
    from witnesskit.actions.opening import find_vault
    from witnesskit.errors.bundle import NothingToImport

    vault = find_vault(options["vault_path"], VaultKind.DESK)
    found = found_in(paths)
    if not found and not options["watch"]:
        raise NothingToImport
    passphrase = read_secret("Passphrase", options["passphrase_file"], "--passphrase-file")
    wish = ImportWish(options["receipts"], options["second_copy"], options["quota"], options["key"])
    run = _Importing(
        output, answer, wish, Tally(), repair=options["repair"], named=options["watch"] or len(found) > 1
    )
    if options["watch"]:
        _watch(run, lambda: open_for_import(vault, passphrase), paths, options["every"])
    else:
        with open_for_import(vault, passphrase) as desk:
            run.all(desk, found)
    _conclude(output, answer, run.tally)


def _watch(
    run: _Importing, opened: Callable[[], AbstractContextManager[Desk]], paths: Sequence[Path], every: float
) -> None:
    """Round after round; between two of them the vault is free for other commands."""
    from witnesskit.actions.import_many import Inbox
    from witnesskit.errors.vault import VaultBusy

    run.output.say("looking for new bundles; Ctrl-C ends it, and what came is kept")
    waiting: tuple[Path, ...] = ()
    with contextlib.suppress(KeyboardInterrupt):
        for new in Inbox(tuple(paths)).rounds(every):
            waiting = (*waiting, *new)
            with contextlib.suppress(VaultBusy):  # another command has it: in the next round then
                if waiting:
                    with opened() as desk:
                        waiting, taken = (), waiting
                        run.all(desk, taken)
                    run.output.so_far(run.answer)


@dataclass(frozen=True)
class _Importing:
    """One run over many files."""

    output: Output
    answer: Answer
    wish: ImportWish
    tally: Tally
    repair: bool
    named: bool  # whether it is said of which file each line is
    papers: dict[str, None] = field(default_factory=dict)  # that were told
    steps: dict[str, None] = field(default_factory=dict)  # what is to be done next, not told yet
    taken: list[ImportDone] = field(default_factory=list)

    def all(self, desk: Desk, paths: Sequence[Path]) -> None:
        """Bundles and volumes, then the volumes that spares give back."""
        from witnesskit.actions.import_many import gaps, import_many
        from witnesskit.bundle.spare import SUFFIX

        spares = [path for path in paths if path.suffix == SUFFIX]
        volumes = [path for path in paths if path.suffix != SUFFIX]
        with self.output.progress("importing") as line:
            done = itertools.count(1)

            def tell(path: Path, outcome: ImportDone | WitnesskitError) -> None:
                self.told(path, outcome)
                line.count(next(done), len(volumes))

            import_many(desk, volumes, self.wish, tell, repair=self.repair)
        self._spares(desk, volumes, spares)
        for sentence in gaps(desk, self.taken):
            self.answer.warn("GAP", sentence)
        for step in self.steps:
            self.output.say(f"Next: {step}")
        self.taken.clear()
        self.steps.clear()

    def _spares(self, desk: Desk, volumes: Sequence[Path], spares: Sequence[Path]) -> None:
        """The volumes that spares give back."""
        from witnesskit.actions.import_many import import_many, is_incomplete
        from witnesskit.actions.repair import lost_volumes

        if not spares or (volumes and not is_incomplete(desk)):
            return
        try:
            with lost_volumes(desk, volumes, spares) as found:
                import_many(desk, found, self.wish, self.told, repair=False)
        except WitnesskitError as error:
            self.told(spares[0], error)

    def told(self, path: Path, outcome: ImportDone | WitnesskitError) -> None:
        """Say what became of one file."""
        from witnesskit.actions.repair import offer

        if isinstance(outcome, WitnesskitError):
            before = self.answer.status
            self.answer.refuse(outcome, path.name)
            self.answer.status = before or outcome.status
            self.tally.refuse()
            self._offer(offer(path, outcome))
            return
        self.taken.append(outcome)
        self.tally.take(outcome)
        self.answer.items.append({**outcome.facts(), "file": path.name})
        self.output.say(f"{path.name}: {outcome.sentence}" if self.named else outcome.sentence)
        for told in outcome.about.sentences if outcome.about else ():
            self.answer.warn(told.partition(":")[0], f"{path.name}: {told.partition(': ')[2]}")
        for paper in outcome.papers:
            if paper not in self.papers:  # of a set every volume writes the one receipt anew
                self.output.data(paper)
        self.papers.update(dict.fromkeys(outcome.papers))
        self._offer("" if outcome.unpacked.complete else offer(path))
        self.steps[outcome.next_step] = None

    def _offer(self, text: str) -> None:
        if text:
            self.answer.warn("PARITY", text)


def _conclude(output: Output, answer: Answer, tally: Tally) -> None:
    """The status of the first refusal where nothing was taken in, else whether everything was."""
    answer.counts = tally.counts
    if tally.refused < tally.files:
        answer.status = ExitStatus.PARTIAL if tally.refused or answer.counts["partial"] else ExitStatus.DONE
    if tally.files > 1:
        output.say(tally.sentence)
