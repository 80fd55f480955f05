"""Evidence beyond the vectors: second kinds of witnesses, libraries that are not there, memory, copies, cuts."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vectors.custody_log.anchored import (
    BETA,
    HOUR,
    NOON,
    NORTH,
    desk,
    one_item,
    policy,
    receipt_file,
    stamp,
    standard,
    with_anchors,
)
from tests.vectors.custody_log.honest import DAY, DESK, FIELD, STRANGER, id_of, sign
from witnesskit.custody import prepare
from witnesskit.errors.verify import BadTrustPolicy
from witnesskit.formats import cosignature
from witnesskit.formats.checkpoint import parse_checkpoint, parse_note
from witnesskit.formats.trust_policy import parse_trust_policy
from witnesskit.keys import ML_DSA_44, VerifierKey
from witnesskit.verify import (
    AnchorFile,
    CaseFiles,
    CheckState,
    LogFiles,
    State,
    Trust,
    compare_logs,
    examine,
)
from witnesskit.verify.evidence import Hearing
from witnesskit.verify.log_view import Evidence, LogView

ANCHORED = standard(policy=policy())
PRIVATE = MLDSA44PrivateKey.from_seed_bytes(b"\x11" * 32)
QUANTUM = VerifierKey("quantum.example/w", PRIVATE.public_key().public_bytes_raw(), ML_DSA_44)


def quantum_cosig(note: bytes, time: int) -> bytes:
    checkpoint = parse_checkpoint(parse_note(note).text)
    line = cosignature.cosignature_line(QUANTUM, time, PRIVATE.sign(cosignature.message(QUANTUM, checkpoint, time)))
    return note.partition(b"\n\n")[0] + b"\n\n" + line.encode()


@pytest.mark.parametrize(("time", "told"), [(NOON, NOON), (0, 0)])
def test_a_witness_with_an_ml_dsa_key_counts_and_at_time_0_tells_no_time(time, told):
    with one_item("stamped") as made:
        made.anchor("4.quantum.cosig", quantum_cosig(made.notes[0], time), logged=False)
        example = made.example(policy=f"witness quantum {QUANTUM.text}\nquorum quantum\n")
    verdict = examine(example.case, example.trust)
    assert (verdict.state, verdict.interval.not_after.time, verdict.lone) == (State.UNCHANGED, told, False)


def test_the_time_of_the_second_authority_is_the_proven_one():
    verdict = examine(ANCHORED.case, ANCHORED.trust)
    first, second = (one.interval for one in verdict.items if one.type == "ingest")
    assert (first.not_before.time, first.not_after.time) == (0, NOON + 60)
    assert (second.not_before.time, second.not_after.time) == (NOON, NOON + HOUR + 60)
    assert verdict.interval.not_after.word_of == ("time authority alpha", "time authority beta")


def test_an_authority_that_lies_moves_no_proven_bound():
    """A third authority tells a time years before: the second earliest of three is still an honest one."""
    with one_item("stamped") as made:
        note = made.notes[0]
        made.anchor("4.alpha.tsr", stamp(note, NOON), logged=False)
        made.anchor("4.beta.tsr", stamp(note, NOON + 60, **BETA), logged=False)
        made.anchor("4.north.cosig", NORTH.cosig(note, NOON - 4000 * 24 * HOUR), logged=False)
        example = made.example(policy=policy())
    assert examine(example.case, example.trust).interval.not_after.time == NOON


def test_whoever_names_no_authority_is_told_so():
    verdict = examine(ANCHORED.case, Trust((DESK.vkey,)))
    assert {check.code for check in verdict.checks if check.state is CheckState.WARN} == {"TSA", "TIME"}
    assert verdict.sentence.endswith("; one party's word, time unproven")


def test_evidence_of_a_log_that_is_not_trusted_is_not_heard():
    verdict = examine(ANCHORED.case, replace(ANCHORED.trust, keys=(), policy=parse_trust_policy(b"quorum none\n")))
    assert 14 not in {check.number for check in verdict.checks}


def test_a_root_certificate_that_cannot_be_read_proves_nothing():
    trust = replace(ANCHORED.trust, roots={"alpha": b"garbage", "beta": b""})
    assert "TSA" in examine(ANCHORED.case, trust).codes(CheckState.WARN)


@pytest.mark.parametrize(
    "text",
    [
        f"log {DESK.vkey}\nlog {DESK.vkey}\nquorum none\n",
        f"witness north {NORTH.key.text}\nwitness south {NORTH.key.text}\nquorum none\n",
    ],
)
def test_a_policy_that_names_a_key_twice_is_refused(text):
    with pytest.raises(BadTrustPolicy, match="a key stands there twice"):
        parse_trust_policy(text.encode())


_FILES = [
    *ANCHORED.case.logs[0].anchors,
    AnchorFile("4.north.cosig", NORTH.cosig(ANCHORED.case.logs[0].notes[0], NOON)),
    AnchorFile("4.other.proof", b"c2sp.org/tlog-proof@v1\n"),
    AnchorFile("4.calendar.ots", b"\x00OpenTimestamps"),
]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_changed_evidence_never_proves_another_time(data):
    """Whatever is done to one file of evidence, the proven time is the honest one, or there is none."""
    file = data.draw(st.sampled_from(_FILES))
    place = data.draw(st.integers(0, len(file.data)))
    end = data.draw(st.integers(place, min(len(file.data), place + 30)))
    name = data.draw(st.sampled_from([file.name, "9.alpha.tsr", "4.x.cosig", "4.x.proof", "4.x.ots", "../x", ""]))
    changed = AnchorFile(name, file.data[:place] + data.draw(st.binary(max_size=4)) + file.data[end:])
    others = tuple(one for one in ANCHORED.case.logs[0].anchors if one is not file)
    verdict = examine(with_anchors(ANCHORED, *others, changed).case, replace(ANCHORED.trust, headers={1: bytes(80)}))
    honest = {0, NOON, NOON + 60, NOON + HOUR, NOON + HOUR + 60}
    assert {item.interval.not_after.time for item in verdict.items} <= honest
    assert {item.interval.not_before.time for item in verdict.items} <= honest


def test_a_second_signer_who_received_the_log_is_a_second_party():
    with one_item("stamped") as made:
        made.anchor("4.other.proof", receipt_file(made), logged=False)
        example = made.example()
    assert examine(example.case, example.trust).lone


def lines_of(count: int) -> bytes:
    """A log of ``count`` lines, all but the first of them items."""
    with desk("long", "field", FIELD) as made:
        made.log(prepare("ingest", {}, item=id_of("x")))
        first, second = made.team.journal.lines()
    lines = [first]
    for number in range(1, count):
        line = second.replace(b'"n":1', b'"n":%d' % number)
        lines.append(line.replace(id_of("x").encode(), id_of(f"item {number}").encode()))
    return b"".join(line + b"\n" for line in lines)


def test_a_line_costs_at_most_64_bytes_beside_the_log():
    count = 6000
    log = lines_of(count)
    case = CaseFiles((LogFiles(log, (sign(log, FIELD),)),))
    examine(case, Trust((FIELD.vkey,)))  # what is made once
    tracemalloc.start()
    verdict = examine(case, Trust((FIELD.vkey,)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert verdict.tally.items == count - 1
    assert peak / count <= 64 + 8  # the eight: what does not grow with the log


def test_names_that_nobody_knows_are_told_up_to_a_hundred():
    with desk("unknown") as made:
        made.log(prepare("close", {"day": DAY}))
        names = b",".join(b'"y%04d":1' % number for number in range(3000))
        first, second = made.team.journal.lines()
    log = first + b"\n" + second.replace(b'"x":{}', b'"x":{' + names + b"}") + b"\n"
    verdict = examine(CaseFiles((LogFiles(log, (sign(log, DESK),)),)), Trust((DESK.vkey,)))
    assert verdict.codes(CheckState.WARN).count("UNKNOWN-FIELD") == 100


def test_a_log_with_more_changes_of_keys_than_anybody_makes_is_not_read_to_its_end():
    with desk("changes") as made:
        made.log(prepare("key", {"day": DAY}))
        first, second = made.team.journal.lines()
    lines = [first, *(second.replace(b'"n":1', b'"n":%d' % number) for number in range(1, 1100))]
    log = b"".join(line + b"\n" for line in lines)
    verdict = examine(CaseFiles((LogFiles(log, (sign(log, DESK),)),)), Trust((DESK.vkey,)))
    assert verdict.codes(CheckState.FAIL).count("ROTATE") == 1000
    assert "SIZE" in verdict.codes(CheckState.UNKNOWN)


def test_two_copies_of_a_log_are_told_apart():
    log = ANCHORED.case.logs[0].log
    whole = LogFiles(log, ANCHORED.case.logs[0].notes)
    lines = log.split(b"\n")[:-1]
    shorter = b"".join(line + b"\n" for line in lines[:9])
    edited = log.replace(lines[5], lines[5].replace(DAY.encode(), b"2026-11-22"))
    with desk("another", "field", FIELD) as other:
        stranger = LogFiles(other.team.journal.log_bytes(), (other.checkpoint(),))
    with desk("made anew") as again:
        anew = LogFiles(again.team.journal.log_bytes(), (again.checkpoint(),))
    with desk("under another key", signer=STRANGER) as forged:
        renamed = LogFiles(forged.team.journal.log_bytes(), (forged.checkpoint(),))

    def last(first: LogFiles, second: LogFiles) -> tuple[str, str, str]:
        found = compare_logs(first, second)[-1]
        return found.code, found.state, found.sentence

    assert last(whole, whole) == ("FORK", "ok", "11 events are in both: they are the same")
    begun = LogFiles(shorter, (sign(shorter, DESK),))
    assert last(begun, whole) == ("FORK", "ok", "9 events are in both: one continues the other up to 11")
    forked = LogFiles(edited, (sign(edited, DESK),))
    assert last(whole, forked) == ("FORK", "fail", "they tell two histories from event 5 on")
    assert last(whole, anew) == ("FORK", "fail", "they tell two histories from event 0 on")
    assert last(whole, renamed) == ("FORK", "fail", "they tell two histories from event 0 on")
    assert last(whole, stranger) == ("LOGID", "unknown", "they are not the same log")
    assert last(LogFiles(b""), whole) == ("LOGID", "unknown", "they are not the same log")
    assert last(whole, LogFiles(log.split(b"\n", 1)[1])) == ("LOGID", "unknown", "they are not the same log")
    unsigned = compare_logs(whole, LogFiles(edited, whole.notes))
    assert {"ROOT", "FORK"} <= {check.code for check in unsigned}


def test_a_log_cut_anywhere_keeps_its_signed_events_or_says_so():
    """Signed and unsigned events, cut at every byte: no cut loses a signed event without a word."""
    with one_item("cut") as made:
        signed = len(made.team.journal.log_bytes())
        made.log(prepare("check", {"day": DAY, "kind": "fixity"}))
        log, notes = made.team.journal.log_bytes(), tuple(made.notes)
    whole = set()
    for cut in range(len(log)):
        verdict = examine(CaseFiles((LogFiles(log[:cut], notes),)), Trust((DESK.vkey,)))
        codes = verdict.codes(CheckState.FAIL, CheckState.UNKNOWN)
        held = ("ROOT", CheckState.OK) in {(check.code, check.state) for check in verdict.checks}
        assert held == (cut >= signed)
        assert held or {"TORN", "TRUNCATED", "LINE"} & set(codes)
        assert ("TORN" in codes) == (cut > 0 and log[cut - 1 : cut] != b"\n")
        if held and "TORN" not in codes:
            whole.add(cut)
    assert whole == {signed}


TOLD = st.builds(
    Evidence, st.integers(1, 9), st.integers(1, 9).map(lambda hundreds: hundreds * 100), st.just("a"),
    st.none() | st.integers(1, 9),
)  # fmt: skip


@given(st.lists(TOLD, max_size=8))
def test_words_that_contradict_what_their_checkpoints_name_are_found_alike_pair_by_pair(told):
    view = LogView("log 1", LogFiles(b""), evidence=[*told])
    found = [*Hearing(view, (), Trust(), ())._order()]
    late = {
        one for one in told for other in told
        if other.named is not None and other.named < one.size and one.time < other.time - 300
    }  # fmt: skip
    assert view.evidence == [one for one in told if one not in late]
    assert [check.code for check in found] == ["TIMEORDER"] * (len(told) - len(view.evidence))
