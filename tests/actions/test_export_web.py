"""WARC and WACZ: what the web answered, byte for byte, in forms that other programs open."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import zipfile

import pytest

from tests.actions.stage import PATIENCE, Device, Quiet, make_stage, record_json
from tests.oracles import require
from tests.simulators import site as sites
from witnesskit.actions.archive import ArchiveWish, archive
from witnesskit.actions.assigning import Asked
from witnesskit.actions.case_vault import paper_openings
from witnesskit.actions.custodian import CustodianPaper
from witnesskit.actions.export_web import WebWish, export_web
from witnesskit.actions.item_files import chosen, read_item
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.own_events import own_events
from witnesskit.capture.egress import parse_egress
from witnesskit.capture.messages import WireBytes
from witnesskit.capture.worker import prestart
from witnesskit.errors.actions import CustodianKeyNeeded
from witnesskit.errors.brought import NothingOfTheWeb
from witnesskit.errors.cli import OutputExists
from witnesskit.report.wacz import sort_key
from witnesskit.vault.keyring import desk_identities

PATHS = ("/packed.html", "/p/dies.html", "/h/aes/list.m3u8", "/e/410", "/m/second.mp4")


@pytest.fixture(scope="module")
def saved(tmp_path_factory, _site):
    """A lone desk and a team's desk with the same links."""
    found = {}
    with prestart(parse_egress("direct"), allow_local=True, patience=PATIENCE) as running:
        for name, lone in (("lone", True), ("team", False)):
            stage = make_stage(tmp_path_factory.mktemp(name) / "stage", lone=lone)
            _site.reset()
            links = tuple(_site.url + path for path in PATHS)
            archive(stage.desk, ArchiveWish(links, stage.passphrase, Asked(True)), running, Quiet())
            found[name] = stage
    return found


def exported(stage, out, **wish):
    return export_web(stage.desk, stage.passphrase, WebWish(out.suffix[1:], (), out, **wish))


def records(path):
    from warcio.archiveiterator import ArchiveIterator

    with path.open("rb") as stream:
        found = []
        for record in ArchiveIterator(stream, check_digests="raise"):
            raw = record.raw_stream.read()
            status = record.http_headers.get_statuscode() if record.http_headers else ""
            found.append((record.rec_type, record.rec_headers.get_header("WARC-Target-URI"), status, raw, record))
        return found


