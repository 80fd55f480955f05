"""Killed at any byte and between any two steps: nothing signed is lost, and no lost byte goes uncounted."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.custody.conftest import SIGNER, begin, ingest, observe
from witnesskit.custody import Journal, durable, journal
from witnesskit.errors.custody import JournalDamaged, RolledBack
from witnesskit.verify import CaseFiles, LogFiles, State, Trust, examine


class Killed(BaseException):
    """Stands for the end of the process: no handler of ours may catch it."""


def recovered(lines):
    return [json.loads(line)["x"]["lost"] for line in lines if json.loads(line)["type"] == "recover"]


def test_a_log_cut_at_every_byte_never_silently_loses_a_signed_event(folder):
    first = begin(folder)
    first.append(observe())
    first.checkpoint(SIGNER)
    signed = len(first.log_bytes())
    first.append(ingest())
    whole = first.log_bytes()
    for cut in range(len(whole) + 1):
        (folder / "log.jsonl").write_bytes(whole[:cut])
        if cut < signed:
            with pytest.raises((RolledBack, JournalDamaged)):
                Journal.open(folder, by="field")
            continue
        again = Journal.open(folder, by="field")
        assert (again.size, again.lost) == ((3, 0) if cut == len(whole) else (2, cut - signed))


@pytest.mark.parametrize("cut", [1, 40, 700])
def test_a_torn_line_is_cut_and_counted_in_the_log(folder, cut):
    first = begin(folder)
    first.append(observe())
    data = first.log_bytes()
    (folder / "log.jsonl").write_bytes(data + data[:cut])
    again = Journal.open(folder, by="field")
    assert again.append(observe()) == 3
    again.checkpoint(SIGNER)
    final = Journal.open(folder, by="field")
    assert (recovered(final.lines()), final.lost, final.size) == ([cut], 0, 4)


def test_unsigned_lines_that_a_power_cut_left_as_zeros_are_counted_as_lost(folder):
    first = begin(folder)
    (folder / "log.jsonl").write_bytes(first.log_bytes() + b"\0" * 300 + b"\n" + b"\0" * 9)
    again = Journal.open(folder, by="field")
    again.append(observe())
    assert recovered(Journal.open(folder, by="field").lines()) == [310]


@pytest.mark.parametrize("step", ["open", "_write_all", "fsync", "replace", "after replace"])
def test_killed_while_recovering_the_count_is_still_right(folder, monkeypatch, step):
    first = begin(folder)
    (folder / "log.jsonl").write_bytes(first.log_bytes() + b"x" * 77)
    again = Journal.open(folder, by="field")

    def die(*_arguments, **_named):
        raise Killed

    def half(handle, data):
        durable.os.write(handle, data[: len(data) // 2])
        raise Killed

    match step:
        case "open":
            monkeypatch.setattr(durable.os, "open", die)
        case "_write_all":
            monkeypatch.setattr(durable, "_write_all", half)
        case "fsync":
            monkeypatch.setattr(durable.os, "fsync", die)
        case "replace":
            monkeypatch.setattr(durable.Path, "replace", die)
        case "after replace":
            monkeypatch.setattr(durable, "flush_folder", die)
    with pytest.raises(Killed):
        again.append(observe())
    monkeypatch.undo()
    final = Journal.open(folder, by="field")
    final.append(observe())
    assert recovered(Journal.open(folder, by="field").lines()) == [77]


@pytest.mark.parametrize("step", ["before", "half", "renamed", "before unlink"])
def test_killed_while_a_field_log_changes_its_checkpoint_one_good_one_lies_there(folder, monkeypatch, step):
    first = begin(folder)
    first.append(observe())

    def die(*_arguments, **_named):
        raise Killed

    def half(handle, data):
        durable.os.write(handle, data[:20])
        raise Killed

    match step:
        case "before":
            monkeypatch.setattr(durable.os, "open", die)
        case "half":
            monkeypatch.setattr(durable, "_write_all", half)
        case "renamed":
            monkeypatch.setattr(durable, "flush_folder", die)
        case "before unlink":
            monkeypatch.setattr(durable.Path, "unlink", die)
    with pytest.raises(Killed):
        first.checkpoint(SIGNER)
    monkeypatch.undo()
    again = Journal.open(folder, by="field")
    assert again.size == 2
    again.checkpoint(SIGNER)
    assert sorted(path.name for path in (folder / "checkpoints").glob("*.note")) == ["2.note"]


def test_killed_while_a_log_begins_there_is_a_whole_genesis_or_none(folder, monkeypatch):
    def half(handle, data):
        durable.os.write(handle, data[:20])
        raise Killed

    monkeypatch.setattr(durable, "_write_all", half)
    with pytest.raises(Killed):
        begin(folder)
    monkeypatch.undo()
    assert not (folder / journal.LOG_NAME).exists()
    assert begin(folder).size == 1


def test_a_log_put_back_to_an_older_state_beside_its_newest_checkpoint_is_refused(folder, tmp_path):
    first = begin(folder)
    shutil.copy(folder / "log.jsonl", tmp_path / "old")
    first.append(observe())
    first.checkpoint(SIGNER)
    shutil.copy(tmp_path / "old", folder / "log.jsonl")
    with pytest.raises(RolledBack):
        Journal.open(folder, by="field")


def test_the_verifier_says_the_same_of_a_log_cut_at_every_byte(folder):
    first = begin(folder)
    first.append(observe())
    notes = (first.checkpoint(SIGNER),)
    whole = first.log_bytes()
    codes = set()
    for cut in range(len(whole)):
        verdict = examine(CaseFiles((LogFiles(whole[:cut], notes),)), Trust((SIGNER.vkey,)))
        assert verdict.state is not State.UNCHANGED
        codes.add(next(one for one in verdict.codes("fail", "unknown") if one in ("TORN", "TRUNCATED", "LINE")))
    assert codes == {"TORN", "TRUNCATED", "LINE"}
