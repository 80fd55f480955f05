"""A delivery of several sticks: one is lost, one rots, the rest arrives in two parts, and the counts add up."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

UNLOCK = ("--vault", "desk", "--passphrase-file", "sec/passphrase.txt")


def loaded(own) -> None:
    chance = random.Random(3)
    for number, size in enumerate((30_000, 1_200_000)):
        (own.path / f"film-{number}.bin").write_bytes(chance.randbytes(size))
        assert own.run("add", f"film-{number}.bin", "--vault", "field").status == 0
    for stick in ("a", "b", "c", "inbox"):
        (own.path / stick).mkdir()


def test_a_lost_stick_and_a_rotten_one_cost_nothing(own):
    loaded(own)
    ran = own.run(
        "bundle",
        "a",
        "b",
        "c",
        "--vault",
        "field",
        "--volume-size",
        "512K",
        "--parity",
        "10",
        "--spare",
        "2",
        "--json",
    )
    made = ran.json()["data"]["bundle"] if "data" in ran.json() else ran.json()["bundle"]
    assert ran.status == 0
    volumes = [own.path / file for file in made["files"]]
    assert len(volumes) >= 3 and len({path.stat().st_size for path in volumes}) == 1
    assert sum(file.endswith(".spare") for file in made["parity"]) == 2

    volumes[1].unlink()  # lost with its stick
    rotten = bytearray(volumes[0].read_bytes())
    rotten[200_000:204_096] = bytes(4096)
    volumes[0].write_bytes(rotten)

    partial = own.run("import", "a", "b", "--receipts", "out", "--json", *UNLOCK)
    assert partial.status == 3
    warned = {one["code"] for one in partial.json()["warnings"]}
    assert "PARITY" in warned
    counts = partial.json()["counts"]
    assert (counts["bundles"], counts["partial"], counts["complete"]) == (1, 1, 0)
    assert counts["refused"] == 1  # the spares: of too many volumes something is missing as yet
    parity = [path for folder in "abc" for path in (own.path / folder).iterdir() if path.suffix != ".age"]
    assert {path.stat().st_mode & 0o777 for path in parity} == {0o600}
    told = own.run("status", "--vault", "desk", "--json").json()
    assert told["counts"]["incomplete"] == 1

    whole = own.run("import", "a", "b", "c", "--receipts", "out", "--repair", "--json", *UNLOCK)
    found = whole.json()
    assert whole.status == 0, whole.err
    counts = found["counts"]
    assert counts["files"] == len(volumes)  # all of them: one was given back by the spares
    assert (counts["bundles"], counts["complete"], counts["partial"], counts["refused"]) == (1, 1, 0, 0)
    assert (counts["items"], counts["new"] + counts["here"]) == (2, 2)
    assert (
        own.run("status", "--vault", "desk", "--json").json()["counts"] | {"items": 2, "incomplete": 0}
        == (own.run("status", "--vault", "desk", "--json").json()["counts"])
    )
    (receipt,) = (own.path / "out").glob("*.wkr")
    assert own.run("receipt", receipt, "--vault", "field", "--json").json()["counts"]["confirmed"] == 2
    assert own.run("forget", "--delivered", "--vault", "field").status in (0, 5)  # 5: the policy wants more copies
    assert own.run("verify", "desk", "--passphrase-file", "sec/passphrase.txt").status == 0


def test_of_many_files_each_line_names_its_file_and_each_paper_and_step_is_told_once(own):
    loaded(own)
    assert own.run("bundle", "a", "--vault", "field", "--volume-size", "512K").status == 0
    names = [path.name for path in sorted((own.path / "a").glob("*.age"))]
    ran = own.run("import", "a", "--receipts", "out", *UNLOCK)
    assert ran.status == 0 and len(names) > 2
    assert all(ran.err.count(f"{name}: ") == 1 for name in names)
    assert ran.out.count("receipt-") == ran.err.count("Next: ") == 1
    assert f"importing 1 of {len(names)} files" in ran.err


def test_a_folder_without_a_bundle_is_no_success(own):
    (own.path / "empty").mkdir()
    (own.path / "empty" / "notes.txt").write_text("x")
    ran = own.run("import", "empty", "--json", *UNLOCK)
    assert (ran.status, ran.codes()) == (2, ["NOTHING-TO-IMPORT"])


def test_a_watched_folder_takes_in_what_comes_and_ends_with_ctrl_c(own):
    loaded(own)
    command = [
        sys.executable,
        "-m",
        "witnesskit",
        "import",
        "inbox",
        "--watch",
        "--every",
        "1",
        "--receipts",
        "out",
        *UNLOCK,
    ]
    with subprocess.Popen(command, cwd=own.path, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) as running:
        assert own.run("bundle", "inbox", "--vault", "field").status == 0
        deadline = time.monotonic() + 60
        while not list((own.path / "out").glob("*.wkr")) and time.monotonic() < deadline:
            time.sleep(0.2)
        time.sleep(0.5)
        running.send_signal(signal.SIGINT)
        said = running.communicate(timeout=60)[1].decode()
    assert running.returncode == 0
    assert "2 items: 2 new" in said
    assert list(Path(own.path, "out").glob("*.wkr"))
