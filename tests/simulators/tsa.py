"""A time authority (RFC 3161) that gives the same bytes for the same request and time, and every bad answer on demand.

Keys lie in ``tsa_keys/``; they protect nothing. ``answer(request, Recipe(...))`` makes a response; each field of a
recipe that is not left as it is makes one defect. ``serving()`` answers over loopback HTTP.
"""

from __future__ import annotations

import hashlib
import threading
import time as clock
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from rfc3161_client._rust import parse_timestamp_request

KEYS = Path(__file__).parent / "tsa_keys"
TIME = 1_780_000_000  # 2026-05-28
TIME_STAMPING, SERVER_AUTH = ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.SERVER_AUTH


# certificates


@cache
def key(name: str) -> rsa.RSAPrivateKey:
    loaded = serialization.load_pem_private_key((KEYS / f"{name}.pem").read_bytes(), None)
    assert isinstance(loaded, rsa.RSAPrivateKey)
    return loaded


@dataclass(frozen=True)
class Card:
    """What a certificate says: names, keys by their file's name, years, and its uses (none: an authority)."""

    subject: str
    key: str
    issuer: str
    issuer_key: str
    years: tuple[int, int] = (2020, 2120)
    uses: tuple[x509.ObjectIdentifier, ...] = ()
    critical: bool = True
    number: int = 0  # 0: from its other facts


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])


SIGNER_NUMBER = _number("signer")
CARDS = {
    "root": Card("Sample Root", "root", "Sample Root", "root"),
    "root-expired": Card("Sample Root", "root", "Sample Root", "root", (2020, 2022)),
    "intermediate": Card("Sample Intermediate", "intermediate", "Sample Root", "root"),
    "intermediate-expired": Card("Sample Intermediate", "intermediate", "Sample Root", "root", (2020, 2022)),
    "intermediate-self-signed": Card("Sample Intermediate", "intermediate", "Sample Intermediate", "intermediate"),
    "signer": Card("Sample Time", "signer", "Sample Intermediate", "intermediate", (2024, 2120), (TIME_STAMPING,)),
    "signer-expired": Card("Sample Time", "signer", "Sample Intermediate", "intermediate", (2020, 2022), (TIME_STAMPING,)),
    "signer-not-yet": Card("Sample Time", "signer", "Sample Intermediate", "intermediate", (2100, 2120), (TIME_STAMPING,)),
    "server": Card("Sample Time", "signer", "Sample Intermediate", "intermediate", (2024, 2120), (SERVER_AUTH,), number=7),
    "two-uses": Card("Sample Time", "signer", "Sample Intermediate", "intermediate", (2024, 2120), (TIME_STAMPING, SERVER_AUTH)),
    "use-not-critical": Card("Sample Time", "signer", "Sample Intermediate", "intermediate", (2024, 2120), (TIME_STAMPING,), False),
    "no-use": Card("Sample Time", "signer", "Sample Intermediate", "intermediate", (2024, 2120)),
    "signer-two": Card("Other Time", "other", "Sample Intermediate", "intermediate", (2024, 2120), (TIME_STAMPING,)),
    "gamma": Card("Gamma Root", "rogue", "Gamma Root", "rogue"),
    "root-of-gamma": Card("Sample Root", "root", "Gamma Root", "rogue"),
    "signer-of-root": Card("Sample Time", "signer", "Sample Root", "root", (2024, 2120), (TIME_STAMPING,)),
    # what an attacker makes: an authority under the true names, and a time stamper's twin of the server's certificate
    "rogue-root": Card("Sample Root", "rogue", "Sample Root", "rogue"),
    "rogue-intermediate": Card("Sample Intermediate", "intermediate", "Sample Root", "rogue"),
    "rogue-signer": Card("Sample Time", "other", "Sample Root", "rogue", (2024, 2120), (TIME_STAMPING,)),
    "rogue-twin": Card("Sample Time", "other", "Sample Intermediate", "other", (2024, 2120), (TIME_STAMPING,), number=7),
    "rogue-twin-of-the-key": Card("Sample Time", "signer", "Sample Intermediate", "other", (2024, 2120), (TIME_STAMPING,), number=7),
    "twin": Card("Sample Time", "other", "Sample Intermediate", "other", (2024, 2120), (SERVER_AUTH,), number=SIGNER_NUMBER),
}  # fmt: skip


