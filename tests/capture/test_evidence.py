"""What is told of the way the bytes came: connections and their certificates, ranges with validators, libraries."""

import ssl
import sys
from types import SimpleNamespace

import pytest

from tests.capture.conftest import PATIENCE
from tests.capture.seen import capture
from tests.simulators import authority, site
from witnesskit.capture import tls, worker
from witnesskit.capture.egress import parse_egress
from witnesskit.capture.facts import listed
from witnesskit.capture.ranges import RangeLog
from witnesskit.capture.requestlog import RequestLog, about_to_send
from witnesskit.digest import sha256_hex
from witnesskit.limits import CERTIFICATE_TEXT_MAX, CHAIN_CERTIFICATES_MAX, CONNECTIONS_MAX, RANGES_MAX, VALIDATOR_MAX
from witnesskit.model import Outcome


@pytest.fixture(scope="module")
def ca(tmp_path_factory):
    return authority.make(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def over_tls(ca):
    """What one capture of a cut film over TLS told."""
    with pytest.MonkeyPatch.context() as patch, site.serve(ca.context()) as served:
        patch.setattr(worker.sys, "executable", str(ca.interpreter()))
        with worker.prestart(parse_egress("direct"), allow_local=True, patience=PATIENCE) as running:
            patch.setattr(worker.sys, "executable", sys.executable)
            yield capture(running, f"{served.url}/p/cut.html")


def test_the_whole_verified_chain_is_told_of_the_connection_that_served_page_and_media(over_tls, ca):
    assert over_tls.outcome is Outcome.SAVED
    (connection,) = over_tls.connections
    assert {attempt.connection for attempt in over_tls.attempts} == {1} == {connection.number}
    facts = connection.facts
    assert facts["chain"] == "verified" and facts["chain_sha256"] == [sha256_hex(der) for der in ca.chain]
    assert (facts["tls"], facts["alpn"]) == ("TLSv1.3", "http/1.1") and facts["cipher"].startswith("TLS_")
    assert facts["verified"] is facts["host_checked"] is True
    assert over_tls.attempts[0].tls["certificate_sha256"] == facts["chain_sha256"][0]


def test_the_leaf_says_whose_it_is_and_how_long(over_tls):
    leaf = over_tls.connections[0].facts["leaf"]
    assert leaf["subject"] == "organizationName=Test site, commonName=localhost"
    assert leaf["issuer"] == "organizationName=Test authority, commonName=Middle"
    assert (leaf["not_before"], leaf["not_after"]) == ("2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z")


def test_the_authorities_that_were_trusted_are_those_of_the_client_and_no_other(over_tls, ca):
    expected = {"count": 1, "sha256": sha256_hex(ca.chain[2])}
    assert over_tls.connections[0].facts["authorities"] == expected


def test_the_worker_says_what_it_is_made_of_and_what_it_told_the_extractor(over_tls):
    started = over_tls.started
    assert started.libraries["openssl"] == ssl.OPENSSL_VERSION
    assert started.libraries["authorities"].startswith("certifi 20")
    assert started.options["format"] == "bv,ba/b" and started.options["fixup"] == "never"
    assert "proxy" not in started.options and "logger" not in started.options


def test_a_resume_is_told_with_its_range_and_its_validator(over_tls):
    first, second = over_tls.ends[0].ranges
    half = site.SIZE // 2
    assert first == {
        "purpose": "media", "outcome": "cut", "had": 0, "received": half, "status": 200, "etag": '"v1"',
        "last_modified": site.LAST_MODIFIED,
    }  # fmt: skip
    assert (second["range"], second["if_range"]) == (f"bytes={half - 65536}-", '"v1"')
    assert (second["outcome"], second["had"], second["received"], second["status"]) == ("complete", half, half, 206)
    assert second["content_range"] == f"bytes {half - 65536}-{site.SIZE - 1}/{site.SIZE}"


def test_without_tls_it_says_that_there_is_none(worker, site):
    seen = capture(worker, f"{site.url}/p/good.html")
    assert [one.facts for one in seen.connections] == [{"tls": tls.PLAIN}]
    assert seen.connections[0].peer == site.url.removeprefix("http://").replace(":", " ")


def test_a_failed_request_is_told_with_its_kind_and_as_a_range(worker, site):
    seen = capture(worker, f"{site.url}/p/dies.html")
    ended = [one["outcome"] for one in seen.ends[0].ranges]
    assert seen.outcome is Outcome.TRUNCATED and ended == ["cut"] * len(ended) and len(ended) == seen.ends[0].requests


def test_a_piece_that_is_missing_is_a_range_too(worker, site):
    seen = capture(worker, f"{site.url}/h/gap/list.m3u8")
    assert [one["outcome"] for one in seen.ends[0].ranges].count("http-404") == 1
    assert {one["purpose"] for one in seen.ends[0].ranges} == {"segment"}


class _Socket(ssl.SSLSocket):
    """A TLS connection that answers as a test likes."""

    def __new__(cls, **_answers):
        return ssl.SSLSocket.__new__(cls)

    def __init__(self, **answers):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        told = {"version": "TLSv1.3", "cipher": ("x", "", 1), "selected_alpn_protocol": None, "getpeercert": {}}
        for name, answer in (told | answers).items():
            object.__setattr__(self, name, lambda *_, answer=answer: _answered(answer))
        object.__setattr__(self, "_sslobj", SimpleNamespace())
        object.__setattr__(self, "_context", context)

    def __del__(self): ...


def _answered(answer):
    if isinstance(answer, Exception):
        raise answer
    return answer


def test_hostile_names_in_a_certificate_are_cut_and_cleaned():
    name = ((("commonName", "\ud800" + "x" * 9_000_000),),)
    leaf = {"subject": name, "issuer": (), "notBefore": "no time", "notAfter": "Jan  1 00:00:00 9999999 GMT"}
    facts = tls.facts_of(_Socket(getpeercert=leaf))
    assert facts["leaf"]["subject"].startswith("commonName=?x")
    assert len(facts["leaf"]["subject"]) == CERTIFICATE_TEXT_MAX
    assert facts["leaf"]["not_before"] == facts["leaf"]["not_after"] == "missing: ValueError"


def test_what_cannot_be_had_is_missing_and_nothing_breaks():
    facts = tls.facts_of(_Socket(version=OSError(), cipher=ValueError(), selected_alpn_protocol=OSError()))
    assert (facts["tls"], facts["cipher"], facts["alpn"]) == (
        "missing: OSError",
        "missing: ValueError",
        "missing: OSError",
    )
    assert facts["chain"] == "leaf only: AttributeError"  # a Python without the private method
    assert facts["leaf"] == "missing: read only where it is verified"
    assert facts["authorities"] == "missing: the system reads its folder of authorities one by one"


def test_a_chain_without_end_is_cut():
    facts = tls.facts_of(_Socket(get_verified_chain=[b"x"] * 1000))
    assert facts["chain"] == "verified" and len(facts["chain_sha256"]) == CHAIN_CERTIFICATES_MAX


def test_connections_without_end_cannot_fill_the_record():
    told = []
    log = RequestLog(told.append)
    for number in range(CONNECTIONS_MAX + 20):
        there = SimpleNamespace(getpeername=lambda number=number: ("192.0.2.1", number))
        response = SimpleNamespace(
            fp=SimpleNamespace(connection=SimpleNamespace(sock=there)), headers={}, status=200, url=""
        )
        log.note_connection(response)
        log.answer(about_to_send("GET", "http://h/", {}), response)
    assert sum(hasattr(one, "facts") for one in told) == CONNECTIONS_MAX
    assert [one.connection for one in told if hasattr(one, "method")][-20:] == [0] * 20


def test_ranges_without_end_keep_the_first_and_the_last():
    log, answer = RangeLog(), SimpleNamespace(status=206, header=lambda name: name * 1000)
    for number in range(RANGES_MAX + 50):
        log.note({"Range": "bytes=0-"}, answer, (number, number + 1), "cut", "media")
    assert (len(log.told), log.dropped) == (RANGES_MAX, 50)
    assert (log.told[0]["had"], log.told[-1]["had"]) == (0, RANGES_MAX + 49)
    assert {len(log.told[0][name]) for name in ("etag", "last_modified", "content_range")} == {VALIDATOR_MAX}


def test_the_listed_facts_hold_the_key_of_the_extractor():
    assert listed({"extractor_key": "Generic"}) == {"extractor_key": "Generic"}
