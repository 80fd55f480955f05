"""A case that one stick does not hold: for another desk, in two deliveries with a stick lost; for a lawyer, on three."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.conftest import copy_of
from tests.journeys.program import Folder
from tests.journeys.test_court import steps_of
from tests.journeys.test_two_desks import at, make_desks, recipient
from tests.oracles import require
from witnesskit.sealing.identity import Identity

SPEC = Path(__file__).resolve().parents[2] / "docs" / "spec" / "bundle.md"
# the program, to which somebody presses Ctrl-C before its third volume
BROKEN_OFF = """
from witnesskit.__main__ import main
from witnesskit.bundle import volumes
real, count = volumes.write_volume, []
def pressed(*given, **more):
    count.append(1)
    if len(count) == 3:
        raise KeyboardInterrupt
    return real(*given, **more)
volumes.write_volume = pressed
main()
"""
SHEET_TITLE = b"\n2. Check every file of the bundle"
SHEET = ("--custodian-sheet", "sec/custodian-sheet.txt")


@pytest.fixture(scope="module")
def case(team, tmp_path_factory) -> Folder:
    """Three desks; the first has a film of more than a volume, twice, and a note."""
    folder = make_desks(copy_of(team, tmp_path_factory.mktemp("sets")))
    film = random.Random(8).randbytes(2_500_000)
    for name, data in (("film.bin", film), ("same.bin", film), ("small.txt", b"from the bridge")):
        (folder.path / name).write_bytes(data)
        at(folder, "desk", "add", name)
    return folder


def written(folder: Folder, to: str, name: str, *options: str) -> tuple[list[Path], list[Path]]:
    """A set on two sticks: its volumes, and what lies beside them."""
    sticks = [f"{name}-{letter}" for letter in "ab"]
    for stick in sticks:
        (folder.path / stick).mkdir()
    size = ("--volume-size", "1M")
    made = at(folder, "desk", "bundle", *sticks, "--audience", "court", "--to", to, *size, *SHEET, *options, "--json")
    told = made.json()
    found = told["data"]["bundle"] if "data" in told else told["bundle"]
    return [folder.path / one for one in found["files"]], [folder.path / one for one in found.get("parity", ())]


def test_another_desk_takes_it_in_two_deliveries_with_a_stick_lost_and_answers_once(case):
    volumes, beside = written(case, recipient(case, "other"), "peer", "--spare", "1", "--parity", "5")
    assert len(volumes) > 5 and len({one.stat().st_size for one in volumes}) == 1
    (spare,) = [one for one in beside if one.suffix == ".spare"]
    assert case.ok("status", "--vault", "desk", "--json").json()["counts"]["unanswered"] == 1
    lost, last = volumes.pop(1), volumes.pop()
    lost.unlink()

    came = at(case, "other", "import", *reversed(volumes), "--receipts", "answers", "--json", status=3).json()
    assert (came["counts"]["bundles"], came["counts"]["partial"], came["counts"]["refused"]) == (1, 1, 0)
    assert {one["result"] for one in came["items"]} == {"partial"}
    assert came["items"][-1]["lacking"] == [2, len(volumes) + 2]
    assert not list(case.path.glob("answers/*"))
    assert case.ok("status", "--vault", "other", "--json").json()["counts"]["incomplete"] == 1

    named = at(case, "other", "import", last, "--receipts", "answers", status=3)
    assert f"PARTIAL: of {len(volumes) + 2} volumes 2 ({lost.name}) not here yet" in named.err

    whole = at(case, "other", "import", *volumes, last, spare, "--receipts", "answers", "--json").json()
    assert (whole["counts"]["bundles"], whole["counts"]["complete"], whole["counts"]["partial"]) == (1, 1, 0)
    (answered,) = {tuple(one["answers"]) for one in whole["items"] if one["answers"]}
    assert sorted(path.suffix for path in map(Path, answered)) == [".cosig", ".proof"]
    counts = case.ok("status", "--vault", "other", "--json").json()["counts"]
    assert (counts["incomplete"], counts["received"], counts["items"]) == (0, 1, 0)
    at(case, "desk", "receipt", *answered)
    assert case.ok("status", "--vault", "desk", "--json").json()["counts"]["unanswered"] == 0

    log = (case.path / "other" / "custody" / "log.jsonl").read_bytes()
    again = at(case, "other", "import", *volumes, "--receipts", "answers", "--json").json()
    assert {one["result"] for one in again["items"]} == {"complete"}
    assert (case.path / "other" / "custody" / "log.jsonl").read_bytes() == log
    assert at(case, "other", "audit").status == 0


@pytest.fixture(scope="module")
def lawyer(case) -> tuple[Path, list[Path], str]:
    """Their key, the files they were given, and the desk's key as told by telephone."""
    reader = Identity.generate()
    key = case.path / "lawyer.txt"
    key.write_text(reader.text + "\n")
    volumes, _none = written(case, reader.recipient, "law")
    return key, volumes, at(case, "desk", "trust", "show", "--json").json()["keys"]["log"]


