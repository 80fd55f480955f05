"""Refusals of asking again and of putting parts together."""

from __future__ import annotations

from witnesskit.errors import ExitStatus, WitnesskitError


class NotFromALink(WitnesskitError):
    """An item that came from no link."""

    code = "NOT-FROM-A-LINK"
    status = ExitStatus.USAGE
    message = "an item that is named came from no link that could be asked for again"
    hint = "nothing was sent; name items that were archived by link"


class PartChanged(WitnesskitError):
    """A sealed part is not what its record says."""

    code = "PART-CHANGED"
    status = ExitStatus.CHANGED
    message = "a part of this file is not as its record says, or cannot be opened"
    hint = "nothing was put together and every part is kept; run `witnesskit verify` on the vault"
