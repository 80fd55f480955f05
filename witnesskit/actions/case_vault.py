"""A vault as a case: its own log and every log it saw, its capsules, and the openings that it can read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from witnesskit.actions import received
from witnesskit.actions.anchor_files import stored_anchors, strangers
from witnesskit.actions.authorities import root_key
from witnesskit.actions.case import Case, container_check, unknown_evidence
from witnesskit.actions.chain_members import log_copies, thinned
from witnesskit.actions.counted import counted
from witnesskit.actions.older_copy import older_keyring, older_vault, with_logged_losses
from witnesskit.actions.openings import OpeningLine, read_capsule_openings, resolve
from witnesskit.actions.own_events import opened_events
from witnesskit.actions.peers import peers_policy
from witnesskit.actions.seen import seen_logs
from witnesskit.actions.session import Session
from witnesskit.actions.successor import closed_folders
from witnesskit.actions.vouched import still_vouched
from witnesskit.custody.journal import Journal
from witnesskit.digest import sha256_stream
from witnesskit.formats.short_id import short_id
from witnesskit.model import Opening, Role, SealedCapsule, VaultKind
from witnesskit.vault import layout, store
from witnesskit.vault.authorities import load_authorities
from witnesskit.vault.keyring import Keyring, desk_identities
from witnesskit.vault.keyring_file import open_keyring
from witnesskit.vault.layout import Vault
from witnesskit.vault.signing import is_locked, load_signer
from witnesskit.vault.state import load_state
from witnesskit.vault.trustfile import trusted_keys
from witnesskit.verify import CaseFiles, Expected, Found, LogFiles, Trust
from witnesskit.verify.case import AnchorFile
from witnesskit.verify.verdict import CheckResult, CheckState

NOBODY: Final = Trust()
_LOSSES: Final = "check"  # the type of the events that tell of lost devices
Report = Callable[[int, int | None], None]


@dataclass
class _Looked:
    """What lies in the vault: item and capsule, counts of capsules, and how many are not as they should be."""

    found: list[tuple[str, Found]] = field(default_factory=list)
    count: int = 0
    waiting: int = 0  # a kill left them in work/
    erased: dict[str, str] = field(default_factory=dict)  # capsules that a kill left in the list -> their items
    wrong: int = 0


def open_case(path: Path, passphrase: str, trust: Trust, report: Report) -> Case:
    """The whole vault; raises WrongPassphrase, VaultLocked and the leaves of a damaged vault."""
    vault = layout.open_vault(path)
    keyring = open_keyring(vault, passphrase) if vault.config.kind is VaultKind.DESK else None
    own = keyring.signer(vault.config.origin) if keyring else load_signer(vault, passphrase)
    held = bool(keyring) or is_locked(vault)  # a key that lies there in clear is anybody's
    case = case_of(vault, keyring, own.vkey if held else "", trust, report)
    return replace(case, container=(*case.container, _own_word(own.vkey in trust.keys))) if held else case


def case_of(vault: Vault, keyring: Keyring | None, own: str, trust: Trust, report: Report) -> Case:
    """The case of a vault that is open already; ``own``: its verifier key if the person held what opens it, or ""."""
    logs = vault_logs(vault)
    openings: tuple[Opening, ...] = ()
    doubts: list[CheckResult] = []
    if keyring:
        keyring, openings, doubts = _vouching(vault, keyring, logs)
    gone = _deletions(logs[0].log, openings)  # a desk has one log, and it is the first
    looked = _look(vault, gone, report)
    apart = {item for item, scopes in gone.items() if "openings" in scopes} | {*looked.erased.values()}
    found = tuple(one for item, one in looked.found if item not in apart)
    trusted = (
        *trust.keys,
        *(trusted_keys(keyring) if keyring else ()),
        *((own, *_closed_keys(vault)) if own else ()),
    )
    listed = frozenset(_listed(vault, apart, looked.erased))
    files = CaseFiles(logs, openings, found, Expected(everything=False, listed=listed))
    fixity = _fixity(looked, keyring)
    container = (fixity, *doubts, *_apart_word(len(apart)), *_received(vault), *unknown_evidence(strangers(vault)))
    believed = own_trust(vault, trusted, keyring, trust) if own else replace(trust, keys=trusted)
    return Case(files, believed, container, whole=keyring is not None)


def _received(vault: Vault) -> Iterator[CheckResult]:
    """Bundles of other desks are compared with the list: their own events are theirs to prove."""
    due, wrong = received.wrong(vault, load_state(vault))
    if wrong:
        sentence = f"{wrong} of {counted(due, 'bundle')} of other desks missing or not as sent"
        yield container_check("RECEIVED", sentence, CheckState.FAIL)
    elif due:
        yield container_check("RECEIVED", f"{counted(due, 'bundle')} of other desks as sent")


def own_trust(vault: Vault, keys: tuple[str, ...], keyring: Keyring | None, given: Trust = NOBODY) -> Trust:
    """Whoever holds what opens a desk believes the authorities and desks that it chose; see ``_own_word``.

    What is ``given`` from outside comes first. Another desk's log is believed for its receipts of this one; no log of
    another desk is part of this case.
    """
    authorities = load_authorities(vault) if vault.config.kind is VaultKind.DESK else ()
    known = {root_key(pem) for pem in given.roots.values()}  # one authority never counts under two names
    roots = {
        one.name: one.root for one in authorities if one.name not in given.roots and root_key(one.root) not in known
    }
    between = (*given.intermediates, *(one for each in authorities for one in each.intermediates))
    policy = peers_policy(keyring) if keyring and given.policy == NOBODY.policy else given.policy
    return replace(given, keys=keys, roots={**given.roots, **roots}, intermediates=between, policy=policy)


def _own_word(vouched: bool) -> CheckResult:
    """The vault's own key is trusted because it is held here; that says nothing to whoever was given the vault."""
    if vouched:
        return container_check("OWN-KEY", "the vault's own key was given from outside too")
    sentence = (
        "the vault's own key is trusted only because it opens here: a vault that somebody gave you proves nothing"
    )
    return container_check("OWN-KEY", sentence, CheckState.WARN)