def test_a_lawyer_verifies_all_files_or_their_folder_and_nothing_less(case, lawyer, tmp_path):
    key, volumes, signer = lawyer
    known = ("--key", key, "--signer", signer, "--json")
    whole = case.run("verify", *reversed(volumes), *known).json()
    assert (whole["state"], whole["exit_code"]) == ("UNCHANGED", 0), whole["checks"]
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for path in volumes:
        shutil.copy(path, inbox)
    assert case.run("verify", inbox, *known).json()["counts"] == whole["counts"]
    film = case.run("verify", case.path / "film.bin", "--in", inbox, *known).json()
    assert film["exit_code"] == 0, film

    (inbox / volumes[2].name).unlink()
    less = case.run("verify", inbox, *known)
    assert (less.status, less.codes()) == (8, ["VOLUMES-LACKING"])
    assert f"3 ({volumes[2].name}) of {len(volumes)}" in less.json()["errors"][0]["message"]
    other, _none = written(case, Identity.from_text(key.read_text().strip()).recipient, "more")
    mixed = case.run("verify", *volumes, other[0], *known)
    assert (mixed.status, mixed.codes()) == (2, ["VOLUMES-MIXED"])
    assert other[0].name in mixed.json()["errors"][0]["message"]
    alone = case.run("verify", volumes[0], *known).json()
    assert (alone["state"], alone["exit_code"]) == ("CANNOT TELL", 8)
    data = bytearray(volumes[2].read_bytes())
    data[len(data) // 2] ^= 1
    (inbox / volumes[2].name).write_bytes(data)
    assert case.run("verify", inbox, *known).json()["exit_code"] == 7


def test_without_this_program_the_files_come_out_with_stock_tools(case, lawyer, tmp_path):
    for tool in ("age", "tar", "sha256sum"):
        require(tool)
    key, volumes, _signer = lawyer
    shutil.copy(key, tmp_path / "YOUR-KEY.txt")
    (tmp_path / "volumes").mkdir()
    for path in volumes:
        shutil.copy(path, tmp_path / "volumes")
    (commands,) = re.findall(r"### A set with stock tools\n.*?```sh\n(.*?)```", SPEC.read_text(), re.DOTALL)
    done = subprocess.run(
        ["bash", "-e", "-c", commands], cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr
    film = (case.path / "film.bin").read_bytes()
    assert any(path.read_bytes() == film for path in (tmp_path / "bag" / "set").iterdir())
    assert b"from the bridge" in {path.read_bytes() for path in (tmp_path / "bag" / "set").iterdir()}
    (sheet,) = [one for one in (tmp_path / "bag" / "set").iterdir() if SHEET_TITLE in one.read_bytes()]
    steps = {step.title.partition(". ")[2]: step.commands for step in steps_of(sheet.read_text())}
    signed = steps["Check who signed the list of files"]
    typed = [*steps["Give the files their names"], *signed, *steps["Check the files themselves"]]
    done = subprocess.run(
        ["bash", "-e", "-c", "\n".join(typed)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    originals = [path for path in (tmp_path / "check").iterdir() if path.name.startswith("original-")]
    assert sum(path.read_bytes() == film for path in originals) == 2


def test_the_public_gets_one_file_and_a_size_is_refused(case):
    to = recipient(case, "third")
    (case.path / "public").mkdir()
    ran = at(
        case,
        "desk",
        "bundle",
        "public",
        "--audience",
        "public",
        "--to",
        to,
        "--volume-size",
        "1G",
        "--json",
        status=2,
    )
    assert ran.codes() == ["BUNDLE-OPTIONS"]


def test_ctrl_c_leaves_nothing_of_a_set_and_says_so(case):
    to = recipient(case, "third")
    before = case.ok("status", "--vault", "desk", "--json").json()["counts"]["unanswered"]
    (case.path / "off").mkdir()
    order = ("bundle", "off", "--audience", "court", "--to", to, "--volume-size", "1M", *SHEET, "--json")
    where = ("--vault", "desk", "--passphrase-file", "sec/passphrase.txt")
    ran = subprocess.run(
        [sys.executable, "-c", BROKEN_OFF, *order, *where], cwd=case.path, capture_output=True, text=True, check=False
    )
    told = json.loads(ran.stdout)
    assert (ran.returncode, told["exit_code"]) == (130, 130), ran.stderr
    assert [one["code"] for one in told["warnings"]] == ["BROKEN-OFF"]
    assert "nothing of it is kept" in told["warnings"][0]["message"]
    assert list((case.path / "off").iterdir()) == []
    assert case.ok("status", "--vault", "desk", "--json").json()["counts"]["unanswered"] == before
