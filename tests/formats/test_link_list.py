"""Lists of links as people bring them: every dialect read alike, every row counted, nothing of it in an error."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from witnesskit.errors.brought import BadTable
from witnesskit.formats import link_rows, link_sheet
from witnesskit.formats.link_list import read_links

A, B, C = "https://a.example/1?x=1,2;3", "https://b.example/ж", "https://c.example/3"


def urls(data, suffix=""):
    return [entry.untrusted_url for entry in read_links(data, suffix).entries]


def book(*sheets) -> bytes:
    openpyxl = pytest.importorskip("openpyxl")
    made = openpyxl.Workbook()
    made.remove(made.active)
    for rows in sheets:
        sheet = made.create_sheet()
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_plain_text_with_remarks_blank_lines_and_commas_in_links():
    found = read_links(f"# Aqtau\r\n\r\n{A}\r\n  {B}  \n# {C}\n{C}".encode())
    assert [(entry.row, entry.untrusted_url) for entry in found.entries] == [(3, A), (4, B), (6, C)]
    assert (found.empty, found.unread) == ((), ())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_office_program_is_read_alike(encoding, mark, end):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=mark, lineterminator=end)
    writer.writerows(
        [["Описание", "Ссылка", "Приоритет", "Страна"], ["площадь\nвечер", A, "срочно", "kaz"], ["", C, "", ""]]
    )
    found = read_links(out.getvalue().encode(encoding), ".csv")
    assert [(entry.row, entry.untrusted_url, entry.priority, entry.country) for entry in found.entries] == [
        (2, A, "urgent", "KAZ"),
        (3, C, "", ""),
    ]


@pytest.mark.parametrize(
    "name", ["link", "URL", " Link ", "Ссылка", "сілтеме", "lien", "Enlace", "رابط", "source_1", "Source 12"]
)
def test_the_column_is_found_by_its_name(name):
    assert urls(f"id,{name},note\n1,{C},x\n".encode()) == [C]
    assert urls(f"{name}\n{A}\n".encode()) == [A]


def test_the_office_programs_own_line_about_the_separator():
    assert urls(f"sep=;\nid;link\n1;{C}\n".encode()) == [C]


def test_the_sheet_of_the_archiver_and_the_columns_of_the_database():
    sheet = (
        "Link,Archive status,Destination folder,Archive location,Archive date\n"
        + f"{C},nothing archived,x,https://drive.example/1,\n"
    )
    assert urls(sheet.encode()) == [C]
    rows = f"slug,status,source_1,source_2,source_3\nq,To Do,{C},{B},\nr,To Do,,,\n"
    found = read_links(rows.encode())
    assert [(entry.row, entry.untrusted_url) for entry in found.entries] == [(2, C), (2, B)]
    assert found.empty == (3,)


def test_a_table_without_a_heading_is_read_by_its_name():
    assert urls(f'1;"{A}"\n2;{C}\n'.encode(), ".csv") == [A, C]
    assert urls(f"1\t{A}\n2\t{C}\n".encode()) == [A, C]
    assert urls(f"{B}\n{C}\n".encode(), ".csv") == [B, C]
    assert urls(f"what,where it is\nx,{C}\ny,{B}\n".encode(), ".csv") == [C, B]


@pytest.mark.parametrize("text", [f"{C},KAZ\n{B}\n", f"{C},{B}\n{B},{C}\n", f"{C}\n{A}\n"])
def test_half_a_link_is_never_taken(text):
    with pytest.raises(BadTable):
        read_links(text.encode(), ".csv")


def test_several_links_of_one_cell():
    assert urls(f'note,link\nx,"{B}\n{C}"\n'.encode()) == [B, C]
    assert urls(b"link\nhttps://a.example/ and more\n") == [
        "https://a.example/ and more"
    ]  # refused as it stands, later


def test_words_that_mean_nothing_are_told_by_row_and_column():
    rows = f"link;priority;country;tags;deadline\n{C};soonish;Kazakhstan;viral, sole-copy;31.12.2026\n{B};low;KAZ;вирус;sometime\n"
    found = read_links(rows.encode())
    assert found.unread == ((2, "priority"), (2, "country"), (3, "deadline"), (3, "flags"))
    assert [entry.flags for entry in found.entries] == [("viral", "sole-copy"), ()]
    assert [entry.deadline for entry in found.entries] == ["2026-12-31", ""]
    assert [entry.priority for entry in found.entries] == ["", "later"]


@pytest.mark.parametrize(
    "data",
    [
        b"link\n\xff\x00\x9a\n",
        "link\nhttps://x.example/P\xe9rez\n".encode("latin-1"),
        b"\xff\xfel\x00i\x00n",
        b"link\n" + bytes([0x98]) + b"\n",
        b'link\n"https://a.example/secret\n',
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1secret",
        b"PK\x03\x04secret",
        b"a,b\nhttps://x.example/secret,https://y.example/\n",
    ],
)
def test_what_cannot_be_read_is_refused_whole_and_not_repeated(data):
    with pytest.raises(BadTable) as refused:
        read_links(data, ".csv")
    assert "secret" not in str(refused.value)
    assert "example" not in str(refused.value)


def test_a_workbook_with_its_links_on_the_second_sheet():
    data = book(
        [["about"], ["read me"]],
        [["Note", "Link", "Deadline", "Country"], [1.0, A, None, "KAZ"], [None, None], ["x", None]],
    )
    found = read_links(data, ".xlsx")
    assert [(entry.row, entry.untrusted_url, entry.country) for entry in found.entries] == [(2, A, "KAZ")]
    assert found.empty == (4,)


def test_no_formula_is_reckoned():
    assert urls(book([["link"], ['=HYPERLINK("https://evil.example")'], [C]])) == [C]


def rezipped(data: bytes, name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            new.writestr(member.filename, content if member.filename == name else old.read(member))
    return out.getvalue()


def test_a_workbook_that_would_grow_is_refused_before_it_is_parsed(monkeypatch):
    plain = book([["link"], [C]])
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'
    for content in (bomb, bomb.decode().encode("utf-16")):
        with pytest.raises(BadTable):
            urls(rezipped(plain, "xl/worksheets/sheet1.xml", content))
    monkeypatch.setattr(link_sheet, "SHEET_SIZE_MAX", 1_000_000)
    with pytest.raises(BadTable, match="opens to more"):
        urls(rezipped(plain, "xl/styles.xml", b" " * 2_000_000))


def test_rows_and_cells_have_their_most(monkeypatch):
    monkeypatch.setattr(link_rows, "TABLE_ROWS_MAX", 3)
    monkeypatch.setattr(link_sheet, "TABLE_ROWS_MAX", 3)
    with pytest.raises(BadTable, match="3 rows"):
        read_links(f"{C}\n".encode() * 4)
    with pytest.raises(BadTable, match="3 rows"):
        read_links(book([["link"], *[[C]] * 4]))
    monkeypatch.setattr(link_rows, "TABLE_CELL_MAX", 30)
    with pytest.raises(BadTable, match="row 2"):
        read_links(f"link\n{C + 'x' * 30}\n".encode())


_CELL = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)
_LINK = st.builds(lambda tail: "https://s.example/" + tail, st.text("abcж,;|\"'%&=#", max_size=12))


@given(
    rows=st.lists(st.tuples(_CELL, st.one_of(st.just(""), _LINK), _CELL), max_size=12),
    mark=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_whatever_a_csv_writer_writes_is_read_back_and_adds_up(rows, mark, encoding, end):
    out = io.StringIO()
    csv.writer(out, delimiter=mark, lineterminator=end).writerows([("note", "link", "more"), *rows])
    found = read_links(out.getvalue().encode(encoding), ".csv")
    told = [row for row in rows if any(cell.strip() for cell in row)]
    remarks = [row for row in told if [cell.strip()[0] for cell in row if cell.strip()] == ["#"]]
    assert [entry.untrusted_url for entry in found.entries] == [row[1] for row in told if row[1]]
    assert len(found.entries) + len(found.empty) + len(remarks) == len(told)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_list_or_a_refusal(data):
    for suffix in (".csv", ".txt", ".xlsx"):
        try:
            found = read_links(data, suffix)
        except BadTable:
            continue
        assert all(entry.untrusted_url for entry in found.entries)
