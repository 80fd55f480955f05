"""What another desk answered: kept as evidence about this desk's own log, and refused for anybody else's lines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.actions.desks import Desk, copy_desk, refusal
from tests.actions.stage import silent
from witnesskit.actions.anchor_files import anchor_events
from witnesskit.actions.change_key import KeyWish, change_key
from witnesskit.actions.peers import peers_policy
from witnesskit.actions.status import status
from witnesskit.actions.verify import VerifyWish, verify
from witnesskit.digest import sha256_hex
from witnesskit.formats.checkpoint import Checkpoint, note_bytes
from witnesskit.formats.quorum import Group
from witnesskit.formats.tlog_proof import parse_proof, proof_bytes
from witnesskit.vault.keyring_file import open_keyring
from witnesskit.verify import LogFiles, Trust, examine_chain
from witnesskit.verify.case import LISTED, AnchorFile, CaseFiles


@pytest.fixture
def answered(desks) -> tuple[Desk, Desk, Desk, tuple[str, ...]]:
    """a sent a bundle to b, and b answered."""
    a, b, c = desks
    (done,) = b.receive(a.send(b))
    return a, b, c, done.answers


def anchors(desk: Desk) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (desk.desk.custody / "anchors").glob("*")}


def unchanged_by(desk: Desk, *answers: object) -> str:
    """The code of the refusal, after which the desk is as it was."""
    before = desk.contents()
    code = refusal(desk.take, *answers).code
    assert desk.contents() == before
    return code


def test_an_answer_is_kept_beside_its_checkpoint_and_logged(answered):
    a, _b, _c, answers = answered
    size = a.journal.size
    assert status(a.desk).counts["unanswered"] == 1
    taken = a.take(*answers)
    assert (taken.peers, taken.size, taken.new, len(taken.bundles)) == (("b",), size, 2, 1)
    assert anchors(a) == {
        f"{size}.b.{Path(answer).name.rsplit('.', 1)[1]}": Path(answer).read_bytes() for answer in answers
    }
    assert size in a.journal.sizes()
    events = [dict(event.x) for event in anchor_events(a.journal.lines())]
    wanted = {("receipt", answers[0]), ("cosignature", answers[1])}
    assert {(event["kind"], event["size"], event["file"]) for event in events} == {
        (kind, size, sha256_hex(Path(path).read_bytes())) for kind, path in wanted
    }
    assert a.types()[-2:] == ["anchor", "anchor"]
    assert status(a.desk).counts["unanswered"] == 0
    found = verify(VerifyWish(a.folder / "desk", passphrase=a.passphrase), silent)
    assert found.state == "UNCHANGED"


def test_the_same_answer_again_changes_nothing(answered):
    a, _b, _c, answers = answered
    a.take(*answers)
    before = a.contents()
    assert a.take(*reversed(answers)).new == 0
    assert a.contents() == before


def test_a_later_cosignature_of_the_same_lines_does_not_take_the_place_of_the_first(answered):
    a, b, _c, answers = answered
    a.take(*answers)
    checkpoint = Checkpoint(a.journal.origin, *next((size, a.journal.root_at(size)) for size in [taken_size(a)]))
    later = a.folder / "later.cosig"
    later.write_bytes(
        open_keyring(b.desk, b.passphrase).cosigner(b.journal.origin).cosigned(checkpoint, 2_000_000_000)
    )
    before = anchors(a)
    assert a.take(later).new == 0
    assert anchors(a) == before


def taken_size(desk: Desk) -> int:
    return int(next(name for name in anchors(desk) if name.endswith(".cosig")).split(".")[0])


def test_a_lawyer_who_demands_the_other_desk_s_word_gets_it(answered):
    a, _b, _c, answers = answered
    log, notes = a.journal.log_bytes(), a.journal.notes()

    def judged(*files: AnchorFile) -> dict[str, set[str]]:
        policy = peers_policy(open_keyring(a.desk, a.passphrase))
        policy = replace(policy, groups={"g": Group(1, ("b",))}, quorum="g")
        case = CaseFiles((LogFiles(log, notes, files),), expected=LISTED)
        found: dict[str, set[str]] = {}
        for check in examine_chain(case, Trust((a.key,), policy=policy)):
            found.setdefault(check.code, set()).add(str(check.state))
        return found

    size = a.journal.size
    files = [
        AnchorFile(f"{size}.b.{ending}", Path(path).read_bytes())
        for ending, path in zip(("proof", "cosig"), answers, strict=True)
    ]
    whole = judged(*files)
    assert (whole["QUORUM"], whole["RECEIPT"], whole["WITNESS"]) == ({"ok"}, {"ok"}, {"ok"})
    assert judged(files[0])["QUORUM"] == {"unknown"}
    assert judged()["QUORUM"] == {"unknown"}


def test_a_court_gets_the_answer_with_the_log(answered):
    a, _b, c, answers = answered
    a.take(*answers)
    c.trust(a)
    (done,) = c.receive(a.send(c))
    assert done.unpacked.complete


def test_an_answer_by_a_third_desk_counts_for_nothing(answered):
    a, _b, c, _answers = answered
    c.trust(a)
    (done,) = c.receive(a.send(c))
    for answer in done.answers:
        assert unchanged_by(a, answer) == "ANSWER-FOREIGN"


def test_an_answer_by_a_desk_whose_witness_key_was_never_told_counts_for_its_receipt_only(answered):
    a, _b, c, _answers = answered
    c.trust(a)
    a.trust(replace_witness(c))
    (done,) = c.receive(a.send(c))
    proof, cosig = done.answers
    assert unchanged_by(a, cosig) == "ANSWER-FOREIGN"
    assert a.take(proof).new == 1


def replace_witness(desk: Desk):
    class Told:
        peer = replace(desk.peer, witness="")

    return Told


def test_an_answer_for_another_desk_s_lines_is_not_ours(answered):
    a, b, c, _answers = answered
    c.collect("other")
    c.trust(b)
    b.trust(c)
    (done,) = b.receive(c.send(b))
    for answer in done.answers:
        assert unchanged_by(a, answer) == "ANSWER-FOREIGN"


def test_a_replayed_answer_to_an_earlier_bundle_acknowledges_no_later_one(answered):
    a, b, _c, answers = answered
    a.take(*answers)
    a.send(b)
    assert a.take(*answers).new == 0
    assert status(a.desk).counts["unanswered"] == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"\n\n", b"\nextra\n\n"),
        (b" ", b"  "),
        (b"wk1/", b"wk2/"),
    ],
)
def test_an_edited_cosignature_is_refused(answered, old, new):
    a, _b, _c, answers = answered
    path = Path(answers[1])
    path.write_bytes(path.read_bytes().replace(old, new, 1))
    assert unchanged_by(a, path) in ("ANSWER-FOREIGN", "ANSWER-FORGED")


def test_a_cosignature_moved_to_another_size_is_forged(answered):
    a, _b, _c, answers = answered
    path = Path(answers[1])
    lines = path.read_text().split("\n")
    lines[1] = str(int(lines[1]) - 1)
    path.write_text("\n".join(lines))
    assert unchanged_by(a, path) == "ANSWER-FORGED"


def test_a_proof_whose_parts_do_not_hold_is_forged(answered):
    a, _b, _c, answers = answered
    path = Path(answers[0])
    proof = parse_proof(path.read_bytes())
    wrong_hash = replace(proof, hashes=(bytes(32), *proof.hashes[1:]))
    other_opening = replace(
        proof, disclosures=(*proof.disclosures[:-1], "WyJBQUFBQUFBQUFBQUFBQUFBQUFBQUFBIiwiZGF5IiwieCJd")
    )
    twice = replace(proof, disclosures=(*proof.disclosures, proof.disclosures[0]))
    edited_line = replace(proof, line=proof.line.replace(b'"by":"desk"', b'"by":"self"'))
    for wrong in (wrong_hash, other_opening, twice, edited_line):
        path.write_bytes(proof_bytes(wrong))
        assert unchanged_by(a, path) == "ANSWER-FORGED"
    untold = replace(proof, disclosures=proof.disclosures[:2])
    path.write_bytes(proof_bytes(untold))
    assert unchanged_by(a, path) == "ANSWER-FOREIGN"
    path.write_bytes(b"c2sp.org/tlog-proof@v1\n")
    assert unchanged_by(a, path) == "PROOF-FILE"


def test_a_receipt_by_a_key_that_was_replaced_is_no_answer(desks, tmp_path):
    """A thief of the old key writes a log of his own in the other desk's name."""
    a, b, _c = desks
    twin = copy_desk(b, tmp_path / "twin")
    b.collect("phone")
    change_key(b.desk, b.passphrase, KeyWish(b.recovery_sheet))
    a.receive(b.send(a))
    for _ in range(20):
        twin.more()
    (done,) = twin.receive(a.send(twin))
    before = a.contents()
    error = refusal(a.take, done.answers[0])
    assert (error.code, "replaced" in str(error)) == ("ANSWER-FOREIGN", True)
    assert a.contents() == before


