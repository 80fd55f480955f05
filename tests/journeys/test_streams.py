"""Films in pieces, encrypted, changed or broken off, as they lie sealed: every byte, every piece, every key."""

from __future__ import annotations

import json

import pytest

from tests.journeys.opened import capsules
from tests.simulators import site as sites
from tests.simulators.site import KEY, SEGMENTS, SIZE, sha256
from witnesskit.formats.short_id import short_id


@pytest.fixture(autouse=True)
def fresh(site):
    site.reset()


def saved(folder, site, path):
    """What one link became: its outcome, the record, the original."""
    ran = folder.archive("field", [site.url + path], "--json")
    (item,) = ran.json()["items"]
    mine = [one for one in capsules(folder, "field") if short_id(one.item) == item["id"]]
    record = next(one.documents["record.json"] for one in mine if "record.json" in one.documents)
    return ran, item, record, next((one for one in mine if one.role == "original"), None), mine


def lines(folder, site, original, name):
    return [json.loads(line) for line in original.texts[name].splitlines()]


def test_pieces_are_sealed_with_their_places_digests_and_the_list_that_named_them(folder, site):
    ran, item, record, original, _ = saved(folder, site, "/h/good/list.m3u8")
    assert (ran.status, item["outcome"]) == (0, "saved")
    assert original.streams["media/1"] == sites.joined()
    pieces = lines(folder, site, original, "pieces-1-1.jsonl")
    assert [one["number"] for one in pieces] == list(range(1, SEGMENTS + 1))
    for one in pieces:
        assert sha256(original.streams["media/1"][one["offset"] : one["offset"] + one["size"]]) == one["sha256"]
    (served,) = record["capture"]["served"]
    assert (served["pieces"], served["pieces_missing"], served["declared"], served["received"]) == (
        SEGMENTS, 0, len(sites.joined()), len(sites.joined()),
    )  # fmt: skip
    (document,) = lines(folder, site, original, "documents.jsonl")
    assert document["text"].startswith("#EXTM3U") and sha256(document["text"].encode()) == document["sha256"]


def test_an_encrypted_film_is_sealed_as_served_and_opened_beside_it(folder, site):
    ran, item, record, original, mine = saved(folder, site, "/h/aes-iv/list.m3u8")
    assert (ran.status, item["outcome"], item["received"]) == (
        0,
        "saved",
        len(sites.sealed_pieces(bytes(range(16, 32)))),
    )
    assert original.streams["media/1"] == sites.sealed_pieces(bytes(range(16, 32)))
    assert original.streams["media/10001"] == sites.joined()
    facts = {one["stream"]: one for one in record["capture"]["media"]}
    assert (facts[1]["role"], facts[10001]["role"], facts[10001]["complete"]) == ("encrypted", "decrypted", True)
    assert facts[10001]["sha256"] == sha256(sites.joined())
    assert lines(folder, site, original, "pieces-1-1.jsonl")[0]["key"]["key"] == KEY.hex()
    desk = json.dumps([one.documents for one in mine if one.role == "record"])
    assert KEY.hex() not in desk


def test_without_its_key_it_is_kept_as_served_and_nothing_is_made_up(folder, site):
    ran, item, _record, original, _ = saved(folder, site, "/h/aes-nokey/list.m3u8")
    assert (ran.status, item["outcome"]) == (3, "partial")
    assert set(original.streams) == {"media/1"} and original.streams["media/1"] == sites.sealed_pieces()


def test_both_versions_of_a_film_that_changed_are_kept(folder, site):
    ran, item, record, original, _ = saved(folder, site, "/p/swap.html")
    assert (ran.status, item["outcome"]) == (3, "changed")
    assert original.streams["media/1"] == site.videos[1][: SIZE // 2]
    assert original.streams["media/2"] == site.videos[2]
    facts = record["capture"]["media"]
    assert [(one.get("version", 1), one["complete"]) for one in facts] == [(1, False), (2, True)]


def test_a_gap_is_counted(folder, site):
    ran, _item, record, _, _ = saved(folder, site, "/h/gap/list.m3u8")
    (served,) = record["capture"]["served"]
    assert (ran.status, served["pieces_missing"], served["gaps"][0]["segment"]) == (3, 1, 3)
    assert served["received"] == served["declared"] == len(sites.joined(leave_out=3))
