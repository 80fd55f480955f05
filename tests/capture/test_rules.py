"""The rules without a network: outcomes, ways out, playlists, facts, the order of messages."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from witnesskit.capture import facts, hls
from witnesskit.capture.egress import Egress, check_url, comes_from_the_server, is_local_host, parse_egress
from witnesskit.capture.messages import Attempt, Control, Media, MediaEnd, Page, PageEnd
from witnesskit.capture.outcome import NETWORK, Seen, Sign, StreamEnd
from witnesskit.capture.plan import Segment
from witnesskit.capture.rules import decide
from witnesskit.capture.tally import Tally
from witnesskit.errors.capture import BadEgress, BadUrl, WorkerGarbage
from witnesskit.formats import strict_json
from witnesskit.model import Outcome

DONE, CUT, GONE = StreamEnd(True, "", 9), StreamEnd(False, "cut", 5), StreamEnd(False, "http-410", 0)
ALIVE = ""  # the control's word for a site that lives


def ended(reason, size=0, **more):
    return StreamEnd(False, reason, size, **more)


def sign(outcome, where="message", by=""):
    return Sign(outcome, "some-phrase", where, by)


TABLE = [
    # whole, or not
    (Seen(200, True, (DONE,)), Outcome.SAVED, "all-streams-complete"),
    (Seen(200, True, (StreamEnd(True, "unverified-length", 9),)), Outcome.SAVED, "all-streams-complete"),
    (Seen(200, True, (StreamEnd(True, "", 0, held=9),)), Outcome.SAVED, "all-streams-complete"),
    (Seen(200, True, (DONE,), "more-entries"), Outcome.PARTIAL, "more-entries"),
    (Seen(200, True, (DONE, GONE)), Outcome.PARTIAL, "media-http-410"),
    (Seen(200, True, (DONE, ended("stall", 4))), Outcome.PARTIAL, "media-stall"),
    (Seen(200, True, (ended("worker-died", 3),), "worker-died"), Outcome.PARTIAL, "media-worker-died"),
    (Seen(200, True, (ended("gaps", 3),)), Outcome.PARTIAL, "media-gaps"),
    (Seen(200, True, (ended("dns", held=4),)), Outcome.PARTIAL, "media-dns"),
    (Seen(200, True, (DONE, CUT)), Outcome.TRUNCATED, "media-cut"),
    (Seen(200, True, (DONE, ended("cut"))), Outcome.PARTIAL, "media-cut"),
    (Seen(200, True, (ended("truncated", 3),)), Outcome.TRUNCATED, "media-truncated"),
    (Seen(200, True, (ended("changed", 3),)), Outcome.CHANGED, "media-changed"),
    (Seen(200, True, (CUT, StreamEnd(True, "", 9, version=2))), Outcome.CHANGED, "media-changed"),
    (Seen(200, True, (ended("live", 3),)), Outcome.LIVE, "media-live"),
    (Seen(200, True, (ended("live"),)), Outcome.LIVE, "media-live"),
    (Seen(200, True, (StreamEnd(True, "", 0),)), Outcome.UNKNOWN, "media-empty"),
    # gone, with and without the control
    (Seen(404, True, control=ALIVE), Outcome.REMOVED, "page-http-404"),
    (Seen(410, True, (), "worker-died", control=ALIVE), Outcome.REMOVED, "page-http-410"),
    (Seen(404, True), Outcome.UNKNOWN, "page-http-404-no-control"),
    (Seen(404, True, control="http-404"), Outcome.UNKNOWN, "page-http-404-control-http-404"),
    (Seen(404, True, control="no-answer-dns"), Outcome.UNKNOWN, "page-http-404-control-no-answer-dns"),
    (Seen(410, True, vouched=False, control=ALIVE), Outcome.UNKNOWN, "page-http-410-unprotected"),
    (Seen(200, True, (ended("http-404"),), control=ALIVE), Outcome.REMOVED, "media-http-404"),
    (Seen(200, True, (ended("http-404"),)), Outcome.UNKNOWN, "media-http-404-no-control"),
    (Seen(200, True, (GONE, ended("http-404")), control=ALIVE), Outcome.REMOVED, "media-http-410"),
    (Seen(200, True, (GONE, ended("http-403")), control=ALIVE), Outcome.UNKNOWN, "media-http-410"),
    (Seen(200, True, (GONE, StreamEnd(True, "", 0)), control=ALIVE), Outcome.UNKNOWN, "media-http-410"),
    (Seen(200, True, sign=sign(Outcome.REMOVED, "body"), control=ALIVE), Outcome.REMOVED, "body-phrase-removed"),
    (Seen(200, True, sign=sign(Outcome.REMOVED, "body")), Outcome.UNKNOWN, "body-phrase-removed-no-control"),
    (Seen(404, True, sign=sign(Outcome.REMOVED, "title"), control=ALIVE), Outcome.REMOVED, "page-http-404"),
    (Seen(0, True, (), "extractor-http-404", control=ALIVE), Outcome.UNKNOWN, "extractor-http-404"),
    # refused, by status
    (Seen(451, True, (), "extractor-http-451"), Outcome.LEGAL, "page-http-451"),
    (Seen(200, True, (ended("http-451"),)), Outcome.LEGAL, "media-http-451"),
    (Seen(401, True), Outcome.LOGIN, "page-http-401"),
    (Seen(403, True), Outcome.BLOCKED, "page-http-403"),
    (Seen(511, True), Outcome.BLOCKED, "page-http-511"),
    (Seen(429, True), Outcome.RATE_LIMITED, "page-http-429"),
    (Seen(503, True, retry_after=5), Outcome.RATE_LIMITED, "page-http-503"),
    (Seen(503, True), Outcome.UNKNOWN, "page-http-503"),
    (Seen(200, True, (ended("http-429"),)), Outcome.RATE_LIMITED, "media-http-429"),
    (Seen(200, True, (), "extractor-http-429"), Outcome.RATE_LIMITED, "extractor-http-429"),
    (Seen(500, True, (), "extractor-failed"), Outcome.UNKNOWN, "page-http-500"),
    # by words and shapes
    (Seen(404, True, sign=sign(Outcome.PRIVATE), control=ALIVE), Outcome.PRIVATE, "message-phrase-private"),
    (Seen(403, True, sign=sign(Outcome.GEO, "title")), Outcome.GEO, "title-phrase-geo"),
    (Seen(200, True, (ended("http-403"),), sign=sign(Outcome.GEO)), Outcome.GEO, "message-phrase-geo"),
    (Seen(200, True, (), "unsupported-url", sign=sign(Outcome.UNKNOWN)), Outcome.UNKNOWN, "message-phrase-unknown"),
    (Seen(429, True, sign=sign(Outcome.PRIVATE)), Outcome.RATE_LIMITED, "page-http-429"),
    (Seen(200, True, login="redirect"), Outcome.LOGIN, "page-login-redirect"),
    (Seen(403, True, login="form"), Outcome.LOGIN, "page-login-form"),
    (Seen(404, True, login="form", control=ALIVE), Outcome.REMOVED, "page-http-404"),
    (Seen(200, True, (ended("not-media", 7),), login="form"), Outcome.LOGIN, "media-login-form"),
    (Seen(200, True, (ended("not-media", 7),)), Outcome.UNKNOWN, "media-is-a-page"),
    (
        Seen(200, True, (ended("not-media", 7),), sign=sign(Outcome.REMOVED, "body"), control=ALIVE),
        Outcome.REMOVED,
        "media-body-phrase-removed",
    ),
    (Seen(200, True, (), "login-wall"), Outcome.LOGIN, "login-wall"),
    (Seen(200, True, (), "geo-blocked"), Outcome.GEO, "geo-blocked"),
    # nothing that this version can take
    (Seen(200, True, (ended("protocol-rtmp"),)), Outcome.UNSUPPORTED, "media-protocol-rtmp"),
    (Seen(200, True, (ended("drm"),)), Outcome.UNSUPPORTED, "media-drm"),
    (Seen(200, True, (ended("encrypted"),)), Outcome.UNSUPPORTED, "media-encrypted"),
    (Seen(200, True, (), "unsupported-url"), Outcome.UNSUPPORTED, "unsupported-url"),
    (Seen(200, True, (), "drm"), Outcome.UNSUPPORTED, "drm"),
    # no answer
    (Seen(0, False, (), "dns"), Outcome.DNS, "no-answer-dns"),
    (Seen(0, False, (), "refused"), Outcome.REFUSED, "no-answer-refused"),
    (Seen(0, False, (), "proxy"), Outcome.PROXY_DOWN, "no-answer-proxy"),
    (Seen(0, False, (), "certificate"), Outcome.TLS_INTERCEPTED, "no-answer-certificate"),
    (Seen(0, False, (), "tls"), Outcome.NETWORK_DOWN, "no-answer-tls"),
    (Seen(0, False, (), "timeout"), Outcome.NETWORK_DOWN, "no-answer-timeout"),
    (Seen(0, False, (), "unreachable"), Outcome.NETWORK_DOWN, "no-answer-unreachable"),
    (Seen(0, False, (), "dns", sign=sign(Outcome.REMOVED), control=ALIVE), Outcome.DNS, "no-answer-dns"),
    (Seen(0, True, (), "reset"), Outcome.NETWORK_DOWN, "network-reset"),
    (Seen(200, True, (ended("dns"),)), Outcome.DNS, "media-dns"),
    (Seen(200, True, (ended("stall"),)), Outcome.NETWORK_DOWN, "media-stall"),
    (Seen(200, True, (ended("proxy"),)), Outcome.PROXY_DOWN, "media-proxy"),
    (Seen(200, True, (ended("dns"), ended("reset"))), Outcome.NETWORK_DOWN, "media-dns"),
    (Seen(407, True, proxy_said=True), Outcome.PROXY_DOWN, "page-proxy-http-407"),
    (Seen(200, True, (ended("http-502"),), proxy_said=True), Outcome.PROXY_DOWN, "media-proxy-http-502"),
    # nothing known
    (Seen(0, False, (), "local-address"), Outcome.UNKNOWN, "local-address"),
    (Seen(0, False, (), "refused-by-us"), Outcome.UNKNOWN, "refused-by-us"),
    (Seen(200, True, (), "not-live"), Outcome.UNKNOWN, "not-live"),
    (Seen(200, True), Outcome.UNKNOWN, "no-media-found"),
    (Seen(), Outcome.UNKNOWN, "no-media-found"),
]


@pytest.mark.parametrize(("seen", "outcome", "rule"), TABLE, ids=lambda one: one if isinstance(one, str) else "")
def test_every_rule(seen, outcome, rule):
    assert decide(seen) == (outcome, rule)


def test_every_outcome_has_a_rule():
    assert {outcome for _, outcome, _ in TABLE} == set(Outcome)


STREAMS = st.builds(
    StreamEnd,
    st.booleans(),
    st.sampled_from(
        ["", "cut", "dns", "proxy", "http-410", "http-404", "http-403", "changed", "live", "not-media", "x"]
    ),
    st.integers(0, 2),
    st.integers(0, 1),
)
SIGNS = st.none() | st.builds(
    Sign, st.sampled_from(list(Outcome)), st.just("p"), st.sampled_from(["message", "body"])
)


@settings(max_examples=300)
@given(
    st.builds(
        Seen,
        st.sampled_from([0, 200, 302, 403, 404, 410, 500, 503]),
        st.booleans(),
        st.lists(STREAMS, max_size=3),
        st.sampled_from(["", *sorted(NETWORK), "worker-died", "login-wall"]),
        st.booleans(),
        SIGNS.filter(lambda sign: sign is None or sign.outcome is not Outcome.SAVED),
        st.sampled_from(["", "form", "redirect"]),
        st.integers(0, 1),
        st.booleans(),
        st.sampled_from([None, "", "http-404", "login"]),
    )
)
def test_saved_and_removed_are_never_claimed_without_their_ground(seen):
    outcome, rule = decide(seen)
    media = [end for end in seen.streams if end.reason != "not-media"]
    if outcome is Outcome.SAVED:
        assert seen.streams and all(end.complete for end in seen.streams) and any(end.there for end in seen.streams)
    if outcome is Outcome.REMOVED:
        assert seen.vouched and seen.control == "" and not seen.proxy_said
        assert not any(end.there for end in media)
        said = "phrase" in rule or seen.page_status in (404, 410)
        assert said or all(end.reason in ("http-404", "http-410") for end in seen.streams)
    if any(end.there for end in media):
        kept = (Outcome.SAVED, Outcome.PARTIAL, Outcome.CHANGED, Outcome.TRUNCATED, Outcome.LIVE)
        assert outcome in kept
    if (
        not seen.streams
        and seen.failure in NETWORK
        and not seen.page_status
        and not (seen.sign and seen.answered)
        and not seen.login
        and not seen.proxy_said
    ):
        assert outcome in (
            Outcome.NETWORK_DOWN,
            Outcome.DNS,
            Outcome.REFUSED,
            Outcome.PROXY_DOWN,
            Outcome.TLS_INTERCEPTED,
        )


@pytest.mark.parametrize(
    ("url", "egress", "own"),
    [
        ("https://site.example/x", "direct", True),
        ("HTTPS://site.example/x", "http://proxy.example:3128", True),
        ("http://site.example/x", "direct", False),
        ("http://10.1.2.3/x", "direct", False),
        ("http://127.0.0.1:8000/x", "direct", True),
        ("http://[::1]:8000/x", "direct", True),
        ("http://127.0.0.1:8000/x", "http://127.0.0.1:3128", False),
        ("http://site.example/x", "socks5h://127.0.0.1:9050", False),
    ],
)
def test_who_can_have_answered(url, egress, own):
    assert comes_from_the_server(url, parse_egress(egress)) is own


def test_a_plain_404_from_far_away_is_never_removed():
    counted = tally()
    counted.see(Page("http://h/v", "http://h/v", 404, by="own-request"))
    counted.see(Control("http://h/", "2026-01-01T00:00:00Z", 200, "http://h/", body_sha256="f" * 64))
    assert counted.result("2026-01-01T00:00:01Z").outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    "text", ["direct", "socks5h://127.0.0.1:9050", "http://proxy.example:3128", "socks5h://[::1]:9050"]
)
def test_known_ways_out(text):
    assert str(parse_egress(text)) == text


def test_direct_switches_proxies_off():
    assert parse_egress("direct") == Egress() and Egress().proxy == ""


@pytest.mark.parametrize(
    "text",
    [
        "", "Direct", "socks5://127.0.0.1:9050", "socks4://h:1", "https://h:1", "socks5h://h", "socks5h://:1",
        "http://u:p@h:1", "http://h:1/path", "http://h:1?x", "http://h:99999", "http://h:0", "http://[zz]:1", "http://h h:1",
        "socks5h://h:1#x", "tor",
    ],
)  # fmt: skip
def test_other_ways_out_are_refused(text):
    with pytest.raises(BadEgress):
        parse_egress(text)


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "a.localhost",
        "127.1",
        "0x7f000001",
        "192.168.1.1",
        "::1",
        "fe80::1%eth0",
        "x.local",
        "100.64.0.1",
        "0.0.0.0",
    ],
)
def test_local_hosts(host):
    assert is_local_host(host)


@pytest.mark.parametrize(
    "host", ["example.org", "1.1.1.1", "2606:4700::1111", "localhost.example.org", "abcdef.onion"]
)
def test_hosts_of_the_public_network(host):
    assert not is_local_host(host)


@settings(max_examples=200)
@given(st.text(max_size=40) | st.text(max_size=20).map("http://".__add__))
def test_any_text_is_a_link_or_refused_without_repeating_it(text):
    try:
        assert check_url(text).lower().startswith(("http://", "https://"))
    except BadUrl as error:
        assert len(text) < 8 or text not in str(error)


BASE = "https://h/v/list.m3u8"


def test_a_playlist_with_ranges_and_initialisation():
    text = (
        '#EXTM3U\n#EXT-X-MAP:URI="a.mp4",BYTERANGE="100@0"\n#EXT-X-BYTERANGE:50@100\n#EXTINF:1,\na.mp4\n'
        '#EXT-X-BYTERANGE:50\n#EXTINF:1,\na.mp4\n#EXT-X-MAP:URI="a.mp4",BYTERANGE="100@0"\n#EXTINF:1,\n/b.ts\n#EXT-X-ENDLIST\n'
    )
    pieces, ended = hls.parse(text, BASE)
    url = "https://h/v/a.mp4"
    assert ended
    assert pieces == (Segment(url, 0, 99), Segment(url, 100, 149), Segment(url, 150, 199), Segment("https://h/b.ts"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not-a-playlist"), ("<html>", "not-a-playlist"), ("#EXTM3U\n", "no-segments"),
        ("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8", "playlist-of-playlists"),
        ('#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="k"\na.ts', "encrypted"), ("#EXTM3U\n#EXT-X-KEY:\na.ts", "encrypted"),
        ("#EXTM3U\n#EXT-X-MAP:\na.ts", "bad-playlist"), ("#EXTM3U\nfile:///etc/passwd", "bad-playlist"),
        ("#EXTM3U\nhttp://[/x", "bad-playlist"),
        ('#EXTM3U\n#EXT-X-MAP:URI="a"\nb\n#EXT-X-MAP:URI="c"\nd', "several-initialisations"),
    ],
)  # fmt: skip
def test_playlists_that_cannot_be_joined(text, reason):
    with pytest.raises(hls.NotJoinable) as caught:
        hls.parse(text, BASE)
    assert caught.value.reason == reason


@settings(max_examples=150)
@given(st.text(max_size=150).map("#EXTM3U\n".__add__))
def test_any_playlist_is_pieces_or_refused(text):
    try:
        pieces, _ = hls.parse(text, BASE)
    except hls.NotJoinable:
        return
    assert all(piece.url.startswith(("http://", "https://")) for piece in pieces)


def test_only_listed_facts_leave_the_worker():
    info = {
        "id": "1", "title": "t\ud800", "duration": 12.5, "view_count": 2**60, "cookies": "SESSION", "url": "https://s/?sig",
        "http_headers": {"Cookie": "SESSION"}, "formats": [{"url": "https://s/?sig"}], "_filename": "/home/u/x", "uploader": None,
        "comments": [{"text": "c", "author": "a", "author_thumbnail": "https://s/?sig"}], "is_live": False,
    }  # fmt: skip
    found = facts.listed(info)
    assert found == {
        "id": "1", "title": "t?", "duration": "12.5", "view_count": str(2**60), "is_live": False,
        "comments": [{"text": "c", "author": "a"}],
    }  # fmt: skip


def test_too_many_comments_are_dropped_and_counted():
    info = {"id": "1", "comments": [{"text": "x" * 1000}] * 4000}
    assert facts.listed(info) == {"id": "1", "comments_dropped": 4000}


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=3)
    ),
    max_leaves=10,
)


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from(facts.KEYS), ANY, max_size=6))
def test_facts_are_always_in_the_json_profile(info):
    strict_json.loads(strict_json.canonical(facts.listed(info)))


def tally(egress="direct"):
    return Tally("http://h/", parse_egress(egress), "2026-01-01T00:00:00Z")


MEDIA = Media(1, 1, "f", "http://h/v", "video/mp4", 5, "file")


@pytest.mark.parametrize(
    "acts",
    [
        [lambda t: t.see_media_bytes(1, b"x")],
        [lambda t: t.see_page_bytes(b"x")],
        [lambda t: t.see(MEDIA), lambda t: t.see(MEDIA)],
        [lambda t: t.see(MEDIA), lambda t: t.see_media_bytes(2, b"x")],
        [lambda t: t.see(MEDIA), lambda t: t.see(MediaEnd(1, True, "", 5))],
        [
            lambda t: t.see(Page("u", by="extractor")),
            lambda t: t.see(PageEnd(True, 0, "")),
            lambda t: t.see_page_bytes(b"x"),
        ],
        [lambda t: t.see(Page("u")), lambda t: t.see(Page("u"))],
    ],
)
def test_messages_out_of_order_are_garbage(acts):
    counted = tally()
    with pytest.raises(WorkerGarbage):
        for act in acts:
            act(counted)


ALIVE_SITE = {"status": 200, "body_sha256": "f" * 64}


@pytest.mark.parametrize(
    ("asked", "redirects", "final", "removed"),
    [
        ("https://h/v", (), "https://h/v", True),
        ("https://h/v", ((301, "https://h/v"),), "https://other/v", True),
        ("http://h/v", ((301, "http://h/v"),), "https://h/v", True),
        ("http://h/v?a", ((301, "http://h/v?a"),), "https://www.h/v?a", True),
        ("http://h/v", ((301, "http://h/v"),), "https://h/not-there", False),
        ("http://h/v", ((301, "http://h/v"),), "https://other/v", False),
        ("https://h/v", ((301, "https://h/v"), (302, "http://h/x")), "https://h/y", False),
    ],
)
def test_nobody_on_the_way_can_lead_a_link_to_a_place_that_is_gone(asked, redirects, final, removed):
    counted = Tally(asked, parse_egress("direct"), "2026-01-01T00:00:00Z")
    counted.see(Page(asked, final, 404, redirects=redirects, by="extractor"))
    front = final[: final.index("/", 8) + 1]
    counted.see(Control(front, "2026-01-01T00:00:00Z", final_url=front, **ALIVE_SITE))
    found = counted.result("2026-01-01T00:00:00Z")
    assert found.outcome is (Outcome.REMOVED if removed else Outcome.UNKNOWN)
    assert found.evidence.rule == "page-http-404" + ("" if removed else "-unprotected")


@pytest.mark.parametrize(("page", "removed"), [("https://h/v", True), ("http://h/v", False)])
def test_a_page_that_anybody_may_have_written_names_no_media_that_are_gone(page, removed):
    counted = Tally(page, parse_egress("direct"), "2026-01-01T00:00:00Z")
    counted.see(Page(page, page, 200, by="extractor"))
    counted.see(PageEnd(True, 0, ""))
    counted.see(Attempt(1, "media", "GET", "https://m/v.mp4", "2026-01-01T00:00:00Z", 1, 404, "https://m/v.mp4"))
    counted.see(Media(1, 1, "f", "https://m/v.mp4", "", None, "file"))
    counted.see(MediaEnd(1, complete=False, reason="http-404", size=0))
    counted.see(Control("https://m/", "2026-01-01T00:00:00Z", final_url="https://m/", **ALIVE_SITE))
    found = counted.result("2026-01-01T00:00:00Z")
    assert found.outcome is (Outcome.REMOVED if removed else Outcome.UNKNOWN)


def test_subtitles_and_pictures_alone_are_not_saved():
    counted = tally()
    counted.see(Media(1, 1, "en", "http://h/s", "text/vtt", 5, "file", role="subtitle"))
    counted.see_media_bytes(1, b"12345")
    counted.see(MediaEnd(1, complete=True, reason="", size=5))
    found = counted.result("2026-01-01T00:00:01Z")
    assert (found.outcome, found.received, found.streams) == (Outcome.UNKNOWN, 5, 1)


def test_an_https_answer_through_an_http_proxy_is_the_servers_own():
    for scheme, outcome in (("https", Outcome.REMOVED), ("http", Outcome.UNKNOWN)):
        counted = Tally(f"{scheme}://h/v", parse_egress("http://proxy.example:3128"), "2026-01-01T00:00:00Z")
        counted.see(Attempt(1, "page", "GET", f"{scheme}://h/v", "2026-01-01T00:00:00Z", status=410))
        counted.see(Page(f"{scheme}://h/v", f"{scheme}://h/v", 410, by="extractor"))
        counted.see(Control(f"{scheme}://h/", "2026-01-01T00:00:00Z", 200, f"{scheme}://h/", body_sha256="f" * 64))
        assert counted.result("2026-01-01T00:00:00Z").outcome is outcome
