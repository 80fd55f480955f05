"""Every case of the fault server ends in the outcome of its table, and every byte that was sent is handed over."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.capture.conftest import PATIENCE
from tests.capture.seen import capture
from tests.simulators.faults import cases, kept, server
from tests.simulators.faults.bodies import SIZE, segment, sha256
from witnesskit.capture.egress import parse_egress
from witnesskit.capture.worker import prestart
from witnesskit.limits import PAGE_MAX
from witnesskit.model import Outcome

# what would go on for hours is given less
WANTED = {
    "endless": {"size_max": SIZE + 50_000},
    "drip": {"seconds": 1},
    "page-drip": {"seconds": 1},
    "hls-endless": {"live_seconds": 5},
}
# what the system took for the other end and the other end no longer read, or what was on its way when time was over
UNREAD = {"endless", "drip", "range-lies", "range-ahead", "range-unnamed", "range-garbage", "length-too-small"}
NAMED = {case.name: case for case in cases.CASES}
THROUGH_TRAP = [case for case in cases.CASES if case.via.startswith("socks")]


@pytest.fixture(scope="module")
def faults():
    with server.serve_all(silence=4, keep=2 << 20) as site:
        yield site


@pytest.fixture(scope="module")
def trapped(faults):
    """A worker behind the trap, which may not reach this computer itself."""
    with prestart(parse_egress(faults.bases["trap"]), patience=PATIENCE) as worker:
        yield worker


@pytest.fixture(scope="module")
def trapped_at_home(faults):
    """A worker behind the trap, which may."""
    with prestart(parse_egress(faults.bases["trap"]), allow_local=True, patience=PATIENCE) as worker:
        yield worker


@pytest.fixture
def play(faults, worker, trapped, trapped_at_home):
    """Plays a case with the worker that it needs."""

    def played(case):
        faults.reset()
        at_home = case.via == "socks-direct" or case.path == "/x/film.html"
        one = (trapped_at_home if at_home else trapped) if case.via.startswith("socks") else worker
        return capture(one, cases.url(case, faults.bases), **WANTED.get(case.name, {}))

    return played


@pytest.mark.parametrize("case", cases.CASES, ids=lambda case: case.name)
def test_it_ends_as_the_table_says_and_every_byte_is_handed_over(faults, play, case):
    seen = play(case)
    assert (seen.outcome.value, seen.rule) == (case.outcome, seen.rule)
    handed = Counter(sha256(data) for data in seen.bytes.values() if data)
    if case.kept in kept.FILES:
        assert handed == Counter(sha256(data) for data in kept.FILES[case.kept]())
    elif case.kept == kept.SOME:
        assert faults.videos[1].startswith(seen.bytes[1][:SIZE]) and seen.bytes[1]
    if case.kept not in kept.FILES and case.kept not in WITH_BYTES:
        assert not handed
    if case.name not in UNREAD:
        assert sum(map(len, seen.bytes.values())) == sum(sent_of_media(faults).values())
    assert_page_is_what_was_sent(faults, seen, case)


WITH_BYTES = {kept.SOME, kept.AND_PAGE, kept.PAGE, kept.PAGE_INSIDE}


def sent_of_media(site):
    """(path, file) -> how far the server came in it, over all requests that were answered with media or in its place."""
    reached = {}
    for one in site.requests:
        media = one.path.startswith(("/m/", "/b/", "/d/", "/accounts/login?next=/m/")) or one.path.endswith(
            (".ts", ".map")
        )
        answer = one.answer
        if media and answer.status in (200, 206) and not one.path.endswith((".mpd", ".m3u8")):
            place = (one.path, answer.file or answer.sha256)
            had = reached.get(place, 0)
            reached[place] = max(had, answer.start + answer.sent) if answer.start <= had else had
    return reached


def assert_page_is_what_was_sent(site, seen, case):
    """What was handed over of the page is the beginning of an answer to it, and all of it where it is called whole."""
    if seen.page is None or not seen.page.status or seen.page.decoded:
        return
    sent = [bytes(one.answer.data) for one in site.requests if not one.path.startswith("/m/")]
    if seen.page_end.complete:
        assert seen.page_bytes in sent
    else:
        assert len(seen.page_bytes) <= PAGE_MAX
        assert any(data.startswith(seen.page_bytes[: len(data)]) for data in sent if data)


@pytest.mark.parametrize("case", THROUGH_TRAP, ids=lambda case: case.name)
def test_behind_a_proxy_nothing_goes_direct_and_no_private_address_is_asked_for(faults, play, case):
    play(case)
    assert {one.through for one in faults.requests} <= {"socks"}
    assert faults.names
    own = faults.url.removeprefix("http://")
    assert {name for name in faults.names if not name.partition(":")[0].endswith(".invalid")} <= {own}


def test_redirects_to_a_private_address_are_followed_by_nobody(faults, play):
    for name, rule in {
        "redirect-private": "local-address", "redirect-loopback": "local-address", "film-private": "media-local-address",
    }.items():  # fmt: skip
        assert play(NAMED[name]).rule == rule


@pytest.mark.parametrize("name", ["tls-unknown", "tls-expired", "tls-wrong-host"])
def test_whom_nobody_vouches_for_is_told_nothing_and_its_certificate_is_kept(faults, play, name):
    seen = play(NAMED[name])
    assert faults.requests == []
    assert len(seen.connections[0].facts["chain_sha256"][0]) == 64


def test_a_page_in_place_of_a_piece_is_named_and_kept_in_its_place(faults, play):
    seen = play(NAMED["hls-page"])
    page = next(bytes(one.answer.data) for one in faults.requests if one.path == "/h/page/3.ts")
    assert seen.bytes[1] == segment(1) + segment(2) + page + segment(4) + segment(5) + segment(6)
    assert seen.ends[0].gaps == ({"segment": 3, "reason": "not-media", "kept": len(page)},)
    assert [piece.reason for piece in seen.pieces] == ["", "", "not-media", "", "", ""]


def test_a_page_that_calls_itself_a_film_is_none(play):
    seen = play(NAMED["page-as-video"])
    assert (seen.rule, seen.ends[0].reason) == ("media-is-a-page", "not-media")
    assert seen.media[0].media_type == "video/mp4"


def test_every_outcome_is_in_the_table_but_those_that_no_server_can_play():
    played = {case.outcome for case in cases.CASES}
    assert played <= set(Outcome)
    assert set(Outcome) - played == {Outcome.DNS, Outcome.UNSUPPORTED}


def test_names_are_unique_and_each_case_says_what_it_is():
    assert len({case.name for case in cases.CASES}) == len(cases.CASES)
    known = {value for name, value in vars(kept).items() if name.isupper() and isinstance(value, str)}
    for case in cases.CASES:
        assert case.what.endswith(".") and case.kept in known, case.name
