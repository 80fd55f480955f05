import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from witnesskit.errors.brought import PlaceTooFine
from witnesskit.formats.locality import checked, read
from witnesskit.limits import LOCALITY_MAX


@pytest.mark.parametrize(
    "text",
    [
        "Zhanaozen",
        "Жаңаөзен",
        "Saint-Denis (Réunion)",
        "N'Djamena",
        "St. John's, Newfoundland",
        "القاهرة",
        "ယန်းဘင်း",
        "東京",
        "نجف\u200cآباد",
        "Farg‘ona",
        "תל־אביב",
        "القاهرة، مصر",
    ],
    ids=[
        "latin",
        "kazakh",
        "hyphen",
        "apostrophe",
        "dot",
        "arabic",
        "marks",
        "japanese",
        "joiner",
        "uzbek",
        "hebrew",
        "arabic-comma",
    ],
)
def test_names_of_towns_in_any_script_are_taken(text):
    assert checked(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    "text",
    [
        "43.3403, 52.8619", "43°20'25\"N", "8GV3M2WQ+Q3", "ubq5k9", "///filled.count.soap", "filled.count.soap",
        "Satpaev street 14", "٤٣", "maps.example/x", "a/b", "", "   ", "...", "x" * (LOCALITY_MAX + 1), "a\x00b", "a\u202eb",
        "https://example.org", "Zhanaozen;window", "\ud800", "\u200cAktau", "Ak\u200c tau", "Ak\u200d\u200dtau",
    ],
    ids=[
        "degrees", "minutes", "plus-code", "geohash", "three-words-slashes", "three-words", "house", "arabic-digits",
        "address", "slash", "nothing", "blanks", "dots", "long", "nul", "bidi", "link", "semicolon", "surrogate",
        "joiner-first", "joiner-blank", "joiners",
    ],
)  # fmt: skip
def test_what_is_finer_or_no_name_is_refused(text):
    with pytest.raises(PlaceTooFine):
        checked(text)
    assert read(text) == ""


def test_blanks_are_one_blank_and_the_spelling_is_one():
    assert checked("  Sa\u0301o \t Paulo\n") == "S\u00e1o Paulo"
    assert read({"x": 1}) == read(7) == read(None) == ""


@given(st.text(max_size=100))
def test_whatever_is_taken_holds_no_digit_and_is_taken_again(text):
    found = read(text)
    assert not any(one.isdigit() for one in found)
    assert not found or checked(found) == found
