"""What became of a volume's members: kept, skipped, or damaged, and exactly where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from witnesskit.errors import WitnesskitError
from witnesskit.errors.bundle import BundleCut, BundleDamaged, MemberHash
from witnesskit.errors.sealing import FileCut, TailDamaged
from witnesskit.formats.bundle_members import Member

OUTSIDE = 0  # ordinal of damage that touches no member: end, padding
_CUT_CODES = frozenset({FileCut.code, TailDamaged.code})


class MemberSink(Protocol):
    """Takes one member; exactly one of ``keep`` and ``drop`` follows the writes."""

    def write(self, data: memoryview, /) -> object:
        """Take all of ``data``; nothing of it is verified yet."""
        ...

    def keep(self) -> None:
        """The bytes written are the member the sender signed for."""
        ...

    def drop(self) -> None:
        """They are not; forget them."""
        ...


class LookSink:
    """A file whose bytes are compared with the signed list; nothing of it is kept."""

    def write(self, data: memoryview, /) -> None:
        """Let it pass."""

    def keep(self) -> None:
        """It is the one signed for."""

    def drop(self) -> None:
        """It is not."""


Store = Callable[[Member], MemberSink | None]  # None: this member is here already, it is not read


@dataclass(frozen=True)
class Damage:
    """Bytes ``start`` to before ``end`` of one member are lost or wrong; ``code`` says how (docs/errors.md)."""

    ordinal: int  # OUTSIDE: counted from the start of the sealed content
    code: str
    start: int
    end: int


@dataclass(frozen=True)
class Unpacked:
    """Ordinals of what verified and of what was here already, and all damage. Nothing else was stored."""

    listed: int
    kept: tuple[int, ...]
    skipped: tuple[int, ...]
    damage: tuple[Damage, ...]

    @property
    def missing(self) -> tuple[int, ...]:
        """Ordinals that did not verify."""
        return tuple(sorted({damage.ordinal for damage in self.damage} - {OUTSIDE}))

    @property
    def complete(self) -> bool:
        """Whether every member is there."""
        return not self.missing

    @property
    def error(self) -> WitnesskitError | None:
        """The refusal that sums it up, None where nothing is wrong at all."""
        if not self.damage:
            return None
        there = len(self.kept) + len(self.skipped)
        codes = sorted({damage.code for damage in self.damage})
        detail = f"{there} of {self.listed} files are whole ({', '.join(codes)})"
        if MemberHash.code in codes:
            return MemberHash(detail)
        return (BundleCut if _CUT_CODES & set(codes) else BundleDamaged)(detail)
