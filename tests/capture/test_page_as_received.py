"""The page as it came: decoded for reading, and the very bytes of the wire beside it."""

import gzip

import pytest

from tests.capture.seen import capture
from witnesskit.capture.egress import parse_egress
from witnesskit.capture.messages import Page, PageEnd
from witnesskit.capture.tally import Tally
from witnesskit.errors.capture import WorkerGarbage
from witnesskit.limits import PAGE_MAX


def test_a_packed_page_is_handed_over_in_both_forms(site, worker):
    seen = capture(worker, site.url + "/packed.html")
    assert seen.page.decoded and seen.page_end.complete
    assert dict(seen.page.headers)["Content-Encoding"] == "gzip"
    assert gzip.decompress(seen.wire) == seen.page_bytes
    assert len(seen.wire) == int(dict(seen.page.headers)["Content-Length"])
    assert seen.bytes[1] == site.videos[1]


def test_a_page_that_came_plain_has_one_form(site, worker):
    seen = capture(worker, site.url + "/p/good.html")
    assert not seen.page.decoded and seen.wire == b"" and seen.page_bytes


def test_a_bomb_is_cut_and_its_packed_form_left_out(site, worker):
    seen = capture(worker, site.url + "/bomb.html")
    assert not seen.page_end or not seen.page_end.complete or len(seen.wire) < 2_000_000


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
