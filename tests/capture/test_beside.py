"""What is taken along with a film: as the policy collects it, through the same way out, and never at the film's cost."""

from __future__ import annotations

import pytest

from tests.capture.seen import capture
from tests.simulators.site import body
from witnesskit.capture import facts
from witnesskit.capture.assignment import DESCRIPTION, EVERYTHING, MEDIA, PAGE, SUBTITLES, THUMBNAILS, UPLOADER
from witnesskit.capture.choose import beside
from witnesskit.limits import SUBTITLES_MAX
from witnesskit.model import Outcome

FILM = "/p/beside/film.html"


def test_subtitles_in_every_language_and_the_thumbnail_are_streams_of_their_own(site, worker):
    seen = capture(worker, site.url + FILM)
    assert seen.outcome is Outcome.SAVED
    told = [(media.role, media.language) for media in seen.media]
    assert told == [("original", ""), ("subtitle", "kk"), ("subtitle", "ru"), ("thumbnail", "")]
    assert seen.bytes[1] == site.videos[1]
    assert seen.bytes[2] == b"WEBVTT\n\nkk"
    assert seen.bytes[4] == b"\xff\xd8\xff" + body(3, 5000)
    assert {attempt.purpose for attempt in seen.attempts} >= {"media", "subtitle", "thumbnail"}


def test_what_the_policy_does_not_collect_is_not_asked_for(site, worker):
    capture(worker, site.url + FILM, parts=(PAGE, MEDIA))
    assert not any(request.path.startswith("/b/") for request in site.requests)
    capture(worker, site.url + FILM, parts=(PAGE, MEDIA, THUMBNAILS))
    assert {request.path for request in site.requests if request.path.startswith("/b/")} == {"/b/poster.jpg"}


def test_a_film_is_saved_though_its_subtitles_are_gone(site, worker):
    site.flags.add("no-subtitles")
    seen = capture(worker, site.url + FILM)
    assert (seen.outcome, seen.rule) == (Outcome.SAVED, "all-streams-complete")
    assert [end.complete for end in seen.ends] == [True, False, False, True]


INFO = {
    "id": "1", "title": "Square", "description": "filmed by Saule", "uploader": "saule540", "uploader_id": "@saule540",
    "channel": "saule", "comments": [{"text": "brave", "author": "marat", "author_thumbnail": "https://s/?sig"}],
    "cookies": "SESSION=secret", "http_headers": {"Cookie": "secret"}, "url": "https://cdn/?token=secret",
    "_filename": "/home/marat/clip.mp4", "requested_formats": [{"url": "https://cdn/?token=secret"}],
}  # fmt: skip


def test_nothing_leaves_the_worker_that_is_not_listed_and_collected():
    everything = facts.listed(INFO, collect=EVERYTHING)
    assert (everything["uploader"], everything["comments"]) == ("saule540", [{"author": "marat", "text": "brave"}])
    nothing = facts.listed(INFO, collect=())
    assert nothing == {"id": "1", "title": "Square"}
    assert set(facts.listed(INFO, collect=(DESCRIPTION,))) == {"id", "title", "description"}
    assert "saule" in repr(facts.listed(INFO, collect=(UPLOADER,)))
    for value in (everything, nothing):
        assert "secret" not in repr(value) and "/home/" not in repr(value)


def test_languages_are_bounded_and_automatic_captions_and_chats_are_not_taken():
    form = {"url": "https://cdn/a.vtt", "ext": "vtt"}
    many = {f"l{number}": [form] for number in range(SUBTITLES_MAX + 5)}
    info = {"subtitles": {"live_chat": [form], **many}, "automatic_captions": {"en": [form]}}
    found = beside(1, [info], (SUBTITLES,))
    assert len(found) == SUBTITLES_MAX - 1
    assert {plan.role for plan in found} == {"subtitle"}


@pytest.mark.parametrize("form", [{}, {"url": "file:///etc/passwd"}, {"data": "WEBVTT"}, None, {"url": "ftp://x/"}])
def test_forms_that_cannot_be_fetched_the_same_way_are_left(form):
    assert beside(1, [{"subtitles": {"kk": [form]}, "thumbnails": [form]}], (SUBTITLES, THUMBNAILS)) == []
