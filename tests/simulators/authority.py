"""A certificate authority of a test, with an intermediate; and a worker that trusts it beside nobody."""

from __future__ import annotations

import datetime
import ssl
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

START, END = datetime.datetime(2020, 1, 1), datetime.datetime(2099, 1, 1)


@dataclass(frozen=True)
class Authority:
    """``chain``: DER of leaf, intermediate and root; files in ``folder``: root.pem, server.pem."""

    folder: Path
    chain: tuple[bytes, bytes, bytes]

    @property
    def root(self) -> Path:
        return self.folder / "root.pem"

    def context(self) -> ssl.SSLContext:
        """Of a server for ``localhost``."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(self.folder / "server.pem")
        made.set_alpn_protocols(["http/1.1"])
        return made

    def interpreter(self) -> Path:
        """A program that starts the worker as the parent asks, but with this authority in place of certifi's."""
        script = self.folder / "python"
        code = (
            "import sys, runpy, certifi; certifi.where = lambda: " + repr(str(self.root)) + "; "
            "sys.argv = sys.argv[-2:]; runpy.run_module('witnesskit.capture.child', run_name='__main__', alter_sys=True)"
        )
        script.write_text(f'#!/bin/sh\nexec {sys.executable} -I -B -c "{code}" "$@"\n')
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        return script


def make(folder: Path, *, subject: str = "localhost", organisation: str = "Test site") -> Authority:
    """A root, an intermediate, and a certificate for ``localhost``."""
    root_key, middle_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    root = _certificate(_name("Root"), _name("Root"), root_key, root_key, authority=True)
    middle = _certificate(_name("Middle"), _name("Root"), middle_key, root_key, authority=True)
    name = _name(subject, organisation)
    leaf = _certificate(name, _name("Middle"), key, middle_key, authority=False)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "root.pem").write_bytes(_pem(root))
    (folder / "server.pem").write_bytes(_pem(leaf) + _pem(middle) + private)
    leaf_der, middle_der, root_der = (one.public_bytes(serialization.Encoding.DER) for one in (leaf, middle, root))
    return Authority(folder, (leaf_der, middle_der, root_der))


def _name(common: str, organisation: str = "Test authority") -> x509.Name:
    oid = x509.NameOID
    return x509.Name(
        [
            x509.NameAttribute(oid.ORGANIZATION_NAME, organisation, _validate=False),
            x509.NameAttribute(oid.COMMON_NAME, common, _validate=False),
        ]
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _certificate(subject, issuer, key, by, *, authority: bool) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(START)
        .not_valid_after(END)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    )
    if not authority:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    return builder.sign(by, hashes.SHA256())
