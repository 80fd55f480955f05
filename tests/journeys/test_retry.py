"""The desk asks again in the morning: parts wait for the custodian's sheet, and every count adds up."""

from __future__ import annotations

UNLOCK = ("--vault", "desk", "--passphrase-file", "sec/passphrase.txt")


def adds_up(found: dict) -> bool:
    counts = dict(found["counts"])
    return counts.pop("in") == sum(counts.values())


def test_parts_wait_for_the_sheet_and_what_may_not_be_asked_for_stops_nothing(own, site):
    site.reset()
    links = [site.url + "/p/comes-back.html", site.url + "/e/429"]
    assert own.archive("desk", links, *UNLOCK[2:]).status == 3
    refused = own.run("retry", "--json", *UNLOCK).json()  # an address of this computer, and nobody said it is allowed
    assert (refused["counts"]["in"], refused["counts"]["refused"]) == (2, 2) and adds_up(refused)
    assert {error["code"] for error in refused["errors"]} == {"BAD-URL"}

    site.flags.add("back")
    ran = own.run("retry", "--allow-local", "--json", *UNLOCK)
    again = ran.json()
    assert "with --custodian-sheet they are put together" in ran.err
    assert again["counts"] | {"in": 3, "saved": 1, "rate-limited": 1, "unopened": 1} == again["counts"]
    assert adds_up(again)

    sheet = next(own.path.glob("sec/custodian-sheet*"))
    joined = own.run("retry", "--allow-local", "--json", "--custodian-sheet", sheet, *UNLOCK).json()
    assert joined["counts"] | {"in": 2, "saved": 1, "rate-limited": 1} == joined["counts"]
    assert adds_up(joined) and "unopened" not in joined["counts"]
