"""What another desk saw, compared with what is held here: agreed, waited for, or two histories of one log."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from witnesskit.actions import heads
from witnesskit.actions.history import Agreement, History
from witnesskit.actions.seen import known_logs
from witnesskit.actions.session import Session
from witnesskit.errors.peers import BadExchange, HistoryForked
from witnesskit.formats.checkpoint import SignatureState, parse_note
from witnesskit.formats.exchange import Head
from witnesskit.keys import VerifierKey, parse_verifier_key
from witnesskit.vault.keyring import Keyring, Peer
from witnesskit.vault.trustfile import trusted_keys


@dataclass
class Compared:
    """Counts of heads, those that are waited for, and of each fork the log's name and what proves it."""

    agreed: int = 0
    ahead: int = 0  # of logs that are held here, signed over more lines
    unknown: int = 0  # of logs that are not held here
    unsigned: int = 0  # not by a key of the log that they name: they count for nothing
    waiting: list[Head] = field(default_factory=list)
    forks: dict[str, list[bytes]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Held:
    """One log as it is held here, with its newest checkpoint."""

    history: History
    note: bytes
    own: bool = False


def compare(session: Session, keyring: Keyring, told: Iterable[Head]) -> Compared:
    """Compare every head with the lines held here, and with what other desks told; nothing is written."""
    journal = session.journal
    logs = [_Held(History(journal.log_bytes()), journal.newest_note(), own=True)]
    logs += [_Held(History(log.lines), log.note) for log in known_logs(session.vault)]
    held: dict[str, list[_Held]] = {}
    for log in logs:
        held.setdefault(log.history.origin, []).append(log)
    keys = _known_keys(session, keyring)
    others = _Others(one.head for one in heads.load(session.vault))
    found = Compared()
    for head in told:
        origin = head.checkpoint.origin
        about = held.get(origin, ())
        _compare(found, head, about)
        signed_by = {one.history.keys[-1][1] for one in about}
        if origin in keys and not any(keys[origin] == key for one in about for _n, key in one.history.keys):
            signed_by.add(keys[origin])  # what is held under the name is another's log, or nothing
        for other in filter(None, (others.contradicting(head, key) for key in signed_by)):
            found.forks.setdefault(origin, []).extend((head.note, other.note))
        others.add(head)
    return found


def keys_of(session: Session, peer: Peer) -> tuple[VerifierKey, ...]:
    """The key that was told of a desk, and those that replaced it with authority in its log as it is held here.

    A log is this desk's if the told key signed a checkpoint of it: anybody can write one that names the key.
    """
    followed = (key for history in _histories(session, peer) for _n, key in history.keys)
    return tuple(dict.fromkeys((parse_verifier_key(peer.key), *followed)))


def is_of_a_replaced_key(session: Session, peer: Peer, head: Head) -> bool:
    """Whether a desk's log, as it is held here, says that another key signs such a checkpoint, or revoked this one.

    So whoever took a key that was replaced since says nothing more in that desk's name.
    """
    nobody = (Agreement.UNSIGNED, Agreement.STOLEN)
    return any(history.compare(head) in nobody for history in _histories(session, peer))


def _histories(session: Session, peer: Peer) -> Iterator[History]:
    """Logs held here that are a desk's own: the key that was told of it signed a checkpoint of them."""
    told = parse_verifier_key(peer.key)
    for log in known_logs(session.vault):
        history = History(log.lines)
        if history.origin == told.name and told in history.signers((log.note, *log.earlier)):
            yield history


def take(
    session: Session, keyring: Keyring, peer: str, told: Sequence[Head], evidence: tuple[bytes, str]
) -> Compared:
    """Compare, and keep what must be reached later; ``peer`` is the name of the desk that told.

    Raises HistoryForked where two histories were shown, after both sides and the ``evidence`` (bytes, ending) of who
    showed the other are kept.
    """
    found = compare(session, keyring, told)
    if found.forks:
        for note in (note for notes in found.forks.values() for note in notes):
            heads.keep_conflict(session.vault, note, "note")
        heads.keep_conflict(session.vault, *evidence)
        with contextlib.suppress(BadExchange):  # no room for what is waited for must not hide a fork
            heads.add(session.vault, peer, found.waiting)
        raise HistoryForked(", ".join(sorted(found.forks)))
    heads.add(session.vault, peer, found.waiting)
    return found


def _compare(found: Compared, head: Head, about: Sequence[_Held]) -> None:
    said = {one.history.compare(head): one for one in reversed(about)}
    own_behind = Agreement.AHEAD in said and said[Agreement.AHEAD].own
    if Agreement.FORK in said or own_behind:  # nobody can have seen more of this desk's own log than it wrote
        here = said[Agreement.FORK if Agreement.FORK in said else Agreement.AHEAD]
        found.forks.setdefault(here.history.origin, []).extend((head.note, here.note))
    elif Agreement.AGREES in said:
        found.agreed += 1
    elif Agreement.AHEAD in said:
        found.ahead += 1
        found.waiting.append(head)
    elif all(head.log != one.history.log for one in about):  # another log may have taken its name
        found.unknown += 1
        found.waiting.append(head)
    else:
        found.unsigned += 1


class _Others:
    """Heads that were told before, by the place that they are about."""

    def __init__(self, told: Iterable[Head]) -> None:
        self._by_place: dict[tuple[str, int], list[Head]] = {}
        for head in told:
            self.add(head)

    def add(self, head: Head) -> None:
        """One more."""
        checkpoint = head.checkpoint
        self._by_place.setdefault((checkpoint.origin, checkpoint.size), []).append(head)

    def contradicting(self, head: Head, key: VerifierKey) -> Head | None:
        """One that ``key`` signed with another root for the same size, if it signed ``head`` too."""
        one = head.checkpoint
        about = self._by_place.get((one.origin, one.size), ())
        different = [other for other in about if other.checkpoint.root != one.root]
        if not different or parse_note(head.note).signed_by(key) is not SignatureState.GOOD:
            return None
        return next((two for two in different if parse_note(two.note).signed_by(key) is SignatureState.GOOD), None)


def _known_keys(session: Session, keyring: Keyring) -> dict[str, VerifierKey]:
    texts = (session.journal.vkey, *trusted_keys(keyring), *(peer.key for peer in keyring.peers))
    return {key.name: key for key in map(parse_verifier_key, texts)}
