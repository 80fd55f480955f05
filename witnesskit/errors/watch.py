"""Refusals of what a desk watches."""

from __future__ import annotations

from witnesskit.errors import ExitStatus, WitnesskitError


class NotWatched(WitnesskitError):
    """An id under which nothing is watched."""

    code = "NOT-WATCHED"
    status = ExitStatus.USAGE
    message = "nothing is watched under this id"
    hint = "nothing was changed; see `witnesskit watch list --all`"


class NoLink(WitnesskitError):
    """An item that came from no link."""

    code = "NO-LINK"
    status = ExitStatus.USAGE
    message = "this item names no link that could be watched"
    hint = "nothing was changed; name an item that was archived, or give the link itself"


class WatchFull(WitnesskitError):
    """More links than one desk watches."""

    code = "WATCH-FULL"
    status = ExitStatus.REFUSED
    message = "this desk watches as many links as it can"
    hint = "none of these was taken; stop some with `witnesskit watch stop ID`"
