"""Logs of others at a desk: found by name without reading everybody's, wherever an earlier version put them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.actions.stage import Stage
from tests.actions.test_histories import continued, cut_log
from witnesskit.actions import seen
from witnesskit.errors.actions import ChainRefused
from witnesskit.vault.keyring_file import open_keyring


@pytest.fixture
def two(stage: Stage):
    """Two devices that have sent."""
    devices = [stage.device(name) for name in ("one", "two")]
    for number, device in enumerate(devices):
        device.add(stage.folder / "a.txt")
        stage.take_in(device.bundle(stage.folder / f"first-{number}"))
    return devices


def folder(stage: Stage) -> Path:
    return stage.folder / "desk" / "custody" / "seen"


def as_before(stage: Stage) -> list[Path]:
    """Put every log where the version before put it."""
    moved = []
    for path in sorted(folder(stage).glob("??/*")):
        _origin, _dash, name = path.name.partition("-")
        moved.append(path.rename(folder(stage) / name))
    return moved


def test_an_import_reads_no_log_of_another_name(stage, two, monkeypatch):
    read, real = [], seen._read

    def noted(path):
        read.append(path)
        return real(path)

    monkeypatch.setattr(seen, "_read", noted)
    two[0].add(stage.folder / "b.txt")
    stage.take_in(two[0].bundle(stage.folder / "second"))
    origin = two[0].vault.config.origin.encode()
    assert read
    assert all(origin in path.read_bytes().split(b"\n")[0] for path in read)


def test_names_of_logs_tell_nothing(stage, two):
    names = " ".join(path.name for path in folder(stage).rglob("*"))
    for device in two:
        with device.session() as session:
            assert session.journal.log[:8] not in names
            assert device.vault.config.origin.removeprefix("wk1/") not in names


def test_logs_of_the_version_before_count_and_are_moved(stage, two):
    before = sorted(map(repr, seen.known_logs(stage.desk)))
    assert len(as_before(stage)) == 4
    assert sorted(map(repr, seen.known_logs(stage.desk))) == before
    two[0].add(stage.folder / "b.txt")
    later = two[0].bundle(stage.folder / "second")
    chain = cut_log(two[1], 2, signed=True)
    with pytest.raises(ChainRefused, match="ROLLBACK"):
        stage.take_in(continued(two[1]).pack(stage.folder / "short", **chain).path)
    assert [path.name for path in folder(stage).glob("*.jsonl")] == []
    assert sorted(map(repr, seen.known_logs(stage.desk))) == before
    assert stage.take_in(later)[0].counts["new"] == 1


def test_a_kill_while_they_are_moved_leaves_each_somewhere(stage, two, monkeypatch):
    before = {log.log for log in seen.known_logs(stage.desk)}
    as_before(stage)
    real, moves = seen.durable.replace, []

    def stopping(path, data, *rest):
        moves.append(path)
        if len(moves) == 3:
            raise KeyboardInterrupt
        real(path, data, *rest)

    monkeypatch.setattr(seen.durable, "replace", stopping)
    with pytest.raises(KeyboardInterrupt):
        seen.move_in(stage.desk, open_keyring(stage.desk, stage.passphrase))
    monkeypatch.undo()
    assert {log.log for log in seen.known_logs(stage.desk)} == before
