"""The log: what it holds, and what it refuses to continue."""

from __future__ import annotations

import json
import resource

import pytest

from tests.custody.conftest import SIGNER, begin, ingest, observe
from witnesskit.custody import Journal, Signer, prepare
from witnesskit.errors.custody import JournalDamaged, JournalExists, LogNotWritten, NotCommittable, RolledBack
from witnesskit.formats import custody_event, disclosure
from witnesskit.formats.checkpoint import parse_checkpoint, parse_note, root_text
from witnesskit.formats.merkle import check_consistency


def test_numbers_root_and_log_survive_reopening(folder):
    journal = begin(folder)
    assert journal.append_all([(observe(), {}), (ingest(), {})]) == (1, 2)
    again = Journal.open(folder, by="field")
    assert (again.size, again.root, again.log) == (3, journal.root, journal.log)
    assert [custody_event.parse(line).n for line in again.lines()] == [0, 1, 2]
    assert again.append(observe()) == 3


def test_a_field_log_names_no_day_and_a_desk_log_does(folder, tmp_path):
    field, desk = begin(folder), begin(tmp_path / "desk", by="desk")
    field.append(observe())
    desk.append(observe())
    assert {json.loads(line)["t"] for line in field.lines()} == {"sealed"}
    assert {json.loads(line)["t"] for line in desk.lines()} == {"2026-11-23"}


def test_nothing_that_was_committed_is_readable_in_the_folder(folder):
    journal = begin(folder)
    journal.append(observe())
    journal.checkpoint(SIGNER)
    everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert b"example.org" not in everything
    assert b"saved" not in everything


def test_a_deferred_value_is_proved_by_its_salt_and_the_file(folder):
    journal = begin(folder)
    prepared = prepare("ingest", {}, deferred=["record_sha256"], item="a" * 32)
    opening_line = prepared.opening_line()
    number = journal.append(prepared, {"record_sha256": "b" * 64})
    text = disclosure.make("record_sha256", "b" * 64, opening_line["deferred"]["record_sha256"])
    assert disclosure.digest(text) in custody_event.parse(journal.lines()[number]).sd


def test_a_checkpoint_signs_size_and_root(folder):
    journal = begin(folder)
    journal.append(observe())
    checkpoint = parse_checkpoint(parse_note(journal.checkpoint(SIGNER)).text)
    assert (checkpoint.origin, checkpoint.size, root_text(checkpoint.root)) == (SIGNER.origin, 2, journal.root)


def test_a_field_log_keeps_the_newest_checkpoint_and_a_desk_log_keeps_all(folder, tmp_path):
    for journal, kept in ((begin(folder), 1), (begin(tmp_path / "desk", by="desk"), 3)):
        for _ in range(2):
            journal.append(observe())
            journal.checkpoint(SIGNER)
        assert len(journal.notes()) == kept
        assert journal.checkpoint(SIGNER) == journal.notes()[-1]


def test_a_log_proves_that_it_continues_an_older_one(folder):
    journal = begin(folder)
    old = journal._tree.root()
    journal.append_all([(observe(), {}) for _ in range(6)])
    check_consistency(1, 7, journal.consistency(1), old, journal._tree.root())


def test_a_log_with_fewer_lines_than_were_signed_is_refused(folder):
    journal = begin(folder)
    journal.append(observe())
    journal.checkpoint(SIGNER)
    first = journal.lines()[0]
    (folder / "log.jsonl").write_bytes(first + b"\n")
    with pytest.raises(RolledBack):
        Journal.open(folder, by="field")


def test_a_log_with_another_signed_line_is_refused(folder):
    journal = begin(folder)
    journal.append(observe())
    journal.checkpoint(SIGNER)
    changed = journal.log_bytes().replace(b'"observe"', b'"observ3"')
    (folder / "log.jsonl").write_bytes(changed)
    with pytest.raises(RolledBack):
        Journal.open(folder, by="field")


@pytest.mark.parametrize(
    ("note", "refusal"),
    [
        (b"", JournalDamaged),
        (b"not a note", JournalDamaged),
        (Signer("wk1/example000000", b"\x08" * 32).note("wk1/example000000\n1\n" + "A" * 43 + "=\n"), RolledBack),
        (SIGNER.note("wk1/example000000\n2\n" + "A" * 43 + "=\n"), RolledBack),
        (SIGNER.note("wk1/another000000\n1\n" + "A" * 43 + "=\n"), RolledBack),
        (SIGNER.note("wk1/example000000\n1\n" + "A" * 43 + "=\n"), RolledBack),
    ],
)
def test_a_checkpoint_that_does_not_hold_is_refused(folder, note, refusal):
    begin(folder)
    (folder / "checkpoints" / "1.note").write_bytes(note)
    with pytest.raises(refusal):
        Journal.open(folder, by="field")


@pytest.mark.parametrize("data", [b"", b"\n", b"{}\n", b'{"v":1', b"\xff\n"])
def test_a_folder_without_a_genesis_cannot_be_continued(folder, data):
    begin(folder)
    (folder / "log.jsonl").write_bytes(data)
    with pytest.raises(JournalDamaged):
        Journal.open(folder, by="field")


def test_a_log_is_never_begun_over_another(folder):
    journal = begin(folder)
    with pytest.raises(JournalExists):
        begin(folder)
    assert Journal.open(folder, by="field").log == journal.log


def test_an_item_enters_the_log_once(folder):
    journal, event = begin(folder), ingest()
    journal.append(event)
    for reopened in (journal, Journal.open(folder, by="field")):
        with pytest.raises(NotCommittable):
            reopened.append(event)
    assert Journal.open(folder, by="field").size == 2


def test_another_signer_is_refused(folder):
    with pytest.raises(NotCommittable):
        begin(folder).checkpoint(Signer(SIGNER.origin, b"\x08" * 32))


def test_a_full_disk_is_typed_and_the_log_recovers(folder):
    journal = begin(folder)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = (folder / "log.jsonl").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, hard))
    try:
        with pytest.raises(LogNotWritten):
            journal.append(observe())
        with pytest.raises(LogNotWritten):
            journal.append(observe())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    again = Journal.open(folder, by="field")
    assert (again.size, again.lost) == (1, 100)
    assert again.append(observe()) == 2
    assert json.loads(again.lines()[1])["x"] == {"lost": 100}
