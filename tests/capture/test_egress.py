"""The one way out: what it may be, which addresses are public, and what never leaves by another."""

import pytest

from tests.capture.conftest import PATIENCE
from tests.capture.seen import capture
from tests.simulators import socks as proxies
from witnesskit.capture.ask import Question, ask
from witnesskit.capture.egress import check_url, demand_way, is_local_address, parse_egress
from witnesskit.capture.tunnel import ProxyRefused, connect
from witnesskit.capture.worker import prestart
from witnesskit.errors.capture import BadEgress, BadUrl, NoReply


def test_tor_is_a_word_for_the_daemon_of_this_computer():
    assert str(parse_egress("tor")) == "socks5h://127.0.0.1:9050"


@pytest.mark.parametrize("text", ["Tor", "tor ", "socks5://127.0.0.1:9050", "socks5h://u:p@h:1", "https://h:1", ""])
def test_what_is_not_known_is_refused(text):
    with pytest.raises(BadEgress):
        parse_egress(text)


LOCAL = [
    "127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.0.1", "172.31.0.1", "100.64.0.1", "0.0.0.0", "255.255.255.255",
    "224.0.0.1", "239.1.1.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fd00::1", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::",
    "2002:c0a8:1::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1",
]  # fmt: skip


@pytest.mark.parametrize("address", LOCAL)
def test_an_address_that_is_not_public_is_known_in_every_form(address):
    assert is_local_address(address)
    if "%" not in address:
        with pytest.raises(BadUrl):
            check_url(f"http://[{address}]/" if ":" in address else f"http://{address}/")


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "2606:4700::1111", "64:ff9b::101:101", "2002:101:101::1", "::ffff:1.1.1.1", "example.org"]
)
def test_a_public_address_is_one(address):
    assert not is_local_address(address)


@pytest.mark.parametrize(
    "host", ["0x7f.1", "2130706433", "017700000001", "localhost.", "a.localhost", "printer.local"]
)
def test_a_host_that_some_systems_read_as_local_is_refused(host):
    with pytest.raises(BadUrl):
        check_url(f"http://{host}/")


@pytest.mark.parametrize("way", ["direct", "http://127.0.0.1:8118"])
def test_an_onion_address_is_asked_for_over_socks_only(way):
    with pytest.raises(BadUrl):
        demand_way("http://abcdef.onion/v", parse_egress(way))
    demand_way("http://abcdef.onion/v", parse_egress("tor"))


@pytest.mark.parametrize("to", ["http://169.254.169.254/latest", "http://10.0.0.1/", "http://[::ffff:127.0.0.1]/x"])
def test_a_redirect_into_a_private_network_is_not_followed_through_a_proxy_either(site, to):
    with (
        proxies.serve(site.url) as socks,
        prestart(parse_egress(socks.url), allow_local=False, patience=PATIENCE) as worker,
    ):
        seen = capture(worker, f"http://footage.example/to/{to}")
    assert {host for _, host, _ in socks.asked} == {"footage.example"}
    assert not seen.bytes
    assert "local-address" in {attempt.error_kind for attempt in seen.attempts}


def test_a_redirect_to_an_onion_address_asks_nobody_for_its_name(site):
    with prestart(parse_egress("direct"), allow_local=True, patience=PATIENCE) as worker:
        seen = capture(worker, f"{site.url}/to/http://abcdef.onion/v")
    assert "refused-by-us" in {attempt.error_kind for attempt in seen.attempts}


def test_a_redirect_to_another_host_goes_through_the_proxy_too(site):
    with (
        proxies.serve(site.url) as socks,
        prestart(parse_egress(socks.url), allow_local=False, patience=PATIENCE) as worker,
    ):
        seen = capture(worker, "http://footage.example/to/http://other.example/p/good.html")
    assert seen.bytes[1] == site.videos[1]
    assert {host for _, host, _ in socks.asked} == {"footage.example", "other.example"}
    assert len(set(socks.users)) == 1  # one link, one circuit


def test_each_question_to_an_authority_has_credentials_of_its_own(site):
    with proxies.serve(site.url) as socks:
        for _ in range(2):
            assert ask(parse_egress(socks.url), Question("http://authority.example/p/good.html", 10_000))
    assert len(set(socks.users)) == 2
    assert {(kind, host) for kind, host, _ in socks.asked} == {(proxies.NAME, "authority.example")}


def test_a_proxy_that_is_down_or_takes_nobody_is_refused(site):
    with proxies.serve(site.url) as socks:
        socks.refuse = True
        with pytest.raises(ProxyRefused):
            connect(parse_egress(socks.url), "authority.example", 80, "0123")
    with pytest.raises(NoReply):
        ask(parse_egress("socks5h://127.0.0.1:9"), Question("http://authority.example/", 10))
