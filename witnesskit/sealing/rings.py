"""Keys of one invite, derived from three seeds (docs/spec/rings.md). LOCK.

HKDF-SHA256(seed, salt "witnesskit/invite/v1", info LABEL "/" NUMBER as four bytes) gives 32 bytes. The desk
holds the desk seed; custodian and recovery seeds stay on paper, and the desk keeps their public halves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from witnesskit.digest import sha256_hex
from witnesskit.formats.age_keys import is_hybrid
from witnesskit.keys import VerifierKey
from witnesskit.model import RecipientSet
from witnesskit.sealing.identity import Identity

OWN = 0  # the number of the desk itself
_NAME_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # as in every origin: a name does not tell what a key is for
_SALT = b"witnesskit/invite/v1"


@dataclass(frozen=True)
class OfflineHalves:
    """Public halves (``age1...`` or ``age1pq1...``) of the two offline seeds for one invite number."""

    number: int
    custodian: str
    recovery: str

    @property
    def hybrid(self) -> bool:
        """Whether they are post-quantum ones; the desk's half is then too."""
        return is_hybrid(self.recovery)


def desk_identity(desk_seed: bytes, number: int, *, hybrid: bool = False) -> Identity:
    """What opens the desk ring of invite ``number`` (0: the desk's own)."""
    return _identity(desk_seed, b"desk", number, hybrid=hybrid)


def custodian_identity(custodian_seed: bytes, number: int, *, hybrid: bool = False) -> Identity:
    """What opens the custodian ring of invite ``number``."""
    return _identity(custodian_seed, b"custodian", number, hybrid=hybrid)


def recovery_identity(recovery_seed: bytes, number: int, *, hybrid: bool = False) -> Identity:
    """What opens both rings of invite ``number``."""
    return _identity(recovery_seed, b"recovery", number, hybrid=hybrid)


def witness_seed(desk_seed: bytes, number: int) -> bytes:
    """Ed25519 seed (32 bytes) of the key that signs receipts for invite ``number``."""
    return _derived(desk_seed, b"witness", number)


def cosigner_seed(desk_seed: bytes) -> bytes:
    """Ed25519 seed (32 bytes) of the key with which the desk cosigns checkpoints of other desks."""
    return _derived(desk_seed, b"cosigner", OWN)


def catalogue_identity(desk_seed: bytes) -> Identity:
    """What the desk's catalogue is sealed to; its public half stands nowhere, so nobody else can seal one."""
    return Identity(_derived(desk_seed, b"catalogue", OWN))


def next_seed(desk_seed: bytes, number: int) -> bytes:
    """Ed25519 seed (32 bytes) of the key that may replace the device's signing key."""
    return _derived(desk_seed, b"next", number)


def witness_key(desk_seed: bytes, number: int) -> VerifierKey:
    """Public half of ``witness_seed``, under its derived name."""
    return named_key(witness_seed(desk_seed, number))


def next_key(desk_seed: bytes, number: int) -> VerifierKey:
    """Public half of ``next_seed``, under its derived name."""
    return named_key(next_seed(desk_seed, number))


def next_digest(desk_seed: bytes, number: int) -> str:
    """SHA-256 (64 hex digits) of the text of ``next_key``: what genesis commits as ``next``."""
    return sha256_hex(next_key(desk_seed, number).text.encode())


def change_seed(recovery_seed: bytes, number: int) -> bytes:
    """Ed25519 seed (32 bytes) of the offline key that authorises a change of the desk's own signing key.

    Number 0 is committed by genesis, number n by the n-th change: whoever has the keyring cannot make it.
    """
    return _derived(recovery_seed, b"change", number)


def change_key(recovery_seed: bytes, number: int) -> VerifierKey:
    """Public half of ``change_seed``, under its derived name."""
    return named_key(change_seed(recovery_seed, number))


def change_digest(recovery_seed: bytes, number: int) -> str:
    """SHA-256 (64 hex digits) of the text of ``change_key``: ``next`` of a desk's genesis, or of its n-th change."""
    return sha256_hex(change_key(recovery_seed, number).text.encode())


def named_key(seed: bytes) -> VerifierKey:
    """Public half of an Ed25519 seed; its name is ``wk1/`` and the first 65 bits of the key's own SHA-256."""
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    bits = int.from_bytes(hashlib.sha256(public).digest())
    name = "".join(_NAME_LETTERS[bits >> 256 - 5 * place & 31] for place in range(1, 14))
    return VerifierKey(f"wk1/{name}", public)


def offline_halves(
    custodian_seed: bytes, recovery_seed: bytes, numbers: Iterable[int], *, hybrid: bool = False
) -> tuple[OfflineHalves, ...]:
    """What a ceremony leaves with the desk: public halves for each of ``numbers``."""
    return tuple(
        OfflineHalves(
            number,
            custodian_identity(custodian_seed, number, hybrid=hybrid).recipient,
            recovery_identity(recovery_seed, number, hybrid=hybrid).recipient,
        )
        for number in numbers
    )


def recipient_set(desk_seed: bytes, halves: OfflineHalves) -> RecipientSet:
    """Recipients of capsules under the invite of ``halves``: ring key first, recovery key second."""
    desk = desk_identity(desk_seed, halves.number, hybrid=halves.hybrid).recipient
    return RecipientSet((halves.custodian, halves.recovery), (desk, halves.recovery))


def _identity(seed: bytes, label: bytes, number: int, *, hybrid: bool) -> Identity:
    """Both kinds of one number are other secrets, so that neither is used under two algorithms."""
    return Identity(_derived(seed, label + b"-hybrid" if hybrid else label, number), hybrid)


def _derived(seed: bytes, label: bytes, number: int) -> bytes:
    info = label + b"/" + number.to_bytes(4)
    return HKDF(algorithm=SHA256(), length=32, salt=_SALT, info=info).derive(seed)
