"""The HTML page: nothing in it runs, loads or leaves its place; the text turns no line around."""

from __future__ import annotations

import base64
import hashlib
import html.parser
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.report.cases import report_for
from witnesskit.model import Audience
from witnesskit.report import html as page_of
from witnesskit.report import text
from witnesskit.report.escape import markup, plain
from witnesskit.report.model import Answer, Check, Item, Part, Step

TAGS = {
    "html", "head", "meta", "title", "style", "body", "header", "main", "section", "footer", "h1", "h2", "h3", "p",
    "dl", "dt", "dd", "bdi", "span", "table", "thead", "tbody", "tr", "th", "td", "br", "ol", "ul", "li", "pre", "b",
}  # fmt: skip
VOID = {"meta", "br"}
ATTRIBUTES = {"lang", "charset", "http-equiv", "content", "name", "class", "aria-label", "scope"}


class Reader(html.parser.HTMLParser):
    """Collects tags, attributes, text and whether every tag is closed."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.text, self.open, self.style = [], [], [], [], ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "style":
            self.style += data
        else:
            self.text.append(data)

    def attribute(self, name):
        return [value for key, value in self.attributes if key == name]


def everywhere(value):
    """A report with one text in every place that comes from outside."""
    return report_for(
        Audience.COURT,
        answer=Answer(value, value, (value,)),
        policy=value,
        made=value,
        tool=value,
        checks=(Check(1, value, value, value, value),),
        items=(Item(value, {"title": value, value: value}, (value,), (Part(value, value, value),), (value,)),),
        steps=(Step(value, (value,), value),),
        notes=(value,),
    )


@pytest.mark.parametrize("audience", Audience)
def test_the_policy_of_the_page_names_its_own_style_and_nothing_else(audience):
    reader = Reader(page_of.render(report_for(audience)))
    assert reader.tags.count("style") == 1
    digest = base64.b64encode(hashlib.sha256(reader.style.encode()).digest()).decode()
    policy = next(content for content in reader.attribute("content") if "default-src" in content)
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert reader.attribute("http-equiv") == ["Content-Security-Policy"]


@pytest.mark.parametrize("audience", Audience)
def test_the_page_refers_to_nothing_outside_and_runs_nothing(audience):
    page = page_of.render(report_for(audience))
    reader = Reader(page)
    assert set(reader.tags) <= TAGS
    assert {name for name, _ in reader.attributes} <= ATTRIBUTES
    assert reader.open == []
    assert not re.search(r"url\s*\(|@import|@font-face|expression", reader.style)
    assert page.startswith('<!DOCTYPE html>\n<html lang="en">')


ATTACKS = {
    "script": "<script>alert(1)</script>",
    "attribute": '" onmouseover="alert(1)" style=\'x\' autofocus',
    "image": "<img src=x onerror=alert(1)>",
    "end of bdi": "</bdi></td></table></body></html><h1>UNCHANGED</h1>",
    "comment": "<!-- --><![CDATA[x]]>",
    "style": "</style><style>*{display:none}</style>",
    "entity": "&lt;b&gt; &#x202e; &amp;",
    "ansi": "\x1b[2J\x1b[31mUNCHANGED\x1b]8;;https://evil.example\x07",
    "override": "photo\u202egpj.exe",
    "isolate": "\u2066\u2067\u2068\u2069\u200e\u200f\u061c",
    "lines": "one\r\ntwo\n\nWITHHELD\u2028three\u2029\x85four\x0b\x0c",
    "invisible": "zero\u200bwidth\ufeff\u00ad\u2060\U000e0041",
    "surrogate": "\ud800",
    "private": "\ue000\uf8ff",
}


@pytest.mark.parametrize("name", ATTACKS)
def test_hostile_text_stays_text(name):
    page = page_of.render(everywhere(ATTACKS[name]))
    reader = Reader(page)
    assert set(reader.tags) <= TAGS
    assert {key for key, _ in reader.attributes} <= ATTRIBUTES
    assert reader.open == []
    assert reader.tags.count("style") == reader.tags.count("h1") == 1
    shown = plain(ATTACKS[name])
    assert "".join(reader.text).count(shown) >= 12
    page.encode("utf-8")
    for attack in re.findall(
        r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c\ufeff]", page
    ):
        pytest.fail(f"{attack!r} is in the page")


@pytest.mark.parametrize("name", ATTACKS)
def test_hostile_text_never_moves_a_cursor(name):
    printed = text.render(everywhere(ATTACKS[name]))
    assert not re.findall(
        r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c\u2028]", printed
    )
    assert not [line for line in printed.split("\n") if line.strip() in ("two", "three", "four")]


@pytest.mark.parametrize(
    "written",
    [
        "Жаңаөзен, 16 желтоқсан, Әділет Ұлы Іңкәр",
        "ساولة في الميدان ٢٠١١",
        "می‌خواهم",
        "မြန်မာ",
        "Київ",
        "中国",
        "👩‍👩‍👧",
        "é",
        "“x”",
    ],
)
def test_the_scripts_of_people_are_shown_as_they_are(written):
    assert plain(written) == written
    assert markup(written) == f"<bdi>{written}</bdi>"


def test_untrusted_text_has_its_own_direction():
    page = page_of.render(everywhere("ساولة"))
    assert page.count("<bdi>ساولة</bdi>") >= 12
    assert page.count("ساولة") == page.count("<bdi>ساولة</bdi>")


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_shown_escaped_and_nothing_else(value):
    reader = Reader(f"<p>{markup(value)}</p>")
    assert reader.tags[:2] == ["p", "bdi"]
    assert set(reader.tags[2:]) <= {"span"}
    assert "".join(reader.text) == plain(value)


def test_the_same_report_gives_the_same_page():
    assert page_of.render(report_for(Audience.COURT)) == page_of.render(report_for(Audience.COURT))
