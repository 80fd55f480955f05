"""What one look says: by table. A failing proxy is never a removal, a login page is never live, 200 alone is nothing."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from witnesskit.capture.watching import THERE, Look, State, after, asks_for_a_password, state_of
from witnesskit.errors import WitnesskitError
from witnesskit.formats import watch_list
from witnesskit.formats.watch_list import CONFIRMED, Watched
from witnesskit.limits import WATCH_BACKOFF_SECONDS, WATCH_CONFIRM_SECONDS, WATCH_EVERY_MAX
from witnesskit.model import Outcome

HOUR = 3600
T0 = 1_700_000_000
FILM = {"title": "Square", "duration": "12"}
KNOWN = Watched("a" * 32, "https://example.org/v", 6 * HOUR, T0, T0, pages=("p1",), facts=FILM)
GONE = replace(KNOWN, removed_at=T0, state="removed")

TABLE = [
    (Look(Outcome.UNKNOWN, "media-not-asked", 200, found=True, facts=FILM), State.LIVE),
    (Look(Outcome.UNKNOWN, "media-not-asked", found=True, facts=FILM), State.LIVE),  # the link of a file itself
    (Look(Outcome.UNKNOWN, "no-media-found", 200, page_sha256="p1"), State.LIVE),  # the very page it was seen on
    (Look(Outcome.UNKNOWN, "no-media-found", 200, page_sha256="p2"), State.UNKNOWN),
    (Look(Outcome.UNKNOWN, "no-media-found", 200), State.UNKNOWN),
    (Look(Outcome.UNKNOWN, "media-not-asked", 200, found=True, facts={"title": "Weather"}), State.CHANGED),
    (Look(Outcome.UNKNOWN, "media-not-asked", 200, found=True, facts={"id": "other"}), State.LIVE),
    (Look(Outcome.UNKNOWN, "no-media-found", 200, page_sha256="p2", login_form=True), State.LOGIN),
    (Look(Outcome.LOGIN, "login-wall", 200, found=True, facts=FILM), State.LOGIN),
    (Look(Outcome.REMOVED, "page-http-410", 410), State.REMOVED),
    (Look(Outcome.PRIVATE, "phrase", 200), State.PRIVATE),
    (Look(Outcome.GEO, "geo", 200), State.GEO),
    (Look(Outcome.LEGAL, "page-http-451", 451), State.BLOCKED),
    (Look(Outcome.UNKNOWN, "page-http-451", 451), State.BLOCKED),
    (Look(Outcome.BLOCKED, "captcha", 403), State.BLOCKED),
    (Look(Outcome.RATE_LIMITED, "page-http-429", 429), State.UNKNOWN),
    (Look(Outcome.UNKNOWN, "page-http-404-unprotected", 404), State.UNKNOWN),
    (Look(Outcome.UNKNOWN, "page-http-503", 503, page_sha256="p1"), State.UNKNOWN),
    (Look(Outcome.NETWORK_DOWN, "no-answer-timeout"), State.UNKNOWN),
    (Look(Outcome.DNS), State.UNKNOWN),
    (Look(Outcome.REFUSED), State.UNKNOWN),
    (Look(Outcome.PROXY_DOWN), State.UNKNOWN),
    (Look(Outcome.TLS_INTERCEPTED), State.UNKNOWN),
    (Look(Outcome.UNKNOWN, "worker-died"), State.UNKNOWN),
]


@pytest.mark.parametrize(("look", "state"), TABLE)
def test_what_a_look_says(look, state):
    assert state_of(look, KNOWN) is state


def test_what_is_live_after_a_removal_has_returned_and_another_film_is_no_return():
    assert state_of(TABLE[0][0], GONE) is State.RETURNED
    assert state_of(TABLE[2][0], GONE) is State.RETURNED
    assert state_of(TABLE[5][0], GONE) is State.CHANGED
    back = after(GONE, TABLE[0][0], T0 + 5, 1)
    assert (back.removed_at, back.live_at) == (0, T0 + 5)
    assert state_of(TABLE[0][0], back) is State.LIVE


@given(st.sampled_from([look for look, _ in TABLE]), st.booleans())
def test_only_an_outcome_that_is_a_removal_says_removed(look, gone):
    state = state_of(look, GONE if gone else KNOWN)
    assert (state is State.REMOVED) == (look.outcome is Outcome.REMOVED)
    if state in THERE:
        assert look.found or look.page_sha256 in KNOWN.pages


def looked(known, *looks, gap=6 * HOUR, start=T0):
    for number, look in enumerate(looks):
        known = after(known, look, start + number * gap, 1)
    return known


REMOVED, DOWN, LIVE = Look(Outcome.REMOVED, status=410), Look(Outcome.PROXY_DOWN), TABLE[0][0]


def test_one_removal_is_not_confirmed_and_two_far_enough_apart_end_the_watch():
    once = looked(KNOWN, REMOVED)
    assert (once.state, once.removed_at, once.stopped) == ("removed", T0, "")
    assert looked(KNOWN, REMOVED, REMOVED, gap=WATCH_CONFIRM_SECONDS - 1).active
    confirmed = looked(KNOWN, REMOVED, REMOVED, gap=WATCH_CONFIRM_SECONDS)
    assert (confirmed.stopped, confirmed.removed_at) == (CONFIRMED, T0)


def test_silence_between_two_removals_changes_nothing_and_a_sight_of_it_does():
    day = WATCH_CONFIRM_SECONDS
    assert looked(KNOWN, REMOVED, DOWN, REMOVED, gap=day).stopped == CONFIRMED
    assert looked(KNOWN, REMOVED, LIVE, REMOVED, gap=day).active
    assert looked(KNOWN, REMOVED, Look(Outcome.PRIVATE), REMOVED, gap=day).active


def test_a_network_that_is_down_never_confirms():
    known = looked(KNOWN, *[DOWN] * 50, gap=WATCH_CONFIRM_SECONDS)
    assert known.active and known.state == "unknown" and not known.removed_at


def test_who_removed_it_is_kept():
    known = looked(KNOWN, replace(REMOVED, by="uploader"), REMOVED)
    assert known.removed_by == "uploader"
    assert looked(known, LIVE).removed_by == ""


def test_what_is_not_reached_is_tried_soon_and_then_ever_later_up_to_the_interval():
    waits = []
    known = KNOWN
    for number in range(8):
        known = after(known, DOWN, T0 + number, 1)
        waits.append(known.due_at - (T0 + number))
    assert waits[:3] == [WATCH_BACKOFF_SECONDS, 2 * WATCH_BACKOFF_SECONDS, 4 * WATCH_BACKOFF_SECONDS]
    assert waits == sorted(waits) and waits[-1] == KNOWN.every
    assert after(known, LIVE, T0, 1).failures == 0


def test_who_is_turned_away_comes_ever_more_rarely():
    waits = []
    known = KNOWN
    for _ in range(12):
        known = after(known, Look(Outcome.RATE_LIMITED, status=429), T0, 1)
        waits.append(known.due_at - T0)
    assert waits[:2] == [2 * KNOWN.every, 4 * KNOWN.every]
    assert max(waits) <= WATCH_EVERY_MAX


@given(st.floats(0.75, 1.25), st.sampled_from([look for look, _ in TABLE]))
def test_the_next_look_is_always_later_and_jitter_moves_it(jitter, look):
    assert after(KNOWN, look, T0, jitter).due_at == T0 + int((after(KNOWN, look, T0, 1).due_at - T0) * jitter)


def test_the_first_sight_of_a_bare_link_says_what_the_media_is():
    bare = replace(KNOWN, pages=(), facts={})
    seen = after(bare, replace(LIVE, page_sha256="p7"), T0, 1)
    assert (seen.facts, seen.pages) == (FILM, ("p7",))
    later = after(seen, replace(LIVE, page_sha256="p8", facts={"title": "Weather"}), T0, 1)
    assert (later.state, later.facts, later.pages) == ("changed", FILM, ("p7", "p8"))


@pytest.mark.parametrize(
    ("page", "asks"),
    [
        (b'<input type="password">', True),
        (b"<INPUT name=p TYPE = 'password' >", True),
        (b"<p>your password</p>", False),
    ],
)
def test_a_password_field_is_seen(page, asks):
    assert asks_for_a_password(page) is asks


def test_the_list_reads_back():
    assert watch_list.parse(watch_list.dump([KNOWN, GONE])) == (KNOWN, GONE)
    assert "example.org" not in repr(KNOWN)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b'{"format":"witnesskit.watch/2","watches":[]}',
        b'{"format":"witnesskit.watch/1","watches":[{}]}',
    ],
)
def test_what_is_no_list_is_refused(data):
    with pytest.raises(WitnesskitError):
        watch_list.parse(data)
