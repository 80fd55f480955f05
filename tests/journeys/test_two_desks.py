"""Two desks that trust each other: one hands over, the other answers, a lawyer believes both; a third finds a fork."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.journeys.conftest import copy_of
from tests.journeys.program import Folder, Ran
from witnesskit.sealing.identity import Identity


@pytest.fixture(scope="module")
def desks(team, tmp_path_factory) -> Folder:
    return make_desks(copy_of(team, tmp_path_factory.mktemp("desks")))


def make_desks(folder: Folder) -> Folder:
    """``desk`` with one item of its device, and ``other`` and ``third``; all three told each other their keys."""
    for name in ("other", "third"):
        folder.quick("init", name, "--lone", "--secrets-out", f"sec-{name}")
        at(folder, name, "init", "--confirm-sheet", "--typed-back", f"sec-{name}/recovery-sheet.txt", positional=True)
    (folder.path / "note.txt").write_text("from the square")
    (folder.path / "stick").mkdir()
    folder.quick("add", "note.txt", "--vault", "field")
    stick = folder.quick("bundle", "stick", "--vault", "field").out.strip()
    at(folder, "desk", "import", stick, "--receipts", "stick")
    keys = {name: at(folder, name, "trust", "show", "--json").json()["keys"] for name in ("desk", "other", "third")}
    for here in keys:
        for there in keys.keys() - {here}:
            at(folder, here, "trust", "peer", there, keys[there]["log"], "--witness", keys[there]["witness"])
    return folder


def at(folder: Folder, vault: str, *words: object, status: int = 0, positional: bool = False) -> Ran:
    """A command at one of the desks."""
    secrets = "sec" if vault.startswith("desk") else f"sec-{vault}"
    where = (vault,) if positional else ("--vault", vault)
    first, *rest = words
    ran = folder.run(
        first, *(where if positional else ()), *rest, *(() if positional else where),
        "--passphrase-file", f"{secrets}/passphrase.txt", quick=True,
    )  # fmt: skip
    assert ran.status == status, ran.both
    return ran


def recipient(folder: Folder, vault: str) -> str:
    return at(folder, vault, "trust", "show", "--json").json()["keys"]["recipient"]


def send(folder: Folder, vault: str, to: str) -> str:
    """A court bundle for another desk; its path."""
    sheet = ("--custodian-sheet", "sec/custodian-sheet.txt")
    (folder.path / "out").mkdir(exist_ok=True)
    return at(
        folder, vault, "bundle", "out", "--audience", "court", "--to", recipient(folder, to), *sheet
    ).out.strip()


def test_a_desk_hands_over_and_a_lawyer_believes_both(desks, tmp_path):
    folder = desks
    path = send(folder, "desk", "other")
    waiting = folder.ok("status", "--vault", "desk", "--json").json()
    assert waiting["counts"]["unanswered"] == 1
    assert "sent, not acknowledged" in waiting["warnings"][0]["message"]

    taken = at(folder, "other", "import", path, "--receipts", "answers", "--json").json()
    answers = taken["items"][0]["answers"]
    assert [Path(answer).suffix for answer in answers] == [".proof", ".cosig"]
    assert taken["items"][0]["peer"] == "desk"
    counted = folder.ok("status", "--vault", "other", "--json").json()["counts"]
    assert counted["items"] == 0

    told = at(folder, "desk", "receipt", *answers)
    assert "other confirms the first" in told.err
    assert "is acknowledged" in told.err
    assert folder.ok("status", "--vault", "desk", "--json").json()["counts"]["unanswered"] == 0

    # a lawyer gets a bundle of their own, and both desks' keys by telephone
    key = folder.path / "lawyer.txt"
    reader = Identity.generate()
    key.write_text(reader.text + "\n")
    sheet = ("--custodian-sheet", "sec/custodian-sheet.txt")
    (folder.path / "court").mkdir()
    court = at(folder, "desk", "bundle", "court", "--audience", "court", "--to", reader.recipient, *sheet).out.strip()
    keys = {name: at(folder, name, "trust", "show", "--json").json()["keys"] for name in ("desk", "other", "third")}
    trust = tmp_path / "trust"
    trust.mkdir()

    def verified(witness: str) -> dict:
        lines = [
            f"log {keys['desk']['log']}",
            f"log {keys['other']['log']}",
            f"witness {witness} {keys[witness]['witness']}",
            f"group g all {witness}",
            "quorum g",
        ]
        (trust / "policy").write_text("\n".join(lines) + "\n")
        return folder.run("verify", court, "--key", key, "--trust", trust, "--json").json()

    found = verified("other")
    assert (found["state"], found["exit_code"]) == ("UNCHANGED", 0), found["checks"]
    ok = {check["code"] for check in found["checks"] if check["mark"] == "ok"}
    assert {"QUORUM", "RECEIPT", "WITNESS"} <= ok
    demanded = verified("third")
    assert demanded["state"] == "CANNOT TELL"
    assert any(check["code"] == "QUORUM" and check["mark"] == "unknown" for check in demanded["checks"])


def test_three_desks_find_whoever_shows_two_histories(desks, tmp_path):
    """``desk`` shows one history to ``other`` and another to ``third``, who never meet."""
    folder = desks
    shutil.copytree(folder.path / "desk", folder.path / "desk-twin")
    (folder.path / "more.txt").write_text("more")
    for _ in range(3):
        at(folder, "desk", "add", "more.txt")
    at(folder, "other", "import", send(folder, "desk", "other"), "--receipts", "answers-1")
    at(folder, "third", "import", send(folder, "desk-twin", "third"), "--receipts", "answers-2")
    for vault in ("other", "third"):
        at(folder, vault, "trust", "exchange", "--out", f"of-{vault}")
    refused = at(folder, "other", "trust", "exchange", "of-third", "--json", status=7).json()
    assert [error["code"] for error in refused["errors"]] == ["FORK"]
    assert list((folder.path / "other" / "custody" / "seen" / "conflicts").iterdir())
    agrees = at(folder, "third", "trust", "exchange", "of-other", "--json").json()
    assert agrees["counts"]["ahead"] == 1


def test_a_stranger_is_not_heard_and_a_device_cannot_do_it(desks):
    folder = desks
    found = folder.run("trust", "exchange", "--out", "x", "--vault", "field", "--json")
    assert found.codes() == ["VAULT-KIND"]
    found = folder.run("trust", "peer", "x", "y", "--vault", "field", "--json")
    assert found.codes() == ["VAULT-KIND"]
    at(folder, "third", "trust", "peer", "--remove", "other")
    at(folder, "other", "trust", "exchange", "--out", "of-other-2")
    refused = at(folder, "third", "trust", "exchange", "of-other-2", "--json", status=8)
    assert refused.codes() == ["EXCHANGE-UNKNOWN"]
    assert at(folder, "third", "trust", "peer", "--list", "--json").json()["items"][0]["name"] == "desk"
    for wrong in (("desk", "--remove", "desk"), ("--remove",), ("desk", "key", "--remove"), ("desk",)):
        assert at(folder, "third", "trust", "peer", *wrong, "--json", status=2).codes() == ["USAGE"]
    at(folder, "third", "trust", "peer", "desk", "--remove")
    assert at(folder, "third", "trust", "peer", "--list", "--json").json()["items"] == []
