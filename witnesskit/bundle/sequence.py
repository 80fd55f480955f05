"""Does a bundle follow from what its sender sent before? A pure question over what the caller remembers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from witnesskit.digest import sha256_hex
from witnesskit.errors.bundle import BundleIdReused, RolledBackSender
from witnesskit.formats.bundle_manifest import BundleMeta, meta_bytes


class Verdict(StrEnum):
    """The answers. REPLAY may be imported again and changes nothing; ROLLBACK and ID_REUSED are set aside."""

    FIRST = "first"  # nothing of this sender was seen, and this is its number one
    NEXT = "next"  # it follows the newest one seen
    LATE = "late"  # older than the newest, never seen, and nothing contradicts it: it closes a gap
    GAP = "gap"  # bundles before it have not arrived yet
    REPLAY = "replay"  # this very bundle was seen
    ROLLBACK = "rollback"  # its number or its link contradicts what was seen: a copied or restored device
    ID_REUSED = "id-reused"  # its id was seen with another content


@dataclass(frozen=True)
class SeenBundle:
    """What is remembered of one bundle of the same sender; ``meta_sha256`` is the SHA-256 of its bundle.json."""

    id: str
    counter: int
    previous: str
    meta_sha256: str


def seen_bundle(meta: BundleMeta) -> SeenBundle:
    """What to remember of a bundle."""
    return SeenBundle(meta.id, meta.counter, meta.previous, sha256_hex(meta_bytes(meta)))


def require_sequence(seen: Collection[SeenBundle], meta: BundleMeta) -> Verdict:
    """The verdict; raises RolledBackSender, BundleIdReused where it is one to refuse."""
    verdict = sequence_verdict(seen, meta)
    if verdict is Verdict.ROLLBACK:
        raise RolledBackSender
    if verdict is Verdict.ID_REUSED:
        raise BundleIdReused
    return verdict


def sequence_verdict(seen: Collection[SeenBundle], meta: BundleMeta) -> Verdict:
    """Where a bundle stands among those ``seen`` of the same sender, in any order of arrival."""
    bundle = seen_bundle(meta)
    by_counter = {one.counter: one for one in seen if one.id != bundle.id}
    known = [one for one in seen if one.id == bundle.id]
    if known:
        return Verdict.REPLAY if bundle in known else Verdict.ID_REUSED
    if _contradicts(by_counter, bundle):
        return Verdict.ROLLBACK
    if bundle.counter < max(by_counter, default=0):
        return Verdict.LATE
    if bundle.counter == 1:
        return Verdict.FIRST
    return Verdict.NEXT if bundle.counter - 1 in by_counter else Verdict.GAP


def _contradicts(by_counter: dict[int, SeenBundle], bundle: SeenBundle) -> bool:
    """Another bundle has its number, or one of its neighbours is linked to another one."""
    before, after = by_counter.get(bundle.counter - 1), by_counter.get(bundle.counter + 1)
    return (
        bundle.counter in by_counter
        or (bundle.counter == 1) != (bundle.previous == "")
        or (before is not None and bundle.previous != before.meta_sha256)
        or (after is not None and after.previous != bundle.meta_sha256)
    )
