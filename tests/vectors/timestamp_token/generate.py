"""Makes every response of this folder, and ``expected.json``; a test compares them with what lies here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from tests.simulators import tsa
from tests.simulators.tsa import Recipe, answer, der, der_of, integer, sequence

FOLDER = Path(__file__).parent
DATA = b"wk1/example000000\n6\n" + b"A" * 43 + b"=\n\n" + "— wk1/example000000 c2lnbmF0dXJl\n".encode()
REQUEST = tsa.request(DATA)
ROOT, GIVEN = "root", ("intermediate",)

DIGEST = "its digest is not SHA-256"
OTHER = "it is of other data"
CHAIN = "no signature with a chain to this root, valid at its time"
USES = "its signer may sign other things than times"
NAMED = "the certificate that its signature names is not there"
REFUSED = "the authority did not grant what was asked"
SIGNERS = "it has not one signer"
WEAK = "its signature is over a digest that is not SHA-2"
UNREADABLE = "it cannot be read"


@dataclass(frozen=True)
class Vector:
    """A response, the root and the intermediates that the verifier gives, and the answer: a time or a rule."""

    data: bytes
    time: int = 0
    rule: str = ""
    root: str = ROOT
    given: tuple[str, ...] = GIVEN
    says: int = tsa.TIME  # the time in it, good or not


def good(time: int = tsa.TIME, *, given: tuple[str, ...] = GIVEN, **fields: object) -> Vector:
    return Vector(answer(REQUEST, Recipe(time=time, **fields)), time, given=given, says=time)


def bad(rule: str, *, root: str = ROOT, given: tuple[str, ...] = GIVEN, **fields: object) -> Vector:
    recipe = Recipe(**fields)
    return Vector(answer(REQUEST, recipe), 0, rule, root, given, recipe.time)


def unsorted(*names: str) -> tuple[str, ...]:
    return tuple(sorted(names, key=der_of, reverse=True))


OK = answer(REQUEST)
CHAIN_OF_ROGUE = ("rogue-signer", "rogue-root")

VECTORS = {
    "ok": good(),
    "ok-half-a-second": good(fraction=".5"),
    "ok-other-policy": good(policy=tsa.OTHER_POLICY),
    "ok-bare-token": good(bare=True),
    "ok-certificates-not-sorted": good(certificates=unsorted("signer", "intermediate", "root")),
    "ok-signer-only-intermediate-given": good(certificates=("signer",)),
    "ok-no-certificates-all-given": good(certificates=(), given=("intermediate", "signer")),
    "ok-nothing-given-all-in-it": good(given=()),
    "ok-signer-named-with-sha1": good(named_v1=True),
    "ok-signer-named-with-sha384": good(named_hash="sha384"),
    "ok-signer-named-with-sha512": good(named_hash="sha512"),
    "ok-twin-of-the-signer-beside": good(certificates=("signer", "twin", "intermediate")),
    "ok-signer-of-the-root-itself": good(signer="signer-of-root", certificates=("signer-of-root",), given=()),
    "ok-signature-sha384": good(digest="sha384"),
    "ok-signature-sha512": good(digest="sha512"),
    "ok-self-signed-beside": good(certificates=unsorted("signer", "intermediate", "rogue-root")),
    "TSA--imprint-sha1": bad(DIGEST, imprint=bytes(20), imprint_hash="sha1"),
    "TSA--imprint-sha512": bad(DIGEST, imprint=bytes(64), imprint_hash="sha512"),
    "TSA--imprint-of-other-data": bad(OTHER, imprint=bytes(32)),
    "TSA--imprint-cut": bad(OTHER, imprint=bytes(31)),
    "TSA--status-granted-with-mods": bad(REFUSED, status=1),
    "TSA--status-rejected": bad(REFUSED, status=2, without_token=True),
    "TSA--status-rejected-with-token": bad(REFUSED, status=2),
    "TSA--status-granted-without-token": bad(UNREADABLE, without_token=True),
    "TSA--content-not-a-timestamp": bad(UNREADABLE, content=tsa.SIGNED_DATA),
    "TSA--signature-over-sha1": bad(WEAK, digest="sha1"),
    "TSA--signature-bit": bad(CHAIN, broken=True),
    "TSA--two-signers": bad(SIGNERS, signers=2),
    "TSA--no-signer": bad(SIGNERS, signers=0),
    "TSA--signer-not-named": bad(NAMED, unnamed=True),
    "TSA--signer-not-named-and-alone": bad(
        NAMED, signer="signer-of-root", certificates=("signer-of-root",), given=(), unnamed=True
    ),
    "TSA--another-named": bad(NAMED, named="no-use"),
    "TSA--intermediate-named": bad(USES, named="intermediate"),
    "TSA--signer-not-there": bad(NAMED, certificates=("intermediate",)),
    "TSA--no-certificates": bad(NAMED, certificates=()),
    "TSA--signer-of-servers": bad(USES, signer="server"),
    "TSA--signer-of-two-uses": bad(USES, signer="two-uses"),
    "TSA--signer-of-any-use": bad(USES, signer="no-use"),
    "TSA--use-not-critical": bad(CHAIN, signer="use-not-critical"),
    "TSA--signer-expired-then": bad(CHAIN, signer="signer-expired"),
    "TSA--signer-not-valid-yet": bad(CHAIN, signer="signer-not-yet"),
    "TSA--intermediate-expired-then": bad(CHAIN, certificates=("signer", "intermediate-expired"), given=()),
    "TSA--root-expired-then": bad(CHAIN, root="root-expired"),
    "TSA--before-every-certificate": bad(CHAIN, time=1_000_000_000),
    "TSA--intermediate-not-there": bad(CHAIN, certificates=("signer",), given=()),
    "TSA--intermediate-self-signed": bad(CHAIN, certificates=("signer", "intermediate-self-signed"), given=()),
    "TSA--intermediate-self-signed-given": bad(CHAIN, certificates=("signer",), given=("intermediate-self-signed",)),
    "TSA--intermediate-as-root": bad(CHAIN, root="intermediate"),
    "TSA--rogue-with-its-root": bad(CHAIN, signer="rogue-signer", certificates=CHAIN_OF_ROGUE),
    "TSA--rogue-with-its-root-given": bad(
        CHAIN, signer="rogue-signer", certificates=CHAIN_OF_ROGUE, given=("rogue-root",)
    ),
    "TSA--rogue-beside-true-chain": bad(
        CHAIN, signer="rogue-signer", certificates=(*CHAIN_OF_ROGUE, "intermediate", "root")
    ),
    "TSA--intermediate-of-rogue": bad(CHAIN, certificates=("signer", "rogue-intermediate", "rogue-root"), given=()),
    # somebody whom the authority let sign for servers makes a time stamper's certificate of the same issuer and number
    "TSA--twin-of-a-server": bad(
        CHAIN, signer="server", named="rogue-twin", certificates=("rogue-twin", "server", "intermediate")
    ),
    "TSA--twin-of-a-server-and-key": bad(
        CHAIN,
        signer="server",
        named="rogue-twin-of-the-key",
        certificates=("rogue-twin-of-the-key", "server", "intermediate"),
    ),
    "TSA--twin-beside-a-server": bad(
        USES, signer="server", certificates=("rogue-twin-of-the-key", "server", "intermediate")
    ),
    "TSA--empty": Vector(b"", rule=UNREADABLE),
    "TSA--page-of-a-network": Vector(b"<p>Please log in to this network.</p>", rule=UNREADABLE),
    "TSA--cut": Vector(OK[:-1], rule=UNREADABLE),
    "TSA--byte-behind": Vector(OK + b"\0", rule=UNREADABLE),
    "TSA--length-without-end": Vector(b"\x30\x80" + OK[4:] + b"\0\0", rule=UNREADABLE),
    "TSA--length-too-long-a-form": Vector(b"\x30\x83\0" + OK[2:], rule=UNREADABLE),
    "TSA--length-of-terabytes": Vector(b"\x30\x86\xff\xff\xff\xff\xff\xff" + OK[4:], rule=UNREADABLE),
    "TSA--nested-in-itself": Vector(sequence(sequence(integer(0)), OK), rule=UNREADABLE),
    "TSA--another-content": Vector(
        sequence(sequence(integer(0)), sequence(tsa.oid(tsa.RSA), der(0xA0, sequence(integer(1))))), rule=UNREADABLE
    ),
    "TSA--two-tokens": Vector(sequence(sequence(integer(0)), *[answer(REQUEST, Recipe(bare=True))] * 2), rule=UNREADABLE),
    "TSA--status-only": Vector(sequence(sequence(integer(0))), rule=UNREADABLE),
}  # fmt: skip


def expected() -> bytes:
    told = {
        name: {
            "root": vector.root,
            "intermediates": list(vector.given),
            **({"time": vector.time} if vector.time else {"code": "TSA", "rule": vector.rule}),
        }
        for name, vector in VECTORS.items()
    }
    return json.dumps(told, indent=1).encode() + b"\n"


def files() -> dict[str, bytes]:
    made = {f"{name}.tsr": vector.data for name, vector in VECTORS.items()}
    used = {name for vector in VECTORS.values() for name in (vector.root, *vector.given)}
    return {**made, **{f"{name}.pem": tsa.pem(name) for name in used}, "data": DATA, "expected.json": expected()}


if __name__ == "__main__":
    for left in (*FOLDER.glob("*.tsr"), *FOLDER.glob("*.pem")):
        left.unlink()
    for name, data in files().items():
        (FOLDER / name).write_bytes(data)
