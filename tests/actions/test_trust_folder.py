"""Whom a person trusts, read from a folder: every form that the page refuses is refused."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from witnesskit.actions.trust_folder import outside_trust, read_trust_folder
from witnesskit.custody.signer import Signer
from witnesskit.errors import WitnesskitError
from witnesskit.keys import COSIGNATURE, VerifierKey

LOG = Signer.generate("wk1/desk000000000").key
WITNESS = VerifierKey("north", b"\x07" * 32, COSIGNATURE)
DAY = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def certificate(subject: str, issuer: str = "", key: ec.EllipticCurvePrivateKey | None = None) -> bytes:
    """One PEM; self-signed unless an issuer is named."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    signer = ec.generate_private_key(ec.SECP256R1()) if issuer else key
    made = x509.CertificateBuilder(
        named(issuer or subject), named(subject), key.public_key(), x509.random_serial_number(),
        DAY, DAY + datetime.timedelta(days=9000),
    )  # fmt: skip
    return made.sign(signer, SHA256()).public_bytes(Encoding.PEM)


@pytest.fixture
def folder(tmp_path) -> Path:
    """A whole trust folder."""
    place = tmp_path / "trust"
    for name in ("tsa", "tsa-int"):
        (place / name).mkdir(parents=True)
    (place / "policy").write_text(
        f"# told by telephone\nlog {LOG.text}\nwitness north {WITNESS.text}\nquorum north\n"
    )
    (place / "tsa" / "tsa-a.pem").write_bytes(b"text before\n" + certificate("a"))
    (place / "tsa" / "tsa-b.pem").write_bytes(certificate("b"))
    (place / "tsa-int" / "between.pem").write_bytes(certificate("between", "a"))
    (place / "headers").write_text(f"0 {'00' * 80}\n800000 {'ab' * 80}\n")
    return place


def refused(place: Path) -> str:
    with pytest.raises(WitnesskitError) as caught:
        read_trust_folder(place)
    return caught.value.code


def test_all_of_a_folder_is_read(folder):
    trust = read_trust_folder(folder)
    assert trust.keys == (LOG.text,)
    assert (trust.policy.witnesses, trust.policy.quorum) == ({"north": WITNESS}, "north")
    assert set(trust.roots) == {"tsa-a", "tsa-b"}
    assert all(pem.startswith(b"-----BEGIN CERTIFICATE-----") for pem in trust.roots.values())
    assert len(trust.intermediates) == 1
    assert trust.headers == {0: bytes(80), 800000: b"\xab" * 80}


def test_an_empty_folder_trusts_nobody(tmp_path):
    trust = read_trust_folder(tmp_path)
    assert (trust.keys, trust.roots, trust.policy.logs, trust.policy.quorum) == ((), {}, (), "none")


@pytest.mark.parametrize("name", ["README", ".hidden", "tsa/notes.txt", "tsa-int/more", "tsa/sub.pem/x", "Policy"])
def test_another_file_is_refused(folder, name):
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("x")
    assert refused(folder) == "TRUST-FOLDER"


@pytest.mark.parametrize("name", ["policy", "headers"])
def test_a_folder_in_the_place_of_a_file_is_refused(folder, name):
    (folder / name).unlink()
    (folder / name).mkdir()
    assert refused(folder) == "TRUST-FOLDER"


def test_two_names_for_one_root_certificate_are_refused(folder):
    (folder / "tsa/tsa-b.pem").write_bytes((folder / "tsa/tsa-a.pem").read_bytes())
    assert refused(folder) == "TRUST-FOLDER"


def test_two_root_certificates_of_one_key_are_one_authority_and_refused(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    for name in ("tsa-a", "tsa-b"):
        (folder / f"tsa/{name}.pem").write_bytes(certificate(name, key=key))
    assert refused(folder) == "TRUST-FOLDER"


def test_a_self_signed_intermediate_is_refused(folder):
    (folder / "tsa-int/root.pem").write_bytes(certificate("another"))
    assert refused(folder) == "TRUST-FOLDER"


@pytest.mark.parametrize("data", [b"", b"no certificate", certificate("x") + certificate("y")])
@pytest.mark.parametrize("place", ["tsa/c.pem", "tsa-int/c.pem"])
def test_a_file_that_is_not_one_certificate_is_refused(folder, place, data):
    (folder / place).write_bytes(data)
    assert refused(folder) == "TRUST-FOLDER"


@pytest.mark.parametrize(
    "policy",
    [
        "", "quorum nobody\n", f"log {LOG.text}\n", f"log {LOG.text}\nlog {LOG.text}\nquorum none\n",
        f"log {WITNESS.text}\nquorum none\n", "log x\nquorum none\n", "quorum none\nquorum none\n",
    ],
    ids=["empty", "quorum of nobody", "no quorum", "a key twice", "a witness as log", "no key", "two quorums"],
)  # fmt: skip
def test_a_policy_that_cannot_be_read_is_refused(folder, policy):
    (folder / "policy").write_text(policy)
    assert refused(folder) == "TRUST-POLICY"


@pytest.mark.parametrize(
    "line", ["", "x", f"1 {'0' * 159}", f"1  {'0' * 160}", f"01 {'0' * 160}", f"1 {'G' * 160}", f"0 {'00' * 80}"]
)
def test_a_header_line_of_another_form_or_one_height_twice_is_refused(folder, line):
    path = folder / "headers"
    path.write_text(path.read_text() + line + "\n")
    assert refused(folder) == "TRUST-FOLDER"


def test_a_root_beside_the_folder_is_one_more_authority_and_never_one_of_its_own_again(folder, tmp_path):
    given = tmp_path / "FreeStamp.pem"
    given.write_bytes(certificate("third"))
    trust = outside_trust((LOG.text,), folder, (given,))
    assert set(trust.roots) == {"tsa-a", "tsa-b", "FreeStamp"}
    assert trust.keys == (LOG.text,)
    assert trust.now > 0
    given.write_bytes((folder / "tsa/tsa-a.pem").read_bytes())
    with pytest.raises(WitnesskitError) as caught:
        outside_trust((), folder, (given,))
    assert caught.value.code == "TRUST-FOLDER"
