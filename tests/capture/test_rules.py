"""The rules without a network: outcomes, ways out, playlists, facts, the order of messages."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from witnesskit.capture import facts, hls
from witnesskit.capture.egress import Egress, check_url, comes_from_the_server, is_local_host, parse_egress
from witnesskit.capture.messages import Attempt, Control, Document, Media, MediaEnd, Page, PageEnd, Piece
from witnesskit.capture.outcome import CONTROLLED, NETWORK, SAYABLE, UNTRUSTED, Said, Seen, StreamEnd, decide
from witnesskit.capture.plan import Key, Segment
from witnesskit.capture.tally import Tally
from witnesskit.errors.capture import BadEgress, BadUrl, WorkerGarbage
from witnesskit.formats import strict_json
from witnesskit.limits import DOCUMENTS_MAX
from witnesskit.model import Outcome

DONE, CUT, GONE = StreamEnd(True, "", 9), StreamEnd(False, "cut", 5), StreamEnd(False, "http-410", 0)


def NONE(reason):  # noqa: N802 - reads as a value in the table
    return StreamEnd(False, reason, 0)


OK = {"control": CONTROLLED}
SAID_GONE = Said("site-removed", Outcome.REMOVED, "uploader")
TABLE = [
    (Seen(200, True, (DONE,)), Outcome.SAVED, "all-streams-complete"),
    (Seen(200, True, (StreamEnd(True, "unverified-length", 9),)), Outcome.SAVED, "all-streams-complete-unverified-length"),
    (Seen(200, True, (StreamEnd(True, "assembled-unverified", 9),)), Outcome.SAVED, "all-streams-complete-assembled-unverified"),
    (Seen(200, True, (DONE, CUT)), Outcome.TRUNCATED, "media-cut"),
    (Seen(200, True, (StreamEnd(False, "stall", 5),)), Outcome.PARTIAL, "media-stall"),
    (Seen(200, True, (DONE, GONE)), Outcome.PARTIAL, "media-http-410"),
    (Seen(200, True, (DONE, StreamEnd(False, "changed", 5))), Outcome.CHANGED, "media-changed"),
    (Seen(200, True, (StreamEnd(False, "live", 5),)), Outcome.LIVE, "media-live"),
    (Seen(200, True, (DONE,), "more-entries"), Outcome.PARTIAL, "more-entries"),
    (Seen(200, True, (StreamEnd(False, "worker-died", 3),), "worker-died"), Outcome.PARTIAL, "media-worker-died"),
    (Seen(200, True, (NONE("http-404"),), **OK), Outcome.REMOVED, "media-http-404"),
    (Seen(200, True, (GONE, NONE("http-404")), **OK), Outcome.REMOVED, "media-http-410"),
    (Seen(200, True, (GONE,)), Outcome.UNKNOWN, "media-http-410-control-not-asked"),
    (Seen(200, True, (GONE,), control="dns"), Outcome.UNKNOWN, "media-http-410-control-dns"),
    (Seen(200, True, (GONE, NONE("http-403")), **OK), Outcome.UNKNOWN, "media-http-410"),
    (Seen(200, True, (GONE,), vouched=False, **OK), Outcome.UNKNOWN, "media-http-410-unprotected"),
    (Seen(200, True, (NONE("http-403"),)), Outcome.BLOCKED, "media-http-403"),
    (Seen(200, True, (NONE("http-429"),)), Outcome.RATE_LIMITED, "media-http-429"),
    (Seen(200, True, (NONE("http-503"),), retry_after=9), Outcome.RATE_LIMITED, "media-http-503"),
    (Seen(200, True, (NONE("http-503"),)), Outcome.UNKNOWN, "media-http-503"),
    (Seen(200, True, (NONE("http-451"),)), Outcome.LEGAL, "media-http-451"),
    (Seen(200, True, (NONE("dns"),)), Outcome.DNS, "media-dns"),
    (Seen(200, True, (NONE("proxy"),)), Outcome.PROXY_DOWN, "media-proxy"),
    (Seen(200, True, (NONE("timeout"),)), Outcome.NETWORK_DOWN, "media-timeout"),
    (Seen(200, True, (NONE("tls-untrusted"),)), Outcome.TLS_INTERCEPTED, "media-tls-untrusted"),
    (Seen(200, True, (NONE("encrypted"),)), Outcome.UNSUPPORTED, "media-encrypted"),
    (Seen(200, True, (StreamEnd(True, "", 0),)), Outcome.UNKNOWN, "media-empty"),
    (Seen(200, True, (NONE("protocol-rtmp"),)), Outcome.UNSUPPORTED, "media-protocol-rtmp"),
    (Seen(200, True, (StreamEnd(False, "not-media", 7),)), Outcome.UNKNOWN, "media-is-a-page"),
    (Seen(200, True, (StreamEnd(False, "not-media", 7),), login="form"), Outcome.LOGIN, "media-is-a-login-form"),
    (Seen(404, True, **OK), Outcome.REMOVED, "page-http-404"),
    (Seen(404, True), Outcome.UNKNOWN, "page-http-404-control-not-asked"),
    (Seen(404, True, control="http-503"), Outcome.UNKNOWN, "page-http-404-control-http-503"),
    (Seen(410, True, (), "worker-died", **OK), Outcome.REMOVED, "page-http-410"),
    (Seen(410, True, vouched=False, **OK), Outcome.UNKNOWN, "page-http-410-unprotected"),
    (Seen(200, True, (), "no-media-found", said=SAID_GONE, **OK), Outcome.REMOVED, "phrase-site-removed"),
    (Seen(200, True, (), "no-media-found", said=SAID_GONE), Outcome.UNKNOWN, "phrase-site-removed-control-not-asked"),
    (Seen(404, True, said=Said("site-private", Outcome.PRIVATE), **OK), Outcome.PRIVATE, "phrase-site-private"),
    (Seen(403, True, said=Said("site-geo", Outcome.GEO)), Outcome.GEO, "phrase-site-geo"),
    (Seen(200, True, (), "no-media-found", login="address"), Outcome.LOGIN, "page-login-address"),
    (Seen(0, False, (), "proxy"), Outcome.PROXY_DOWN, "no-answer-proxy"),
    (Seen(0, False, (), "dns"), Outcome.DNS, "no-answer-dns"),
    (Seen(0, False, (), "refused"), Outcome.REFUSED, "no-answer-refused"),
    (Seen(0, True, (), "reset"), Outcome.NETWORK_DOWN, "network-reset"),
    (Seen(0, False, (), "tls"), Outcome.NETWORK_DOWN, "no-answer-tls"),
    (Seen(0, False, (), "tls-wrong-host"), Outcome.TLS_INTERCEPTED, "no-answer-tls-wrong-host"),
    (Seen(0, False, (), "local-address"), Outcome.UNKNOWN, "local-address"),
    (Seen(200, True, (), "login-wall"), Outcome.LOGIN, "login-wall"),
    (Seen(200, True, (), "geo-blocked"), Outcome.GEO, "geo-blocked"),
    (Seen(200, True, (), "drm"), Outcome.UNSUPPORTED, "drm"),
    (Seen(200, True), Outcome.UNKNOWN, "no-media-found"),
    (Seen(451, True, (), "extractor-http-451"), Outcome.LEGAL, "page-http-451"),
    (Seen(401, True, said=SAID_GONE, **OK), Outcome.LOGIN, "page-http-401"),
    (Seen(403, True), Outcome.BLOCKED, "page-http-403"),
    (Seen(429, True), Outcome.RATE_LIMITED, "page-http-429"),
    (Seen(500, True), Outcome.UNKNOWN, "page-http-500"),
    (Seen(), Outcome.UNKNOWN, "no-media-found"),
]  # fmt: skip


@pytest.mark.parametrize(("seen", "outcome", "rule"), TABLE, ids=lambda one: one if isinstance(one, str) else "")
def test_every_rule(seen, outcome, rule):
    assert decide(seen) == (outcome, rule)


STREAMS = st.builds(
    StreamEnd,
    st.booleans(),
    st.sampled_from(["", "cut", "dns", "proxy", "http-410", "http-404", "changed", "not-media", "live", "x"]),
    st.integers(0, 2),
)
SAID = st.builds(Said, st.just("p"), st.sampled_from(sorted(SAYABLE)))


@settings(max_examples=500)
@given(
    st.builds(
        Seen,
        st.sampled_from([0, 200, 302, 401, 403, 404, 410, 429, 451, 500]),
        st.booleans(),
        st.lists(STREAMS, max_size=3),
        st.sampled_from(["", *sorted(NETWORK | UNTRUSTED), "worker-died", "login-wall"]),
        st.booleans(),
        st.none() | SAID,
        st.sampled_from(["", "form", "address"]),
        st.sampled_from(["", CONTROLLED, "dns", "http-503"]),
    )
)
def test_saved_and_removed_are_never_claimed_without_their_ground(seen):
    outcome, _rule = decide(seen)
    if outcome is Outcome.SAVED:
        assert seen.streams and all(end.complete for end in seen.streams) and any(end.size for end in seen.streams)
    if outcome is Outcome.REMOVED:
        assert seen.vouched and seen.control == CONTROLLED and not any(end.size for end in seen.streams)
        told = seen.said is not None and seen.said.outcome is Outcome.REMOVED
        media = bool(seen.streams) and all(end.reason in ("http-404", "http-410") for end in seen.streams)
        assert told or seen.page_status in (404, 410) or media
    if (
        not seen.page_status
        and not seen.streams
        and seen.said is None
        and seen.failure in NETWORK | UNTRUSTED
        and not seen.login
    ):
        assert outcome in (
            Outcome.NETWORK_DOWN, Outcome.DNS, Outcome.REFUSED, Outcome.PROXY_DOWN, Outcome.TLS_INTERCEPTED,
        )  # fmt: skip
    if any(end.size for end in seen.streams):
        assert outcome not in (Outcome.REMOVED, Outcome.DNS, Outcome.REFUSED, Outcome.PROXY_DOWN)


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
    counted.see(Page("http://h/", "http://h/", 404, by="own-request"))
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
        "socks5h://h:1#x",
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
    found = hls.parse(text, BASE)
    url = "https://h/v/a.mp4"
    assert found.ended and found.from_start
    assert found.pieces == (
        Segment(url, 0, 99, is_map=True), Segment(url, 100, 149), Segment(url, 150, 199, 1), Segment("https://h/b.ts", sequence=2),
    )  # fmt: skip


def test_a_playlist_with_keys_gaps_and_a_place_in_a_broadcast():
    text = (
        '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:7\n#EXT-X-KEY:METHOD=AES-128,URI="k?1",IV=0xAB\n1.ts\n'
        '#EXT-X-GAP\n2.ts\n#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://x",KEYFORMAT="com.apple.streamingkeydelivery"\n3.ts\n'
        '#EXT-X-KEY:METHOD=NONE\n#EXT-X-MAP:URI="m2"\n4.ts\n'
    )
    found = hls.parse(text, BASE)
    assert (found.ended, found.from_start, found.target, found.next_sequence) == (False, False, 4.0, 11)
    first, absent, locked, made, last = found.pieces
    assert first.key == Key("AES-128", "https://h/v/k?1", f"{0xAB:032x}") and first.key.opens and first.sequence == 7
    assert absent.absent and not first.absent
    assert locked.key.url == "skd://x" and not locked.key.opens
    assert made.is_map and last.key is None and last.sequence == 10


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not-a-playlist"), ("<html>", "not-a-playlist"), ("#EXTM3U\n", "no-segments"),
        ("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8", "playlist-of-playlists"),
        ('#EXTM3U\n#EXT-X-DEFINE:NAME="a",VALUE="b"\n{$a}.ts', "variables"),
        ('#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="file:///k"\na.ts', "bad-playlist"),
        ("#EXTM3U\n#EXT-X-MAP:\na.ts", "bad-playlist"), ("#EXTM3U\nfile:///etc/passwd", "bad-playlist"),
        ("#EXTM3U\nhttp://[/x", "bad-playlist"),
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
        found = hls.parse(text, BASE)
    except hls.NotJoinable:
        return
    assert all(piece.url.startswith(("http://", "https://")) for piece in found.pieces)


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


def test_an_https_answer_through_an_http_proxy_is_the_servers_own():
    for scheme, outcome in (("https", Outcome.REMOVED), ("http", Outcome.UNKNOWN)):
        counted = Tally(f"{scheme}://h/x", parse_egress("http://proxy.example:3128"), "2026-01-01T00:00:00Z")
        counted.see(Attempt(1, "page", "GET", f"{scheme}://h/x", "2026-01-01T00:00:00Z", status=410))
        counted.see(Page(f"{scheme}://h/x", f"{scheme}://h/x", 410, by="extractor"))
        counted.see(PageEnd(complete=True, size=0, sha256=""))
        counted.see(Control(f"{scheme}://h/", 200, f"{scheme}://h/", "1" * 64))
        assert counted.result("2026-01-01T00:00:00Z").outcome is outcome


PIECE = Piece(1, 1, "https://h/1.ts", 0, 5, "0" * 64)
KEYED = {"method": "AES-128", "uri": "https://h/k", "iv": "0" * 32, "key": "1" * 32}


def streaming():
    counted = tally("direct")
    counted.see(Media(1, 1, "0", "https://h/list", "", None, "segments"))
    counted.see_media_bytes(1, b"12345")
    return counted


def test_a_piece_is_where_its_stream_has_come_to():
    streaming().see(PIECE)
    streaming().see(replace(PIECE, key=KEYED))


@pytest.mark.parametrize(
    "changed",
    [
        {"stream": 2}, {"size": 6}, {"offset": 1}, {"offset": -1, "size": 6}, {"offset": 2**52}, {"size": -5, "offset": 10},
        {"key": {**KEYED, "key": "zz"}}, {"key": {**KEYED, "iv": ""}}, {"key": {**KEYED, "key": "1" * 30}},
    ],
)  # fmt: skip
def test_a_piece_that_is_told_wrongly_is_garbage(changed):
    with pytest.raises(WorkerGarbage):
        streaming().see(replace(PIECE, **changed))


def test_lists_and_controls_without_an_end_are_garbage():
    counted = tally("direct")
    with pytest.raises(WorkerGarbage):
        for _ in range(DOCUMENTS_MAX + 1):
            counted.see(Document("playlist", "https://h/", "0" * 64, "#EXTM3U"))
    counted.see(Control("https://h/"))
    with pytest.raises(WorkerGarbage):
        counted.see(Control("https://h/"))


def test_a_long_word_in_a_playlist_is_read_once():
    """Not once for each of its letters: a site could hold a capture for hours."""
    found = hls.parse(f"#EXTM3U\n#EXT-X-KEY:{'A1' * 500_000},METHOD=NONE\n1.ts\n#EXT-X-ENDLIST\n", BASE)
    assert len(found.pieces) == 1
