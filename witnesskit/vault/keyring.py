"""The desk's keyring: seeds, the pool of invites, and whom they were given to; sealed with a passphrase.

The custodian and recovery seeds are not in it, only their public halves for each number of the pool; a lone
researcher's keyring holds the custodian seed too (docs/spec/vault.md).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

from witnesskit.custody.cosigner import Cosigner
from witnesskit.custody.signer import Signer
from witnesskit.errors.vault import BadKeyring, PoolEmpty, SheetWrong
from witnesskit.limits import INVITE_POOL
from witnesskit.model import RecipientSet
from witnesskit.sealing import rings
from witnesskit.sealing.identity import Identity
from witnesskit.sealing.rings import OWN, OfflineHalves
from witnesskit.vault.passphrase import generate_passphrase

_SEED = 32  # bytes


@dataclass(frozen=True)
class Loss:
    """A device that is in other hands: what it sent after the desk's receipt event ``receipt`` counts for nothing.

    ``logs``: id (64 hex digits) of each of its logs, and the number of lines that were received by then.
    """

    receipt: int  # 0 where nothing was received
    logs: tuple[tuple[str, int], ...] = ()

    def confirmed(self, log: str) -> int:
        """How many lines of a log still stand on the desk's word."""
        return dict(self.logs).get(log, 0)


@dataclass(frozen=True)
class IssuedInvite:
    """One invite given out: for whom, and which device has used it."""

    id: str  # 32 hex digits
    number: int
    enrol: str  # one-time code
    valid_until: str  # YYYY-MM-DD
    name: str  # human; nowhere else in the vault
    senders: tuple[str, ...] = ()  # verifier key texts: of the first bundle, then of the device's later logs
    lost: Loss | None = None


@dataclass(frozen=True)
class Peer:
    """Another desk, as its people told of it over another channel than the evidence."""

    name: str  # what this desk calls it, ``[a-z0-9][a-z0-9-]{0,31}``
    key: str  # verifier key text of its log
    witness: str = ""  # verifier key text (kind 0x04) with which it cosigns; empty: not told


@dataclass(frozen=True)
class Keyring:
    """A desk's secrets; its text form shows none of them."""

    desk_seed: bytes = field(repr=False)
    signing_seed: bytes = field(repr=False)
    own: OfflineHalves
    pool: tuple[OfflineHalves, ...]  # numbers not yet given out, ascending
    issued: tuple[IssuedInvite, ...] = field(default=(), repr=False)
    sheet_confirmed: bool = False
    custodian_seed: bytes | None = field(default=None, repr=False)  # lone researcher only
    peers: tuple[Peer, ...] = field(default=(), repr=False)
    pending_seed: bytes | None = field(default=None, repr=False)  # of a signing key that may not be in force yet
    post_quantum: bool = False  # the log's checkpoints bear a second signature
    passphrase: str = field(default="", repr=False, compare=False)  # in its printed form; not stored in the keyring

    @property
    def lone(self) -> bool:
        """Whether this desk opens originals too."""
        return self.custodian_seed is not None

    @property
    def hybrid(self) -> bool:
        """Whether all its recipients are post-quantum ones; a desk has one kind from its first day on."""
        return self.own.hybrid

    @property
    def own_recipients(self) -> RecipientSet:
        """Recipients of what the desk itself captures."""
        return rings.recipient_set(self.desk_seed, self.own)

    @cached_property
    def _identities(self) -> dict[int, Identity]:
        """Desk identities as they were asked for: working out a hybrid one takes some milliseconds."""
        return {}

    def desk_identity(self, number: int) -> Identity:
        """What opens the desk ring of invite ``number`` (0: the desk's own)."""
        if number not in self._identities:
            self._identities[number] = rings.desk_identity(self.desk_seed, number, hybrid=self.hybrid)
        return self._identities[number]

    def signer(self, origin: str) -> Signer:
        """The desk's own signer under its vault's origin."""
        return Signer(origin, self.signing_seed, post_quantum=self.post_quantum)

    def signers(self, origin: str) -> tuple[Signer, ...]:
        """The desk's own signer, and the pending one if there is one."""
        seeds = (self.signing_seed,) if self.pending_seed is None else (self.signing_seed, self.pending_seed)
        return tuple(Signer(origin, seed, post_quantum=self.post_quantum) for seed in seeds)

    def signer_of(self, vkey: str) -> Signer:
        """The signer whose verifier key text is ``vkey``, be it pending or not; raises BadKeyring."""
        for signer in self.signers(vkey.partition("+")[0]):
            if signer.vkey == vkey:
                return signer
        raise BadKeyring("it does not hold the key that signs this log; an older copy of it was put back")

    def cosigner(self, origin: str) -> Cosigner:
        """What cosigns checkpoints of other desks, under a name of its own."""
        return Cosigner(f"{origin}/witness", rings.cosigner_seed(self.desk_seed))


