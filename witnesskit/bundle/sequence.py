"""Does a bundle follow from what its sender sent before? A pure question over what the caller remembers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from witnesskit.digest import sha256_hex
from witnesskit.errors.bundle import BundleIdReused, RolledBackSender
from witnesskit.formats.bundle_manifest import BundleMeta, meta_bytes


class Verdict(StrEnum):
    """The answers. REPLAY may be imported again and changes nothing; ROLLBACK and ID_REUSED are set aside."""

    FIRST = "first"  # nothing of this sender was seen, and this is its number one
    NEXT = "next"  # it follows the newest one seen
    FURTHER = "further"  # another volume of a set of which one was seen
    LATE = "late"  # older than the newest, never seen, and nothing contradicts it: it closes a gap
    GAP = "gap"  # bundles before it have not arrived yet
    REPLAY = "replay"  # this very bundle was seen
    ROLLBACK = "rollback"  # its number or its link contradicts what was seen: a copied or restored device
    ID_REUSED = "id-reused"  # its id was seen with another content


@dataclass(frozen=True)
class SeenBundle:
    """What is remembered of one bundle of the same sender; ``meta_sha256`` is the SHA-256 of its bundle.json.

    Of a set its id, and of each of its ``volumes`` that digest, empty where it was not seen; ``meta_sha256`` is the
    first one's.
    """

    id: str
    counter: int
    previous: str
    meta_sha256: str
    volumes: tuple[str, ...] = ()


def seen_bundle(meta: BundleMeta) -> SeenBundle:
    """What to remember of a bundle, or of one volume of a set."""
    digest = sha256_hex(meta_bytes(meta))
    volumes = tuple(digest if number == meta.volume else "" for number in range(1, meta.volumes + 1))
    first = digest if meta.is_first else ""
    return SeenBundle(meta.set, meta.counter, meta.previous, first, volumes if meta.volumes > 1 else ())


def together(known: SeenBundle, more: SeenBundle) -> SeenBundle:
    """What is remembered after a further volume of a set."""
    volumes = tuple(one or other for one, other in zip(known.volumes, more.volumes, strict=True))
    return replace(known, meta_sha256=known.meta_sha256 or more.meta_sha256, volumes=volumes)


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
    known = next((one for one in seen if one.id == bundle.id), None)
    if known is not None and not _is_further(known, bundle):
        return Verdict.REPLAY if _is_in(known, bundle) else Verdict.ID_REUSED
    if _contradicts(by_counter, bundle):
        return Verdict.ROLLBACK
    if known is not None:
        return Verdict.FURTHER
    if bundle.counter < max(by_counter, default=0):
        return Verdict.LATE
    if bundle.counter == 1:
        return Verdict.FIRST
    return Verdict.NEXT if bundle.counter - 1 in by_counter else Verdict.GAP


def _is_in(known: SeenBundle, bundle: SeenBundle) -> bool:
    """Whether this very bundle, or this very volume of the set, was seen."""
    if not known.volumes or len(known.volumes) != len(bundle.volumes):
        return known == bundle
    pairs = zip(bundle.volumes, known.volumes, strict=True)
    return _same_set(known, bundle) and all(one in ("", other) for one, other in pairs)


def _is_further(known: SeenBundle, bundle: SeenBundle) -> bool:
    """Whether it is a volume of a set that was seen, but not this one of it."""
    if len(known.volumes) != len(bundle.volumes) or not _same_set(known, bundle):
        return False
    return any(digest and not here for digest, here in zip(bundle.volumes, known.volumes, strict=True))


def _same_set(known: SeenBundle, bundle: SeenBundle) -> bool:
    return (known.counter, known.previous) == (bundle.counter, bundle.previous)


def _contradicts(by_counter: dict[int, SeenBundle], bundle: SeenBundle) -> bool:
    """Another bundle has its number, or one of its neighbours is linked to another one."""
    before, after = by_counter.get(bundle.counter - 1), by_counter.get(bundle.counter + 1)
    return (
        bundle.counter in by_counter
        or (bundle.counter == 1) != (bundle.previous == "")
        or (before is not None and before.meta_sha256 not in ("", bundle.previous))
        or (after is not None and bundle.meta_sha256 not in ("", after.previous))
    )
