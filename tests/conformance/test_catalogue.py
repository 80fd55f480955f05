"""What every catalogue must do (vault/catalogue/port.py), whatever keeps it."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from witnesskit.sealing.identity import Identity
from witnesskit.vault.catalogue import kept
from witnesskit.vault.catalogue.port import UNMARKED, Digest, Row, Search
from witnesskit.vault.catalogue.sqlite import SqliteCatalogue

HOSTILE = [
    "'; DROP TABLE item; --", '"', '""', "*", "NEAR(a b)", "a AND", "OR OR", "title:police", "^police", "-police", "+",
    "(", "{title text}: police", "\x00police", "police\x00", "\ud800", "🙂", "a" * 100_000, "%", "_", "?", "/*", "؛", " ",
]  # fmt: skip


def sqlite(_folder):
    return SqliteCatalogue()


def sealed(folder):
    return kept.empty(folder / "catalogue", Identity(b"k" * 32))


@pytest.fixture(params=[sqlite, sealed], ids=lambda make: make.__name__)
def catalogue(request, tmp_path):
    found = request.param(tmp_path)
    yield found
    found.close()


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def row(number: int, **changes) -> Row:
    found = Row(
        seq=number * 10, item=sha256(f"item {number}")[:32], mark=number, kind="url", url=f"https://site.example/{number}",
        host="site.example", source="site.example", title=f"film {number}", captured=f"2026-01-{number % 28 + 1:02d}",
        imported="2026-02-01", outcome="saved", digests=(Digest("capsule", sha256(f"capsule {number}")),),
    )  # fmt: skip
    return replace(found, **changes)


def told(rows) -> list[str]:
    return [found.item for found in rows]


def test_what_is_put_is_got_whole(catalogue):
    whole = row(
        1, text="words", account="somebody", place="Zhanaozen", missing="html", sender="k7f2-93", sensitivity="minor",
        faults="JSON", digests=(Digest("original", sha256("a")), Digest("copy", sha256("b"))),
    )  # fmt: skip
    catalogue.put([whole])
    assert catalogue.get(whole.item) == whole
    assert catalogue.get("0" * 32) is None
    assert catalogue.count() == 1


def test_the_newest_comes_first_and_pages_meet_without_gap_or_repeat(catalogue):
    rows = [row(number) for number in range(53)]
    catalogue.put([*rows[30:], *rows[:30]])
    found, before = [], None
    while page := catalogue.page(Search(before=before, limit=7)):
        found += told(page)
        before = page[-1].seq
    assert found == told(reversed(rows))


def test_pages_of_a_search_meet_while_items_are_added(catalogue):
    catalogue.put(row(number, text="square" if number % 2 else "street") for number in range(40))
    first = catalogue.page(Search(text="square", limit=10))
    catalogue.put([row(100, text="square")])
    second = catalogue.page(Search(text="square", limit=10, before=first[-1].seq))
    assert told([*first, *second]) == [row(number).item for number in range(39, 0, -2)]


def test_a_later_row_replaces_the_one_before_and_keeps_its_mark_of_sensitivity(catalogue):
    catalogue.put([row(1, title="first", digests=(Digest("copy", sha256("old")),))])
    catalogue.set_sensitivity(row(1).item, "minor")
    catalogue.put([row(1, title="second", seq=99)])
    found = catalogue.get(row(1).item)
    assert (found.title, found.seq, found.sensitivity) == ("second", 99, "minor")
    assert catalogue.page(Search(text="first")) == ()
    assert catalogue.page(Search(digest=sha256("old"))) == ()
    assert told(catalogue.page(Search(sensitivity="minor"))) == [found.item]
    assert catalogue.count() == 1


def test_dropped_items_are_found_by_nothing(catalogue):
    catalogue.put([row(1), row(2)])
    catalogue.drop([row(1).item, "f" * 32])
    assert told(catalogue.page(Search())) == [row(2).item]
    assert catalogue.get(row(1).item) is None
    assert told(catalogue.page(Search(text="film"))) == [row(2).item]
    assert catalogue.page(Search(digest=sha256("capsule 1"))) == ()
    assert dict(catalogue.marks()) == {row(2).item: 2}


def test_marking_what_is_not_there_is_passed_over(catalogue):
    catalogue.set_sensitivity("f" * 32, "minor")
    assert catalogue.count() == 0


@pytest.mark.parametrize(
    ("search", "numbers"),
    [
        (Search(since="2026-01-03"), [3, 2]),
        (Search(until="2026-01-02"), [1]),
        (Search(since="2026-01-03", until="2026-01-03"), [2]),
        (Search(place="Aktau"), [2]),
        (Search(source="video.example"), [3]),
        (Search(sensitivity="minor"), [1]),
        (Search(sensitivity=UNMARKED), [4, 3, 2]),
        (Search(text="film"), [3, 2, 1]),
        (Search(text="FILM 2"), [2]),
        (Search(text="площадь"), [3]),
        (Search(text="somebody"), [1]),
        (Search(text="site.example"), [4, 3, 2, 1]),
        (Search(text="film", source="site.example", since="2026-01-02"), [2, 1]),
        (Search(digest=sha256("capsule 2")), [2]),
        (Search(digest=sha256("capsule 2"), text="film"), [2]),
        (Search(digest=sha256("capsule 2"), place="Aktobe"), []),
        (Search(digest=sha256("nothing")), []),
        (Search(item=sha256("item 2")[:32]), [2]),
        (Search(item=sha256("item 2")[:32], text="film", place="Aktobe"), []),
    ],
    ids=str,
)
def test_every_condition_narrows(catalogue, search, numbers):
    catalogue.put([
        row(1, sensitivity="minor", account="somebody"), row(2, place="Aktau"),
        row(3, source="video.example", text="Площадь"), row(4, title="", captured=""),
    ])  # fmt: skip
    assert told(catalogue.page(search)) == [row(number).item for number in numbers]


def test_a_digest_that_begins_like_another_is_another(catalogue):
    first, second = "ab" * 8 + "00" * 24, "ab" * 8 + "11" * 24
    catalogue.put([row(1, digests=(Digest("copy", first),)), row(2, digests=(Digest("copy", second),))])
    assert told(catalogue.page(Search(digest=second))) == [row(2).item]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:20])
def test_text_of_a_person_or_a_site_is_never_a_question(catalogue, text):
    readable = text.encode("utf-8", "replace").decode()  # a record holds no lone surrogate; a command line may
    catalogue.put([row(1), row(2, title=readable, text=readable, url=readable, account=readable)])
    for search in (Search(text=text), Search(place=text), Search(source=text), Search(sensitivity=text)):
        catalogue.page(search)
    assert catalogue.get(row(2).item).title == readable
    assert told(catalogue.page(Search(text="1"))) == [row(1).item]
    catalogue.drop([row(2).item])
    assert told(catalogue.page(Search())) == [row(1).item]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60))
def test_no_text_breaks_a_search(catalogue, text):
    catalogue.page(Search(text=text, place=text, limit=1))


def test_notes_are_remembered(catalogue):
    catalogue.note("log", "3")
    catalogue.note("log", "4")
    assert (catalogue.noted("log"), catalogue.noted("other")) == ("4", "")


def test_a_batch_that_breaks_changes_nothing(catalogue):
    catalogue.put([row(1)])

    def rows():
        yield row(2)
        raise KeyError

    with pytest.raises(KeyError):
        catalogue.put(rows())
    assert catalogue.count() == 1


@pytest.mark.parametrize(
    "typed", ["film — police", "film -- police", "film & police ?!", "🙂 film police"],
    ids=["dash", "hyphens", "signs", "face"],
)  # fmt: skip
def test_a_word_without_a_letter_asks_for_nothing(catalogue, typed):
    catalogue.put([row(1, text="police"), row(2)])
    assert told(catalogue.page(Search(text=typed))) == [row(1).item]


def test_signs_alone_find_nothing(catalogue):
    catalogue.put([row(1)])
    assert told(catalogue.page(Search(text="— ?!"))) == []