@dataclass(frozen=True)
class OfflineSeeds:
    """What goes onto the two sheets and is then forgotten; its text form shows nothing."""

    custodian: bytes = field(repr=False)
    recovery: bytes = field(repr=False)


def new_keyring(*, lone: bool = False, hybrid: bool = False) -> tuple[Keyring, OfflineSeeds]:
    """Fresh seeds with a full pool and a generated passphrase; the offline seeds are for the sheets only."""
    desk, signing, custodian, recovery = (secrets.token_bytes(_SEED) for _ in range(4))
    own, *pool = rings.offline_halves(custodian, recovery, range(INVITE_POOL + 1), hybrid=hybrid)
    kept, passphrase = custodian if lone else None, generate_passphrase()
    keyring = Keyring(desk, signing, own, tuple(pool), custodian_seed=kept, passphrase=passphrase)
    return keyring, OfflineSeeds(custodian, recovery)


def refilled(keyring: Keyring, seeds: OfflineSeeds) -> Keyring:
    """The keyring with a pool of 64 again, numbers never used before; raises SheetWrong for other seeds."""
    if rings.offline_halves(seeds.custodian, seeds.recovery, [OWN], hybrid=keyring.hybrid)[0] != keyring.own:
        raise SheetWrong("these sheets are not this desk's")
    used = [halves.number for halves in keyring.pool] + [invite.number for invite in keyring.issued]
    first = max(used, default=OWN) + 1
    numbers = range(first, first + INVITE_POOL - len(keyring.pool))
    more = rings.offline_halves(seeds.custodian, seeds.recovery, numbers, hybrid=keyring.hybrid)
    return replace(keyring, pool=keyring.pool + more)


def take_number(keyring: Keyring) -> tuple[OfflineHalves, Keyring]:
    """The next number and a keyring without it; raises PoolEmpty."""
    if not keyring.pool:
        raise PoolEmpty
    return keyring.pool[0], replace(keyring, pool=keyring.pool[1:])


def desk_identities(keyring: Keyring, numbers: Iterable[int] | None = None) -> tuple[Identity, ...]:
    """What opens desk rings: of ``numbers``, else of the newest invites first and the desk's own last."""
    chosen = _given_out(keyring) if numbers is None else tuple(numbers)
    return tuple(keyring.desk_identity(number) for number in chosen)


def custodian_identities(keyring: Keyring, numbers: Iterable[int] | None = None) -> tuple[Identity, ...]:
    """What opens custodian rings; empty unless the desk is a lone researcher's."""
    if keyring.custodian_seed is None:
        return ()
    chosen = _given_out(keyring) if numbers is None else tuple(numbers)
    seed, hybrid = keyring.custodian_seed, keyring.hybrid
    return tuple(rings.custodian_identity(seed, number, hybrid=hybrid) for number in chosen)


def _given_out(keyring: Keyring) -> tuple[int, ...]:
    return (*(invite.number for invite in reversed(keyring.issued)), OWN)
