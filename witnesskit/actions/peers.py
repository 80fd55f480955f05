"""``trust peer`` and ``trust show``: which other desks this desk trusts, and what it tells them of itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from witnesskit.custody.journal import Journal
from witnesskit.errors.formats import BadKey
from witnesskit.errors.peers import NoSuchPeer, PeerTaken
from witnesskit.formats.quorum import TrustPolicy
from witnesskit.keys import COSIGNATURE, ED25519, VerifierKey, parse_verifier_key
from witnesskit.model import VaultKind
from witnesskit.sealing import rings
from witnesskit.vault import layout, lock
from witnesskit.vault.keyring import Keyring, Peer
from witnesskit.vault.keyring_file import open_keyring, save_keyring
from witnesskit.vault.layout import Vault
from witnesskit.vault.trustfile import known_keys

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}", re.ASCII)  # as the giver of an anchor is named


@dataclass(frozen=True)
class OwnKeys:
    """What other desks must be told of this one, over another channel than the evidence."""

    log: VerifierKey
    witness: VerifierKey
    recipient: str  # age1...


def add_peer(vault: Vault, passphrase: str, peer: Peer) -> Peer:
    """Trust another desk; the same again is nothing. Returns it with its keys in their one form.

    Raises PeerTaken, BadKey, WrongPassphrase, WrongVaultKind.
    """
    layout.demand(vault, VaultKind.DESK)
    peer = _checked(peer)
    with lock.writing(vault):
        keyring = open_keyring(vault, passphrase)
        if peer not in keyring.peers:
            _demand_free(vault, keyring, peer)
            save_keyring(vault, replace(keyring, peers=(*keyring.peers, peer)))
    return peer


def remove_peer(vault: Vault, passphrase: str, name: str) -> None:
    """Trust a desk no longer; what was taken in from it stays. Raises NoSuchPeer, WrongPassphrase."""
    layout.demand(vault, VaultKind.DESK)
    with lock.writing(vault):
        keyring = open_keyring(vault, passphrase)
        left = tuple(peer for peer in keyring.peers if peer.name != name)
        if left == keyring.peers:
            raise NoSuchPeer
        save_keyring(vault, replace(keyring, peers=left))


def list_peers(vault: Vault, passphrase: str) -> tuple[Peer, ...]:
    """Every desk that is trusted here, by name."""
    layout.demand(vault, VaultKind.DESK)
    return tuple(sorted(open_keyring(vault, passphrase).peers, key=lambda peer: peer.name))


def own_keys(vault: Vault, passphrase: str) -> OwnKeys:
    """This desk's own keys to tell others."""
    layout.demand(vault, VaultKind.DESK)
    keyring, origin = open_keyring(vault, passphrase), vault.config.origin
    recipient = keyring.desk_identity(rings.OWN).recipient
    in_force = parse_verifier_key(Journal.open(vault.custody, by=VaultKind.DESK).vkey)
    return OwnKeys(in_force, keyring.cosigner(origin).key, recipient)


def peer_of(keyring: Keyring, key: str) -> Peer | None:
    """The trusted desk whose log ``key`` (verifier key text) signs."""
    return next((peer for peer in keyring.peers if peer.key == key), None)


def peer_named(keyring: Keyring, key: str) -> Peer | None:
    """The trusted desk whose log has the name of ``key``, which may have replaced the key that was told.

    Only the log itself can show that it did; to be asked before anything is believed.
    """
    return next((peer for peer in keyring.peers if peer.key.partition("+")[0] == key.partition("+")[0]), None)


def peers_policy(keyring: Keyring) -> TrustPolicy:
    """The trusted desks as a verifier's policy: their logs and, where they told them, their witnesses."""
    logs = tuple(parse_verifier_key(peer.key) for peer in keyring.peers)
    told = {peer.name: peer.witness for peer in keyring.peers if peer.witness}
    return TrustPolicy(logs, {name: parse_verifier_key(text, (COSIGNATURE,)) for name, text in told.items()})


def _checked(peer: Peer) -> Peer:
    if not _NAME.fullmatch(peer.name):
        raise PeerTaken("a name has small letters, digits and hyphens, at most 32")
    witness = parse_verifier_key(peer.witness, (COSIGNATURE,)).text if peer.witness else ""
    return Peer(peer.name, parse_verifier_key(peer.key).text, witness)


def _demand_free(vault: Vault, keyring: Keyring, peer: Peer) -> None:
    """No name and no key may stand for two: whose word a log stands on must never be a question."""
    named = next((other for other in keyring.peers if other.name == peer.name), None)
    if named and named.key == peer.key:
        raise PeerTaken("that desk is trusted here already, with another witness key or none")
    if named:
        raise PeerTaken("the name is another desk's")
    own = keyring.cosigner(vault.config.origin).key.text
    taken = (vault.config.key, own, *known_keys(keyring), *_keys_of(keyring.peers))
    for text in _keys_of((peer,)):
        if any(_same(text, other) for other in taken):
            raise PeerTaken("its key, or its key's name, is another's")


def _keys_of(peers: tuple[Peer, ...]) -> tuple[str, ...]:
    return tuple(text for peer in peers for text in (peer.key, peer.witness) if text)


def _same(text: str, other: str) -> bool:
    """Whether two verifier keys have the name, or the public half, of one another."""
    try:
        one, two = (parse_verifier_key(each, (ED25519, COSIGNATURE)) for each in (text, other))
    except BadKey:
        return False
    return one.name == two.name or one.public == two.public
