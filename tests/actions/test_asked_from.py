"""The address of whoever collects: sites sign it into links of media, and write these into their pages."""

from __future__ import annotations

import json

import pytest

from tests.actions.stage import copy_of, silent
from tests.actions.test_collection import archived
from tests.actions.test_export_web import records
from tests.simulators import site as sites
from tests.simulators import socks as proxies
from witnesskit.actions.asked_from import PageAddresses, addresses
from witnesskit.actions.bundle_audience import bundle_for_audience
from witnesskit.actions.bundled import BundleWish
from witnesskit.actions.export_web import WebWish, export_web
from witnesskit.actions.hand_out import HandOutWish, hand_out
from witnesskit.actions.media_links import server
from witnesskit.actions.opening import open_for_saving
from witnesskit.model import Role
from witnesskit.sealing.capsule import CapsuleReader
from witnesskit.sealing.identity import Identity
from witnesskit.vault import store
from witnesskit.vault.keyring import custodian_identities, desk_identities

COLLECTOR = "93.184.216.34"
SIGNED = f"/m/good.mp4?expire=1&ip={COLLECTOR}&sig=SIGNATURE"
PAGE = f'<video src="{SIGNED.replace("&", "&amp;")}"></video>'
SECRETS = (COLLECTOR, "SIGNATURE")


@pytest.fixture(scope="module")
def web():
    with sites.serve() as served:
        served.pages["/signed.html"] = PAGE
        served.pages["/signed-gone.html"] = PAGE.replace("good", "410")
        yield served


@pytest.fixture(scope="module")
def seen(first_stage, web, tmp_path_factory):
    """(stage, files, events) of a page whose media link is signed, saved without a proxy."""
    stage = copy_of(first_stage, tmp_path_factory.mktemp("signed") / "stage")
    return (stage, *archived(stage, f"{web.url}/signed.html"))


def told(files, events) -> str:
    """All that the desk ring reads in documents, and what the log commits."""
    documents = [dict(files.record), dict(files.stub), [dict(event.fields) for event in events]]
    return json.dumps(documents)


def test_the_desk_reads_the_server_of_a_media_link_and_nothing_behind_it(seen, web):
    _stage, files, events = seen
    assert files.record["capture"]["outcome"] == "saved"
    assert not [secret for secret in SECRETS if secret in told(files, events)]
    media = [one for one in files.record["capture"]["attempts"] if one["purpose"] == "media"]
    (served,) = files.record["capture"]["served"]
    assert {one["url"] for one in (*media, served)} == {f"{web.url}/withheld"}
    assert media[0]["status"] == 200 and dict(map(tuple, media[0]["headers"]))["Content-Type"] == "video/mp4"
    assert files.record["source"]["url_final"] == f"{web.url}/signed.html"


def test_the_link_itself_is_in_the_original_for_the_custodian(seen, web):
    stage, files, _events = seen
    with open_for_saving(stage.desk, stage.passphrase) as session:
        keys = custodian_identities(session.keyring)
        (original,) = [one for one in files.capsules if one.role is Role.ORIGINAL]
        lines = CapsuleReader(store.open_capsule(stage.desk, original.id), keys).read("links.jsonl").splitlines()
    found = [json.loads(line) for line in lines]
    assert {one["url"] for one in found} == {web.url + SIGNED}
    assert {name for one in found for name in one if name in ("number", "stream")} == {"number", "stream"}


def test_a_page_that_holds_the_address_goes_to_no_court_and_into_no_archive(seen, web, tmp_path):
    stage, files, _events = seen
    assert files.names_collector
    court = BundleWish(tmp_path, stage.passphrase, audience="court", recipient=Identity.generate().recipient)
    assert [one for one in bundle_for_audience(stage.desk, court, silent).held_back if "address" in one]
    out = tmp_path / "all.warc"
    done = export_web(stage.desk, stage.passphrase, WebWish("warc", (), out))
    assert (done.naming, done.withheld) == (1, 0)
    assert f"{web.url}/withheld" in {url for kind, url, *_more in records(out) if kind == "response"}
    assert not [secret for secret in SECRETS if secret.encode() in out.read_bytes()]
    wish = HandOutWish("folder", (), tmp_path / "folder", audience="court", originals=True)
    assert [one for one in hand_out(stage.desk, stage.passphrase, wish, silent).held_back if "address" in one]
    files = [path for path in (tmp_path / "folder").rglob("*") if path.is_file()]
    assert files and not [path for path in files if COLLECTOR.encode() in path.read_bytes()]


def test_behind_a_proxy_the_address_is_not_the_collectors(first_stage, web, tmp_path):
    stage = copy_of(first_stage, tmp_path / "stage")
    with proxies.serve(web.url) as socks:
        place = stage.folder / "desk" / "vault.toml"
        place.write_text(place.read_text().replace('egress = "direct"', f'egress = "{socks.url}"'))
        files, events = archived(stage, "http://footage.example/signed.html", socks.url)
    assert not files.names_collector and COLLECTOR not in told(files, events)


