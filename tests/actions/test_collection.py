"""What a capture leaves in the record of how the bytes came, and what a report says of it to whom."""

from __future__ import annotations

import html
import json
import os
import pwd
import re
import socket
import sys
from pathlib import Path

import pytest

from tests.actions.stage import Quiet, Stage, copy_of, record_json
from tests.simulators import authority, site
from tests.simulators import socks as proxies
from witnesskit.actions.archive import ArchiveWish, archive
from witnesskit.actions.assigning import Asked
from witnesskit.actions.clock import clock_facts, offset_of
from witnesskit.actions.connected import egress_kind
from witnesskit.actions.item_files import chosen, read_item
from witnesskit.actions.offered import formats_of
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.own_events import own_events
from witnesskit.actions.report import ReportWish, report
from witnesskit.actions.shown_collection import shown_collection
from witnesskit.actions.tool_identity import WATCHED, tool_facts
from witnesskit.capture import worker
from witnesskit.capture.egress import parse_egress
from witnesskit.capture.transport import Patience
from witnesskit.capture.worker import prestart
from witnesskit.digest import sha256_hex
from witnesskit.errors.formats import BadJson
from witnesskit.formats import strict_json
from witnesskit.formats.record_shape import check_stub
from witnesskit.limits import CLOCK_APART_SECONDS
from witnesskit.vault.keyring import custodian_identities, desk_identities

PATIENCE = Patience(stall_seconds=1, retries=2, backoff_seconds=0)
AHEAD = 1000  # seconds that the site's clock is ahead


def archived(stage: Stage, url: str, egress: str = "direct"):
    """The item that archiving one link at a lone desk makes, and its events."""
    with prestart(parse_egress(egress), allow_local=True, patience=PATIENCE) as running:
        archive(stage.desk, ArchiveWish((url,), stage.passphrase, Asked(True)), running, Quiet())
    with open_for_saving(stage.desk, stage.passphrase) as session:
        identities = (*desk_identities(session.keyring), *custodian_identities(session.keyring))
        (item,) = chosen(session.state, ())
        files = read_item(stage.desk, session.state, item, identities)
        return files, list(own_events(session, files.lines))


