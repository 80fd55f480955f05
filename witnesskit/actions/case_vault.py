"""A vault as a case: its own log and every log it saw, its capsules, and the openings that it can read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from witnesskit.actions import received
from witnesskit.actions.anchor_files import stored_anchors, strangers
from witnesskit.actions.authorities import root_key
from witnesskit.actions.case import Case, container_check, unknown_evidence
from witnesskit.actions.chain_members import log_copies, thinned
from witnesskit.actions.openings import OpeningLine, read_capsule_openings, resolve
from witnesskit.actions.own_events import opened_events
from witnesskit.actions.peers import peers_policy
from witnesskit.actions.seen import seen_logs
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
Report = Callable[[int, int | None], None]


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
    openings = _vouching(vault, keyring, logs) if keyring else ()
    apart = _erased_openings(logs[0].log, openings)  # a desk has one log, and it is the first
    found, wrong = _found(vault, apart, report)
    trusted = (
        *trust.keys,
        *(trusted_keys(keyring) if keyring else ()),
        *((own, *_closed_keys(vault)) if own else ()),
    )
    files = CaseFiles(logs, openings, found, Expected(everything=False, listed=frozenset(_listed(vault, apart))))
    fixity = _fixity(len(load_state(vault).capsules()), wrong, keyring)
    container = (fixity, *_apart_word(len(apart)), *_received(vault), *unknown_evidence(strangers(vault)))
    return Case(files, own_trust(vault, trusted, keyring, trust) if own else replace(trust, keys=trusted), container)


def _received(vault: Vault) -> Iterator[CheckResult]:
    """Bundles of other desks are compared with the list: their own events are theirs to prove."""
    due, wrong = received.wrong(vault, load_state(vault))
    if wrong:
        sentence = f"{wrong} of {due} bundles of other desks are missing or not as they came"
        yield container_check("RECEIVED", sentence, CheckState.FAIL)
    elif due:
        yield container_check("RECEIVED", f"{due} bundles of other desks are as they came")


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


def vault_openings(vault: Vault, keyring: Keyring, *, papers: bool = False) -> Iterator[OpeningLine]:
    """Openings of every record capsule that the desk opens; or of the ``papers`` alone, which are of no item."""
    identities, state = desk_identities(keyring), load_state(vault)
    for capsule in state.capsules().values():
        if papers and not state.items[capsule.item].paper:
            continue
        if capsule.role is Role.RECORD and store.has(vault, capsule.id):
            with store.open_capsule(vault, capsule.id) as stream:
                yield from read_capsule_openings(stream, identities, capsule.sha256)


def _vouching(vault: Vault, keyring: Keyring, logs: tuple[LogFiles, ...]) -> tuple[Opening, ...]:
    """Openings of every log, without the receipts for what a device sent after it was lost."""
    openings = resolve(vault_openings(vault, keyring), [log.log for log in logs])
    return still_vouched(openings, logs[0].log, keyring)


def _erased_openings(own: bytes, openings: Sequence[Opening]) -> frozenset[str]:
    """Items whose openings were deleted, as the own log says: their originals are tied to no event any more."""
    events = opened_events(openings, [own]) if b'"type":"delete"' in own else ()
    gone = (event for event in events if (event.type, event.fields.get("scope")) == ("delete", "openings"))
    return frozenset(event.about for event in gone)


def _apart_word(count: int) -> tuple[CheckResult, ...]:
    if not count:
        return ()
    sentence = (
        f"the openings of {count} items were deleted on record: what is left of them is compared with the list only"
    )
    return (container_check("NO-OPENINGS", sentence, CheckState.WARN),)


def _closed_keys(vault: Vault) -> tuple[str, ...]:
    """Keys of this device's closed logs: the same key under earlier names."""
    journal = Journal.open(vault.custody, by=vault.config.kind.value)
    copies = log_copies(vault, journal)[:-1]
    public = journal.vkey.split("+")[2]
    keys = (Journal.open(folder, by="field").vkey for folder in closed_folders(vault))
    return tuple(key for key in keys if key.split("+")[2] == public) if copies else ()


def _found(vault: Vault, apart: Collection[str], report: Report) -> tuple[tuple[Found, ...], int]:
    """Hash every listed capsule; second: how many are missing or not as sealed.

    Papers (openings of the chain's own events) and items ``apart`` are compared with the list only.
    """
    state = load_state(vault)
    capsules = state.capsules().values()
    whole, done, wrong = sum(capsule.size for capsule in capsules), 0, 0
    found = []
    for capsule in capsules:
        if not store.has(vault, capsule.id):
            wrong += 1
            continue
        with store.open_capsule(vault, capsule.id) as stream:
            digest, size = sha256_stream(stream)
        wrong += digest != capsule.sha256
        if not state.items[capsule.item].paper and capsule.item not in apart:
            found.append(Found(_place(capsule), digest, size, capsule.id))
        done += size
        report(done, whole)
    return tuple(found), wrong


def _place(capsule: SealedCapsule) -> str:
    """What a person finds it by."""
    return f"item {short_id(capsule.item)}, capsule {capsule.id}"


def _listed(vault: Vault, apart: Collection[str]) -> Iterator[str]:
    for name, item in load_state(vault).items.items():
        for capsule in () if item.paper or name in apart else item.capsules:
            yield capsule.id
            yield capsule.sha256


def _fixity(count: int, wrong: int, keyring: Keyring | None) -> CheckResult:
    if wrong:
        return container_check("FIXITY", f"{wrong} capsules are missing or not as they were sealed", CheckState.FAIL)
    sentence = f"{count} capsules are as the vault's list says"
    if keyring is None:
        sentence += "; this device cannot open them, so their events are compared at the desk"
    return container_check("FIXITY", sentence)
