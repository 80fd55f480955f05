"""What is told of a connection; and that a certificate nobody vouches for is no removal and no outage."""

import datetime
import socket
import ssl
import threading
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
import urllib3
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.capture.seen import capture
from witnesskit.capture import wire
from witnesskit.capture.requestlog import RequestLog, about_to_send
from witnesskit.digest import sha256_hex
from witnesskit.model import Outcome


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    start = datetime.datetime(2020, 1, 1)
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, start, datetime.datetime(2100, 1, 1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    encoding = serialization.Encoding.PEM
    secret = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(secret + built.public_bytes(encoding))
    return path, sha256_hex(built.public_bytes(serialization.Encoding.DER))


@contextmanager
def tls_server(pem):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer():
            while True:
                try:
                    plain, _ = listener.accept()
                    with context.wrap_socket(plain, server_side=True) as secure:
                        secure.recv(4096)
                        secure.sendall(b"HTTP/1.1 410 Gone\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno")
                except ssl.SSLError:
                    continue
                except OSError:
                    return

        threading.Thread(target=answer, daemon=True).start()
        yield listener.getsockname()[1]


def test_tls_and_peer_are_told_from_the_open_connection(certificate):
    pem, digest = certificate
    with tls_server(pem) as port, urllib3.PoolManager(ca_certs=str(pem)) as pool:
        answer = pool.request("GET", f"https://localhost:{port}/", preload_content=False, retries=False)
        response = SimpleNamespace(fp=answer, headers=answer.headers)
        assert wire.tls_of(response) == {
            "version": "TLSv1.3",
            "cipher": wire.tls_of(response)["cipher"],
            "certificate_sha256": digest,
        }
        assert wire.peer_of(response) == f"127.0.0.1 {port}"


def test_a_certificate_nobody_vouches_for_is_an_interception_and_is_kept(certificate, worker):
    with tls_server(certificate[0]) as port:
        seen = capture(worker, f"https://localhost:{port}/clip.mp4")
    assert (seen.outcome, seen.rule) == (Outcome.TLS_INTERCEPTED, "no-answer-tls-untrusted")
    assert seen.evidence.status == 0 and seen.evidence.error_kind == "tls-untrusted"
    presented = next(one for one in seen.connections if one.number == seen.attempts[0].connection)
    assert presented.facts["verified"] is False
    assert presented.facts["chain_sha256"] == [certificate[1]]


def test_cookies_and_passwords_are_withheld_from_headers():
    received = {"Set-Cookie": "id=1", "Server": "x\ud800", "Authorization": "Basic x"}
    assert wire.headers_of(received) == (("Set-Cookie", "withheld"), ("Server", "x?"), ("Authorization", "withheld"))
    assert wire.sent_headers({"Cookie": "id=1", "Range": "bytes=0-"}) == (("Range", "bytes=0-"),)


@pytest.mark.parametrize(
    ("error", "proxied", "kind"),
    [
        (socket.gaierror(-2, "x"), False, "dns"), (ConnectionRefusedError(111, "x"), False, "refused"),
        (OSError(101, "x"), False, "unreachable"), (TimeoutError(), False, "timeout"),
        (ConnectionResetError(104, "x"), False, "reset"), (ssl.SSLError(1, "x"), False, "tls"), (ValueError(), False, "transport"),
        (urllib3.exceptions.NewConnectionError(None, "x"), True, "proxy"),
        (urllib3.exceptions.ProxyError("x", OSError()), True, "proxy"),
    ],
)  # fmt: skip
def test_kinds_of_failure_come_from_the_chain_of_causes(error, proxied, kind):
    outer = RuntimeError("outer")
    outer.__cause__ = error
    assert wire.kind_of(outer, proxied=proxied) == kind


def test_a_chain_that_bites_its_tail_ends():
    first, second = RuntimeError(), RuntimeError()
    first.__cause__, second.__cause__ = second, first
    assert wire.kind_of(first, proxied=False) == "transport"


def test_a_hostile_number_of_requests_cannot_fill_the_record():
    told = []
    log = RequestLog(told.append)
    big = {f"X-{n}": "v" * 8000 for n in range(50)}
    for status in [200] * 20 + [410] * 10:
        response = SimpleNamespace(status=status, url="http://h/", headers=big)
        log.note_connection(response)
        log.answer(about_to_send("GET", "http://h/", {}), response)
    assert 5 <= len([one for one in told if one.status == 200]) < 10
    assert [(one.status, one.headers) for one in told[-10:]] == [(410, ())] * 10
    assert [one.number for one in told[-2:]] == [29, 30] and len(told[-1].headers_sha256) == 64
