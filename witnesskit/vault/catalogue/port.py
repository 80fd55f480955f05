"""The port: what a catalogue of items must do, whatever keeps it. ``tests/conformance`` says it as tests.

A catalogue is disposable: everything in it is read from records and from the log, and can be read from there again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol

UNMARKED: Final = "unmarked"  # sensitivity of an item that nobody has marked
KINDS: Final = ("capsule", "original", "copy", "page", "picture", "other")  # what a digest is of


@dataclass(frozen=True)
class Digest:
    """SHA-256 (64 hex digits) of a file of an item; of a capsule it is that of the ciphertext."""

    kind: str  # of KINDS
    sha256: str


@dataclass(frozen=True)
class Row:
    """One item. Times are days and places localities: a catalogue holds nothing finer.

    ``seq``: larger is newer, no two items have the same. ``mark``: of what it was read from; another one says that
    it must be read again. Texts may hold anything: whoever shows them escapes them.
    """

    seq: int
    item: str  # 32 hex digits
    mark: int = 0
    kind: str = ""  # url, file, table; empty: not known
    url: str = ""
    host: str = ""
    source: str = ""  # the site, without what stands before its name
    title: str = ""
    text: str = ""
    account: str = ""
    captured: str = ""  # YYYY-MM-DD, empty: not known
    place: str = ""
    imported: str = ""  # YYYY-MM-DD, by this desk's own log
    outcome: str = ""
    missing: str = ""  # parts that are not there, with commas
    sender: str = ""  # short id of the invite; empty: this desk
    sensitivity: str = UNMARKED
    faults: str = ""  # codes of what cannot be read, with commas
    digests: tuple[Digest, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Search:
    """What is looked for; empty means any. Every condition must hold; newest first.

    ``text``: words that all stand in title, text, link or account. ``place``: the whole name, in capitals or not.
    ``before``: only items with a smaller ``seq``.
    """

    text: str = ""
    since: str = ""  # YYYY-MM-DD
    until: str = ""
    place: str = ""
    source: str = ""
    sensitivity: str = ""
    digest: str = ""  # 64 hex digits
    item: str = ""  # 32 hex digits
    before: int | None = None
    limit: int = 20


class Catalogue(Protocol):
    """Rows by item; a later row of an item replaces the one before, and keeps its sensitivity."""

    def put(self, rows: Iterable[Row]) -> None:
        """Add or replace rows, all of them or none."""
        ...

    def drop(self, items: Iterable[str]) -> None:
        """Take items out; one that is not there is passed over."""
        ...

    def set_sensitivity(self, item: str, value: str) -> None:
        """Mark an item; one that is not there is passed over."""
        ...

    def get(self, item: str) -> Row | None:
        """The row of an item."""
        ...

    def page(self, search: Search) -> tuple[Row, ...]:
        """At most ``limit`` rows that fit, newest first and without digests; the last one's ``seq`` leads on."""
        ...

    def marks(self) -> Iterator[tuple[str, int]]:
        """Every item with its mark, in no order."""
        ...

    def count(self) -> int:
        """How many items there are."""
        ...

    def note(self, name: str, value: str) -> None:
        """Remember a word about the catalogue itself; an empty one forgets what was there."""
        ...

    def noted(self, name: str) -> str:
        """What was remembered; empty if nothing was."""
        ...
