import io
import sys
import unicodedata

import pytest

from witnesskit.cli.terminal import make_streams_unfailing, printable, shows


@pytest.mark.parametrize(
    "text", ["", "plain", "Жаңаөзен 16 желтоқсан", "نافذة على الميدان", "မြန်မာ", "日本語 ✔", "e\u0301"]
)
def test_words_of_any_script_stay_as_they_are(text):
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("a\nb\r\tc", "a\\x0ab\\x0d\\x09c"),
        ("\x9b31m", "\\x9b31m"),
        ("mp4.\u202egpj", "mp4.\\u202egpj"),
        ("\u2066a\u2069", "\\u2066a\\u2069"),
        ("\u061cx\u200f", "\\u061cx\\u200f"),
        ("\u2028\u2029", "\\u2028\\u2029"),
        ("\ud800", "\\ud800"),
        ("\ue000", "\\ue000"),
        ("\U000e0fff", "\\U000e0fff"),
        ("\x00\x7f", "\\x00\\x7f"),
    ],
)
def test_what_could_deceive_is_shown_by_its_number(text, shown):
    assert printable(text) == shown


def test_no_control_character_and_no_turn_of_direction_ever_gets_through():
    every = "".join(map(chr, range(0x11_0000)))
    shown = printable(every)
    assert not {unicodedata.category(character) for character in shown} & {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
    turning = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
    assert not [character for character in shown if unicodedata.bidirectional(character) in turning]


@pytest.mark.parametrize("encoding", ["ascii", "cp1251", "cp437", "utf-8"])
def test_no_encoding_fails(monkeypatch, encoding):
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(sys, "stderr", stream)
    make_streams_unfailing()
    stream.write("Жаңаөзен نافذة ✔ \ud800")
    stream.flush()
    assert raw.getvalue()


def test_streams_that_are_no_text_files_are_left_alone(monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    make_streams_unfailing()


@pytest.mark.parametrize(
    ("encoding", "text", "answer"),
    [("ascii", "abc", True), ("ascii", "█", False), ("utf-8", "█", True), ("no-such-encoding", "a", False)],
)
def test_whether_a_terminal_shows_a_text(encoding, text, answer):
    class Stream:
        pass

    stream = Stream()
    stream.encoding = encoding
    assert shows(stream, text) is answer


def test_a_stream_without_an_encoding_shows_ascii():
    assert shows(io.StringIO(), "abc")
    assert not shows(io.StringIO(), "█")
