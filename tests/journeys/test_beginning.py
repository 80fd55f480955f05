"""The first day: a desk, a lone researcher's desk, a field device, and how they come to trust each other."""

from __future__ import annotations

import shutil

import pytest

from tests.journeys.program import Folder


def swapped(sheet: str, line: int) -> str:
    """The sheet with two different neighbours of one line exchanged: the slip people make."""
    lines = sheet.splitlines()
    text = list(lines[line - 1])
    start = lines[line - 1].index(":") + 1
    place = next(
        n
        for n in range(start, len(text) - 1)
        if text[n] != text[n + 1] and text[n].isalnum() and text[n + 1].isalnum()
    )
    text[place], text[place + 1] = text[place + 1], text[place]
    lines[line - 1] = "".join(text)
    return "\n".join(lines) + "\n"


def confirm(folder: Folder, sheet: str):
    (folder.path / "typed.txt").write_text(sheet)
    options = ("--passphrase-file", "sec/passphrase.txt", "--typed-back", "typed.txt")
    return folder.run("init", "fresh-desk", "--confirm-sheet", *options, "--json")


def test_no_invite_before_the_sheet_was_typed_back(folder):
    ran = folder.run(
        "invite", "early.wkid", "--vault", "fresh-desk", "--passphrase-file", "sec/passphrase.txt", "--json"
    )
    assert (ran.status, ran.codes()) == (5, ["SHEET-NOT-CONFIRMED"])
    assert not (folder.path / "early.wkid").exists()


@pytest.mark.parametrize("line", [1, 4, 7])
def test_a_slip_in_a_line_of_the_sheet_is_named(folder, line):
    ran = confirm(folder, swapped((folder.path / "sec/recovery-sheet.txt").read_text(), line))
    assert (ran.status, ran.codes()) == (2, ["SHEET-TYPO"])
    assert f"line {line}" in ran.json()["errors"][0]["message"]


def test_the_sheet_of_the_other_ring_is_told_apart(folder):
    ran = confirm(folder, (folder.path / "sec/custodian-sheet.txt").read_text())
    assert (ran.status, ran.codes()) == (8, ["SHEET-WRONG"])


def test_typed_without_care_for_case_spaces_and_similar_letters_it_still_opens(folder):
    sheet = (folder.path / "sec/recovery-sheet.txt").read_text().lower().replace("0", "o").replace("  ", " - ")
    ran = confirm(folder, sheet)
    assert (ran.status, ran.json()["state"]) == (0, "confirmed")


def test_secrets_are_for_their_owner_alone_and_not_in_the_desk(folder):
    for name in ("passphrase.txt", "recovery-sheet.txt", "custodian-sheet.txt"):
        assert (folder.path / "sec" / name).stat().st_mode & 0o077 == 0
    everything = b"".join(path.read_bytes() for path in (folder.path / "desk").rglob("*") if path.is_file())
    assert folder.passphrase().encode() not in everything
    for sheet in ("recovery-sheet.txt", "custodian-sheet.txt"):
        lines = (folder.path / "sec" / sheet).read_text().splitlines()
        assert not any(line.partition(":")[2].strip().encode() in everything for line in lines)


def test_a_folder_that_holds_a_vault_is_not_taken_for_another(folder):
    for place in ("desk", "desk/inside"):
        ran = folder.run("init", place, "--field", "--json")
        assert (ran.status, ran.codes()) == (2, ["VAULT-EXISTS"])
    (folder.path / "full").mkdir()
    (folder.path / "full" / "letter.txt").write_text("private")
    assert folder.run("init", "full", "--field", "--json").codes() == ["FOLDER-NOT-EMPTY"]


def test_a_folder_that_a_program_copies_elsewhere_is_refused(folder):
    (folder.path / "Dropbox").mkdir()
    ran = folder.run("init", "Dropbox/vault", "--field", "--json")
    assert (ran.status, ran.codes()) == (5, ["CLOUD-FOLDER"])


def test_without_an_answer_the_computer_could_be_searched(folder):
    assert folder.run("init", "silent", "--json").json()["state"] == "field"


