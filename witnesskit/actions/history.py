"""One log as its lines are held here, and whether a head that somebody else saw agrees with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from witnesskit.errors import WitnesskitError
from witnesskit.formats import custody_event
from witnesskit.formats.checkpoint import SignatureState, parse_note
from witnesskit.formats.exchange import Head
from witnesskit.formats.key_change import REVOKE
from witnesskit.formats.merkle_tree import Tree, leaf_hash
from witnesskit.keys import VerifierKey, parse_verifier_key

_KEY_EVENT = b'"type":"key"'


class Agreement(StrEnum):
    """What a head says of a history."""

    AGREES = "agrees"
    AHEAD = "ahead"  # signed over more lines than are held
    FORK = "fork"  # signed by the log's key over other lines
    STOLEN = "stolen"  # signed over other lines by a key that this log revoked since: a thief may have made it
    UNSIGNED = "unsigned"  # by no key of this log that is known: it counts for nothing


@dataclass(frozen=True)
class History:
    """Whole lines of one log, each with its line feed."""

    lines: bytes = field(repr=False)

    @cached_property
    def tree(self) -> Tree:
        """The tree over all lines."""
        return Tree(map(leaf_hash, self._split))

    @property
    def log(self) -> str:
        """Leaf hash of line 0, 64 hex digits."""
        return self.tree.leaf(0).hex()

    @property
    def origin(self) -> str:
        """The log's name; empty where its genesis cannot be read."""
        return self.keys[0][1].name if self.keys and self.keys[0][0] == 0 else ""

    @cached_property
    def keys(self) -> Sequence[tuple[int, VerifierKey]]:
        """(lines, key): the key signs checkpoints of more than so many lines, until the next one does."""
        found = []
        for number, line in enumerate(self._split):
            if number and _KEY_EVENT not in line:
                continue
            try:
                event = custody_event.parse(line)
                if event.type in ("genesis", "key"):
                    found.append((number, parse_verifier_key(event.x["key"])))
            except WitnesskitError:
                continue
        return found

    def compare(self, head: Head) -> Agreement:
        """Whether ``head`` is of this log, and of this history of it.

        Its signature decides, not who showed it.
        """
        checkpoint = head.checkpoint
        key = self._key_at(checkpoint.size)
        if key is None or key.name != checkpoint.origin:
            return Agreement.UNSIGNED
        if parse_note(head.note).signed_by(key) is not SignatureState.GOOD:
            return Agreement.UNSIGNED
        if checkpoint.size > self.tree.size:
            return Agreement.AHEAD
        if self.tree.root(checkpoint.size) == checkpoint.root:
            return Agreement.AGREES
        return Agreement.STOLEN if any(checkpoint.size <= number for number in self._revoked) else Agreement.FORK

    def signers(self, untrusted_notes: Iterable[bytes]) -> dict[VerifierKey, bytes]:
        """One of these checkpoints for each key of this log that signed it: that a line names a key shows nothing."""
        found: dict[VerifierKey, bytes] = {}
        for note in untrusted_notes:
            if key := self._signer(note):
                found.setdefault(key, note)
        return found

    @cached_property
    def _revoked(self) -> Sequence[int]:
        """Numbers of the events that say that the key before them may be in other hands."""
        return [n for n, line in enumerate(self._split) if _KEY_EVENT in line and _is_revocation(line)]

    def _signer(self, untrusted_note: bytes) -> VerifierKey | None:
        try:
            head = Head(self.log, untrusted_note)
            agrees = self.compare(head) is Agreement.AGREES
        except WitnesskitError:
            return None
        return self._key_at(head.checkpoint.size) if agrees else None

    @cached_property
    def _split(self) -> Sequence[bytes]:
        return self.lines.split(b"\n")[:-1]

    def _key_at(self, size: int) -> VerifierKey | None:
        return next((key for number, key in reversed(self.keys) if number < size), None)


def _is_revocation(line: bytes) -> bool:
    try:
        event = custody_event.parse(line)
    except WitnesskitError:
        return False
    return event.type == "key" and event.x.get("op") == REVOKE