def vault_logs(vault: Vault) -> tuple[LogFiles, ...]:
    """Own logs, closed ones first, then those of others; a desk's with every checkpoint and the evidence about it."""
    journal = Journal.open(vault.custody, by=vault.config.kind.value)
    closed = tuple(LogFiles(copy.lines, (copy.note,)) for copy in log_copies(vault, journal)[:-1])
    own = (*closed, own_log(vault, journal))
    return own + tuple(LogFiles(log.lines, (log.note,)) for log in seen_logs(vault))


def own_log(vault: Vault, journal: Journal) -> LogFiles:
    """The open log of this vault, every checkpoint of it, and the evidence about them."""
    anchors = tuple(AnchorFile(name.text, data) for name, data in thinned(stored_anchors(vault)))
    return LogFiles(journal.log_bytes(), journal.notes(), anchors)


def vault_openings(vault: Vault, keyring: Keyring) -> Iterator[OpeningLine]:
    """Openings of every record capsule that the desk opens."""
    for capsule in load_state(vault).capsules().values():
        yield from _openings_in(vault, keyring, capsule)


def paper_openings(session: Session, *events: str) -> Iterator[OpeningLine]:
    """Openings of the papers, which are of no item; none where there is no keyring.

    ``events``: types of those that are wanted; papers that hold none of them are passed over.
    """
    if session.keyring is not None:
        for paper in session.state.papers(*events):
            for capsule in session.state.items[paper].capsules:
                yield from _openings_in(session.vault, session.keyring, capsule)


def _openings_in(vault: Vault, keyring: Keyring, capsule: SealedCapsule) -> Iterator[OpeningLine]:
    if capsule.role is Role.RECORD and (path := store.find(vault, capsule)):
        with store.open_found(path) as stream:
            yield from read_capsule_openings(stream, desk_identities(keyring), capsule.sha256)


def _vouching(
    vault: Vault, keyring: Keyring, logs: tuple[LogFiles, ...]
) -> tuple[Keyring, tuple[Opening, ...], list[CheckResult]]:
    """The keyring with all losses that are known; openings of every log, without the receipts for what a device sent
    after it was lost; signs that something here is an older copy."""
    own, *others = (log.log for log in logs)
    openings = resolve(vault_openings(vault, keyring), [own, *others])
    known = with_logged_losses(keyring, openings, own)
    doubts = [*older_vault(own, openings, others), *older_keyring(keyring, known)]
    return known, still_vouched(openings, own, known), doubts


