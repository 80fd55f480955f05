"""``verify --trust FOLDER``: whom the person believes, read from files that came another way (docs/spec/trust.md)."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from witnesskit.actions.given_file import given_bytes, given_text
from witnesskit.actions.given_key import key_text
from witnesskit.errors.actions import BadTrustFolder
from witnesskit.formats.quorum import TrustPolicy
from witnesskit.formats.trust_policy import parse_trust_policy
from witnesskit.keys import ED25519, ML_DSA_44
from witnesskit.limits import MIB
from witnesskit.verify import Trust

_PATH_MAX = 4096  # characters
_POLICY_MAX = _CERTIFICATE_MAX = MIB
_HEADERS_MAX = 256 * MIB  # a million headers of 170 bytes, and some
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_HEADER = re.compile(r"(0|[1-9][0-9]{0,8}) ([0-9a-f]{160})", re.ASCII)
_FOLDERS: Final = ("tsa", "tsa-int")
_FILES: Final = ("policy", "headers")


def outside_trust(signers: Sequence[str], folder: Path | None = None, tsa_roots: Sequence[Path] = ()) -> Trust:
    """Everything that was given from outside, with this computer's clock.

    ``signers``: verifier keys or files that begin with one; ``tsa_roots``: PEM files, whose stems name authorities.
    Raises BadKey, BadTrustFolder, BadTrustPolicy, FileUnreadable.
    """
    trust = read_trust_folder(folder) if folder else Trust()
    roots = [*trust.roots.items(), *((_stem(path), _certificate(path)) for path in tsa_roots)]
    keys = (*(key_text(text, (ED25519, ML_DSA_44)) for text in signers), *trust.keys)
    return replace(trust, keys=tuple(dict.fromkeys(keys)), roots=_distinct(roots), now=int(time.time()))


def read_trust_folder(folder: Path) -> Trust:
    """The folder as the page describes it, without ``now``; raises BadTrustFolder, BadTrustPolicy, FileUnreadable."""
    try:
        entries = {path.name: path for path in folder.iterdir()}
    except OSError:
        raise BadTrustFolder("it is not a folder that can be read") from None
    for name, path in entries.items():
        if name not in (*_FOLDERS, *_FILES) or path.is_dir() != (name in _FOLDERS):
            raise BadTrustFolder(f"{name[:64]} has no place in it")
    policy = parse_trust_policy(given_bytes(entries["policy"], _POLICY_MAX)) if "policy" in entries else None
    found = policy or TrustPolicy()
    return Trust(
        keys=tuple(key.text for key in found.logs if key.kind == ED25519),
        policy=found,
        roots=_distinct([(_stem(path), _certificate(path)) for path in _pems(entries.get("tsa"))]),
        intermediates=tuple(_intermediate(path) for path in _pems(entries.get("tsa-int"))),
        headers=_headers(entries["headers"]) if "headers" in entries else {},
    )


def _pems(folder: Path | None) -> Iterator[Path]:
    for path in sorted(folder.iterdir()) if folder else ():
        if path.suffix != ".pem" or not path.is_file():
            raise BadTrustFolder(f"{path.name[:64]} has no place in it")
        yield path


def _stem(path: Path) -> str:
    if not _NAME.fullmatch(path.stem):
        raise BadTrustFolder("an authority is named by letters, digits, points and hyphens")
    return path.stem


def _certificate(path: Path) -> bytes:
    """The one certificate of a PEM file, without any text around it."""
    try:
        found = x509.load_pem_x509_certificates(given_bytes(path, _CERTIFICATE_MAX))
        (certificate,) = found
    except ValueError:
        raise BadTrustFolder(f"{path.name[:64]} is not one PEM certificate") from None
    return certificate.public_bytes(Encoding.PEM)


def _intermediate(path: Path) -> bytes:
    """A self-signed one would be a root that no name answers for."""
    pem = _certificate(path)
    certificate = x509.load_pem_x509_certificate(pem)
    if certificate.issuer == certificate.subject:
        raise BadTrustFolder(f"{path.name[:64]} is self-signed, and no intermediate")
    return pem


def _distinct(roots: Sequence[tuple[str, bytes]]) -> Mapping[str, bytes]:
    """By name; raises BadTrustFolder where two names stand for one authority: its word would count twice."""
    seen: dict[bytes, str] = {}
    found: dict[str, bytes] = {}
    for name, pem in roots:
        public = x509.load_pem_x509_certificate(pem).public_key()
        held = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        if name in found or held in seen:
            raise BadTrustFolder(f"{name} and {seen.get(held, name)} are one authority")
        seen[held] = name
        found[name] = pem
    return found


def _headers(path: Path) -> Mapping[int, bytes]:
    found: dict[int, bytes] = {}
    for number, line in enumerate(given_text(path, _HEADERS_MAX).splitlines(), 1):
        match = _HEADER.fullmatch(line)
        if match is None or int(match[1]) in found:
            raise BadTrustFolder(f"line {number} of headers")
        found[int(match[1])] = bytes.fromhex(match[2])
    return found
