"""``archive --file``: a whole list, through the queue where the vault keeps one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from witnesskit.cli.output import Answer, Output
from witnesskit.errors import ExitStatus
from witnesskit.errors.cli import Interrupted
from witnesskit.model import VaultKind

if TYPE_CHECKING:
    from witnesskit.actions.assigning import Asked
    from witnesskit.capture.worker import Worker
    from witnesskit.vault.layout import Vault


@dataclass(frozen=True)
class FileWish:
    """A list, and how it is to be fetched."""

    path: Path
    asked: Asked
    pace: float  # seconds between two links of one site


def archive_file(vault: Vault, passphrase: str, given: FileWish, started: tuple[Worker, Output, Answer]) -> None:
    """Save every link of a list; rows without a usable one are counted with their numbers."""
    from witnesskit.actions.queue import Started, archive_list, counts_of
    from witnesskit.actions.queue_add import Said
    from witnesskit.capture.pace import Pace
    from witnesskit.cli.links import given_links, tell_rows, warn_still_there
    from witnesskit.cli.queue_board import Board

    worker, output, answer = started
    links = given_links((), given.path)
    board = Board(output, answer, desk=vault.config.kind is VaultKind.DESK)
    board.expect(len(links.entries))
    asked = given.asked
    said = Said(allow_local=asked.allow_local, unlisted=asked.unlisted, screenshot=asked.screenshot)
    added, ran = archive_list(vault, links, said, passphrase, Started(worker, board, Pace(given.pace)))
    tell_rows(output, answer, added)
    left_out = {"bad-link": len(added.refused), "duplicate": added.duplicate, "empty": len(added.empty)}
    answer.counts = {"in": len(ran.jobs) + sum(left_out.values()), **counts_of(ran.jobs), **left_out}
    board.conclude(ran)
    if added.refused:
        answer.status = ExitStatus.PARTIAL if ran.jobs or added.duplicate else ExitStatus.USAGE
    if ran.done.stopped == "interrupted":
        answer.refuse(Interrupted())
    warn_still_there(answer, given.path)
