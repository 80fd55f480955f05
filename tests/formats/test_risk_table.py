"""Tables of forecasts from outside: columns by name, units told apart or refused, every refusal with its row."""

import contextlib
import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from witnesskit.errors import WitnesskitError
from witnesskit.errors.risk import (
    AmbiguousProbability,
    BadTable,
    DuplicateForecast,
    FutureForecast,
    MissingColumn,
    UnknownCountry,
)
from witnesskit.formats import risk_version
from witnesskit.formats.countries import country, name_of
from witnesskit.formats.risk_outcomes import Happened, parse_outcomes
from witnesskit.formats.risk_table import COLUMNS, Filled, Forecast, parse_risk_table
from witnesskit.formats.risk_version import Version
from witnesskit.formats.separated import SEPARATORS, parse_table

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "spec" / "risk.md").read_text(encoding="utf-8")
TODAY = "2026-01-05"
HEAD = "country,probability,as_of,source,definition,kind\n"
KAZ = Forecast("KAZ", 7000, "2024-12-31", "EWP", "a new mass killing begins", "onset")
ROW = "KAZ,0.0070,2024-12-31,EWP,a new mass killing begins,onset\n"
FILLED = Filled("2024-12-31", "EWP", "a new mass killing begins", "onset")
EARLY_WARNING = (  # the columns that a published table has, in its order
    '"","ewp_name","risk.2025and2026.from2024","rank.2025and2026.from2025","ccode"\n'
    '"1","Burma/Myanmar",0.1041,1,775\n"29","Republic of Congo",0.0266,29,484\n"88","Kazakhstan",0.006975,88,705\n'
)


def read(text, filled=None, today=TODAY):
    return parse_risk_table(text if isinstance(text, bytes) else text.encode(), filled or Filled(), today)


def test_a_row_is_a_forecast():
    assert read(HEAD + ROW).forecasts == (KAZ,)


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", SEPARATORS)
def test_any_separator_and_mark(separator, coding):
    text = (HEAD + ROW).replace(",", separator).replace("\n", "\r\n")
    assert read(text.encode(coding)).forecasts == (KAZ,)


def test_columns_by_name_in_any_order_among_others():
    text = 'Kind,Note,Source,AS OF,Definition,Country,Probability\nOnset,"a, b",EWP,2024-12-31,a new mass killing begins,kz,0.7%\n'
    assert read(text).forecasts == (KAZ,)


def test_the_columns_of_a_published_table_are_mapped():
    columns = {"country": "ewp_name", "probability": "risk.2025and2026.from2024"}
    filled = Filled("2024-12-31", "EWP", "a new mass killing begins", "onset", columns=columns)
    found = read(EARLY_WARNING, filled)
    assert [(one.country, one.probability) for one in found.forecasts] == [
        ("MMR", 104_100),
        ("COG", 26_600),
        ("KAZ", 6_975),
    ]
    assert found.unit == "fraction"


@pytest.mark.parametrize(
    ("cells", "parts"),
    [
        (["0.70%", "12 %"], [7000, 120_000]),
        (["0.007", "0,12"], [7000, 120_000]),
        (["7", "12.5"], [70_000, 125_000]),
        (["0", "7e-04"], [0, 700]),
        (["0%", "100%"], [0, 1_000_000]),
        ([".5", "0."], [500_000, 0]),
    ],
)
def test_units_are_told_apart_by_the_whole_column(cells, parts):
    text = "country;probability\n" + "".join(
        f"{name};{cell}\n" for name, cell in zip(("KAZ", "FIN"), cells, strict=True)
    )
    assert [one.probability for one in read(text, FILLED).forecasts] == parts


@pytest.mark.parametrize(
    "cells", [["0.7", "12"], ["0.7%", "0.7"], ["1", "0.5"], ["1", "1"], ["1", "2"], ["0.7%", "12"]]
)
def test_what_could_be_both_is_refused_and_a_word_settles_it(cells):
    text = "country;probability\n" + "".join(
        f"{name};{cell}\n" for name, cell in zip(("KAZ", "FIN"), cells, strict=True)
    )
    with pytest.raises(AmbiguousProbability, match=r"row [23]"):
        read(text, FILLED)
    said = Filled("2024-12-31", "EWP", "a", "onset", "percent")
    assert [one.probability for one in read(text, said).forecasts] == [
        int(float(cell.rstrip("%")) * 10_000) for cell in cells
    ]


def test_a_column_may_say_its_unit():
    assert read("country,probability_percent\nKAZ,0.70\n", FILLED).forecasts[0].probability == 7000


def test_a_word_against_the_sign_is_refused():
    with pytest.raises(AmbiguousProbability):
        read("country,probability\nKAZ,0.70%\n", Filled("2024-12-31", "EWP", "a", "onset", "fraction"))


@pytest.mark.parametrize(
    ("row", "error", "place"),
    [
        ("Atlantis,0.1,2024-12-31,EWP,d,onset", UnknownCountry, "row 3"),
        ("KZ,0.1,2024-12-31,EWP,d,onset", DuplicateForecast, "rows 2 and 3"),
        ("FIN,0.1,2026-01-06,EWP,d,onset", FutureForecast, "row 3"),
        ("FIN,0.1,31.12.2024,EWP,d,onset", BadTable, "row 3: as_of"),
        ("FIN,0.1,2024-02-30,EWP,d,onset", BadTable, "row 3: as_of"),
        ("FIN,0.1,2024-12-31,EWP,d,perhaps", BadTable, "row 3: kind"),
        ("FIN,0.1,2024-12-31,,d,onset", BadTable, "row 3: source"),
        ("FIN,0.1,2024-12-31,EWP,,onset", BadTable, "row 3: definition"),
        ("FIN,much,2024-12-31,EWP,d,onset", BadTable, "row 3: the probability"),
        ("FIN,,2024-12-31,EWP,d,onset", BadTable, "row 3: the probability"),
        ("FIN,-0.1,2024-12-31,EWP,d,onset", BadTable, "row 3: the probability"),
        ("FIN,nan,2024-12-31,EWP,d,onset", BadTable, "row 3: the probability"),
        ("FIN,0.1,2024-12-31,EWP,d,onset,more", BadTable, "row 3 has more cells"),
        ('FIN,0.1,2024-12-31,EWP,"d,onset', BadTable, "row 3"),
    ],
)
def test_a_bad_row_is_named_and_nothing_of_the_table_is_taken(row, error, place):
    with pytest.raises(error, match=place) as refused:
        read(HEAD + ROW + row + "\n")
    assert "Atlantis" not in str(refused.value)


