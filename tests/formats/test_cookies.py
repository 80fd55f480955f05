"""Cookie files as browsers export them; a fault is named by its line, never by what stands there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from witnesskit.errors.brought import BadCookies
from witnesskit.formats.cookies import read_cookies
from witnesskit.limits import COOKIES_MAX

LINE = ".site.example\tTRUE\t/\tTRUE\t1893456000\tsession\tSECRET-540"


def test_comments_blank_lines_and_http_only_cookies():
    text = f"# Netscape HTTP Cookie File\r\n\r\n{LINE}\n#HttpOnly_{LINE}\n"
    assert read_cookies(b"\xef\xbb\xbf" + text.encode()) == f"# Netscape HTTP Cookie File\n{LINE}\n#HttpOnly_{LINE}\n"


@pytest.mark.parametrize(
    "line",
    [LINE.replace("\t", " "), LINE + "\tmore", LINE.replace("TRUE", "yes"), LINE.replace("1893456000", "soon"),
     LINE.replace(".site.example", "a b"), LINE.replace("session", "ses\x01sion")],
)  # fmt: skip
def test_another_form_is_refused_without_repeating_it(line):
    with pytest.raises(BadCookies) as caught:
        read_cookies(f"# x\n{line}\n".encode())
    assert str(caught.value).endswith("line 2")
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"# nothing\n", b"\xff\xfe", b"a" * (COOKIES_MAX + 1)])
def test_a_file_without_cookies_is_refused(data):
    with pytest.raises(BadCookies):
        read_cookies(data)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data):
    try:
        read_cookies(data)
    except BadCookies:
        return
