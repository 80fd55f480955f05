"""A desk asks a time authority: what it sends, and the answers it does not keep."""

from __future__ import annotations

import subprocess
import urllib.error
import urllib.request

import pytest

from tests.oracles import require
from tests.simulators import tsa
from tests.simulators.tsa import Recipe
from witnesskit.custody import timestamper
from witnesskit.custody_limits import TOKEN_MAX
from witnesskit.errors.custody import StampRefused
from witnesskit.formats.timestamp_token import checked

DATA = b"the bytes of a checkpoint\n"
ROOT, GIVEN = tsa.pem("root"), [tsa.pem("intermediate")]


def post(url: str, body: bytes) -> bytes:
    request = urllib.request.Request(url, body, {"Content-Type": timestamper.QUERY})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.headers["Content-Type"] == timestamper.REPLY
        return answer.read(TOKEN_MAX + 1)


def test_a_stamp_over_http_is_kept_as_it_came_and_verifies_later():
    request, nonce = timestamper.request_bytes(DATA)
    with tsa.serving() as server:
        answer = post(server.url, request)
    assert server.requests == [request]
    assert timestamper.checked_response(answer, DATA, nonce, ROOT, GIVEN) == tsa.TIME
    assert checked(answer, DATA, ROOT, GIVEN).time == tsa.TIME


def test_the_request_tells_the_digest_and_a_nonce_and_nothing_else(tmp_path):
    request, nonce = timestamper.request_bytes(DATA)
    assert request == tsa.request(DATA, nonce)
    assert nonce != timestamper.request_bytes(DATA)[1]
    (tmp_path / "query").write_bytes(request)
    command = [require("openssl"), "ts", "-query", "-in", "query", "-text"]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert "Hash Algorithm: sha256" in told
    assert "Certificate required: yes" in told
    assert "Policy OID: unspecified" in told


@pytest.mark.parametrize(
    ("recipe", "rule"),
    [
        (Recipe(nonce=5), "it answers another request"),
        (Recipe(status=2, without_token=True), "the authority did not grant what was asked"),
        (Recipe(status=1), "the authority did not grant what was asked"),
        (Recipe(imprint=bytes(32)), "it is of other data"),
        (Recipe(broken=True), "no signature with a chain to this root, valid at its time"),
        (Recipe(signer="rogue-signer", certificates=("rogue-signer", "rogue-root")), "no signature with a chain"),
        (Recipe(signer="server"), "its signer may sign other things than times"),
    ],
)
def test_an_answer_that_does_not_hold_is_not_kept(recipe, rule):
    request, nonce = timestamper.request_bytes(DATA)
    with pytest.raises(StampRefused) as refused:
        timestamper.checked_response(tsa.answer(request, recipe), DATA, nonce, ROOT, GIVEN)
    assert refused.value.detail.startswith(rule)


def test_an_answer_without_a_nonce_could_be_an_old_one():
    request, nonce = timestamper.request_bytes(DATA)
    old = tsa.answer(request, Recipe(without_nonce=True))
    assert checked(old, DATA, ROOT, GIVEN).time == tsa.TIME
    with pytest.raises(StampRefused, match="another request"):
        timestamper.checked_response(old, DATA, nonce, ROOT, GIVEN)


@pytest.mark.parametrize("behaviour", ["empty", "huge"])
def test_an_answer_that_is_none_is_not_kept(behaviour):
    request, nonce = timestamper.request_bytes(DATA)
    with tsa.serving() as server:
        server.behaviour = behaviour
        answer = post(server.url, request)
    with pytest.raises(StampRefused):
        timestamper.checked_response(answer, DATA, nonce, ROOT, GIVEN)


@pytest.mark.parametrize("behaviour", ["500", "type", "drop"])
def test_the_simulator_misbehaves_as_it_is_told(behaviour):
    with tsa.serving() as server:
        server.behaviour = behaviour
        with pytest.raises((urllib.error.HTTPError, OSError, AssertionError)):
            post(server.url, tsa.request(DATA))
    assert len(server.requests) == 1
