"""Every way witnesskit refuses: one tree, one file for each room's leaves.

A leaf has a stable code, an exit status, a message and a hint. Messages are lower case without a full
stop; the hint says what is safe and names one next step. Only the root lives here, so that a room that
needs one leaf does not load them all.
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class ExitStatus(IntEnum):
    """The documented exit statuses (docs/commands.md); an unknown one counts as a failure."""

    DONE = 0
    BUG = 1
    USAGE = 2
    PARTIAL = 3
    NOTHING_SAVED = 4
    REFUSED = 5
    INCOMPLETE = 6
    CHANGED = 7
    CANNOT_TELL = 8
    LOCKED = 9
    STORAGE = 10
    NETWORK = 11
    NEWER_FORMAT = 13
    INTERRUPTED = 130


class WitnesskitError(Exception):
    """Root of the tree; never raised itself.

    ``detail`` adds what only the place of the refusal knows (a position, a count, a code). It must hold
    nothing that the policy keeps sealed: no URL, title, name or path of the user's on a field device.
    """

    code: ClassVar[str]
    status: ClassVar[ExitStatus]
    message: ClassVar[str]
    hint: ClassVar[str]

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.message}: {self.detail}" if self.detail else self.message
