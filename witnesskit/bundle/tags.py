"""The tag files of a bag, from a volume or a folder: do they follow the specification and agree with each other?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from witnesskit.digest import sha256_hex
from witnesskit.errors.bundle import BadManifest
from witnesskit.formats.bag import BAGIT_NAME, BAGIT_TEXT, MANIFEST_NAME, manifest_bytes
from witnesskit.formats.bundle_manifest import META_NAME, SIGNATURE_NAME, BundleMeta, check_signature, parse_meta
from witnesskit.formats.bundle_members import MEMBERS_NAME, Member, parse_members
from witnesskit.keys import VerifierKey


@dataclass(frozen=True)
class Tags:
    """Tag files that verified. ``signer`` signed ``bundle.json``; who that is, the caller decides."""

    files: Mapping[str, bytes]
    meta: BundleMeta
    members: tuple[Member, ...]
    signer: VerifierKey

    @property
    def meta_sha256(self) -> str:
        """SHA-256 of ``bundle.json``: what this sender's next bundle names as ``previous``."""
        return sha256_hex(self.files[META_NAME])


def check_tags(untrusted_files: Mapping[str, bytes]) -> Tags:
    """Check all five; raises BadManifest, BadSignature, BundleTooBig, NewerFormat."""
    if untrusted_files[BAGIT_NAME] != BAGIT_TEXT:
        raise BadManifest(f"{BAGIT_NAME}: not the one text it can be")
    meta = parse_meta(untrusted_files[META_NAME])
    signer = check_signature(meta, untrusted_files[META_NAME], untrusted_files[SIGNATURE_NAME])
    _check_digest(MEMBERS_NAME, untrusted_files, meta.members_sha256)
    _check_digest(MANIFEST_NAME, untrusted_files, meta.manifest_sha256)
    members = parse_members(untrusted_files[MEMBERS_NAME])
    if len(members) != meta.members or sum(member.size for member in members) != meta.bytes:
        raise BadManifest(f"{MEMBERS_NAME}: counts")
    if manifest_bytes(member.sha256 for member in members) != untrusted_files[MANIFEST_NAME]:
        raise BadManifest(f"{MANIFEST_NAME}: not the list of {MEMBERS_NAME}")
    return Tags(untrusted_files, meta, members, signer)


def _check_digest(name: str, files: Mapping[str, bytes], digest: str) -> None:
    if sha256_hex(files[name]) != digest:
        raise BadManifest(f"{name}: not the one that was signed")