def known_losses(session: Session, keyring: Keyring) -> Keyring:
    """The keyring with all losses that are known; reads the papers only where there may be one on record."""
    own = session.journal.log_bytes()
    if f'"type":"{_LOSSES}"'.encode() not in own:
        return keyring
    papers = paper_openings(session, _LOSSES)
    return with_logged_losses(keyring, resolve(papers, [own], _LOSSES), own)


def _deletions(own: bytes, openings: Sequence[Opening]) -> dict[str, set[str]]:
    """What was deleted as the own log says: item -> scopes. Originals without openings are tied to no event."""
    found: dict[str, set[str]] = {}
    for event in opened_events(openings, [own]) if b'"type":"delete"' in own else ():
        if event.type == "delete":
            found.setdefault(event.about, set()).add(str(event.fields.get("scope", "")))
    return found


def _apart_word(count: int) -> tuple[CheckResult, ...]:
    if not count:
        return ()
    sentence = f"of {counted(count, 'item')} the openings were deleted on record: only the list tells of the rest"
    return (container_check("NO-OPENINGS", sentence, CheckState.WARN),)


def _closed_keys(vault: Vault) -> tuple[str, ...]:
    """Keys of this device's closed logs: the same key under earlier names."""
    journal = Journal.open(vault.custody, by=vault.config.kind.value)
    copies = log_copies(vault, journal)[:-1]
    public = journal.vkey.split("+")[2]
    keys = (Journal.open(folder, by="field").vkey for folder in closed_folders(vault))
    return tuple(key for key in keys if key.split("+")[2] == public) if copies else ()


def _look(vault: Vault, gone: Mapping[str, Collection[str]], report: Report) -> _Looked:
    """Hash every listed capsule; ``gone``: scopes of the deletions of an item.

    Papers (openings of the chain's own events) are compared with the list only.
    """
    state = load_state(vault)
    capsules = state.capsules().values()
    whole, done = sum(capsule.size for capsule in capsules), 0
    looked = _Looked()
    for capsule in capsules:
        path = store.find(vault, capsule)
        if path is None:
            if any(_takes(scope, capsule) for scope in gone.get(capsule.item, ())):
                looked.erased[capsule.id] = capsule.item
            else:
                looked.wrong += 1
            continue
        with store.open_found(path) as stream:
            digest, size = sha256_stream(stream)
        looked.count += 1
        looked.wrong += digest != capsule.sha256
        looked.waiting += path.parent.parent == vault.work
        if not state.items[capsule.item].paper:
            looked.found.append((capsule.item, Found(_place(capsule), digest, size, capsule.id)))
        done += size
        report(done, whole)
    return looked


def _takes(scope: str, capsule: SealedCapsule) -> bool:
    """Whether a deletion on record may have erased a capsule that is still listed: it was cut off before the list.

    Of a record that went with ``file`` only the list can tell whether it held a copy: the first one never does.
    """
    match scope:
        case "both":
            return True
        case "openings":
            return capsule.role is Role.RECORD
        case "file":
            return capsule.role is Role.ORIGINAL or capsule.part > 1
    return False


def _place(capsule: SealedCapsule) -> str:
    """What a person finds it by."""
    return f"item {short_id(capsule.item)}, capsule {capsule.id}"


def _listed(vault: Vault, apart: Collection[str], erased: Collection[str]) -> Iterator[str]:
    for name, item in load_state(vault).items.items():
        for capsule in () if item.paper or name in apart else item.capsules:
            if capsule.id not in erased:
                yield capsule.id
                yield capsule.sha256


def _fixity(looked: _Looked, keyring: Keyring | None) -> CheckResult:
    if looked.wrong:
        wrong = counted(
            looked.wrong, "capsule is missing or not as it was", "capsules are missing or not as they were"
        )
        sentence = f"{wrong} sealed"
        return container_check("FIXITY", sentence, CheckState.FAIL)
    sentence = f"{counted(looked.count, 'capsule is', 'capsules are')} as the vault's list says"
    if looked.waiting:
        sentence += f", {looked.waiting} of them still in work/, where a command was cut off: the next one moves them"
    if looked.erased:
        erased = counted(len(looked.erased), "was", "were")
        sentence += f"; {erased} erased by a deletion on record, which the next command finishes"
    if keyring is None:
        sentence += "; this device cannot open them, so their events are compared at the desk"
    return container_check("FIXITY", sentence)