@pytest.fixture(scope="module")
def ca(tmp_path_factory):
    return authority.make(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def seen(first_stage, ca, tmp_path_factory):
    """A film that was cut once, over TLS, from a site whose clock is ahead: (stage, files, events, url)."""
    stage = copy_of(first_stage, tmp_path_factory.mktemp("tls") / "stage")
    with pytest.MonkeyPatch.context() as patch, site.serve(ca.context()) as served:
        served.ahead = AHEAD
        url = f"{served.url}/p/cut.html"
        patch.setattr(worker.sys, "executable", str(ca.interpreter()))
        running = prestart(parse_egress("direct"), allow_local=True, patience=PATIENCE)
        patch.undo()
        with running:
            archive(stage.desk, ArchiveWish((url,), stage.passphrase, Asked(True)), running, Quiet())
    with open_for_saving(stage.desk, stage.passphrase) as session:
        (item,) = chosen(session.state, ())
        files = read_item(stage.desk, session.state, item, desk_identities(session.keyring))
        return stage, files, list(own_events(session, files.lines)), url


def test_the_record_holds_every_request_its_connection_and_its_ranges(seen, ca):
    capture = seen[1].record["capture"]
    assert capture["outcome"] == "saved"
    purposes = [one["purpose"] for one in capture["attempts"]]
    assert purposes.count("media") == 2 and all(one["status"] and one["answered_at"] for one in capture["attempts"])
    (connection,) = capture["connections"]
    assert connection["facts"]["chain_sha256"] == [sha256_hex(der) for der in ca.chain]
    assert {one["connection"] for one in capture["attempts"]} == {connection["number"]}
    assert [one["outcome"] for one in capture["served"][0]["ranges"]] == ["cut", "complete"]
    assert capture["served"][0]["ranges"][1]["if_range"] == '"v1"'


def test_the_formats_taken_are_named_with_the_reason(seen):
    (formats,) = seen[1].record["capture"]["formats"]
    assert formats["offered_total"] == 1 and formats["reason"] == "it was the only one offered"
    assert formats["chosen"][0]["format_id"] == formats["offered"][0]["format_id"]
    assert not any("url" in name for one in (*formats["chosen"], *formats["offered"]) for name in one)


def test_the_clock_is_compared_with_the_site_committed_and_warned_of(seen):
    clock = seen[1].record["collection"]["clock"]
    (committed,) = [event.fields["clock"] for event in seen[2] if event.type == "ingest"]
    assert committed == clock and clock["headers"] == len(seen[1].record["capture"]["attempts"])
    for name in ("min", "median", "max"):
        assert -AHEAD - 5 <= clock[f"offset_{name}_s"] <= -AHEAD + 60
    assert "more than 300 seconds apart" in clock["warning"]


def test_who_looked_the_name_up_is_recorded(seen):
    resolver = seen[1].record["collection"]["resolver"]
    assert resolver["by"] == "system" and re.fullmatch(r"(127\.0\.0\.1|::1) \d+", resolver["address"])


def test_the_tool_is_named_exactly(seen):
    collection = seen[1].record["collection"]
    assert set(collection["tool"]["packages"]) == set(WATCHED)
    assert collection["extractor_key"] == "HTML5MediaEmbed" and collection["extractor_options"]["format"] == "bv,ba/b"
    assert collection["libraries"]["authorities"].startswith("certifi ")


def test_nothing_of_it_names_the_machine_or_the_person(seen):
    text = json.dumps([tool_facts(), seen[1].record["collection"]])
    home = str(Path.home())
    here = {socket.gethostname(), os.uname().nodename, home, sys.prefix, str(Path(__file__).parents[2])}
    names = here | {pwd.getpwuid(os.getuid()).pw_name} - {"root"}  # "root" is a word of its own in paths only
    assert not [name for name in names if len(name) > 2 and name in text]


@pytest.mark.parametrize("audience", ["desk", "court"])
def test_desk_and_court_read_how_it_was_collected(seen, audience, tmp_path, ca):
    stage = seen[0]
    report(stage.desk, stage.passphrase, ReportWish(audience, (), tmp_path / "page.html"))
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    text = html.unescape(re.sub(r"<[^>]+>", "", page))
    assert "What the tool received through a direct connection, not that localhost published it." in text
    assert sha256_hex(ca.chain[0]) in text and "issued by organizationName=Test authority, commonName=Middle" in text
    assert (
        re.search(r"\d+ seconds behind the site's clock, by the site's word", text) and "WARNING: this clock" in text
    )
    assert "asked bytes=" in text and "extractor HTML5MediaEmbed" in text and "of 1 offered" in text
    assert "\\x0a" not in text


def test_through_a_proxy_the_desk_reads_its_kind_and_the_custodian_its_address(first_stage, tmp_path):
    stage = copy_of(first_stage, tmp_path / "stage")
    with site.serve() as served, proxies.serve(served.url) as socks:
        place = stage.folder / "desk" / "vault.toml"
        place.write_text(place.read_text().replace('egress = "direct"', f'egress = "{socks.url}"'))
        files, events = archived(stage, "http://footage.example/p/good.html", socks.url)
    assert socks.url.removeprefix("socks5h://") not in json.dumps(dict(files.record))
    assert str(socks.port) not in json.dumps([dict(event.fields) for event in events])
    assert files.record["collection"]["egress"] == "proxy"
    assert files.record["collection"]["resolver"] == {
        "by": "proxy",
        "address": "missing: the proxy looked the name up",
    }
    assert {one["peer"] for one in files.record["capture"]["attempts"]} == {"the proxy"}
    assert files.original["collection"]["egress_address"] == socks.url
    told = shown_collection(files.record)["received"]
    assert told == "What the tool received through a proxy, not that footage.example published it."


@pytest.mark.parametrize(
    ("egress", "kind"),
    [
        ("direct", "direct"), ("socks5h://127.0.0.1:9050", "tor"), ("socks5h://localhost:9150", "tor"),
        ("socks5h://192.0.2.1:9050", "proxy"), ("socks5h://127.0.0.1:1080", "proxy"), ("http://127.0.0.1:9050", "proxy"),
    ],
)  # fmt: skip
def test_a_proxy_is_tor_only_at_its_port_on_this_computer(egress, kind):
    assert egress_kind(parse_egress(egress)) == kind


@pytest.mark.parametrize(
    ("headers", "offset"),
    [
        ((("Date", "Wed, 25 Nov 2026 10:00:00 GMT"),), 10),
        ((("date", "Wed, 25 Nov 2026 11:00:10 +0100"),), 0),
        ((("Date", "Wed, 25 Nov 2026 09:00:10 GMT"), ("Age", "3600")), 0),  # a cache kept it for an hour
        ((("Date", "Wed, 25 Nov 2026 10:00:00 GMT"), ("Age", "-5")), 10),
        ((("Date", "Wed, 25 Nov 2026 10:00:00 GMT"), ("Age", "9" * 5000)), 10),
        ((("Date", "Wed, 25 Nov 2026 10:00:00 GMT"), ("Age", "9999999999")), -9999999989),
        ((("Date", "Wed, 25 Nov 99999 10:00:00 GMT"),), None),
        ((("Date", "x" * 100_000),), None),
        ((("Date", "Wed, 25 Nov 2026 10:00:00 +99999999999999"),), None),
        ((("Date", ""),), None),
        ((), None),
    ],
)
def test_a_date_header_is_compared_or_passed_over(headers, offset):
    assert offset_of(headers, "2026-11-25T10:00:10Z") == offset


def test_without_a_word_from_outside_the_clock_says_so_and_a_small_offset_is_no_warning():
    assert clock_facts() == {"source": "system", "synced": "unknown"}
    assert "warning" not in clock_facts([CLOCK_APART_SECONDS, -1, CLOCK_APART_SECONDS])
    assert "warning" in clock_facts([-CLOCK_APART_SECONDS - 1])
    assert clock_facts([4, 1, 9, 2]) | {"offset_min_s": 1, "offset_median_s": 2, "offset_max_s": 9} == clock_facts(
        [4, 1, 9, 2]
    )


def test_formats_of_a_lying_extractor_are_facts_within_the_profile():
    facts = {"formats_offered": [{"format_id": "1", "url": "http://secret"}, 7], "formats_chosen": "x"}
    found = formats_of(1, facts, "bv,ba/b")
    assert found["offered"] == [{"format_id": "1"}] and found["chosen"] == []
    assert strict_json.canonical(found)


ODD = [
    None,
    1,
    -1,
    "x\ny",
    [],
    [1],
    [[]],
    {},
    {"a": 1},
    [{"status": "x"}],
    [{"status": True, "ranges": [{"etag": []}]}],
]


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
@pytest.mark.parametrize(
    "where", ["attempts", "connections", "served", "formats", "clock", "tool", "resolver", "libraries"]
)
def test_a_record_of_any_shape_is_shown_without_a_fault(where, odd):
    for record in (
        {"capture": {where: odd}, "collection": {where: odd}},
        {"capture": odd, "collection": odd, "source": odd},
        {"collection": {where: {"packages": odd, "by": odd, "offset_median_s": odd, "openssl": odd, "warning": odd}}},
        {"capture": {where: [{"facts": odd, "ranges": odd, "chosen": odd, "chain_sha256": odd}]}},
        {"capture": {where: [{"facts": {"chain_sha256": odd, "leaf": odd, "authorities": odd}}]}},
    ):
        assert all(isinstance(value, str) for value in shown_collection(record).values())


def test_a_line_of_a_record_cannot_look_like_another():
    record = {
        "source": {"kind": "url", "url": "https://a.example/"},
        "capture": {"formats": [{"reason": "x\nvideo 2: y"}]},
    }
    assert "\n" not in shown_collection(record)["formats"]
    assert record_json()  # the smallest record shows nothing of its collection
    assert shown_collection(strict_json.loads(record_json())) == {}


def test_of_a_capture_that_was_killed_the_page_still_says_what_was_received_through_what(stage, site_once, tmp_path):
    class Killed(Quiet):
        def progress(self, done, whole):
            raise MemoryError  # not Ctrl-C: nothing is tidied up

    with prestart(parse_egress("direct"), allow_local=True, patience=PATIENCE) as running, pytest.raises(MemoryError):
        archive(
            stage.desk,
            ArchiveWish((f"{site_once.url}/p/good.html",), stage.passphrase, Asked(True)),
            running,
            Killed(),
        )
    report(stage.desk, stage.passphrase, ReportWish("court", (), tmp_path / "page.html"))
    text = html.unescape(re.sub(r"<[^>]+>", "", (tmp_path / "page.html").read_text(encoding="utf-8")))
    assert "What the tool received through a direct connection, not that 127.0.0.1 published it." in text
    assert f"{site_once.url}/p/good.html" in text


@pytest.fixture
def site_once():
    with site.serve() as served:
        yield served


@pytest.mark.parametrize("stub", [[], "x", {"url": 1}, {"kind": []}, {"egress": {}}, {"started_at": True}])
def test_a_stub_of_another_shape_is_refused(stub):
    with pytest.raises(BadJson):
        check_stub(stub)


def test_a_stub_holds_what_it_must_and_may_hold_more():
    assert check_stub({"kind": "file", "more": 1})["kind"] == "file"
