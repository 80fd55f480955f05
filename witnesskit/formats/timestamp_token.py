"""RFC 3161 timestamps: what is made ready for the library that checks them, and what is checked besides.

The library gets one root to trust, and a copy of the response: wrapped where a token came alone, its certificates
(which nothing signs) sorted: the signer, as the signed attributes name it, and authorities (docs/spec/anchor.md).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from witnesskit.custody_limits import TOKEN_MAX
from witnesskit.errors.verify import BadToken
from witnesskit.formats.der import CONTEXT_0, INTEGER, OCTETS, OID, SEQUENCE, Element, elements

_HELD_MAX = 16  # certificates of one token; each costs signature checks
_UNREADABLE = x509.DuplicateExtension, x509.InvalidVersion, x509.UnsupportedGeneralNameType, UnsupportedAlgorithm
_GRANTED = Element(SEQUENCE, Element(INTEGER, b"\0").whole)
_SHA256 = x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1")
_HASHES = {bytes.fromhex("608648016503040201"): "sha256", bytes.fromhex("608648016503040202"): "sha384"}
_HASHES[bytes.fromhex("608648016503040203")] = "sha512"
_NAMED_BY = {
    bytes.fromhex("2a864886f70d010910020c"): "sha1",  # signingCertificate (RFC 2634)
    bytes.fromhex("2a864886f70d010910022f"): "sha256",  # signingCertificateV2, where it tells no other (RFC 5035)
}


@dataclass(frozen=True)
class TimeToken:
    """What an authority says of the data: POSIX seconds, the request's nonce, digests of the keys above its word."""

    time: int
    nonce: int | None
    keys: frozenset[str] = field(default=frozenset(), compare=False)


def checked(untrusted: bytes, data: bytes, root_pem: bytes, intermediates: Iterable[bytes]) -> TimeToken:
    """What the authority of this one root says of ``data``; raises BadToken with the rule that failed.

    ``untrusted`` is a TimeStampResp or TimeStampToken; ``intermediates`` (PEM) count as far as the root's word goes.
    """
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    try:
        root, *given = (x509.load_pem_x509_certificate(pem) for pem in (root_pem, *intermediates))
        ready, keys = _ready(untrusted, given)
        response = decode_timestamp_response(ready)
        info = response.tst_info
        if info.message_imprint.hash_algorithm != _SHA256:
            raise BadToken("its digest is not SHA-256")
        if info.message_imprint.message != hashlib.sha256(data).digest():
            raise BadToken("it is of other data")
        VerifierBuilder(roots=[root]).build().verify_message(response, data)
    except VerificationError:
        raise BadToken("no signature with a chain to this root, valid at its time") from None
    except (ValueError, IndexError, KeyError, TypeError, OverflowError, *_UNREADABLE):
        raise BadToken("it cannot be read") from None
    return TimeToken(int(info.gen_time.timestamp()), info.nonce, keys)


def _ready(untrusted: bytes, given: list[x509.Certificate]) -> tuple[bytes, frozenset[str]]:
    """The response as the library may have it; the keys above its signature."""
    if len(untrusted) > TOKEN_MAX:
        raise BadToken(f"more than {TOKEN_MAX} bytes")
    (whole,) = elements(untrusted)
    status, *tokens = [_GRANTED, whole] if whole.inner[0].tag == OID else whole.inner
    if status.inner[0] != _GRANTED.inner[0]:
        raise BadToken("the authority did not grant what was asked")
    ((kind, content),) = (one.inner for one in tokens)
    ((*parts, signers),) = (one.inner for one in content.inner)
    if len(signers.inner) != 1:
        raise BadToken("it has not one signer")
    if signers.inner[0].inner[2].inner[0].body not in _HASHES:
        raise BadToken("its signature is over a digest that is not SHA-2")
    held = [one.whole for part in parts if part.tag == CONTEXT_0 for one in part.inner]
    if len(held) > _HELD_MAX:
        raise BadToken(f"more than {_HELD_MAX} certificates")
    chosen = _chosen(signers.inner[0], {*map(x509.load_der_x509_certificate, held), *given})
    keys = _keys_above(*map(x509.load_der_x509_certificate, chosen))
    certificates = Element(CONTEXT_0, b"".join(sorted(chosen)))
    signed = Element(SEQUENCE, b"".join(part.whole for part in (*parts[:3], certificates, signers)))
    token = Element(SEQUENCE, kind.whole + Element(CONTEXT_0, signed.whole).whole)
    return Element(SEQUENCE, status.whole + token.whole).whole, keys


def _keys_above(signer: x509.Certificate, *authorities: x509.Certificate) -> frozenset[str]:
    """The signer's key, and those of each authority that issued its certificate, or one of theirs."""
    chain = [signer]
    for one, each in ((one, each) for one in chain for each in authorities):  # it grows
        with suppress(InvalidSignature, ValueError, TypeError, *_UNREADABLE):
            one.verify_directly_issued_by(each)
            chain += [each] * (each not in chain)
    held = (one.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) for one in chain)
    return frozenset(hashlib.sha256(key).hexdigest() for key in held)


def _chosen(signer: Element, certificates: set[x509.Certificate]) -> list[bytes]:
    """The certificate that the signed attributes name, and those of authorities: no other can be taken for it."""
    by_der = {one.public_bytes(Encoding.DER): one for one in certificates}
    named = _named(signer)
    chosen = [der for der in by_der if all(hashlib.new(name, der).digest() == told for name, told in named)]
    if not named or len(chosen) != 1:
        raise BadToken("the certificate that its signature names is not there")
    extensions = by_der.pop(chosen[0]).extensions
    uses = [list(one.value) for one in extensions if isinstance(one.value, x509.ExtendedKeyUsage)]
    if uses != [[ExtendedKeyUsageOID.TIME_STAMPING]]:
        raise BadToken("its signer may sign other things than times")
    for der, one in by_der.items():
        limits = [each.value for each in one.extensions if isinstance(each.value, x509.BasicConstraints)]
        if one.subject != one.issuer and any(limit.ca for limit in limits):
            chosen.append(der)
    return chosen


def _named(signer: Element) -> list[tuple[str, bytes]]:
    """Algorithm and digest of the signer's certificate, as the signed attributes tell (RFC 5035, 3 and 4)."""
    found: list[tuple[str, bytes]] = []
    for kind, values in (one.inner for part in signer.inner if part.tag == CONTEXT_0 for one in part.inner):
        if kind.body in _NAMED_BY:
            first, *others = values.inner[0].inner[0].inner[0].inner
            told = (_NAMED_BY[kind.body], first) if first.tag == OCTETS else (_HASHES[first.inner[0].body], others[0])
            found.append((told[0], told[1].body))
    return found
