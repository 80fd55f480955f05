"""Signs that a desk's vault, or its keyring alone, is an older copy that was put back.

Its own log cannot tell: what devices and the log itself hold of it can.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from witnesskit.actions.case import container_check
from witnesskit.actions.counted import counted
from witnesskit.actions.history import Agreement, History
from witnesskit.actions.own_events import opened_events
from witnesskit.errors import WitnesskitError
from witnesskit.formats.exchange import Head
from witnesskit.model import Opening
from witnesskit.vault.keyring import Keyring, Loss
from witnesskit.vault.trustfile import mark_lost
from witnesskit.verify.verdict import CheckResult, CheckState, first

LOST = "lost"  # kind of the check that tells of a lost device
_COMMITTED = {"genesis": "not_before", "anchor": "note"}  # where a device commits a checkpoint of its desk


def older_vault(own_log: bytes, openings: Collection[Opening], logs: Sequence[bytes]) -> Iterator[CheckResult]:
    """A finding for each history of the own log that a device was shown and that is not the one here.

    ``logs``: those of devices. A checkpoint counts by its signature alone, whoever shows it.
    """
    own = History(own_log)
    for event in opened_events((one for one in openings if one.log != own.log), logs):
        head = Head(own.log, str(event.fields.get(_COMMITTED.get(event.type, ""), "")).encode("utf-8", "replace"))
        try:
            told, size = own.compare(head), head.checkpoint.size
        except WitnesskitError:
            continue
        if told is Agreement.AHEAD:
            sentence = f"a device holds {first(size)} of this log, only {own.tree.size} here: an older copy"
            yield container_check("ROLLBACK", sentence, CheckState.FAIL)
        elif told is Agreement.FORK:
            sentence = (
                f"a device holds another history of {first(size)} of this log: "
                "an older copy was put back and written on"
            )
            yield container_check("FORK", sentence, CheckState.FAIL)
        elif told is Agreement.STOLEN:
            sentence = (
                f"a device was shown other first {size} events of this log, signed by a key that was revoked since"
            )
            yield container_check("FORK", sentence, CheckState.WARN)


def with_logged_losses(keyring: Keyring, openings: Collection[Opening], own_log: bytes) -> Keyring:
    """The keyring with every loss of a device that the own log tells: an older keyring does not know them all.

    Of two losses of one device the later one counts, as in a keyring.
    """
    for event in reversed([*opened_events(openings, [own_log])]):
        if event.type == "check" and event.fields.get("kind") == LOST:
            names = str(event.fields.get("who", "")).split()
            loss = Loss(0, tuple(sorted(_lines(event.fields.get("problems")))))
            for invite in keyring.issued:
                if invite.lost is None and not set(names).isdisjoint((invite.id, *invite.senders)):
                    keyring = mark_lost(keyring, invite, loss)
    return keyring


def older_keyring(before: Keyring, after: Keyring) -> Iterator[CheckResult]:
    """What is said where the log knew of losses (``after``) that the keyring did not (``before``)."""
    found = sum(one.lost != two.lost for one, two in zip(before.issued, after.issued, strict=True))
    if found:
        sentence = (
            f"{counted(found, 'device was', 'devices were')} lost, as the log says and the keyring does not: "
            "run `key lost` for each again"
        )
        yield container_check("KEYRING", sentence, CheckState.WARN)


def _lines(problems: object) -> Iterator[tuple[str, int]]:
    """``log size`` as the event names them."""
    for text in problems if isinstance(problems, list) else ():
        log, _, size = str(text).partition(" ")
        if size.isascii() and size.isdecimal():
            yield log, int(size)
