"""``trust authority``: whom a desk asks for the time, and by which one certificate it believes the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from witnesskit.actions.given_file import given_bytes
from witnesskit.capture.egress import check_url
from witnesskit.digest import sha256_hex
from witnesskit.errors.actions import AuthorityKnown, BadAuthority, BadAuthorityName
from witnesskit.limits import AUTHORITIES_MAX, CERTIFICATES_MAX
from witnesskit.model import VaultKind
from witnesskit.vault import layout, lock
from witnesskit.vault.authorities import NAME, Authority, add_authority, load_authorities, remove_authority
from witnesskit.vault.layout import Vault

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_DER = b"\x30\x82"  # a sequence of more than 255 bytes


@dataclass(frozen=True)
class AuthorityWish:
    """What the person named: files of certificates, the root's and those between it and the signer."""

    name: str
    url: str
    root: Path
    intermediates: tuple[Path, ...] = ()


@dataclass(frozen=True)
class ShownAuthority:
    """``root``: SHA-256 of its root certificate, 64 hex digits, to be compared with what the authority publishes."""

    name: str
    url: str
    root: str


def name_authority(vault: Vault, wish: AuthorityWish) -> ShownAuthority:
    """Keep one more; raises BadAuthorityName, BadUrl, BadAuthority, AuthorityKnown."""
    layout.demand(vault, VaultKind.DESK)
    authority = _checked(wish)
    with lock.writing(vault):
        known = load_authorities(vault)
        if authority.name in {one.name for one in known}:
            raise AuthorityKnown("this name is taken")
        same = [one.name for one in known if root_key(one.root) == root_key(authority.root)]
        if same:
            raise AuthorityKnown(f"its root certificate is that of {same[0]}")
        if len(known) >= AUTHORITIES_MAX:
            raise AuthorityKnown(f"{AUTHORITIES_MAX} are named, which is the most")
        add_authority(vault, authority)
    return _shown(authority)


def drop_authority(vault: Vault, name: str) -> None:
    """Forget one; what it proved stays in the log. Raises AuthorityUnknown."""
    layout.demand(vault, VaultKind.DESK)
    with lock.writing(vault):
        remove_authority(vault, name)


def shown_authorities(vault: Vault) -> tuple[ShownAuthority, ...]:
    """All of them, by name."""
    layout.demand(vault, VaultKind.DESK)
    return tuple(map(_shown, load_authorities(vault)))


def root_key(pem: bytes) -> bytes:
    """What makes an authority one: a root that was issued anew for the same key is the same. Raises BadAuthority."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return _one(pem).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _checked(wish: AuthorityWish) -> Authority:
    if not NAME.fullmatch(wish.name):
        raise BadAuthorityName
    url = check_url(wish.url, allow_local=True)
    root = _one(given_bytes(wish.root, CERTIFICATES_MAX))
    if not _signs_itself(root):
        raise BadAuthority("the root is not signed by itself")
    between = [one for path in wish.intermediates for one in _all(given_bytes(path, CERTIFICATES_MAX))]
    if any(_signs_itself(one) for one in between):
        raise BadAuthority("an intermediate is signed by itself")
    return Authority(wish.name, url, _pem(root), tuple(map(_pem, between)))


def _one(pem: bytes) -> Certificate:
    found = _all(pem)
    if len(found) != 1:
        raise BadAuthority("a root is one certificate")
    return found[0]


def _all(data: bytes) -> Sequence[Certificate]:
    """Certificates of a PEM file; or the one of a DER file, as many authorities publish theirs."""
    from cryptography.x509 import load_der_x509_certificate, load_pem_x509_certificates

    try:
        if data.startswith(_DER):
            return [load_der_x509_certificate(data)]
        return load_pem_x509_certificates(data)
    except ValueError:
        raise BadAuthority("no certificate in PEM or DER") from None


def _signs_itself(certificate: Certificate) -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        certificate.verify_directly_issued_by(certificate)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _pem(certificate: Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM)


def _shown(authority: Authority) -> ShownAuthority:
    from cryptography.hazmat.primitives.serialization import Encoding

    return ShownAuthority(authority.name, authority.url, sha256_hex(_one(authority.root).public_bytes(Encoding.DER)))