def test_rows_are_counted_as_a_spreadsheet_shows_them():
    with pytest.raises(UnknownCountry, match="row 5"):
        read(HEAD + "\n" + ROW + ",,,,,\n" + ROW.replace("KAZ", "Atlantis"))


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"\xff\xfe\x00", b"\x80\x81", b"a\0b", HEAD.encode(), b"country,country,probability\n"]
)
def test_what_is_no_table_is_refused(data):
    with pytest.raises((BadTable, MissingColumn)):
        read(data, FILLED)


def test_a_missing_column_is_named():
    with pytest.raises(MissingColumn, match="kind"):
        read("country,probability,as_of,source,definition\nKAZ,0.1,2024-12-31,EWP,d\n")
    with pytest.raises(MissingColumn, match="probability was mapped"):
        read(HEAD + ROW, Filled(columns={"probability": "nonesuch"}))


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_read_or_refused(data):
    for start in (b"", HEAD.encode()):
        with contextlib.suppress(WitnesskitError):
            assert all(0 <= one.probability <= 1_000_000 for one in read(start + data).forecasts)


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["C"], exclude_characters=" \u00a0"), min_size=1),
        min_size=2,
        max_size=4,
    )
)
def test_any_text_comes_through_a_table(cells):
    cells = [cell.strip() or "x" for cell in cells]
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(["country", *(f"c{number}" for number in range(len(cells)))])
    writer.writerow(["KAZ", *cells])
    (row,) = parse_table(stream.getvalue().encode(), COLUMNS).rows
    assert list(row.cells.values())[1:] == cells


@pytest.mark.parametrize(
    ("text", "code"),
    [("KZ", "KAZ"), ("kaz", "KAZ"), ("Kazakhstan", "KAZ"), ("COTE D’IVOIRE", "CIV"), ("Burma/Myanmar", "MMR"),
     ("Bosnia & Herzegovina", "BIH"), ("Congo-Kinshasa", "COD"), ("Kosovo", "XKX"), ("Kyrgystan", "KGZ"),
     ("Democratic Republic of Vietnam", "VNM"), ("The Gambia", "GMB"), ("Korea", ""), ("", ""), ("Soviet Union", "")],
)  # fmt: skip
def test_countries_by_code_and_name(text, code):
    assert country(text) == code


def test_every_country_answers_to_its_codes_and_name():
    from witnesskit.formats import countries

    rows = countries._rows()
    assert len(rows) == 250
    assert len({alpha3 for alpha3, _two, _names in rows}) == len({two for _three, two, _names in rows}) == 250
    for alpha3, alpha2, names in rows:
        assert {country(text) for text in (alpha3, alpha2, *names)} == {alpha3}
        assert name_of(alpha3) == names[0]


OUTCOMES = "country,from,to,happened,kind\n"


def test_outcomes_are_read():
    found = parse_outcomes((OUTCOMES + "KZ,2025-01-01,2025-12-31,No,onset\n").encode(), TODAY)
    assert found == (Happened("KAZ", "2025-01-01", "2025-12-31", happened=False, kind="onset"),)


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ("KZ,2025-12-31,2025-01-01,no,onset", "row 2: to"),
        ("KZ,2025-01-01,2026-12-31,no,onset", "row 2: the period is not over"),
        ("KZ,2025-01-01,2025-12-31,perhaps,onset", "row 2: happened"),
        ("KZ,2025,2025-12-31,no,onset", "row 2: from"),
    ],
)
def test_a_bad_outcome_is_named(row, place):
    with pytest.raises(BadTable, match=place):
        parse_outcomes((OUTCOMES + row + "\n").encode(), TODAY)


def test_what_has_happened_before_the_period_is_over_counts():
    assert parse_outcomes((OUTCOMES + "KZ,2025-01-01,2026-12-31,yes,onset\n").encode(), TODAY)[0].happened


def test_one_outcome_twice_is_refused():
    row = "KZ,2025-01-01,2025-12-31,no,onset\n"
    with pytest.raises(DuplicateForecast, match="rows 2 and 3"):
        parse_outcomes((OUTCOMES + row + row).encode(), TODAY)


def test_a_kept_version_reads_back_and_its_digest_is_of_what_it_says():
    two = Forecast("FIN", 20, "2024-12-31", "EWP", "a new mass killing begins", "onset")
    version = Version(3, "2026-01-05T10:00:00Z", "fraction", (KAZ, two))
    assert risk_version.parse(risk_version.dump(version)) == version
    assert version.digest == risk_version.rows_digest((two, KAZ)) != risk_version.rows_digest((KAZ,))


@pytest.mark.parametrize("data", [b"{}", b"[]", b'{"format":"witnesskit.risk/1","columns":[]}', b""])
def test_what_is_no_version_is_refused(data):
    with pytest.raises(WitnesskitError):
        risk_version.parse(data)
