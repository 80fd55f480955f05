"""The power fails at every write, flush and rename: what was told as logged is there, and the log goes on."""

from __future__ import annotations

import json

import pytest

from tests.custody.conftest import SIGNER, begin, ingest, observe
from tests.simulators import power
from witnesskit.custody import Journal
from witnesskit.errors.custody import JournalDamaged
from witnesskit.verify import CaseFiles, CheckState, LogFiles, Trust, examine


def promises(disk, journal):
    disk.promised = journal.size


def a_day(folder, by):
    """Two items, a checkpoint after each, as a capture writes them; every state that a cut may leave."""
    journal = begin(folder, by)
    disk = power.of_folder(folder)
    disk.promised = journal.size
    with power.recording(disk):
        for _ in range(2):
            journal.append_all([(observe(), {}), (ingest(), {})])
            promises(disk, journal)
            journal.checkpoint(SIGNER)
    return disk, journal.lines()


def after_torn_line(folder, by):
    """The same on a log that an earlier cut left with half a line."""
    journal = begin(folder, by)
    journal.append(observe())
    journal.checkpoint(SIGNER)
    torn = observe()
    with (folder / "log.jsonl").open("ab") as log:
        log.write(b'{"by":"field","item":' + torn.disclosures[0].encode()[:30])
    journal = Journal.open(folder, by=by)
    disk = power.of_folder(folder)
    disk.promised = journal.size
    with power.recording(disk):
        journal.append(ingest())
        promises(disk, journal)
        journal.checkpoint(SIGNER)
    return disk, journal.lines()


@pytest.mark.parametrize("by", ["field", "desk"])
@pytest.mark.parametrize("run", [a_day, after_torn_line])
def test_the_power_fails_at_any_moment_and_nothing_told_is_lost(folder, tmp_path, by, run):
    disk, lines = run(folder, by)
    assert len(disk.cuts) >= 12
    for number, (promised, state) in enumerate(disk.cuts):
        left = power.lay_out(state, tmp_path / "left" / str(number), "checkpoints")
        journal = Journal.open(left, by=by)
        kept = journal.lines()
        assert kept[:promised] == lines[:promised]
        assert all(json.loads(line)["type"] == "recover" or line in lines for line in kept)
        whole = len(b"".join(line + b"\n" for line in kept))
        assert journal.lost == len(state["log.jsonl"]) - whole
        journal.append(observe())
        journal.checkpoint(SIGNER)
        verdict = examine(CaseFiles((LogFiles(journal.log_bytes(), journal.notes()),)), Trust((SIGNER.vkey,)))
        assert not verdict.codes(CheckState.FAIL)


def test_a_log_that_the_power_cut_while_it_began_is_whole_or_is_not_there(folder, tmp_path):
    folder.mkdir()
    disk = power.of_folder(folder)
    with power.recording(disk):
        begin(folder)
    outcomes = set()
    for number, (_promised, state) in enumerate(disk.cuts):
        left = power.lay_out(state, tmp_path / "left" / str(number), "checkpoints")
        try:
            outcomes.add(Journal.open(left, by="field").size)
        except JournalDamaged:
            outcomes.add(0)
            assert "log.jsonl" not in state
    assert outcomes == {0, 1}