def test_who_confirms_another_history_is_told_loudly_and_the_file_is_kept(desks, tmp_path):
    a, b, _c = desks
    b.receive(a.send(b))
    twin = copy_desk(a, tmp_path / "twin")
    twin.more()
    (done,) = b.receive(twin.send(b))  # b saw the other history
    for _ in range(4):
        a.more()
    for answer in done.answers:
        error = refusal(a.take, answer)
        assert (error.code, error.status) == ("FORK", 7)
        assert Path(answer).read_bytes() in a.conflicts()
    assert anchors(a) == {}
    assert "anchor" not in a.types()


def test_who_confirms_more_than_this_vault_holds_says_that_it_was_rolled_back(desks, tmp_path):
    a, b, _c = desks
    backup = copy_desk(a, tmp_path / "backup")
    (done,) = b.receive(a.send(b))
    error = refusal(backup.take, *done.answers)
    assert (error.code, error.status) == ("FORK", 7)
    assert backup.conflicts()


def test_two_histories_of_the_other_desk_s_own_log_are_found_by_its_answers(desks, tmp_path):
    """b shows a one log in its answer to the first bundle, and another in its answer to the second."""
    a, b, _c = desks
    first, second = a.send(b), a.send(b)
    twin = copy_desk(b, tmp_path / "twin")
    (one,) = b.receive(first)
    (two,) = twin.receive(second)
    a.take(*one.answers)
    error = refusal(a.take, *two.answers)
    assert (error.code, str(b.journal.origin) in str(error)) == ("FORK", True)


def test_a_note_that_is_no_checkpoint_is_no_answer(desks):
    a, _b, _c = desks
    path = a.folder / "x.cosig"
    for data in (b"", b"hello", note_bytes("a\nb\n", "— x AAAAAAAA\n"), b"x" * 9_000_000):
        path.write_bytes(data)
        assert unchanged_by(a, path) == "ANSWER-FOREIGN"


def test_a_key_that_was_replaced_accuses_nobody_of_two_histories(desks, tmp_path):
    """A thief of the other desk's old key confirms lines that were never written here."""
    a, b, _c = desks
    thief, forger = copy_desk(b, tmp_path / "thief"), copy_desk(a, tmp_path / "forger")
    b.collect("phone")
    change_key(b.desk, b.passphrase, KeyWish(b.recovery_sheet))
    a.receive(b.send(a))
    for _ in range(20):
        thief.more()
    forger.more()
    (done,) = thief.receive(forger.send(thief))
    assert refusal(a.take, done.answers[0]).code == "ANSWER-FOREIGN"
    assert not a.conflicts()
