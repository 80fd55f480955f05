"""What sites say in place of media: every phrase of the table means what it says, and only where it may stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from witnesskit.capture.outcome import SAYABLE
from witnesskit.capture.page_signs import is_login_address, signs_of
from witnesskit.capture.phrases import MESSAGE, TITLE, in_message, in_page, table
from witnesskit.limits import FEW_WORDS, SIGNS_MAX
from witnesskit.model import Outcome

EVERY = [(phrase, words) for phrase in table() for words in phrase.text]
IDS = [f"{phrase.id}-{number}" for number, (phrase, _words) in enumerate(EVERY)]


def address(phrase):
    host = "site.example" if phrase.hosts == ("any",) else f"www.{phrase.hosts[0]}"
    return f"https://{host}/clip/1"


def page(body="", title="Clip", extra=""):
    return signs_of(
        f"<!doctype html><html><head><title>{title}</title>{extra}</head><body>{body}</body></html>".encode()
    )


@pytest.mark.parametrize(("phrase", "words"), EVERY, ids=IDS)
def test_every_phrase_means_what_the_table_says_where_it_may_stand(phrase, words):
    found = in_message(address(phrase), f"ERROR: [site] 1: {words.upper()}.")
    assert found is not None
    assert found.outcome is phrase.outcome
    if phrase.where != MESSAGE:
        assert in_page(address(phrase), page(title=words)).outcome is phrase.outcome
    if phrase.where not in (MESSAGE, TITLE):
        assert in_page(address(phrase), page(f"<div>\n  <p>{words}</p></div>")).outcome is phrase.outcome


@pytest.mark.parametrize(("phrase", "words"), EVERY, ids=IDS)
def test_no_phrase_decides_inside_an_article_or_beside_media(phrase, words):
    article = f"<article>{'word ' * (FEW_WORDS + 1)}<q>{words}</q></article>"
    assert in_page(address(phrase), page(article)) is None
    assert in_page(address(phrase), page(f"<video src=a.mp4></video><p>{words}</p>")) is None


@pytest.mark.parametrize("phrase", [one for one in table() if one.hosts != ("any",)], ids=lambda one: one.id)
def test_a_phrase_of_one_site_says_nothing_on_another_whose_name_only_ends_alike(phrase):
    words = phrase.text[0]
    found = in_page(f"https://evil{phrase.hosts[0]}/", page(words))
    assert found is None or found.hosts == ("any",)


def test_the_table_says_only_what_words_can_say_and_names_each_phrase_once():
    assert len({one.id for one in table()}) == len(table())
    for one in table():
        assert one.outcome in SAYABLE
        assert one.by in ("", "uploader", "platform", "account")
        assert not one.by or one.outcome is Outcome.REMOVED
        assert one.where in (MESSAGE, TITLE, "page")
        assert all(words == words.casefold() and words.strip() == words for words in one.text)


def test_script_and_style_are_not_seen():
    assert (
        page("<script>var x = 'video has been removed'</script><style>.video-has-been-removed{}</style>").words == 0
    )


def test_a_description_of_itself_counts_like_a_title():
    extra = '<meta property="og:description" content="This video has been removed.">'
    assert in_page("https://site.example/", page("word " * 500, extra=extra)).id == "any-removed"


@pytest.mark.parametrize("charset", ["windows-1251", "koi8-r", "utf-8"])
def test_pages_of_older_charsets_are_read(charset):
    body = f'<meta charset="{charset}"><p>Видео удалено автором</p>'.encode(charset)
    assert in_page("https://site.example/", signs_of(body)).id == "any-removed-by-uploader"
    plain = "<p>Видео удалено автором</p>".encode(charset)
    assert in_page("https://site.example/", signs_of(plain, f"text/html; charset={charset}")) is not None


@pytest.mark.parametrize(
    ("url", "asked", "led"),
    [
        ("https://site.example/accounts/login/?next=/x", "https://site.example/x", True),
        ("https://login.site.example/", "https://site.example/x", True),
        ("https://site.example/i/flow/login", "https://site.example/i/1", True),
        ("https://site.example/login.php", "https://site.example/x", True),
        ("https://site.example/blogin/1", "https://site.example/x", False),
        ("https://site.example/login/help", "https://site.example/login/help", False),
        ("https://site.example/login", "https://site.example/login/", False),
        ("https://[bad/login", "https://site.example/", False),
    ],
)
def test_an_address_where_people_log_in_is_known(url, asked, led):
    assert is_login_address(url, asked) is led


@given(st.binary(max_size=2000), st.text(max_size=60))
def test_no_page_breaks_the_reader(data, kind):
    found = signs_of(data, kind)
    in_page("https://site.example/", found)


@given(
    st.lists(
        st.sampled_from(["<", ">", "</", "<!--", "-->", "<![CDATA[", "&#", "title", "meta ", "'", '"', "x" * 50]),
        max_size=60,
    )
)
def test_no_markup_breaks_the_reader(pieces):
    signs_of("".join(pieces).encode())


@pytest.mark.parametrize(
    "piece",
    [
        b"<",
        b"<a ",
        b"<!--",
        b"<script>",
        b'<meta content="',
        b"<>",
        b"&amp;",
        b"<![CDATA[",
        b"<!DOCTYPE ",
        b"</a ",
        b"b=",
    ],
)
def test_a_hostile_page_is_read_in_one_pass_and_only_its_beginning(piece):
    """With a reader that looks for each end anew, some of these take minutes."""
    found = signs_of(piece * (2 * SIGNS_MAX // len(piece)) + b"<p>This video has been removed</p>")
    assert in_page("https://site.example/", found) is None


@pytest.mark.parametrize(
    "title",
    [
        "Why this video has been removed from the square of our city",
        "The minister says that this video has been removed by the uploader, and why",
    ],
)
def test_a_headline_about_a_removal_is_none(title):
    assert in_page("https://site.example/", page(title=title)) is None
    assert (
        in_page("https://site.example/", page("word " * 500, extra=f'<meta name="description" content="{title}">'))
        is None
    )


@pytest.mark.parametrize(
    "title",
    [
        "This video has been removed",
        "Sorry! This video has been removed. | Site",
        "Site — This video has been removed",
    ],
)
def test_a_title_that_says_it_does_decide(title):
    assert in_page("https://site.example/", page(title=title)).outcome is Outcome.REMOVED


def test_a_player_inside_another_sites_page_speaks_through_the_extractor():
    assert in_message("https://news.example/1", "ERROR: [youtube] abc: Private video").id == "youtube-private"
    assert (
        in_message("https://news.example/1", "ERROR: [vk:wall] 1: because its author has been blocked").by
        == "account"
    )
    assert in_message("https://news.example/1", "ERROR: [other] abc: Private video") is None
