"""What a device may send: its own log, its own items, and nothing under the name or number of another."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from witnesskit.errors.actions import ForeignItem
from witnesskit.errors.bundle import BadManifest, BundleIdReused
from witnesskit.formats.bundle_manifest import BundleMeta
from witnesskit.formats.bundle_members import CHAIN_KINDS, ROSTER_KIND, Member
from witnesskit.formats.short_id import short_id
from witnesskit.keys import VerifierKey, parse_verifier_key
from witnesskit.model import Audience
from witnesskit.vault.state import State


def demand_own(present: State, senders: Collection[str], meta: BundleMeta, members: Iterable[Member]) -> None:
    """Refuse what only another device, or nobody, may send; nothing is stored before this.

    ``senders``: every name of this device. Raises BadManifest, BundleIdReused, ForeignItem.
    """
    if meta.audience != Audience.DESK:
        raise BadManifest("bundle.json: audience; a desk takes in what is addressed to a desk")
    known = present.bundles.get(meta.set)
    if known is not None and known.sender not in senders:
        raise BundleIdReused("by another device")
    capsules = present.capsules()
    for member in members:
        if member.kind in CHAIN_KINDS or (member.kind == ROSTER_KIND and 1 < meta.volumes == meta.volume):
            continue
        if member.kind != "capsule":
            raise BadManifest(f"members.jsonl, line {member.ordinal}: a device sends capsules, no {member.kind}")
        if member.item in present.items and not _is_own(present, senders, member.item):
            raise ForeignItem(f"item {short_id(member.item)}")
        here = capsules.get(member.capsule)
        if here and (here.item, here.role, here.part, here.sha256) != _facts(member):
            raise ForeignItem(f"a capsule of item {short_id(here.item)}")


def _is_own(present: State, senders: Collection[str], item: str) -> bool:
    """Whether this device brought an item or a paper, under whatever name."""
    return present.sender_of(item) in senders


def is_name_of_another(taken: Iterable[str], key: VerifierKey) -> bool:
    """Whether one of the verifier keys ``taken`` has the name of ``key`` and is another key."""
    others = map(parse_verifier_key, taken)
    return any(other.name == key.name and other.public != key.public for other in others)


def _facts(member: Member) -> tuple[str, str, int, str]:
    return member.item, member.role, member.part, member.whole_sha256 or member.sha256
