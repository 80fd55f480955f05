"""Refusals of the queue."""

from __future__ import annotations

from witnesskit.errors import ExitStatus, WitnesskitError


class QueueFull(WitnesskitError):
    """More jobs than one queue holds."""

    code = "QUEUE-FULL"
    status = ExitStatus.REFUSED
    message = "the queue holds as many links as it can"
    hint = "none of this list was taken; fetch what waits, then run `witnesskit queue drop --done`"


class NoSuchJob(WitnesskitError):
    """An id that no link of the queue has, or several have."""

    code = "NO-SUCH-JOB"
    status = ExitStatus.USAGE
    message = "no link of the queue, or more than one, has this id"
    hint = "nothing was changed; see `witnesskit queue show --items`"
