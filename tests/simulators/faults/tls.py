"""Certificates that nobody should believe: of an unknown authority, expired besides, and for another host besides.

Keys and certificates are made anew for each start, pass through a private folder because the library reads files,
and are gone from it at once. No file of the authority is kept: there is nothing that could be trusted by mistake.
"""

from __future__ import annotations

import datetime
import ssl
import tempfile
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

_DAY = datetime.timedelta(days=1)


def contexts() -> dict[str, ssl.SSLContext]:
    """``Case.via`` -> what its listener shows."""
    now = datetime.datetime.now(datetime.UTC)
    key, root_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    current, past = (now - _DAY, now + 365 * _DAY), (now - 30 * _DAY, now - _DAY)
    return {
        "tls-unknown": _context(_certificate("localhost", current, key, root_key), key),
        "tls-expired": _context(_certificate("localhost", past, key, root_key), key),
        "tls-wrong-host": _context(_certificate("another.invalid", current, key, root_key), key),
    }


def _certificate(
    host: str,
    valid: tuple[datetime.datetime, datetime.datetime],
    key: ec.EllipticCurvePrivateKey,
    by: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(host))
        .issuer_name(_name("Nobody's authority"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid[0])
        .not_valid_after(valid[1])
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    )
    return builder.sign(by, hashes.SHA256())


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common)])


def _context(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "server.pem"
        file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + secret)
        made.load_cert_chain(file)
    made.set_alpn_protocols(["http/1.1"])
    return made
