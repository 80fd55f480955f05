"""Heads of logs that other desks saw and whose lines are not held here yet: what comes later must agree with them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from witnesskit.actions.history import Agreement, History
from witnesskit.digest import sha256_hex
from witnesskit.errors.actions import ChainRefused
from witnesskit.errors.formats import BadJson
from witnesskit.errors.peers import BadExchange
from witnesskit.errors.vault import BadState
from witnesskit.formats import strict_json
from witnesskit.formats.exchange import Head, head_from, heads_json
from witnesskit.limits import HEADS_BYTES_MAX, HEADS_FILE_MAX, HEADS_MAX
from witnesskit.vault import durable
from witnesskit.vault.layout import Vault

FORMAT = "witnesskit.heads/1"


@dataclass(frozen=True)
class Heard:
    """One head, and the name of the desk that told it."""

    head: Head
    peer: str


def load(vault: Vault) -> tuple[Heard, ...]:
    """Every head that is kept; raises BadState."""
    data = durable.read(_path(vault), HEADS_FILE_MAX)
    if data is None:
        return ()
    try:
        document = strict_json.loads_canonical(data.removesuffix(b"\n"), max_size=HEADS_FILE_MAX)
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise BadState("custody/seen/heads")
        told = {str(peer): [head_from(one) for one in found] for peer, found in document["desks"].items()}
    except (BadJson, BadExchange, KeyError, TypeError, AttributeError):
        raise BadState("custody/seen/heads") from None
    return tuple(Heard(head, peer) for peer, found in told.items() for head in found)


def add(vault: Vault, peer: str, heads: Iterable[Head]) -> int:
    """Keep what a desk told; returns how many are new. Raises BadExchange where they are too many."""
    kept = load(vault)
    known = {one.head.note for one in kept}  # not by what it says: the signature is what counts
    fresh = tuple(Heard(head, peer) for head in heads if head.note not in known)
    told = [one.head for one in (*kept, *fresh) if one.peer == peer]  # of each: none can crowd out another
    if fresh and (len(told) > HEADS_MAX or sum(len(head.note) for head in told) > HEADS_BYTES_MAX):
        raise BadExchange(f"more than {HEADS_MAX} logs, or {HEADS_BYTES_MAX} bytes, are waited for here on its word")
    if fresh:
        _save(vault, (*kept, *fresh))
    return len(fresh)


def ahead_of(vault: Vault, history: History) -> int:
    """Lines of the largest head that the log's key signed and that is not reached yet; 0 for none."""
    about = [one.head for one in load(vault) if one.head.checkpoint.origin == history.origin]
    return max((one.checkpoint.size for one in about if history.compare(one) is Agreement.AHEAD), default=0)


def demand(vault: Vault, histories: Sequence[History], notes: Sequence[bytes], late: Collection[str]) -> None:
    """Refuse logs that do not reach or do not agree with what another desk saw of them; raises ChainRefused.

    A head by a key that the log revoked refuses nobody: whoever took the key would have its owner refused for ever.
    ``notes``: the newest checkpoint of each. ``late``: ids of logs of which an old stick brings lines known here.
    Both sides of a fork are kept, for neither desk could have made the other.
    """
    heard: dict[str, list[Heard]] = {}
    for one in load(vault):
        heard.setdefault(one.head.checkpoint.origin, []).append(one)
    for history, note in zip(histories, notes, strict=True):
        for one in heard.get(history.origin, ()):
            match history.compare(one.head):
                case Agreement.FORK | Agreement.STOLEN as found:
                    keep_conflict(vault, note, "note")
                    keep_conflict(vault, one.head.note, "note")
                    if found is Agreement.FORK:
                        raise ChainRefused(f"FORK, {one.peer} saw another history")
                case Agreement.AHEAD if history.log not in late:
                    size = one.head.checkpoint.size
                    raise ChainRefused(f"ROLLBACK, {one.peer} saw {size} events, {history.tree.size} are here")


def settle(vault: Vault, histories: Iterable[History]) -> None:
    """Forget heads that lines which are now held reach, and agree with unless the key was revoked since."""
    by_origin = {history.origin: history for history in histories}
    kept = load(vault)
    left = tuple(one for one in kept if not _is_reached(by_origin.get(one.head.checkpoint.origin), one.head))
    if left != kept:
        _save(vault, left)


def keep_conflict(vault: Vault, data: bytes, ending: str) -> Path:
    """Keep one side of a fork as it came, under a name that tells nothing; the same twice is one file."""
    folder = vault.custody / "seen" / "conflicts"
    durable.make_folder(folder.parent)
    durable.make_folder(folder)
    path = folder / f"{sha256_hex(data)[:32]}.{ending}"
    durable.replace(path, data)
    return path


def _is_reached(history: History | None, head: Head) -> bool:
    return history is not None and history.compare(head) in (Agreement.AGREES, Agreement.STOLEN)


def _save(vault: Vault, heard: Sequence[Heard]) -> None:
    told: dict[str, list[Head]] = {}
    for one in heard:
        told.setdefault(one.peer, []).append(one.head)
    document = {"format": FORMAT, "desks": {peer: heads_json(found) for peer, found in told.items()}}
    data = strict_json.canonical(document) + b"\n"
    if len(data) > HEADS_FILE_MAX:
        raise BadExchange("more than can be kept")
    durable.make_folder(vault.custody / "seen")
    durable.replace(_path(vault), data)


def _path(vault: Vault) -> Path:
    return vault.custody / "seen" / "heads"
