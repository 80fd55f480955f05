"""Whose word is left after a device was lost: this desk's, for what it had received by then."""

from __future__ import annotations

from collections.abc import Iterable

from witnesskit.errors import WitnesskitError
from witnesskit.formats import disclosure
from witnesskit.formats.merkle_read import leaf_hash
from witnesskit.model import Json, Opening
from witnesskit.vault.keyring import Keyring, Loss


def still_vouched(openings: Iterable[Opening], own_log: bytes, keyring: Keyring) -> tuple[Opening, ...]:
    """The openings without those of receipts for what a lost device sent after its loss.

    Such a receipt was given in good faith; unopened it vouches for nothing. ``own_log``: bytes of the desk's log,
    whose receipts alone are meant.
    """
    every = tuple(openings)
    losses = {sender: invite.lost for invite in keyring.issued if invite.lost for sender in invite.senders}
    if not losses:
        return every
    own = leaf_hash(own_log.partition(b"\n")[0]).hex()
    told: dict[int, dict[str, Json]] = {}
    for opening in every:
        if opening.log == own:
            told.setdefault(opening.n, {}).update(_read(opening))
    gone = {n for n, fields in told.items() if _is_beyond(fields, losses.get(str(fields.get("sender", ""))))}
    return tuple(opening for opening in every if opening.log != own or opening.n not in gone)


def _read(opening: Opening) -> dict[str, Json]:
    try:
        told = disclosure.parse(opening.disclosure)
    except WitnesskitError:
        return {}
    return {told.name: told.value}


def _is_beyond(fields: dict[str, Json], loss: Loss | None) -> bool:
    size = fields.get("size")
    return loss is not None and (not isinstance(size, int) or size > loss.confirmed(str(fields.get("log", ""))))
