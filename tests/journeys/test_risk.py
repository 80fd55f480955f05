"""Tables of forecasts at a desk and on a locked field device: kept as versions, shown with their sources, scored."""

from __future__ import annotations

from tests.formats.test_risk_table import EARLY_WARNING
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.risk import countries, versions
from witnesskit.actions.sealed_store import sealed_store
from witnesskit.vault.layout import open_vault

MAPPED = (
    "--map", "country=ewp_name", "--map", "probability=risk.2025and2026.from2024", "--source", "Early Warning Project",
    "--as-of", "2024-12-31", "--kind", "onset", "--definition", "a new mass killing begins in 2025 or 2026",
)  # fmt: skip
HEAD = "country;probability;as_of;source;definition;kind\n"


def test_tables_are_kept_as_versions_and_shown_with_what_they_stand_on(own):
    (own.path / "ewp.csv").write_text(EARLY_WARNING, encoding="utf-8-sig")
    second = "kz;2,0;2025-06-01;Desk A;killings of protesters;onset\n"
    (own.path / "second.csv").write_text(HEAD + second)
    first = own.desk("risk", "import", "ewp.csv", *MAPPED, "--json").json()
    assert (first["state"], first["unit"], first["counts"]) == ("imported", "fraction", {"forecasts": 3, "new": 3})
    again = own.desk("risk", "import", "ewp.csv", *MAPPED, "--json").json()
    assert (again["state"], again["version"], again["counts"]["new"]) == ("known", 1, 0)
    own.desk("risk", "import", "second.csv")
    shown = own.desk("risk", "show", "Kazakhstan")
    assert "KAZ Kazakhstan, onset: 1.35 %" in shown.out
    for told in ("2024-12-31  0.70 %  Early Warning Project", "a new mass killing begins in 2025 or 2026", "Desk A"):
        assert told in shown.out
    assert [line.split()[0] for line in own.desk("risk", "show").out.splitlines()] == ["MMR", "COG", "KAZ"]
    with open_for_saving(open_vault(own.path / "desk"), own.passphrase()) as session:
        store = sealed_store(session)
        assert countries(store) == {"MMR": 1041, "COG": 266, "KAZ": 135}
        assert countries(store, "2025-01-01")["KAZ"] == 70
        assert [one.number for one in versions(store)] == [1, 2]


def test_nothing_of_a_table_lies_readable_in_the_vault(own):
    (own.path / "ewp.csv").write_text(EARLY_WARNING)
    passphrase = ("--vault", "locked", "--passphrase-file", "sec-locked/passphrase.txt")
    own.ok("risk", "import", "ewp.csv", *MAPPED, *passphrase)
    assert "KAZ" in own.ok("risk", "show", *passphrase).out
    for path in (own.path / "locked").rglob("*"):
        assert not path.is_file() or b"Early Warning" not in path.read_bytes()


def test_a_refused_table_leaves_no_version(own):
    (own.path / "bad.csv").write_text(HEAD + "Atlantis;0,1;2024-12-31;A;d;onset\n")
    ran = own.desk("risk", "import", "bad.csv", status=2)
    assert "row 2" in ran.err and "Atlantis" not in ran.both
    assert own.desk("risk", "show", "--json").json()["counts"] == {"averages": 0, "versions": 0}


def test_forecasts_are_scored_and_where_nothing_can_be_no_score_is_given(own):
    (own.path / "said.csv").write_text(HEAD + "KZ;90%;2024-12-31;A;d;onset\nFI;20%;2024-12-31;A;d;onset\n")
    outcomes = (
        "country,from,to,happened,kind\nKAZ,2025-01-01,2025-12-31,yes,onset\nFIN,2025-01-01,2025-10-31,no,onset\n"
    )
    (own.path / "happened.csv").write_text(outcomes)
    (own.path / "other.csv").write_text(outcomes.replace("onset", "ongoing"))
    none = own.desk("risk", "score", "happened.csv", "--json", status=8).json()
    assert (none["state"], none["counts"], none["items"]) == (
        "nothing to score",
        {"left_out": 0, "unforeseen": 2},
        [],
    )
    own.desk("risk", "import", "said.csv")
    found = own.desk("risk", "score", "happened.csv", "--json").json()
    assert [(one["source"], one["scored"], one["brier"]) for one in found["items"]] == [
        ("A", 2, 0.025),
        ("average", 2, 0.025),
    ]
    assert found["items"][0]["base_rate_brier"] == 0.25
    assert [warning["code"] for warning in found["warnings"]] == ["LATE"]
    other = own.desk("risk", "score", "other.csv", status=8)
    assert "left out, 2: outcomes of its country are of the other kind only" in other.err
