"""``archive --file``: a whole list, through the queue where the vault keeps one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from witnesskit.cli.output import Answer, Output
from witnesskit.errors import ExitStatus
from witnesskit.errors.cli import Interrupted
from witnesskit.model import VaultKind

if TYPE_CHECKING:
    from witnesskit.capture.worker import Worker
    from witnesskit.vault.layout import Vault


def archive_file(
    vault: Vault, passphrase: str, path: Path, started: tuple[Worker, Output, Answer], *, allow_local: bool
) -> None:
    """Save every link of a list; rows without a usable one are counted with their numbers."""
    from witnesskit.actions.queue import archive_list, counts_of
    from witnesskit.actions.queue_add import Said
    from witnesskit.cli.links import given_links, tell_rows, warn_still_there
    from witnesskit.cli.queue_board import Board

    worker, output, answer = started
    links = given_links((), path)
    board = Board(output, answer, desk=vault.config.kind is VaultKind.DESK)
    board.expect(len(links.entries))
    added, ran = archive_list(vault, links, Said(allow_local=allow_local), passphrase, (worker, board))
    tell_rows(output, answer, added)
    left_out = {"bad-link": len(added.refused), "duplicate": added.duplicate, "empty": len(added.empty)}
    answer.counts = {"in": len(ran.jobs) + sum(left_out.values()), **counts_of(ran.jobs), **left_out}
    board.conclude(ran)
    if added.refused:
        answer.status = ExitStatus.PARTIAL if ran.jobs or added.duplicate else ExitStatus.USAGE
    if ran.done.stopped == "interrupted":
        answer.refuse(Interrupted())
    warn_still_there(answer, path)
