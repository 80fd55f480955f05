"""The same content from several teams is one content with several chains; one link is one publication."""

from __future__ import annotations

import pytest

from tests.actions.stage import silent
from witnesskit.actions.corroboration import Corroboration, corroborated, holding_the_same
from witnesskit.actions.listed import PageWish, facts, page, reindex
from witnesskit.actions.marks import Mark, mark
from witnesskit.cli.rows import line_of
from witnesskit.formats.short_id import short_id
from witnesskit.vault import state
from witnesskit.vault.catalogue.port import Digest, Row, Search
from witnesskit.vault.catalogue.sqlite import SqliteCatalogue

FILM, OTHER = "a" * 64, "b" * 64
LINK = "https://site.example/p/1"


def row(number: int, sender: str, *digests: Digest, url: str = "") -> Row:
    return Row(seq=number, item=f"{number:032x}", sender=sender, url=url, digests=digests)


@pytest.fixture
def catalogue():
    found = SqliteCatalogue()
    found.put([
        row(1, "one", Digest("copy", FILM), Digest("page", OTHER), url=LINK),
        row(2, "two", Digest("original", FILM)),
        row(3, "two", Digest("copy", FILM), url=LINK),
        row(4, "three", Digest("page", OTHER), url=LINK),
        row(5, "four", Digest("page", FILM)),
        row(6, "", Digest("copy", FILM)),
    ])  # fmt: skip
    return found


def test_invites_count_once_and_the_desk_as_one_more(catalogue):
    found = corroborated(catalogue, f"{1:032x}")
    assert {int(item, 16) for item in found.items} == {2, 3, 6}
    assert found.invites == 3


def test_one_link_is_one_publication(catalogue):
    found = corroborated(catalogue, f"{1:032x}")
    assert found.publication == (f"{3:032x}",)
    assert f"same publication: {short_id(f'{3:032x}')}" in found.sentence


def test_equal_pages_and_pictures_corroborate_nothing(catalogue):
    assert corroborated(catalogue, f"{4:032x}") == Corroboration()
    assert corroborated(catalogue, f"{5:032x}") == Corroboration()


def test_what_is_not_there_is_corroborated_by_nobody(catalogue):
    assert corroborated(catalogue, "f" * 32).sentence == ""


def picture(stage) -> None:
    """The same picture from two devices, each in a bundle of its own."""
    from PIL import Image

    path = stage.folder / "square.png"
    Image.new("RGB", (40, 30), "red").save(path)
    for name in "ab":
        device = type(stage.device(f"team-{name}"))(stage.folder / f"team-{name}")
        device.add(path)
        stage.take_in(device.bundle(stage.folder / f"stick-{name}"))


def test_two_teams_with_one_picture_stand_side_by_side(stage):
    picture(stage)
    found = page(stage.desk, stage.passphrase, PageWish(Search()), silent)
    assert len(found.rows) == 2
    told = [facts(one, found.others.get(one.item)) for one in found.rows]
    assert [one["invites"] for one in told] == [2, 2]
    assert told[0]["same_content"] == [told[1]["id"]]
    assert told[0]["same_publication"] == []


def test_a_mark_is_found_at_once_and_after_the_catalogue_was_made_anew(stage):
    picture(stage)
    first = next(item for item, one in state.load_state(stage.desk).items.items() if not one.paper)
    mark(stage.desk, stage.passphrase, [short_id(first)], Mark(level="restricted"))
    for _turn in range(2):
        found = page(stage.desk, stage.passphrase, PageWish(Search(sensitivity="restricted")), silent)
        assert [one.item for one in found.rows] == [first]
        assert "[restricted]" in line_of(found.rows[0])
        reindex(stage.desk, stage.passphrase, silent)


def test_who_holds_the_same_is_found_whatever_their_number(catalogue):
    catalogue.put(row(number, "flood", Digest("copy", FILM)) for number in range(100, 400))
    found = holding_the_same(catalogue, [f"{1:032x}", f"{5:032x}"], [f"{2:032x}", f"{4:032x}", "f" * 32])
    assert found == {f"{1:032x}": {f"{2:032x}", f"{4:032x}"}}
