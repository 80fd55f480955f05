"""The words of sites: each phrase of the file decides where a site speaks for itself, and nowhere else."""

import html

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from witnesskit.capture import phrases
from witnesskit.capture.egress import parse_egress
from witnesskit.capture.messages import Attempt, Control, Failed, Page, PageEnd
from witnesskit.capture.reading import plain, read_page
from witnesskit.capture.tally import Tally
from witnesskit.limits import PAGE_TEXT_MAX, SHORT_PAGE_WORDS
from witnesskit.model import Outcome

NOW = "2026-01-01T00:00:00Z"
EACH = [
    pytest.param(phrase, where, number, id=f"{phrase.id}-{where}-{number}")
    for phrase in phrases.phrases()
    for where in phrase.where
    for number in range(len(phrase.texts))
]
ARTICLE = "<p>" + "many words of an honest article about the square " * 40 + "</p>"


def host_of(phrase):
    return "footage.example" if phrase.hosts == (phrases.ANY,) else f"www.{phrase.hosts[0]}"


def told(host, body=b"", message="", status=200):
    """The result of a link whose page or extractor says this, beside a site that lives."""
    url = f"https://{host}/watch"
    tally = Tally(url, parse_egress("direct"), NOW)
    tally.see(Attempt(1, "page", "GET", url, NOW, status=status))
    tally.see(Page(url, url, status, headers=(("Content-Type", "text/html; charset=utf-8"),), by="extractor"))
    if body:
        tally.see_page_bytes(body)
    tally.see(PageEnd(True, len(body), ""))
    tally.see(Failed("extractor-failed", message))
    tally.see(Control(f"https://{host}/", NOW, 200, f"https://{host}/", body_sha256="f" * 64, size=9))
    return tally.result(NOW)


def page(where, text):
    text = html.escape(text)
    parts = {"title": f"<title>{text} - Site</title>", "body": f"<title>Site</title><div><p>{text}</p></div>"}
    return f"<!doctype html><html><head>{parts[where]}<p>Home About</p>".encode()


@pytest.mark.parametrize(("phrase", "where", "number"), EACH)
def test_each_phrase_decides_where_the_site_speaks_for_itself(phrase, where, number):
    host, text = host_of(phrase), phrase.texts[number]
    result = told(host, message=f"ERROR: [x] 1: {text}") if where == "message" else told(host, page(where, text))
    assert result.outcome is phrase.outcome
    found = next(one for one in phrases.phrases() if one.id == result.evidence.phrase)
    assert found.outcome is phrase.outcome and found.by == result.evidence.removed_by
    assert result.evidence.phrase_in == where


@pytest.mark.parametrize("phrase", [one for one in phrases.phrases() if "body" in one.where], ids=lambda one: one.id)
def test_an_article_that_quotes_a_phrase_does_not_decide(phrase):
    quoted = f"<title>News</title>{ARTICLE}<p>{html.escape(phrase.texts[0])}</p>".encode()
    result = told(host_of(phrase), quoted)
    assert (result.outcome, result.evidence.phrase) == (Outcome.UNKNOWN, "")


@pytest.mark.parametrize(
    "body",
    [
        "<title>Why this video has been removed from our square</title>",
        "<p>He wrote: this video has been removed</p>",
        "<script>var t = 'This video has been removed';</script>",
        "<!-- <p>This video has been removed</p> --><p>Square</p>",
        "<template><p>This video has been removed</p></template>",
        "<p>This video has been removedness</p>",
        "<video src='/a.mp4'></video><p>This video has been removed</p>",
    ],
)
def test_words_in_other_places_do_not_decide(body):
    assert told("footage.example", body.encode()).evidence.phrase == ""


@pytest.mark.parametrize(
    ("body", "by"),
    [
        ("<meta property='og:title' content='This video has been removed by the uploader'>", "uploader"),
        ('<META NAME=description CONTENT="Sorry. This video has been removed for violating">', "platform"),
        ("<p>Sorry!</p><h1>THIS  video\nhas been&nbsp;removed</h1>", ""),
        ("<title>Это видео удалено | Площадка</title>", ""),
    ],
)
def test_titles_meta_tags_and_short_notices_do(body, by):
    result = told("footage.example", body.encode())
    assert (result.outcome, result.evidence.removed_by) == (Outcome.REMOVED, by)


def test_a_page_in_an_old_charset_is_read_in_it():
    read = read_page("<p>Это видео удалено</p>".encode("windows-1251"), "text/html; charset=windows-1251")
    assert phrases.in_page("footage.example", read).phrase == "any-removed"


def test_a_phrase_of_one_site_is_none_of_another():
    words = page("body", "This community has been banned")
    assert told("www.reddit.com", words).outcome is Outcome.REMOVED
    assert told("notreddit.com", words).evidence.phrase == ""


