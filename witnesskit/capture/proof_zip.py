"""What a proof archive says of its films: digests in names and tables, signatures; checked, never believed.

The layout is ProofMode's: ``HASH.asc``, ``HASH.proof.csv``, ``HASH.proof.csv.asc``, ``HASH.ots`` ..., ``pubkey.asc``.
HASH is the film's SHA-256. The key came in the same archive: it shows that things were made together, not by whom.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from witnesskit.capture.archive_file import Archive, Member
from witnesskit.errors.capture import BadArchive
from witnesskit.limits import PROOF_FILE_MAX, PROOF_SIGNED_MAX
from witnesskit.model import Json

KEY_FILE: Final = "pubkey.asc"
_NAMED: Final = re.compile(r"([0-9a-f]{64})(\.[a-z0-9.]{1,20})", re.ASCII)
_TABLE: Final = ".proof.csv"
_PROOFS: Final = {".ots": "OpenTimestamps", ".gst": "attestation of the device", ".json": "attestation of the device"}
_PAPERS: Final = (".txt", ".cert", ".pem", ".html")
NO_LIBRARY: Final = "not checked: install witnesskit[openpgp]"


@dataclass(frozen=True)
class ProofFacts:
    """What was found for one film. ``identity`` names a device's key: for the custodian ring only."""

    facts: Mapping[str, Json]
    identity: Mapping[str, Json] = field(default_factory=dict, repr=False)


def is_proof(members: Sequence[Member]) -> bool:
    """Whether an archive is laid out as a proof archive."""
    bases = [member.base for member in members]
    return any(_suffix(base) in (_TABLE, ".asc") for base in bases) and any(_NAMED.fullmatch(base) for base in bases)


def is_proof_file(base: str) -> bool:
    """Whether a file of a proof archive is a proof, and no film."""
    return (
        bool(_NAMED.fullmatch(base)) or base == KEY_FILE or base.lower().endswith((".txt", ".cert", ".pem", ".html"))
    )


def check(archive: Archive, film: Member, sha256: str) -> ProofFacts:
    """What the archive says of ``film``, whose bytes have ``sha256``; never raises for what it holds."""
    beside = {_suffix(one.base): one for one in archive.members if one.base.startswith(sha256)}
    if not beside:
        return ProofFacts({"digest": "no file of the archive bears this film's SHA-256"})
    key = next((one for one in archive.members if one.base == KEY_FILE), None)
    facts: dict[str, Json] = {"digest": "the names of its proofs are this film's SHA-256"}
    table = _small(archive, beside.get(_TABLE))
    if table is not None:
        named = sha256 in table.decode("utf-8", "replace").lower()
        facts["table"] = "names this film's SHA-256" if named else "does not name this film's SHA-256"
    certificate = _small(archive, key)
    film_bytes = _small(archive, film, PROOF_SIGNED_MAX)
    said, fingerprint = _signature(film_bytes, _small(archive, beside.get(".asc")), certificate)
    facts["signature"] = said
    facts["table_signature"] = _signature(table, _small(archive, beside.get(f"{_TABLE}.asc")), certificate)[0]
    facts["other_proofs"] = sorted({name for suffix, name in _PROOFS.items() if suffix in beside})
    if certificate is not None:
        facts["key"] = "came in the same archive: it shows no person"
    return ProofFacts(facts, {"key_fingerprint": fingerprint} if fingerprint else {})


def _suffix(base: str) -> str:
    found = _NAMED.fullmatch(base)
    return found[2] if found else ""


def _small(archive: Archive, member: Member | None, most: int = PROOF_FILE_MAX) -> bytes | None:
    if member is None:
        return None
    try:
        return archive.read(member, most)
    except BadArchive:
        return None


def _signature(signed: bytes | None, signature: bytes | None, certificate: bytes | None) -> tuple[str, str]:
    """(what can be said, fingerprint of the key of a good signature)."""
    if signature is None:
        return "none", ""
    if certificate is None:
        return "not checked: there is no key in the archive", ""
    if signed is None:
        return f"not checked: what it signs is larger than {PROOF_SIGNED_MAX} bytes or damaged", ""
    verify = _library()
    return verify(signed, signature, certificate) if verify else (NO_LIBRARY, "")


def _library() -> Callable[[bytes, bytes, bytes], tuple[str, str]] | None:
    try:
        pgp: Any = importlib.import_module("pysequoia")
    except ImportError:
        return None

    def verify(signed: bytes, signature: bytes, certificate: bytes) -> tuple[str, str]:
        try:
            key = pgp.Cert.from_bytes(certificate)
            pgp.verify(bytes=signed, store=lambda _ids: [key], signature=pgp.Sig.from_bytes(signature))
        except Exception:  # noqa: BLE001 - the library has one error for everything; its text is never trusted
            return "BAD: it is not this key's signature of these bytes", ""
        return "good", str(key.fingerprint)

    return verify
