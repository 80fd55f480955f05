"""The page as it came: decoded for reading, and the very bytes of the wire beside it."""

import gzip

import pytest

from tests.capture.seen import capture
from tests.simulators.faults.pages import bomb
from tests.simulators.site import sha256
from witnesskit.capture.egress import parse_egress
from witnesskit.capture.messages import Attempt, Page, PageEnd, WireEnd
from witnesskit.capture.page import Kept, Telling, tell_kept
from witnesskit.capture.tally import Tally
from witnesskit.errors.capture import WorkerGarbage
from witnesskit.limits import PAGE_MAX


def test_a_packed_page_is_handed_over_in_both_forms(site, worker):
    seen = capture(worker, site.url + "/packed.html")
    assert seen.page.decoded and seen.page_end.complete
    assert dict(seen.page.headers)["Content-Encoding"] == "gzip"
    assert gzip.decompress(seen.wire) == seen.page_bytes
    assert seen.wire_end == WireEnd(len(seen.wire))
    assert len(seen.wire) == int(dict(seen.page.headers)["Content-Length"])
    assert seen.bytes[1] == site.videos[1]


def test_a_page_that_came_plain_has_one_form(site, worker):
    seen = capture(worker, site.url + "/p/good.html")
    assert not seen.page.decoded and seen.wire == b"" and seen.page_bytes


def test_a_bomb_is_never_unpacked_and_is_kept_as_it_came(site, worker):
    seen = capture(worker, site.url + "/bomb.html")
    assert (seen.page.by, seen.page.decoded) == ("own-request", False)
    assert dict(seen.page.headers)["Content-Encoding"] == "gzip"
    assert seen.page_bytes == bomb()
    assert seen.page_end == PageEnd(complete=True, size=len(bomb()), sha256=sha256(bomb()))
    assert seen.wire == b"" and seen.wire_end is None


@pytest.mark.parametrize(("most", "reason", "packed"), [(10, "", b"packed"), (5, "too-long", b"")])
def test_the_packed_form_of_a_page_that_was_cut_is_left_out(most, reason, packed):
    kept = Kept(
        Attempt(1, "page", "GET", "http://h/", "", status=200), decoded=True, most=most, wire=[b"pac", b"ked"]
    )
    kept.take(b"0123456789", ended=True)
    told, page, wire = [], [], []
    tell_kept("http://h/", kept, Telling(told.append, page.append, wire.append))
    assert b"".join(page) == b"0123456789"[:most]
    assert told[1] == PageEnd(not reason, most, sha256(b"0123456789"[:most]), reason)
    assert b"".join(wire) == packed
    assert told[2:] == ([WireEnd(len(packed))] if packed else [])


@pytest.mark.parametrize("decoded", [True, False])
def test_packed_bytes_that_belong_to_no_page_are_garbage(decoded):
    tally = Tally("http://h/", parse_egress("direct"), "2026-01-01T00:00:00Z")
    with pytest.raises(WorkerGarbage):
        tally.see_wire_bytes(b"x")
    tally = Tally("http://h/", parse_egress("direct"), "2026-01-01T00:00:00Z")
    tally.see(Page("http://h/", "http://h/", 200, by="extractor", decoded=decoded))
    with pytest.raises(WorkerGarbage):
        tally.see_wire_bytes(b"x")  # the page is not over
    tally.see(PageEnd(complete=True, size=0, sha256=""))
    with pytest.raises(WorkerGarbage):
        tally.see_wire_bytes(b"x" * (PAGE_MAX + 1) if decoded else b"x")


def packed(*told: bytes) -> Tally:
    tally = Tally("http://h/", parse_egress("direct"), "2026-01-01T00:00:00Z")
    tally.see(Page("http://h/", "http://h/", 200, by="extractor", decoded=True))
    tally.see(PageEnd(complete=True, size=0, sha256=""))
    for data in told:
        tally.see_wire_bytes(data)
    return tally


@pytest.mark.parametrize(("told", "size"), [([b"ab", b"c"], 2), ([b"ab"], 3), ([b"ab"], -2), ([], 0)])
def test_an_end_of_packed_bytes_that_counts_others_is_garbage(told, size):
    with pytest.raises(WorkerGarbage):
        packed(*told).see(WireEnd(size))


def test_nothing_packed_comes_behind_its_end():
    tally = packed(b"ab", b"c")
    tally.see(WireEnd(3))
    for more in (lambda: tally.see_wire_bytes(b"d"), lambda: tally.see(WireEnd(3))):
        with pytest.raises(WorkerGarbage):
            more()
