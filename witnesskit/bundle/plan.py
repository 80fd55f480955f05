"""What goes into a volume, before a byte is read: members in their order, and the tag files that follow from it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from witnesskit.bundle import layout
from witnesskit.digest import sha256_hex
from witnesskit.errors.bundle import NothingToPack, VolumeTooLarge
from witnesskit.formats import ustar
from witnesskit.formats.age_keys import demand_one_kind
from witnesskit.formats.bag import BAGIT_TEXT, manifest_bytes
from witnesskit.formats.bundle_manifest import (
    BundleMeta,
    ChainHead,
    TransferOpening,
    check_signature,
    meta_bytes,
    parse_meta,
    signature_bytes,
)
from witnesskit.formats.bundle_members import (
    CHAIN_KINDS,
    ROSTER_KIND,
    Member,
    check_members,
    members_bytes,
    payload_manifest_sha256,
)
from witnesskit.limits import BUNDLE_MEMBERS_MAX, STANZAS_SHOWN, VOLUME_MAX

_NAME_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz234567"
_NAME_LENGTH: Final = 16  # 80 bits: no two bundles share a name, and it tells nothing


def random_name() -> str:
    """A file name that tells nothing."""
    return "".join(secrets.choice(_NAME_LETTERS) for _ in range(_NAME_LENGTH)) + ".age"


@dataclass(frozen=True)
class PlannedMember:
    """A file to be packed: what it must be, and how to open it (raw, unbuffered streams are the fastest)."""

    kind: str
    size: int
    sha256: str
    open: Callable[[], BinaryIO]
    item: str = ""
    capsule: str = ""
    role: str = ""
    part: int = 0
    origin: str = ""
    name: str = ""
    offset: int = 0
    whole_sha256: str = ""
    whole_size: int = 0


@dataclass(frozen=True)
class Place:
    """Which volume of which set; ``plaintext``: bytes of the sealed content, the same for each of them."""

    set: str
    volume: int
    volumes: int
    plaintext: int


@dataclass(frozen=True)
class BundlePlan:
    """A bundle to be written. ``previous``: ``Packed.meta_sha256`` of this sender's bundle before, or ""."""

    sender: str  # verifier key text
    counter: int
    previous: str
    audience: str
    members: Sequence[PlannedMember]
    chain: tuple[ChainHead, ...] = ()
    policy: str = ""
    enrol: str = ""
    openings: tuple[TransferOpening, ...] = ()
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    place: Place | None = None  # in a set of volumes
    file: str = field(default_factory=random_name)


@dataclass(frozen=True)
class Parcel:
    """A plan worked out: tag files in their order, members beside their sources, and sizes in bytes."""

    meta: BundleMeta
    tag_files: tuple[tuple[str, bytes], ...]
    members: tuple[tuple[Member, PlannedMember], ...]
    plaintext: int
    sealed: int


def arranged(members: Sequence[PlannedMember]) -> list[PlannedMember]:
    """The order in a volume: the chain first, as given; then everything else, small before large; last the roster.

    The roster is made when the transfer was logged: before others it would change their numbers, which that commits.
    """
    chain = [member for member in members if member.kind in CHAIN_KINDS]
    others = (member for member in members if member.kind not in CHAIN_KINDS)
    return chain + sorted(others, key=lambda one: (one.kind == ROSTER_KIND, one.size))


def transfer_digest(volumes: Sequence[Sequence[PlannedMember]], *, chain_members: int) -> str:
    """``transfer.manifest_sha256`` of the payload of all volumes, each behind ``chain_members`` members of the chain.

    So the event can be logged before the chain segment that holds it is packed.
    """
    numbered = (_numbered(arranged(payload), chain_members + 1) for payload in volumes)
    return payload_manifest_sha256([member for volume in numbered for member in volume])


def work_out(plan: BundlePlan, recipients: Sequence[str], sign: Callable[[str], str]) -> Parcel:
    """All of the volume but its payload; raises NothingToPack, VolumeTooLarge, BadManifest, BadSignature.

    Classical and post-quantum recipients together raise MixedRecipients.
    """
    demand_one_kind(recipients)
    sources = arranged(plan.members)
    if not sources:
        raise NothingToPack
    if len(sources) > BUNDLE_MEMBERS_MAX:
        raise VolumeTooLarge(f"{len(sources)} files, at most {BUNDLE_MEMBERS_MAX}")
    members = _numbered(sources, 1)
    check_members(members)
    manifest, listing = manifest_bytes(member.sha256 for member in members), members_bytes(members)
    meta = _meta(plan, recipients, members, (sha256_hex(manifest), sha256_hex(listing)))
    meta_data = meta_bytes(meta)
    signature = signature_bytes(meta_data, sign)
    check_signature(parse_meta(meta_data), meta_data, signature)
    contents = (BAGIT_TEXT, meta_data, manifest, listing, signature)
    tag_files = tuple(zip(layout.TAG_FILES, contents, strict=True))
    sizes = [len(content) for content in contents] + [one.size for one in members]
    plaintext, sealed = _sizes(sizes, layout.shown(recipients), plan.place)
    return Parcel(meta, tag_files, tuple(zip(members, sources, strict=True)), plaintext, sealed)


def _sizes(sizes: Sequence[int], stanzas: Sequence[str], place: Place | None) -> tuple[int, int]:
    content = layout.content_size(sizes)
    plaintext = place.plaintext if place else ustar.padded_size(content)
    sealed = layout.sealed_size(plaintext, stanzas)
    if sealed > VOLUME_MAX or content > plaintext:
        raise VolumeTooLarge(f"{content} bytes, {sealed} when sealed, at most {VOLUME_MAX}")
    return plaintext, sealed


def _numbered(sources: Sequence[PlannedMember], first: int) -> list[Member]:
    return [
        Member(
            n,
            one.size,
            one.sha256,
            one.kind,
            one.item,
            one.capsule,
            one.role,
            one.part,
            one.origin,
            one.name,
            one.offset,
            one.whole_sha256,
            one.whole_size,
        )
        for n, one in enumerate(sources, first)
    ]


def _meta(
    plan: BundlePlan, recipients: Sequence[str], members: Sequence[Member], digests: tuple[str, str]
) -> BundleMeta:
    return BundleMeta(
        id=plan.id,
        set=plan.place.set if plan.place else plan.id,
        volume=plan.place.volume if plan.place else 1,
        volumes=plan.place.volumes if plan.place else 1,
        decoys=max(0, STANZAS_SHOWN - len(recipients)),
        sender=plan.sender,
        counter=plan.counter,
        previous=plan.previous,
        recipients=tuple(sorted(recipients)),
        audience=plan.audience,
        enrol=plan.enrol,
        chain=plan.chain,
        members=len(members),
        bytes=sum(member.size for member in members),
        manifest_sha256=digests[0],
        members_sha256=digests[1],
        policy=plan.policy,
        openings=plan.openings,
    )
