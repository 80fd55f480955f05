"""Streams in pieces, and files that change, never end, or go on from what an earlier attempt holds."""

from __future__ import annotations

import gzip
import hashlib

import pytest

from tests.capture.seen import capture
from tests.simulators import site as sites
from tests.simulators.site import KEY, SEGMENTS, SIZE, segment, sha256
from witnesskit.capture.assignment import Resume
from witnesskit.limits import OVERLAP
from witnesskit.model import Outcome


@pytest.mark.parametrize("name", ["swap", "swap-silent", "no-range-swap"])
def test_a_changed_file_is_kept_whole_beside_the_first(site, worker, name):
    seen = capture(worker, f"{site.url}/p/{name}.html")
    assert (seen.outcome, seen.rule) == (Outcome.CHANGED, "media-changed")
    assert [media.version for media in seen.media][:2] == [1, 2]
    assert seen.bytes[1] == site.videos[1][: SIZE // 2]
    assert seen.bytes[2] == site.videos[2]
    assert (seen.ends[0].reason, seen.ends[1].complete) == ("changed", True)


def test_a_file_that_never_ends_is_kept_up_to_the_cap(site, worker):
    seen = capture(worker, f"{site.url}/m/endless.mp4", size_max=SIZE + 50_000)
    assert (seen.outcome, seen.rule) == (Outcome.PARTIAL, "media-size-cap")
    assert len(seen.bytes[1]) == SIZE + 50_000 and seen.bytes[1].startswith(site.videos[1])


@pytest.mark.parametrize("name", ["drip", "stall"])
def test_a_link_has_an_end_in_time_and_what_came_is_kept(site, worker, name):
    seen = capture(worker, f"{site.url}/p/{name}.html", seconds=1)
    assert (seen.outcome, seen.rule) == (Outcome.PARTIAL, "media-deadline")
    assert seen.bytes[1] and site.videos[1].startswith(seen.bytes[1])


def test_parts_for_which_nobody_vouches_are_joined_and_marked(site, worker):
    seen = capture(worker, f"{site.url}/p/no-overlap.html")
    assert (seen.outcome, seen.rule) == (Outcome.SAVED, "all-streams-complete-assembled-unverified")
    assert seen.bytes[1] == site.videos[1]
    assert seen.ends[0].reason == "assembled-unverified"


def test_a_weak_etag_is_no_validator_and_the_overlap_decides(site, worker):
    seen = capture(worker, f"{site.url}/p/weak.html")
    assert (seen.outcome, seen.rule) == (Outcome.SAVED, "all-streams-complete")
    resumed = [request.headers for request in site.requests if "Range" in request.headers]
    assert resumed and all(headers.get("If-Range") == sites.LAST_MODIFIED for headers in resumed)


def test_packed_media_are_kept_as_they_came_over_the_wire(site, worker):
    seen = capture(worker, f"{site.url}/m/gzip.mp4")
    assert gzip.decompress(seen.bytes[1]) == site.videos[1]
    assert ("Content-Encoding", "gzip") in seen.media[0].headers


# going on from an earlier attempt


def held(site, received, **changed):
    tail = site.videos[1][max(0, received - OVERLAP) : received]
    values = {"tail_size": len(tail), "tail_sha256": hashlib.sha256(tail).hexdigest(), "etag": '"v1"', "total": SIZE}
    return Resume("0", received, **{**values, **changed})


def format_id(site, worker):
    return capture(worker, f"{site.url}/m/good.mp4").media[0].format_id


def resumed(site, worker, path, received, **changed):
    one = held(site, received, **changed)
    found = Resume(**{**vars(one), "format_id": format_id(site, worker)})
    site.requests.clear()
    site.times.clear()
    return capture(worker, site.url + path, resume=(found,))


def test_an_earlier_attempt_is_gone_on_with_behind_what_it_holds(site, worker):
    seen = resumed(site, worker, "/m/good.mp4", 400_000)
    assert (seen.outcome, seen.media[0].start) == (Outcome.SAVED, 400_000)
    assert seen.bytes[1] == site.videos[1][400_000:]
    asked = [request.headers for request in site.requests if "Range" in request.headers]
    assert asked[0]["Range"] == f"bytes={400_000 - OVERLAP}-" and asked[0]["If-Range"] == '"v1"'


@pytest.mark.parametrize(
    "changed", [{"etag": '"v0"'}, {"etag": "", "tail_sha256": "0" * 64}, {"etag": "", "total": SIZE + 1}]
)
def test_another_file_is_never_joined_to_an_earlier_attempt(site, worker, changed):
    seen = resumed(site, worker, "/m/good.mp4", 400_000, **changed)
    assert seen.outcome is Outcome.CHANGED
    assert (seen.ends[0].reason, seen.bytes[1]) == ("changed", b"")
    assert seen.media[1].version == 2 and seen.bytes[2] == site.videos[1]


def test_a_server_without_ranges_gives_all_again_and_only_the_rest_is_taken(site, worker):
    seen = resumed(site, worker, "/m/no-range-whole.mp4", 400_000, etag="")
    assert seen.outcome is Outcome.SAVED
    assert seen.bytes[1] == site.videos[1][400_000:]


# pieces


def test_every_piece_is_told_with_its_place_and_digest(site, worker):
    seen = capture(worker, f"{site.url}/h/good/list.m3u8")
    assert [piece.number for piece in seen.pieces] == list(range(1, SEGMENTS + 1))
    for piece in seen.pieces:
        data = seen.bytes[1][piece.offset : piece.offset + piece.size]
        assert data == segment(piece.number)
        assert (piece.sha256, piece.declared, piece.status, piece.reason) == (sha256(data), len(data), 200, "")
        assert piece.url.endswith(f"/{piece.number}.ts")
    assert seen.documents[0].kind == "playlist"
    assert seen.documents[0].text.startswith("#EXTM3U")


def test_dash_pieces_and_their_manifest_are_told(site, worker):
    seen = capture(worker, f"{site.url}/d/manifest.mpd")
    assert len(seen.pieces) == 2 * SEGMENTS
    assert [one.kind for one in seen.documents] == ["manifest"]
    assert seen.documents[0].text == sites.manifest(site.url)


@pytest.mark.parametrize(("name", "iv"), [("aes", b""), ("aes-iv", bytes(range(16, 32)))])
def test_encrypted_pieces_are_kept_as_served_with_their_keys(site, worker, name, iv):
    seen = capture(worker, f"{site.url}/h/{name}/list.m3u8")
    assert (seen.outcome, seen.rule) == (Outcome.SAVED, "all-streams-complete")
    assert seen.bytes[1] == sites.sealed_pieces(iv)
    for piece in seen.pieces:
        assert piece.key["key"] == KEY.hex() and piece.key["method"] == "AES-128"
        assert piece.key["iv"] == (iv or (39 + piece.number).to_bytes(16)).hex()
    assert [attempt.purpose for attempt in seen.attempts].count("key") == 1


@pytest.mark.parametrize("name", ["aes-nokey", "aes-badkey"])
def test_without_its_key_an_encrypted_stream_is_kept_and_is_no_success(site, worker, name):
    seen = capture(worker, f"{site.url}/h/{name}/list.m3u8")
    assert (seen.outcome, seen.rule) == (Outcome.PARTIAL, "media-key-missing")
    assert seen.bytes[1] == sites.sealed_pieces()
    assert all("missing" in piece.key for piece in seen.pieces)


def test_an_encryption_that_no_key_opens_is_kept_and_is_no_success(site, worker):
    seen = capture(worker, f"{site.url}/h/sample-aes/list.m3u8")
    assert seen.outcome is not Outcome.SAVED and seen.ends[0].reason == "encrypted"
    assert seen.bytes[1] == sites.sealed_pieces()


def test_several_initialisation_sections_are_joined_in_their_places(site, worker):
    seen = capture(worker, f"{site.url}/h/maps/list.m3u8")
    first, second = segment(1, "map"), segment(2, "map")
    assert seen.bytes[1] == first + segment(1) + segment(2) + second + segment(3)
    assert seen.outcome is Outcome.SAVED


def test_a_piece_that_the_list_says_is_missing_is_a_gap(site, worker):
    site.flags.add("gap")
    seen = capture(worker, f"{site.url}/h/maps/list.m3u8")
    assert (seen.outcome, seen.rule) == (Outcome.PARTIAL, "media-gaps")
    assert seen.ends[0].gaps[0]["reason"] == "absent"


# broadcasts


@pytest.mark.parametrize("name", ["event", "sliding"])
def test_a_broadcast_followed_from_its_first_piece_to_its_end_is_saved(site, worker, name):
    seen = capture(worker, f"{site.url}/h/{name}/list.m3u8")
    assert (seen.outcome, seen.rule) == (Outcome.SAVED, "all-streams-complete")
    assert seen.bytes[1] == sites.joined()


def test_a_hole_in_a_broadcast_is_named(site, worker):
    seen = capture(worker, f"{site.url}/h/jumping/list.m3u8")
    assert (seen.outcome, seen.rule) == (Outcome.PARTIAL, "media-gaps")
    assert seen.ends[0].gaps[0]["reason"] == "slid-away"
    assert seen.bytes[1].startswith(segment(1) + segment(2)) and seen.bytes[1].endswith(segment(SEGMENTS))


@pytest.mark.parametrize("wanted", [{}, {"live_seconds": 0}])
def test_a_broadcast_without_an_end_is_kept_as_far_as_it_was_followed(site, worker, wanted):
    seen = capture(worker, f"{site.url}/h/endless/list.m3u8", **wanted)
    assert (seen.outcome, seen.rule) == (Outcome.LIVE, "media-live")
    assert seen.bytes[1] == (sites.joined() if not wanted else segment(1) + segment(2))
