"""Words to look for: tags of XMP in their thousands cost nothing."""

from __future__ import annotations

from witnesskit.media.needles_words import words


def test_short_words_are_passed_over_and_longer_ones_stay() -> None:
    assert not list(words(b"<a><b/></a>" * 100))
    assert b"Zhanaozen" in set(words(b"<a>x</a><b>Zhanaozen</b>"))