def test_an_embedded_player_speaks_through_the_extractors_message():
    assert phrases.in_message("news.example", "ERROR: [youtube] abc: Private video").phrase == "youtube-private"
    assert phrases.in_message("news.example", "ERROR: [other] abc: Private video") is None


@pytest.mark.parametrize(
    ("message", "outcome", "by"),
    [
        ("Private video. Sign in if you've been granted access to this video. Use --cookies", Outcome.PRIVATE, ""),
        ("Video unavailable. This video has been removed by the uploader", Outcome.REMOVED, "uploader"),
        (
            "Video unavailable. This video is no longer available because the YouTube account associated with this "
            "video has been terminated.",
            Outcome.REMOVED,
            "account",
        ),
        ("This video has been removed for violating YouTube’s Community Guidelines", Outcome.REMOVED, "platform"),
        ("Sign in to confirm you’re not a bot. Use --cookies-from-browser or --cookies", Outcome.BLOCKED, ""),
        ("Sign in to confirm your age. Use --cookies", Outcome.LOGIN, ""),
        ("Video unavailable. The uploader has not made this video available in your country", Outcome.GEO, ""),
        ("Video unavailable", Outcome.UNKNOWN, ""),
    ],
)
def test_what_the_extractor_says_of_a_video(message, outcome, by):
    result = told("www.youtube.com", message=f"ERROR: [youtube] a1B2: {message}")
    assert (result.outcome, result.evidence.removed_by) == (outcome, by)
    assert message[:20] in result.evidence.text


def test_the_special_stands_before_the_general_for_every_message():
    """Of two phrases of one site of which one holds the other, the longer is asked first."""
    every = [(one, text) for one in phrases.phrases() for text in one.texts]
    for place, (first, short) in enumerate(every):
        for later, long in every[place + 1 :]:
            if short in long and first.outcome is not later.outcome and set(first.where) & set(later.where):
                assert not set(first.hosts) & set(later.hosts), (first.id, later.id, long)


@settings(max_examples=200)
@given(
    st.binary(max_size=400) | st.text("<>/!-=\"' metainputvideotitle&;.", max_size=200).map(str.encode),
    st.text(max_size=20),
)
def test_any_bytes_are_read(data, content_type):
    read = read_page(data, content_type)
    phrases.in_page("x.com", read)
    assert read.words <= len(data)


@pytest.mark.parametrize(
    "piece", [b"<", b"<a ", b"<!--", b"<script>", b'<meta content="', b"<>", b"&amp;", b" .", b"<title>", b"a="]
)
def test_a_hostile_page_is_read_once_and_only_its_beginning(piece):
    data = piece * (2 * PAGE_TEXT_MAX // len(piece)) + b"<p>This video has been removed</p>"
    assert phrases.in_page("footage.example", read_page(data)) is None


def test_a_page_is_a_notice_only_while_it_is_short():
    for words, notice in ((SHORT_PAGE_WORDS, True), (SHORT_PAGE_WORDS + 1, False)):
        assert read_page(b"<p>" + b"word " * words + b"</p>").notice is notice


@pytest.mark.parametrize(
    "text",
    [
        'other = 1',
        '[[phrase]]\nid="a"\nhosts=["any"]\noutcome="private"\nwhere=["title"]\ntexts=["short"]',
        '[[phrase]]\nid="a"\nhosts=["any"]\noutcome="private"\nwhere=["title"]\ntexts=["long - enough"]',
        '[[phrase]]\nid="a"\nhosts=["any"]\noutcome="private"\nwhere=["page"]\ntexts=["long enough"]',
        '[[phrase]]\nid="a"\nhosts=["any"]\noutcome="gone"\nwhere=["title"]\ntexts=["long enough"]',
        '[[phrase]]\nid="a"\nhosts=[]\noutcome="private"\nwhere=["title"]\ntexts=["long enough"]',
        '[[phrase]]\nid="a"\nhosts=["any"]\noutcome="private"\nremoved_by="uploader"\nwhere=["title"]\ntexts=["long enough"]',
        '[[phrase]]\nid="a"\nhosts=["any"]\noutcome="private"\nwhere=["title"]\ntexts=["long enough"]\nregex="x"',
    ],
)  # fmt: skip
def test_a_file_of_another_form_is_refused(text):
    with pytest.raises(ValueError):
        phrases.parse(text.encode())


def test_ids_are_unique_and_no_phrase_claims_success():
    one = '[[phrase]]\nid="a"\nhosts=["any"]\noutcome="private"\nwhere=["title"]\ntexts=["long enough"]\n'
    with pytest.raises(ValueError):
        phrases.parse((one + one).encode())
    kept = {Outcome.SAVED, Outcome.PARTIAL, Outcome.CHANGED, Outcome.TRUNCATED, Outcome.LIVE}
    assert not kept & {phrase.outcome for phrase in phrases.phrases()}


def test_text_is_compared_without_regard_to_case_blanks_and_apostrophes():
    assert plain("  You’re\u00a0NOT\n a  bot ") == "you're not a bot"
