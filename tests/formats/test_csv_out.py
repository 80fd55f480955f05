"""Cells that spreadsheets would reckon are text; everything else comes back as it was."""

from __future__ import annotations

import csv
import io
import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from witnesskit.formats.csv_out import csv_bytes, safe_cell
from witnesskit.formats.table import read_table

INJECTIONS = (
    "=1+1", "+1", "-1", "@SUM(A1)", "=cmd|'/c calc'!A1", '=HYPERLINK("http://x.example","y")', "\t=1", "\r=1", "\n=1",
    "＝1+1", "＋1", "－1", "＠SUM(A1)", "﹢1", "﹣1", "﹦1", "﹫x", "−1", "⁺1", "₌1", " =1", "\u00a0=1", "\ufeff=1", "\u200b=1",
    "\u202e=1", "\x00=1", "\x1b=1", "\u2028=1", "\u0085=1", "\x0b=1",
)  # fmt: skip


@pytest.mark.parametrize("text", INJECTIONS)
def test_a_formula_is_text(text):
    assert safe_cell(text).startswith("'")


@pytest.mark.parametrize(
    "text",
    ["", "a=b", "k7f2-93", "2026-01-02", "Ә - б", "'=1", "»=«", "1+1", "https://x.example/?a=-1", "a; b", "a;\nb"],
)
def test_what_is_no_formula_stays_as_it_is(text):
    assert safe_cell(text) == text


def test_separators_quotes_and_lines_inside_a_cell_begin_no_other():
    rows = [["a", "b"], ['x"; 1', "y\r\n1,=2\t3"]]
    found = list(csv.reader(io.StringIO(csv_bytes(rows).decode(), newline="")))
    assert found == rows


SPLIT = (
    "x;=1",
    "x; =1",
    'x;"=1"',
    'x";=1',
    "x\r\n=1",
    "x\t=1",
    "x;＝1",
    "x;;@1",
    "x;\u200b-1",
    ";=1",
    "a\n;+1",
    'x;""=1',
)


@pytest.mark.parametrize("text", SPLIT)
@pytest.mark.parametrize("separator", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_a_program_that_splits_lines_elsewhere_finds_no_formula(text, separator):
    data = csv_bytes([["k7f2-93", text, text]]).decode()
    cells = [cell for row in csv.reader(io.StringIO(data, newline=""), delimiter=separator) for cell in row]
    assert not [
        cell for cell in cells if unicodedata.normalize("NFKC", cell.lstrip(" \u200b"))[:1] in set("=+-@\t\r\n")
    ]


def test_office_programs_are_told_the_encoding_and_ours_reads_it():
    data = csv_bytes([["a", "b"], ["Жаңаөзен", "2"]], bom=True)
    assert data.startswith(b"\xef\xbb\xbf")
    assert read_table(data).rows == (("a", "b"), ("Жаңаөзен", "2"))
    assert not csv_bytes([["a"]]).startswith(b"\xef")


def unmarked(text: str) -> str:
    """Without the apostrophe at the beginning and behind each separator."""
    return re.sub(r"([;\t\r\n])'", r"\1", text).removeprefix("'")


@settings(max_examples=400, deadline=None)
@given(st.lists(st.lists(st.text(max_size=20), min_size=2, max_size=2), min_size=1, max_size=5))
def test_no_cell_begins_a_formula_and_no_text_is_lost(rows):
    found = list(csv.reader(io.StringIO(csv_bytes(rows).decode(), newline="")))
    assert len(found) == len(rows)
    for cells, told in zip(rows, found, strict=True):
        for text, cell in zip(cells, told, strict=True):
            kept = "".join(one for one in text if one in "\t\r\n" or unicodedata.category(one) not in ("Cc", "Cs"))
            assert unmarked(cell) == unmarked(kept)
            begins = unicodedata.normalize("NFKC", cell.lstrip())[:1]
            assert begins not in set("=+-@")