def test_a_warc_holds_page_media_pieces_lists_and_the_account_of_requests(saved, site, tmp_path):
    out = tmp_path / "all.warc"
    done = exported(saved["lone"], out)
    assert (done.items, done.withheld) == (len(PATHS), 0)
    found = records(out)
    responses = {
        (url.removeprefix(site.url), status): raw for kind, url, status, raw, _ in found if kind == "response"
    }
    assert b"<video" in gzip.decompress(responses["/packed.html", "200"])
    assert responses["/m/good.mp4", "200"] == site.videos[1]
    assert responses["/m/second.mp4", "200"] == site.videos[2]
    assert responses["/m/dies.mp4", "200"] == site.videos[1][: sites.SIZE // 2]
    assert b"410" in responses["/e/410", "410"]
    pieces = b"".join(responses[f"/h/aes/{number}.ts", "200"] for number in range(1, sites.SEGMENTS + 1))
    assert pieces == sites.sealed_pieces()
    cut = [record for *_rest, record in found if record.rec_headers.get_header("WARC-Truncated")]
    assert len(cut) == 1
    resources = {url: raw for kind, url, _status, raw, _record in found if kind == "resource"}
    assert any(raw.startswith(b"#EXTM3U") for raw in resources.values())
    accounts = [json.loads(raw) for url, raw in resources.items() if url.startswith("urn:witnesskit:")]
    assert {one["outcome"] for one in accounts} >= {"saved", "removed"}
    assert any(kind == "request" for kind, *_rest in found)
    assert b"secret-visitor-number" not in out.read_bytes()


def test_packed_bytes_that_were_cut_have_no_digest_and_are_not_taken_for_the_page(stage, site, tmp_path):
    """The worker dies while it hands over the packed form; by then the page itself is here."""
    with prestart(parse_egress("direct"), allow_local=True, patience=PATIENCE) as running:
        inner = running.run

        def dying(wanted):
            for message in inner(wanted):
                yield message
                if isinstance(message, WireBytes):
                    os.kill(running.pid, signal.SIGKILL)

        running.run = dying
        archive(
            stage.desk,
            ArchiveWish((f"{site.url}/packed-noise.html",), stage.passphrase, Asked(True)),
            running,
            Quiet(),
        )
    with open_for_saving(stage.desk, stage.passphrase) as session:
        (item,) = chosen(session.state, ())
        files = read_item(stage.desk, session.state, item, desk_identities(session.keyring))
    held = {file.prefix: file.open().read() for file in files.files}
    html = files.record["capture"]["html"]
    assert 0 < len(held["wire/1"]) < len(held["page/1"])
    assert html["complete"] and html["wire"] == "cut"
    assert "wire_sha256" not in html and "wire_bytes" not in html
    out = tmp_path / "cut.warc"
    exported(stage, out)
    (page,) = [(raw, one.http_headers) for kind, *_rest, raw, one in records(out) if kind == "response"]
    assert page[0] == held["page/1"]
    assert page[1].get_header("X-Orig-Content-Encoding") == "gzip"
    assert page[1].get_header("Content-Encoding") is None


def test_stock_warcio_finds_nothing_wrong(saved, tmp_path):
    out = tmp_path / "all.warc"
    exported(saved["lone"], out)
    done = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", "-v", str(out)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "digest pass" in done.stdout


def test_a_wacz_is_what_its_list_says(saved, site, tmp_path):
    out = tmp_path / "all.wacz"
    exported(saved["lone"], out)
    with zipfile.ZipFile(out) as package:
        assert package.testzip() is None
        assert {info.compress_type for info in package.infolist()} == {zipfile.ZIP_STORED}
        lines = package.read("indexes/index.cdx").decode().splitlines()
        assert lines == sorted(lines)
        data = package.read("archive/data.warc")
        pages = [json.loads(line) for line in package.read("pages/pages.jsonl").splitlines()]
    one = next(json.loads(line.split(" ", 2)[2]) for line in lines if "/m/good.mp4" in line)
    piece = data[int(one["offset"]) : int(one["offset"]) + int(one["length"])]
    assert piece.startswith(b"WARC/1.1") and site.videos[1] in piece
    assert pages[0]["format"] == "json-pages-1.0"
    assert {page["url"].removeprefix(site.url) for page in pages[1:]} == {"/packed.html", "/p/dies.html", "/e/410"}


def test_the_stock_validator_accepts_the_package(saved, tmp_path):
    out = tmp_path / "all.wacz"
    exported(saved["lone"], out)
    done = subprocess.run(
        [require("wacz"), "validate", "--file", str(out)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_without_the_custodian_s_key_media_are_withheld_and_counted(saved, tmp_path):
    out = tmp_path / "team.warc"
    done = exported(saved["team"], out)
    assert done.withheld == 4
    kinds = [url for kind, url, *_rest in records(out) if kind == "response"]
    assert not [url for url in kinds if url.endswith((".mp4", ".ts"))]
    sheet = tmp_path / "sheet.txt"
    sheet.write_text(saved["team"].custodian_sheet)
    done = exported(saved["team"], tmp_path / "opened.warc", custodian=CustodianPaper(sheet), why="hearing")
    assert done.withheld == 0
    other = tmp_path / "other.txt"
    other.write_text(saved["team"].recovery_sheet)
    with pytest.raises(Exception) as refused:
        exported(saved["team"], tmp_path / "no.warc", custodian=CustodianPaper(other))
    assert refused.type is CustodianKeyNeeded or refused.value.code
    assert not (tmp_path / "no.warc").exists()


def test_that_originals_were_opened_is_on_record_first(saved, tmp_path):
    def accesses():
        with open_for_saving(saved["lone"].desk, saved["lone"].passphrase) as session:
            return sum(b'"type":"access"' in line for line in session.journal.lines())

    before = accesses()
    exported(saved["lone"], tmp_path / "all.warc")
    assert accesses() - before == 5  # four with an original, and a page of a film that is gone


def test_that_a_page_alone_left_is_on_record_too(saved, tmp_path):
    stage = saved["team"]

    def said():
        with open_for_saving(stage.desk, stage.passphrase) as session:
            events = own_events(session, paper_openings(session, "access"), "access")
            return [one.fields for one in events if one.type == "access"]

    before = len(said())
    exported(stage, tmp_path / "pages.warc")
    new = said()[before:]
    assert {(one["what"], one["why"]) for one in new} == {("page", "export as warc")}
    assert len({one["item"] for one in new}) == len(new) > 0


def test_nothing_is_overwritten_and_nothing_is_left_of_a_refusal(saved, stage, device, tmp_path):
    out = tmp_path / "there.warc"
    out.write_text("mine")
    with pytest.raises(OutputExists):
        exported(saved["lone"], out)
    assert out.read_text() == "mine"
    stage.take_in(device.bundle(tmp_path / "stick"))
    with pytest.raises(NothingOfTheWeb):
        exported(stage, tmp_path / "none.warc")
    assert not (tmp_path / "none.warc").exists()


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.Example.org/V?b=2&a=1", "org,example)/v?a=1&b=2"),
        ("http://127.0.0.1:81/x", "127.0.0.1:81)/x"),
        ("https://a.b.example:443/", "example,b,a)/"),
        ("urn:witnesskit:abc", ")witnesskit:abc"),
    ],
)
def test_keys_sort_by_host_from_its_end(url, key):
    assert sort_key(url) == key


@pytest.mark.parametrize(
    "link", ["http://[::1/", "http://x.example:99999/", "http://x.example:abc/", "//["],
    ids=["bracket", "port", "no number", "no scheme"],
)  # fmt: skip
def test_a_link_that_is_none_stops_no_archive(stage, tmp_path, link):
    device = Device(stage.folder / "a")
    page = {"status": 200, "final_url": link, "url": link, "headers": []}
    stream = {"stream": 1, "final_url": link, "status": 200}
    device.save(record_json(source={"kind": "url", "url": link}, capture={"html": page, "served": [stream]}))
    stage.take_in(device.bundle(stage.folder / "stick"))
    out = tmp_path / "all.wacz"
    assert exported(stage, out).items == 1
    with zipfile.ZipFile(out) as package:
        assert link in package.read("indexes/index.cdx").decode()
