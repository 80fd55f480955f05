"""Refusals of watching links."""

from __future__ import annotations

from witnesskit.errors import ExitStatus, WitnesskitError


class NothingToWatch(WitnesskitError):
    """An item without a link: it was brought as a file."""

    code = "NO-LINK"
    status = ExitStatus.REFUSED
    message = "this item has no link that could be watched"
    hint = "nothing was changed; name an item that was archived from a link, or the link itself"


class NotWatched(WitnesskitError):
    """No watch of that item."""

    code = "NOT-WATCHED"
    status = ExitStatus.REFUSED
    message = "this item is not watched"
    hint = "nothing was changed; see `witnesskit watch list`"


class TooManyWatched(WitnesskitError):
    """The list is full."""

    code = "TOO-MANY-WATCHED"
    status = ExitStatus.REFUSED
    message = "this desk watches as many links as it may"
    hint = "nothing was changed; end some with witnesskit watch stop"
