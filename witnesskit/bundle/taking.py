"""Take one member from its pieces into the caller's sink: all of it, verified, or none of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from witnesskit.bundle.blocks import Piece
from witnesskit.bundle.hashing import Hashing
from witnesskit.bundle.result import Damage, MemberSink
from witnesskit.errors.bundle import MemberHash
from witnesskit.formats.bundle_members import Member


def take(
    member: Member, pieces: Iterable[Piece], sink: MemberSink, last: Callable[[], list[Damage]] = list
) -> list[Damage]:
    """Write ``pieces`` (counted from the member's start) and keep them; or drop them, and tell what is wrong.

    ``last`` is asked at the end for damage outside the bytes themselves. What ``sink`` raises passes, after a drop.
    """
    try:
        damage = _written(member, pieces, sink) or last()
    except BaseException:
        sink.drop()
        raise
    if damage:
        sink.drop()
    else:
        sink.keep()
    return damage


def _written(member: Member, pieces: Iterable[Piece], sink: MemberSink) -> list[Damage]:
    hashing = Hashing()
    damage: list[Damage] = []
    for start, end, data in pieces:
        if isinstance(data, str):
            _add(damage, Damage(member.ordinal, data, start, end))
        elif not damage:
            hashing.update(data)
            sink.write(data)
    if not damage and hashing.hexdigest() != member.sha256:
        return [Damage(member.ordinal, MemberHash.code, 0, member.size)]
    return damage


def _add(damage: list[Damage], new: Damage) -> None:
    """Append, joined to the damage before it where the two touch."""
    if damage and (damage[-1].code, damage[-1].end) == (new.code, new.start):
        new = Damage(new.ordinal, new.code, damage.pop().start, new.end)
    damage.append(new)
