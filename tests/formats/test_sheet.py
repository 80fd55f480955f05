import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from witnesskit.errors import WitnesskitError
from witnesskit.errors.formats import NewerFormat
from witnesskit.errors.vault import SheetTypo, SheetWrong
from witnesskit.formats import crockford
from witnesskit.formats import sheet as sheets
from witnesskit.formats.sheet import SheetKind, parse_sheet, sheet_text

SEED = bytes(range(32))
TEXT = sheet_text(SheetKind.RECOVERY, SEED)
CUSTODIAN_TEXT = sheet_text(SheetKind.CUSTODIAN, SEED)
RECOVERY = SheetKind.RECOVERY


def test_a_seed_never_changes_its_sheet():
    assert TEXT == (
        "1:  2400 20G3  K\n"
        "2:  0G2G C1R8  H\n"
        "3:  1450 P30D  V\n"
        "4:  1R7H 048J  H\n"
        "5:  2CA1 A5GQ  T\n"
        "6:  30CH M6RW  9\n"
        "7:  3MF1 YWT4  8\n"
    )
    assert CUSTODIAN_TEXT.splitlines()[0] == "1:  2800 20G3  R"
    assert CUSTODIAN_TEXT.splitlines()[6] == "7:  3MF1 Z4ZX  5"


@pytest.mark.parametrize(
    "typed",
    [
        TEXT,
        TEXT.lower(),
        TEXT.replace("0", "O").replace("1:", "@").replace("1", "l").replace("@", "1:"),
        TEXT.replace("\n", " "),
        TEXT.replace(" ", ""),
        TEXT.replace(":", ")"),
        TEXT.replace(":", ""),
        "".join(line.split(":")[1] for line in TEXT.splitlines()),
        "\n".join(line.split(":")[1] for line in TEXT.splitlines()),
        "\n".join(line.split(":")[1].replace(" ", "-") for line in TEXT.splitlines()),
        "Recovery sheet of this desk\n\n" + TEXT.replace("\n", "\r\n") + "\nKeep it in a safe place.\n",
        "".join(reversed(TEXT.splitlines(keepends=True))),
        TEXT.translate(str.maketrans("ABCEHKMPTX0", "АВСЕНКМРТХО")),
    ],
)
def test_typing_is_forgiven(typed):
    assert parse_sheet(typed, RECOVERY) == SEED


@settings(max_examples=80)
@given(st.binary(min_size=32, max_size=32), st.sampled_from(SheetKind))
def test_every_seed_comes_back(seed, kind):
    assert parse_sheet(sheet_text(kind, seed), kind) == seed


def _places():
    return [place for place, character in enumerate(TEXT) if character not in " \n" and TEXT[place + 1] != ":"]


@settings(max_examples=150)
@given(st.sampled_from(_places()), st.sampled_from(crockford.ALPHABET))
def test_a_slip_is_found_in_its_line(place, other):
    if TEXT[place] in (other, ":"):
        return
    with pytest.raises(SheetTypo) as refusal:
        parse_sheet(TEXT[:place] + other + TEXT[place + 1 :], RECOVERY)
    assert f"line {TEXT[:place].count(chr(10)) + 1}" in str(refusal.value)


def test_every_swap_of_neighbours_is_found_in_its_line():
    rows = [line.split(":")[1].replace(" ", "") for line in TEXT.splitlines()]
    for number, row in enumerate(rows, 1):
        for left in range(8):
            swapped = row[:left] + row[left + 1] + row[left] + row[left + 2 :]
            if swapped != row:
                with pytest.raises(SheetTypo, match=f"line {number}"):
                    parse_sheet("\n".join([*rows[: number - 1], swapped, *rows[number:]]), RECOVERY)


@pytest.mark.parametrize(
    ("typed", "where"),
    [
        ("", "line 1 has 0"),
        (TEXT.replace("3:", "2:"), "line 2 is there twice"),
        (TEXT.replace("4:", "8:"), "no line 8"),
        ("".join(TEXT.splitlines(keepends=True)[:6]), "line 7 is missing"),
        (TEXT.replace("P30D", "P30"), "line 3 has 8"),
        (TEXT.replace("P30D", "P30U"), "line 3 holds"),
        (TEXT.replace("1:", "x").replace("2:", "1:").replace("x", "2:"), "line 1"),
        ("".join(line.split(":")[1] for line in TEXT.splitlines()) + "7", "line 7 has 10"),
        ("A" * 20_000, "characters"),
    ],
)
def test_what_is_wrong_is_located(typed, where):
    with pytest.raises(SheetTypo, match=where):
        parse_sheet(typed, RECOVERY)


def test_a_sheet_of_the_other_kind_is_told_from_a_slip():
    with pytest.raises(SheetWrong, match="recovery sheet"):
        parse_sheet(CUSTODIAN_TEXT, RECOVERY)


def test_a_later_version_is_told_from_a_slip(monkeypatch):
    monkeypatch.setattr(sheets, "_VERSION", 0x20)
    later = sheet_text(RECOVERY, SEED)
    monkeypatch.undo()
    with pytest.raises(NewerFormat):
        parse_sheet(later, RECOVERY)


def test_two_slips_that_cancel_in_their_line_are_seen_in_the_whole():
    rows = [line.split(":")[1].replace(" ", "") for line in TEXT.splitlines()]
    data = rows[2][:8]
    seen = 0
    for first in crockford.ALPHABET:
        for second in crockford.ALPHABET:
            row = first + second + data[2:]
            if row != data and crockford.ALPHABET[sheets._line_check(3, row)] == rows[2][8]:
                with pytest.raises(SheetTypo, match="all together"):
                    parse_sheet("\n".join([*rows[:2], row + rows[2][8], *rows[3:]]), RECOVERY)
                seen += 1
    assert seen


@settings(max_examples=150)
@given(st.text(max_size=200) | st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ:) \n", max_size=120))
def test_nothing_typed_leaks_another_error(typed):
    try:
        parse_sheet(typed, RECOVERY)
    except WitnesskitError as refusal:
        assert not any(len(word) > 8 and word in str(refusal) for word in typed.split())


@settings(max_examples=80)
@given(st.binary(max_size=40).map(lambda data: data[: len(data) // 5 * 5]))
def test_base32_comes_back(data):
    assert crockford.decode(crockford.encode(data)) == data
