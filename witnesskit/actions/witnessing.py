"""What another desk saw, compared with what is held here: agreed, waited for, or two histories of one log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from witnesskit.actions import heads
from witnesskit.actions.history import Agreement, History
from witnesskit.actions.seen import known_logs
from witnesskit.actions.session import Session
from witnesskit.errors.peers import HistoryForked
from witnesskit.formats.checkpoint import SignatureState, parse_note
from witnesskit.formats.exchange import Head
from witnesskit.keys import VerifierKey, parse_verifier_key
from witnesskit.vault.keyring import Keyring
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
    held = [_Held(History(journal.log_bytes()), journal.notes()[-1], own=True)]
    held += [_Held(History(log.lines), log.note) for log in known_logs(session.vault)]
    heard = [one.head for one in heads.load(session.vault)]
    keys = _known_keys(session, keyring)
    found = Compared()
    for head in told:
        about = [one for one in held if one.history.origin == head.checkpoint.origin]
        _compare(found, head, about)
        key = about[0].history.keys[-1][1] if about else keys.get(head.checkpoint.origin)
        for other in (*heard, *found.waiting):
            if key is not None and _contradict(head, other, key):
                found.forks.setdefault(key.name, []).extend((head.note, other.note))
    return found


def take(
    session: Session, keyring: Keyring, peer: str, told: Sequence[Head], evidence: tuple[bytes, str]
) -> Compared:
    """Compare, and keep what must be reached later; ``peer`` is the name of the desk that told.

    Raises HistoryForked where two histories were shown, after both sides and the ``evidence`` (bytes, ending) of who
    showed the other are kept.
    """
    found = compare(session, keyring, told)
    heads.add(session.vault, peer, found.waiting)
    if found.forks:
        for note in (note for notes in found.forks.values() for note in notes):
            heads.keep_conflict(session.vault, note, "note")
        heads.keep_conflict(session.vault, *evidence)
        raise HistoryForked(", ".join(sorted(found.forks)))
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
    elif not about:
        found.unknown += 1
        found.waiting.append(head)
    else:
        found.unsigned += 1


def _contradict(head: Head, other: Head, key: VerifierKey) -> bool:
    """Whether one key signed two roots for one size of its log."""
    one, two = head.checkpoint, other.checkpoint
    if (one.origin, one.size) != (two.origin, two.size) or one.root == two.root:
        return False
    return all(parse_note(each.note).signed_by(key) is SignatureState.GOOD for each in (head, other))


def _known_keys(session: Session, keyring: Keyring) -> dict[str, VerifierKey]:
    texts = (session.journal.vkey, *trusted_keys(keyring), *(peer.key for peer in keyring.peers))
    return {key.name: key for key in map(parse_verifier_key, texts)}
