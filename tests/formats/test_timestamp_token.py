"""Timestamps: every stored response is answered as its file's name says, and openssl's word on ours."""

from __future__ import annotations

import json
import subprocess
import warnings
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import require
from tests.simulators import tsa
from tests.vectors.timestamp_token import generate
from witnesskit.custody_limits import TOKEN_MAX
from witnesskit.errors.verify import BadToken
from witnesskit.formats.timestamp_token import TimeToken, checked

FOLDER = generate.FOLDER
EXPECTED = json.loads((FOLDER / "expected.json").read_bytes())
DATA = (FOLDER / "data").read_bytes()
OK = (FOLDER / "ok.tsr").read_bytes()
ROOT = (FOLDER / "root.pem").read_bytes()


def stored(name: str) -> tuple[bytes, bytes, bytes, list[bytes]]:
    told = EXPECTED[name]
    root, *given_ = ((FOLDER / f"{one}.pem").read_bytes() for one in (told["root"], *told["intermediates"]))
    return (FOLDER / f"{name}.tsr").read_bytes(), DATA, root, given_


def test_the_stored_responses_are_those_of_the_generator():
    files = {
        path.name: path.read_bytes() for path in FOLDER.iterdir() if path.suffix in {".tsr", ".pem", ".json", ""}
    }
    files = {name: data for name, data in files.items() if (FOLDER / name).is_file()}
    assert files == generate.files()


@pytest.mark.parametrize("name", [name for name, told in EXPECTED.items() if "time" in told])
def test_a_good_response_tells_its_time(name):
    assert checked(*stored(name)).time == EXPECTED[name]["time"]


@pytest.mark.parametrize("name", [name for name, told in EXPECTED.items() if "code" in told])
def test_a_bad_response_is_refused_with_its_rule(name):
    with pytest.raises(BadToken) as refused:
        checked(*stored(name))
    assert (refused.value.code, refused.value.detail) == (EXPECTED[name]["code"], EXPECTED[name]["rule"])


def test_the_nonce_of_the_request_is_told():
    assert checked(*stored("ok")) == TimeToken(tsa.TIME, 1)


def test_an_answer_is_the_same_for_the_same_request_and_time():
    assert tsa.answer(generate.REQUEST) == OK


def test_a_response_longer_than_any_is_not_looked_at():
    with pytest.raises(BadToken, match="more than"):
        checked(OK + bytes(TOKEN_MAX), DATA, ROOT, ())


def test_a_root_that_is_no_certificate_is_refused():
    with pytest.raises(BadToken):
        checked(OK, DATA, b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", ())


@settings(max_examples=400, deadline=None)
@given(st.integers(0, len(OK) - 1), st.integers(1, 255))
def test_no_changed_byte_gives_another_time(place, change):
    damaged = bytearray(OK)
    damaged[place] ^= change
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = checked(bytes(damaged), DATA, ROOT, ())
        except BadToken:
            return
    assert found == TimeToken(tsa.TIME, 1)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.integers(0, len(OK)), st.integers(0, 60))
def test_no_bytes_fail_in_another_way(piece, place, dropped):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for data in (piece, OK[:place] + piece + OK[place + dropped :]):
            try:
                assert checked(data, DATA, ROOT, ()) == TimeToken(tsa.TIME, 1)
            except BadToken as refused:
                assert refused.detail


# openssl as the oracle


def _openssl(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([require("openssl"), *arguments], cwd=folder, capture_output=True, check=False)


def _verified(name: str, tmp_path: Path) -> bool:
    told = EXPECTED[name]
    root, untrusted = told["root"], b"".join((FOLDER / f"{one}.pem").read_bytes() for one in told["intermediates"])
    (tmp_path / "given.pem").write_bytes(untrusted)
    done = _openssl(
        tmp_path,
        *("ts", "-verify", "-data", str(FOLDER / "data"), "-in", str(FOLDER / f"{name}.tsr")),
        *("-CAfile", str(FOLDER / f"{root}.pem"), *(["-untrusted", "given.pem"] if untrusted else [])),
        *("-attime", str(generate.VECTORS[name].says), *(["-token_in"] if "bare" in name else [])),
    )
    return done.returncode == 0


@pytest.mark.parametrize("name", [name for name, told in EXPECTED.items() if "time" in told])
def test_openssl_says_that_the_good_ones_are_good(name, tmp_path):
    assert _verified(name, tmp_path)


WE_ARE_STRICTER = {  # granted otherwise than asked; a weak digest; bytes that nobody reads; lengths outside DER
    "TSA--status-granted-with-mods",
    "TSA--signature-over-sha1",
    "TSA--byte-behind",
    "TSA--length-without-end",
    "TSA--length-too-long-a-form",
}


@pytest.mark.parametrize("name", [name for name, told in EXPECTED.items() if "code" in told])
def test_openssl_refuses_the_bad_ones_too(name, tmp_path):
    assert _verified(name, tmp_path) == (name in WE_ARE_STRICTER)


CONFIGURATION = """
[tsa]
default_tsa = here
[here]
serial = serial
crypto_device = builtin
signer_cert = signer.pem
signer_key = key.pem
certs = chain.pem
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256, sha512
accuracy = secs:1, millisecs:500
ordering = no
tsa_name = yes
ess_cert_id_chain = {chain}
ess_cert_id_alg = {algorithm}
"""


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha512"])
@pytest.mark.parametrize("chain", ["no", "yes"])
def test_a_response_that_openssl_made_is_read(tmp_path, algorithm, chain):
    (tmp_path / "tsa.cnf").write_text(CONFIGURATION.format(algorithm=algorithm, chain=chain))
    (tmp_path / "serial").write_text("01\n")
    (tmp_path / "signer.pem").write_bytes(tsa.pem("signer"))
    (tmp_path / "chain.pem").write_bytes(tsa.pem("intermediate") + tsa.pem("root"))
    (tmp_path / "key.pem").write_bytes((tsa.KEYS / "signer.pem").read_bytes())
    (tmp_path / "query").write_bytes(tsa.request(DATA, 77))
    made = _openssl(tmp_path, "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-out", "reply")
    assert made.returncode == 0, made.stderr
    found = checked((tmp_path / "reply").read_bytes(), DATA, ROOT, ())
    assert found.nonce == 77
    assert found.time > tsa.TIME
    token = _openssl(tmp_path, "ts", "-reply", "-in", "reply", "-token_out", "-out", "token")
    assert token.returncode == 0, token.stderr
    assert checked((tmp_path / "token").read_bytes(), DATA, ROOT, ()) == found