@cache
def certificate(name: str) -> x509.Certificate:
    card = CARDS[name]
    number = card.number or _number(name)
    public = key(card.key).public_key()
    builder = (
        x509.CertificateBuilder(_name(card.issuer), _name(card.subject), public, number)
        .not_valid_before(datetime(card.years[0], 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(card.years[1], 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(key(card.issuer_key).public_key()), critical=False
        )
    )
    if card.uses:
        builder = builder.add_extension(x509.ExtendedKeyUsage(card.uses), critical=card.critical)
    elif name != "no-use":
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return builder.sign(key(card.issuer_key), hashes.SHA256())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def pem(name: str) -> bytes:
    return certificate(name).public_bytes(serialization.Encoding.PEM)


def der_of(name: str) -> bytes:
    return certificate(name).public_bytes(serialization.Encoding.DER)


# DER


def der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    size = len(body)
    if size < 128:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, 128 + len(length)]) + length + body


def sequence(*parts: bytes) -> bytes:
    return der(0x30, *parts)


def integer(value: int) -> bytes:
    return der(0x02, value.to_bytes(value.bit_length() // 8 + 1))


def octets(value: bytes) -> bytes:
    return der(0x04, value)


def set_of(*parts: bytes) -> bytes:
    return der(0x31, *sorted(parts))


def oid(text: str) -> bytes:
    first, second, *others = map(int, text.split("."))
    body = b""
    for number in (40 * first + second, *others):
        piece = [number & 127]
        while number := number >> 7:
            piece.insert(0, number & 127 | 128)
        body += bytes(piece)
    return der(0x06, body)


# requests and answers

OIDS = {"sha1": "1.3.14.3.2.26", "sha256": "2.16.840.1.101.3.4.2.1", "sha384": "2.16.840.1.101.3.4.2.2",
        "sha512": "2.16.840.1.101.3.4.2.3"}  # fmt: skip
HASHES = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
SIGNED_DATA, TST_INFO, RSA = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4", "1.2.840.113549.1.1.1"
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
NAMED, NAMED_V2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"
POLICY, OTHER_POLICY = "1.3.6.1.4.1.99999.1", "1.3.6.1.4.1.99999.2"


@dataclass(frozen=True)
class Recipe:
    """How an answer is made; the defaults make a good one."""

    time: int = TIME
    fraction: str = ""  # ".5"
    status: int = 0
    without_token: bool = False
    bare: bool = False
    imprint: bytes | None = None  # another digest than the one asked for
    imprint_hash: str = "sha256"
    nonce: int | None = None  # another nonce than the one asked with
    without_nonce: bool = False
    policy: str = POLICY
    signer: str = "signer"
    certificates: tuple[str, ...] | None = None  # in this order; None: signer and intermediate, sorted
    named: str | None = None  # the certificate that the signed attributes name; None: the signer's
    named_hash: str = "sha256"
    named_v1: bool = False
    unnamed: bool = False
    signers: int = 1
    digest: str = "sha256"  # of the signature
    content: str = TST_INFO
    broken: bool = False  # one bit of the signature

    @property
    def in_order(self) -> tuple[bytes, ...]:
        if self.certificates is None:
            return tuple(sorted(map(der_of, (self.signer, "intermediate"))))
        return tuple(map(der_of, self.certificates))


def request(data: bytes, nonce: int = 1) -> bytes:
    """A TimeStampReq over SHA-256 of ``data`` that wants certificates."""
    imprint = sequence(sequence(oid(OIDS["sha256"]), der(0x05)), octets(hashlib.sha256(data).digest()))
    return sequence(integer(1), imprint, integer(nonce), der(0x01, b"\xff"))


def answer(request: bytes, recipe: Recipe = Recipe()) -> bytes:
    """The TimeStampResp (or bare token) to a TimeStampReq."""
    asked = parse_timestamp_request(request)
    info = _info(asked.message_imprint.message, asked.nonce, recipe)
    encapsulated = sequence(oid(recipe.content), der(0xA0, octets(info)))
    certificates = [der(0xA0, *recipe.in_order)] if recipe.in_order else []
    algorithms = set_of(sequence(oid(OIDS[recipe.digest])))
    signers = der(0x31, *[_signer(info, recipe)] * recipe.signers)
    signed = sequence(integer(3), algorithms, encapsulated, *certificates, signers)
    token = sequence(oid(SIGNED_DATA), der(0xA0, signed))
    if recipe.bare:
        return token
    return sequence(sequence(integer(recipe.status)), *([] if recipe.without_token else [token]))


def _info(digest: bytes, nonce: int | None, recipe: Recipe) -> bytes:
    said = recipe.nonce if recipe.nonce is not None else nonce
    moment = datetime.fromtimestamp(recipe.time, UTC).strftime("%Y%m%d%H%M%S") + recipe.fraction + "Z"
    return sequence(
        integer(1),
        oid(recipe.policy),
        sequence(sequence(oid(OIDS[recipe.imprint_hash]), der(0x05)), octets(recipe.imprint or digest)),
        integer(int.from_bytes(hashlib.sha256(digest + moment.encode()).digest()[:8])),
        der(0x18, moment.encode()),
        *([] if said is None or recipe.without_nonce else [integer(said)]),
    )


def _signer(info: bytes, recipe: Recipe) -> bytes:
    attributes = sorted(_attributes(info, recipe))
    message = der(0x31, *attributes)
    private = key(CARDS[recipe.signer].key)
    signature = bytearray(private.sign(message, padding.PKCS1v15(), HASHES[recipe.digest]))
    signature[-1] ^= recipe.broken
    issuer = certificate(recipe.signer).issuer.public_bytes()
    return sequence(
        integer(1),
        sequence(issuer, integer(certificate(recipe.signer).serial_number)),
        sequence(oid(OIDS[recipe.digest])),
        der(0xA0, *attributes),
        sequence(oid(RSA), der(0x05)),
        octets(bytes(signature)),
    )


def _attributes(info: bytes, recipe: Recipe) -> Iterator[bytes]:
    yield sequence(oid(CONTENT_TYPE), set_of(oid(recipe.content)))
    yield sequence(oid(MESSAGE_DIGEST), set_of(octets(hashlib.new(recipe.digest, info).digest())))
    if not recipe.unnamed:
        named = der_of(recipe.named or recipe.signer)
        other = [] if recipe.named_hash == "sha256" or recipe.named_v1 else [sequence(oid(OIDS[recipe.named_hash]))]
        digest = hashlib.new("sha1" if recipe.named_v1 else recipe.named_hash, named).digest()
        value = sequence(sequence(sequence(*other, octets(digest))))
        yield sequence(oid(NAMED if recipe.named_v1 else NAMED_V2), set_of(value))


# over HTTP


@dataclass
class TimeServer:
    """What was asked, and how it is answered: a recipe, or one of ``500 type empty huge slow drop``."""

    url: str = ""
    recipe: Recipe = Recipe()
    behaviour: str = ""
    requests: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_of: TimeServer

    def do_POST(self) -> None:
        server = self.server_of
        request = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        server.requests.append(request)
        server.headers.append(dict(self.headers.items()))
        behaviour = server.behaviour
        if behaviour == "drop":
            self.close_connection = True
        elif behaviour == "500" or self.headers.get("Content-Type") != "application/timestamp-query":
            self.send(500 if behaviour else 415, b"no", "text/plain")
        elif behaviour == "type":
            self.send(200, b"<p>Please log in to this network.</p>", "text/html")
        elif behaviour == "huge":
            self.send(200, bytes(1 << 20), "application/timestamp-reply")
        elif behaviour == "empty":
            self.send(200, b"", "application/timestamp-reply")
        else:
            if behaviour == "slow":
                clock.sleep(3)
            self.send(200, answer(request, server.recipe), "application/timestamp-reply")

    def send(self, status: int, data: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def serving() -> Iterator[TimeServer]:
    """The authority at a loopback address."""
    told = TimeServer()
    handler = type("Handler", (_Handler,), {"server_of": told})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        told.url = f"http://127.0.0.1:{server.server_port}/tsa"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield told
        server.shutdown()
        thread.join()
