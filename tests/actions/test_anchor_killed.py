"""Killed at any write, anchoring and reading a receipt are run again, and nothing is lost or logged twice."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.actions.stage import Device, copy_of, silent
from tests.actions.test_anchor import anchor_lines, journal, named, pair, run  # noqa: F401 - fixtures
from tests.actions.test_import_killed import ends_at
from witnesskit.actions.anchored import anchored
from witnesskit.actions.receipt import take_receipt
from witnesskit.actions.verify import VerifyWish, verify
from witnesskit.custody.journal import Journal
from witnesskit.digest import sha256_hex
from witnesskit.formats import custody_event


def test_killed_anywhere_every_file_of_evidence_is_logged_once(stage, named, tmp_path):  # noqa: F811
    number, reached, resumed = 1, True, set()
    while reached:
        killed = copy_of(stage, tmp_path / f"killed{number}")
        reached = ends_at(lambda found=killed: run(found), number)
        resumed.add(run(killed).resumed)
        files = (killed.desk.custody / "anchors").iterdir()
        logged = Counter(event.x["file"] for event in anchor_lines(killed))
        assert logged == Counter(sha256_hex(path.read_bytes()) for path in files if path.suffix == ".tsr")
        assert anchored(killed.desk).encode() == journal(killed).notes()[-1]
        found = verify(VerifyWish(killed.folder / "desk", passphrase=killed.passphrase), silent)
        assert [check.code for check in found.checks if check.mark == "fail"] == []
        number += 2
    assert number > 20
    assert resumed == {0, 1, 2}


def test_killed_anywhere_a_receipt_is_read_again(stage, named, device, stick, tmp_path):  # noqa: F811
    run(stage)
    (done,) = stage.take_in(device.bundle(stick))
    number, reached = 1, True
    while reached:
        killed = copy_of(stage, tmp_path / f"killed{number}")
        vault = Device(killed.folder / "a").vault
        reached = ends_at(lambda found=vault: take_receipt(found, Path(done.receipt)), number)
        assert take_receipt(vault, Path(done.receipt)).result == "complete"
        log = Journal.open(vault.custody, by="field")
        events = [event for event in map(custody_event.parse, log.lines()) if event.type == "anchor"]
        assert len(events) in (1, 2)
        assert all(event.x == {} for event in events)
        assert log.sizes()[-1] == log.size
        number += 2
    assert number > 5