@pytest.mark.parametrize(
    "path",
    ["/signed-gone.html", f"/to/{SIGNED.replace('/', '%2F').replace('?', '%3F')}"],
    ids=["refused", "redirect"],
)
def test_what_an_outcome_stands_on_does_not_name_the_link_either(first_stage, web, tmp_path, path):
    stage = copy_of(first_stage, tmp_path / "stage")
    files, events = archived(stage, web.url + path.replace("&", "%26"))
    rest = told(files, events).replace(web.url + path.replace("&", "%26"), "")
    assert not [secret for secret in SECRETS if secret in rest]


Q = f"?ip={COLLECTOR}&sig=SIGNATURE"
PAGES = {
    "pieces": f'<video src="/h/aes/list.m3u8{Q}"></video>',
    "beside": f'<video src="/m/good.mp4{Q}" poster="/b/poster.jpg{Q}"><track kind="subtitles" srclang="kk" src="/b/kk.vtt{Q}">',
    "one-gone": f'<video src="/m/good.mp4{Q}"></video><video src="/m/410.mp4{Q}"></video>',
    "cut": f'<video src="/m/cut.mp4{Q}"></video>',
    "no-media": f'<video src="/p/good.html{Q}"></video>',
    "no-host": f'<video src="http://nothere.invalid/a.mp4{Q}"></video>',
    "led-to-media": f'<meta http-equiv="refresh" content="0;url=/m/good.mp4{Q}">',
    "never-asked": f'<iframe src="/p/good.html{Q}"></iframe>',
    "said": f'<script>var page = {{"clientIp":"{COLLECTOR}","secret":"SIGNATURE"}}</script>',
}


@pytest.mark.parametrize("name", PAGES)
def test_no_document_that_the_desk_opens_names_it_and_every_such_page_is_known(first_stage, web, tmp_path, name):
    web.pages[f"/{name}.html"] = PAGES[name].replace("&", "&amp;")
    stage = copy_of(first_stage, tmp_path / "stage")
    files, events = archived(stage, f"{web.url}/{name}.html")
    assert files.names_collector
    texts = [told(files, events).encode()]
    with open_for_saving(stage.desk, stage.passphrase) as session:
        keys = desk_identities(session.keyring)
        for one in files.capsules:
            if one.role is Role.RECORD:
                reader = CapsuleReader(store.open_capsule(stage.desk, one.id), keys)
                texts += [reader.read(document) for document in reader.names() if "/" not in document]
    assert len(texts) > 2
    assert not [secret for text in texts for secret in SECRETS if secret.encode() in text]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("ip=93.184.216.34", True), ("/ip/93.184.216.34/", True), ('"clientIp": "93.184.216.34"', True),
        ('\\"ip\\":\\"2a00:1450:4001:800::200e\\"', True), ("%26ip%3D93.184.216.34", True),
        ("version 5.18.2.1", False), ("/jquery/3.6.0.1/x.js", False), ("host: 93.184.216.34", False),
    ],
    ids=["query", "path", "script", "escaped-script", "escaped", "version", "library", "another-word"],
)  # fmt: skip
def test_what_a_page_calls_an_address_is_one(text, named):
    page = PageAddresses()
    page.see(text.encode())
    assert bool(page.named) == named


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ip=93.184.216.34&x", {"93.184.216.34"}), ("/ip/93.184.216.34/id", {"93.184.216.34"}),
        ("%26ip%3D93.184.216.34%26", {"93.184.216.34"}), ("\\u0026ip\\u003d93.184.216.34\\u0026", {"93.184.216.34"}),
        ("ip=2a00:1450:4001:0800::200e&", {"2a00:1450:4001:800::200e"}),
        ("ip%3D2A00%3A1450%3A4001%3A800%3A%3A200e%26", {"2a00:1450:4001:800::200e"}),
        ("ip%253D2a00%253A1450%253A4001%253A800%253A%253A200e", {"2a00:1450:4001:800::200e"}),
        ("192.168.0.1 10.0.0.1 127.0.0.1 fe80::1 ::1", set()), ("1.2.3 1.2.3.4.5 300.1.1.1 12:30:59", set()),
    ],
    ids=["query", "path", "escaped", "script", "six", "six-escaped", "six-twice", "not-public", "no-address"],
)  # fmt: skip
def test_addresses_are_found_however_they_are_written(text, found):
    assert addresses(text) == found


def test_an_address_that_two_pieces_share_is_found():
    page = PageAddresses()
    for piece in (b"x" * 500 + b"ip=93.184", b".216.34&", b"y" * 500):
        page.see(piece)
    assert "93.184.216.34" in page.found


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("https://a.example/x?y", "https://a.example/withheld"), ("http://u:p@a.example:81/x", "http://a.example:81/withheld"),
        ("http://[2001:db8::1]/x", "http://[2001:db8::1]/withheld"), ("http://[x/", "withheld"), ("", "withheld"),
    ],
    ids=["plain", "port", "six", "broken", "empty"],
)  # fmt: skip
def test_of_a_link_the_server_is_told(link, shown):
    assert server(link) == shown
