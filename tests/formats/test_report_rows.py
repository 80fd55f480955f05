"""Reports of a crowd: nobody who sent one can be read off what the desk gets, and a commitment keeps its check."""

from __future__ import annotations

import hashlib

import pytest

from witnesskit.formats.commitment import line
from witnesskit.formats.report_rows import masked, reports
from witnesskit.formats.table import read_table

ROOT = hashlib.sha256(b"root").digest()
USHAHIDI = """Post ID,Survey,Post Status,Created (UTC),Updated (UTC),Post Date (UTC),Contact ID,Contact,Title,Unstructured description
7,Violence,published,2011-12-17 10:00,2011-12-17 10:00,2011-12-16 14:03,540,+77011234567,Square,"They shoot at the running, call +7 701 123-45-67 or saule@example.kz or @saule540"
8,Violence,published,2011-12-17 10:01,2011-12-17 10:01,2011-12-16 14:05,540,+77011234567,Square,second
"""


def names():
    found: dict[str, str] = {}
    return lambda sender: found.setdefault(sender, f"S-{len(found) + 1}")


def test_an_ushahidi_export_gives_facts_and_pseudonyms():
    first, second = reports(read_table(USHAHIDI.encode()), names())
    assert (first.row, first.sender, second.sender) == (2, "S-1", "S-1")
    assert first.facts["id"] == "7"
    assert first.facts["at"] == "2011-12-16 14:03"
    assert first.facts["text"] == "They shoot at the running, call [number] or [address] or [handle]"
    for telling in ("7011234567", "701 123", "saule", "540"):  # the last is the contact's own number
        assert telling not in repr((first, second))


def test_a_telephone_gateway_with_a_commitment():
    text = f"from;date;message\n+77011234567;2011-12-16 15:00;safe now {line('2011-12-16', 42, ROOT)} Saule\n"
    (found,) = reports(read_table(text.encode()), names())
    assert found.commitment is not None
    assert found.commitment.fits(ROOT)
    assert found.facts["text"] == "safe now [commitment] Saule"
    assert "7011234567" not in repr(found)


def test_one_wrong_digit_is_refused_by_its_place():
    wrong = line("2011-12-16", 42, ROOT).split()
    wrong[4] = f"{(int(wrong[4]) + 1) % 10**5:05d}"
    (found,) = reports(read_table(f"from;message\n+77011234567;{' '.join(wrong)}\n".encode()), names())
    assert found.commitment is None
    assert found.refused == "group 2 of 10"


def test_rows_without_a_header_show_the_desk_nothing_but_the_pseudonym():
    (found,) = reports(read_table(b"+77011234567;they shoot\n"), names())
    assert (found.row, found.sender, dict(found.facts)) == (1, "S-1", {})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("call 87011234567 now", "call [number] now"),
        ("(8 701) 123 45 67", "[number]"),
        ("at 14:03 on 16.12.2011", "at 14:03 on 16.12.2011"),
        ("15 dead, 64 said", "15 dead, 64 said"),
        ("Saule was there, saule said", "[sender] was there, [sender] said"),
    ],
)
def test_what_leads_to_a_person_is_masked(text, shown):
    assert masked(text, "Saule") == shown


def test_a_long_report_is_cut():
    assert len(masked("a" * 1_000_000)) == 4096


def test_an_address_is_masked_wherever_it_stands():
    assert masked("x;a.b+c@mail.example,(d@e.f)-g@h.i") == "x;[address],([address])[address]"