def test_a_lone_researcher_has_one_sheet_and_can_save_at_once(folder):
    folder.ok("init", "lone", "--lone", "--secrets-out", "sec-lone")
    assert sorted(path.name for path in (folder.path / "sec-lone").iterdir()) == [
        "passphrase.txt",
        "recovery-sheet.txt",
    ]
    (folder.path / "note.txt").write_text("seen")
    unlock = ("--vault", "lone", "--passphrase-file", "sec-lone/passphrase.txt")
    assert folder.run("add", "note.txt", *unlock, "--json").json()["counts"]["saved"] == 1


def fresh(folder: Folder, name: str) -> str:
    shutil.copytree(folder.path / "fresh-field", folder.path / name)
    return name


@pytest.mark.parametrize("group", range(6))
def test_one_wrong_digit_in_any_group_refuses_the_invite(folder, group):
    vault = fresh(folder, f"wrong-{group}")
    groups = (folder.path / "field.digits").read_text().split()
    groups[group] = str((int(groups[group]) + 1) % 100_000).zfill(5)
    ran = folder.run("trust", "add", "field.wkid", "--digits", " ".join(groups), "--vault", vault, "--json")
    assert (ran.status, ran.codes()) == (8, ["INVITE-DIGITS"])
    assert folder.run("archive", "--vault", vault, "--json", stdin="https://example.org/x\n").codes() == ["NO-RINGS"]


def test_the_digits_may_be_typed_with_any_spacing(folder):
    vault = fresh(folder, "spaced")
    digits = "-".join((folder.path / "field.digits").read_text().split())
    folder.ok("trust", "add", "field.wkid", "--digits", digits, "--vault", vault)


def test_one_changed_byte_of_the_invite_is_another_invite(folder):
    data = bytearray((folder.path / "field.wkid").read_bytes())
    place = data.index(b"age1") + 10
    data[place] = ord("q") if data[place] != ord("q") else ord("p")
    (folder.path / "forged.wkid").write_bytes(data)
    digits = (folder.path / "field.digits").read_text()
    ran = folder.run("trust", "add", "forged.wkid", "--digits", digits, "--vault", fresh(folder, "forged"), "--json")
    assert (ran.status, ran.codes()) == (8, ["INVITE-DIGITS"])


def test_a_device_trusts_one_desk_once(folder):
    digits = (folder.path / "field.digits").read_text()
    ran = folder.run("trust", "add", "field.wkid", "--digits", digits, "--vault", "field", "--json")
    assert (ran.status, ran.codes()) == (5, ["ALREADY-TRUSTED"])


@pytest.mark.parametrize(
    ("vault", "words"),
    [
        ("field", ("invite", "x.wkid", "--passphrase-file", "sec/passphrase.txt")),
        ("field", ("import", "field.wkid", "--passphrase-file", "sec/passphrase.txt")),
        ("field", ("report", "--out", "x.html", "--passphrase-file", "sec/passphrase.txt")),
        ("desk", ("trust", "add", "field.wkid", "--digits", "1")),
        ("desk", ("forget", "--delivered", "--passphrase-file", "sec/passphrase.txt")),
    ],
)
def test_a_vault_of_the_other_kind_refuses(folder, vault, words):
    ran = folder.run(*words, "--vault", vault, "--json")
    assert (ran.status, ran.codes()) == (5, ["VAULT-KIND"])


def test_no_vault_is_made_whose_secrets_have_nowhere_to_go(folder):
    (folder.path / "stick-full").mkdir()
    for place, code in (("stick-full", "OUTPUT-EXISTS"), ("no/such/place", "STORAGE-FAULT")):
        ran = folder.run("init", "unlucky", "--desk", "--secrets-out", place, "--json")
        assert ran.codes() == [code]
        assert not (folder.path / "unlucky").exists()
    ran = folder.run("init", "desk", "--desk", "--secrets-out", "not-needed", "--json")
    assert ran.codes() == ["VAULT-EXISTS"] and not (folder.path / "not-needed").exists()


def test_the_next_step_names_the_folder_it_is_typed_in(folder):
    ran = folder.quick("init", "named-vault", "--desk", "--secrets-out", "sec-named")
    assert "Next, in named-vault: witnesskit init --confirm-sheet" in ran.err


def test_nobody_types_secrets_where_there_is_no_vault(folder):
    (folder.path / "nothing-here").mkdir()
    assert folder.run("init", "nothing-here", "--confirm-sheet", "--json").codes() == ["NO-VAULT"]
