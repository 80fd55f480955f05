"""With a proxy set there is no other connection, ever: shown where nothing but the proxy can be reached.

The program runs in a network namespace of its own. Each call that names an internet address is traced, so that
an attempt which fails would show too.
"""

from __future__ import annotations

import os
import sys

import pytest

from tests.actions.stage import Stage
from tests.simulators import namespace
from tests.simulators import socks as proxies
from witnesskit.actions.init_vault import VaultWish, confirm_sheet, make_desk
from witnesskit.actions.item_files import read_item
from witnesskit.actions.opening import open_for_saving
from witnesskit.vault.keyring import desk_identities

NAME = "http://footage.example"
LINKS = {
    "/p/good.html": "saved",  # a page, and media that is resumed below
    "/m/cut.mp4": "saved",
    "/h/good/list.m3u8": "saved",
    "/h/event/list.m3u8": "saved",  # a broadcast that ends
    "/h/endless/list.m3u8": "live",  # one that does not
    "/h/aes/list.m3u8": "saved",  # its key is asked for
    "/d/manifest.mpd": "saved",
    "/p/beside/film.html": "saved",  # poster and subtitles
    "/to/http://other.example/p/second.html": "saved",
    "/to/http://169.254.169.254/x": "unknown",
    "/e/410": "unknown",  # its control is asked for; over http nobody vouches for it
    "/nothing.html": "unknown",
}


@pytest.fixture
def stage(tmp_path):
    wish = VaultWish(tmp_path / "desk", "lone", "tor", "protect-filmer")
    secret = make_desk(wish)
    confirm_sheet(wish.folder, secret.passphrase, secret.recovery_sheet)
    (tmp_path / "passphrase").write_text(secret.passphrase)
    return Stage(tmp_path, secret.passphrase, secret.custodian_sheet)


def witnesskit(stage, words, target, given=""):
    command = [sys.executable, "-m", "witnesskit", *words, "--vault", str(stage.folder / "desk")]
    command += ["--passphrase-file", str(stage.folder / "passphrase")]
    trace = stage.folder / "trace"
    done, socks = namespace.run_inside(command, target, trace, given)
    return done, socks, namespace.elsewhere(trace), trace.read_text()


def records(stage):
    with open_for_saving(stage.desk, stage.passphrase) as session:
        known = [item for item, one in session.state.items.items() if not one.paper]
        return [read_item(stage.desk, session.state, item, desk_identities(session.keyring)).record for item in known]


@pytest.fixture(autouse=True)
def _possible():
    if namespace.namespaces() is None:
        reason = "this computer makes no network namespace"
        pytest.fail(reason) if os.environ.get("WITNESSKIT_REQUIRE_ORACLES") == "1" else pytest.skip(reason)


def test_no_capture_makes_another_connection_than_to_the_proxy(stage, site, monkeypatch):
    monkeypatch.setattr(site, "url", site.url)
    target, site.url = site.url, NAME
    done, socks, others, trace = witnesskit(
        stage, ["archive", "--pace", "0"], target, "".join(f"{NAME}{path}\n" for path in LINKS)
    )
    assert others == []
    assert trace.count("htons(9050)") >= len(LINKS)  # the trace sees connections
    found = {one["source"]["url"].removeprefix(NAME): one["capture"]["outcome"] for one in records(stage)}
    assert found == LINKS, done.stderr
    assert {kind for kind, _host, _port in socks.asked} == {proxies.NAME}
    assert {host for _kind, host, _port in socks.asked} == {"footage.example", "other.example"}
    asked = {request.path.partition("?")[0] for request in site.requests}
    assert {"/b/poster.jpg", "/b/kk.vtt", "/h/aes/key", "/h/endless/2.ts", "/d/audio-1.m4s", "/"} <= asked
    assert all(request.peer[0] == "127.0.0.1" for request in site.requests)
    assert len(set(socks.users)) >= len(LINKS) - 1  # each link another circuit; the last one asked nobody


def test_a_watch_and_a_queue_make_none_either(stage, site):
    links = f"{NAME}/p/good.html\n{NAME}/e/404\n"
    _done, _socks, others, _trace = witnesskit(stage, ["queue", "add"], site.url, links)
    assert others == []
    done, socks, others, _trace = witnesskit(stage, ["queue", "run", "--pace", "0"], site.url)
    assert others == [] and len(socks.asked) >= 2, done.stderr
    _done, _socks, others, _trace = witnesskit(stage, ["watch", "add", f"{NAME}/p/good.html"], site.url)
    assert others == []
    done, socks, others, _trace = witnesskit(stage, ["watch", "run", "--once"], site.url)
    assert others == [] and {host for _, host, _ in socks.asked} == {"footage.example"}, done.stderr
