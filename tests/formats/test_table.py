"""Tables as office programs write them: any separator, any of three encodings, and never half read."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from witnesskit.errors.brought import BadTable
from witnesskit.formats import table as tables
from witnesskit.formats.table import column, read_table

ROWS = (("link", "страна"), ("https://a.example/?x=1,2;3", "Қазақстан\nАқтау"), ("https://b.example", 'a "b" c'))


def written(rows, separator):
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_separator_and_encoding(separator, encoding):
    found = read_table(written(ROWS, separator).encode(encoding))
    assert found.rows == ROWS
    assert found.lines == (1, 2, 3)


def test_windows_cyrillic_is_known_by_its_letters():
    rows = (("ссылка", "страна"), ("https://a.example", "Казахстан, Жанаозен"))
    assert read_table(written(rows, ";").encode("cp1251")).rows == rows


@pytest.mark.parametrize(
    "data", [b"link\n\x81\x8d\xfe\xff", "naïve café".encode("cp1252"), b"\xff\xfea", b"a\0b", b'"open']
)
def test_what_cannot_be_read_for_sure_is_refused(data):
    with pytest.raises(BadTable):
        read_table(data)


def test_empty_rows_are_counted_and_keep_their_numbers():
    found = read_table(b"a,b\n\n,\nc,d\n")
    assert (found.rows, found.lines, found.empty) == ((("a", "b"), ("c", "d")), (1, 4), 2)


@pytest.mark.parametrize(("name", "value"), [("TABLE_MAX", 10), ("TABLE_ROWS_MAX", 2), ("TABLE_CELL_MAX", 5)])
def test_more_than_the_maxima_is_refused(monkeypatch, name, value):
    monkeypatch.setattr(tables, name, value)
    with pytest.raises(BadTable):
        read_table(b"link\nhttps://a.example\nhttps://b.example\n")


def test_columns_are_found_by_name():
    assert column(("No", " Archive_Status ", "LINK"), "url", "link") == 2
    assert column(("No", " Archive_Status "), "archive status") == 1
    assert column(("No",), "link") is None


@given(st.binary(max_size=500))
def test_no_bytes_break_the_reader(data):
    try:
        read_table(data)
    except BadTable:
        return


cells = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\r", exclude_categories=["Cs"]), min_size=1, max_size=20
).map(str.strip)


@given(st.lists(st.tuples(cells, cells).filter(any), min_size=1, max_size=8), st.sampled_from(",;\t"))
def test_what_is_written_with_a_clear_header_is_read(rows, separator):
    whole = (("link", "country"), *rows)
    found = read_table(written(whole, separator).encode())
    if all(row[0] and row[1] and not set("".join(row)) & set(',;\t|"\n') for row in rows):
        assert found.rows == whole
