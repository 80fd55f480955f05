"""Steps that the usual court bundle has no use for, run on evidence made here: key changes, witnesses, receipts, and hostile names."""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.oracles import require
from witnesskit.actions.chain_members import LogCopy
from witnesskit.actions.court_facts import CourtParts, checkable
from witnesskit.actions.custody_story import opened_events
from witnesskit.custody.journal import Journal
from witnesskit.custody.key_line import ChangeWish, authorise
from witnesskit.custody.prepare import prepare
from witnesskit.custody.signer import Signer
from witnesskit.formats import key_change
from witnesskit.formats.checkpoint import note_bytes, parse_checkpoint, parse_note
from witnesskit.formats.cosignature import cosignature_line, message
from witnesskit.formats.merkle import leaf_hash
from witnesskit.formats.tlog_proof import TlogProof, proof_bytes
from witnesskit.keys import COSIGNATURE, VerifierKey
from witnesskit.model import Opening
from witnesskit.report.checkable import Checkable, CheckableAnchor, CheckableFile, CheckableLog, file_name
from witnesskit.report.court_steps import steps
from witnesskit.report.outside_steps import anchor_steps
from witnesskit.report.outside_steps import key_change as key_change_step
from witnesskit.verify.case import AnchorFile

ORIGIN, WHEN = "wk1/desk000000000", 1_900_000_000
SIGNER, RECOVERY = Signer(ORIGIN, bytes(range(32))), Signer("recovery/1", bytes(32))
NEW = Signer(ORIGIN, b"n" * 32)
WITNESS = Ed25519PrivateKey.from_private_bytes(b"w" * 32)
WITNESS_KEY = VerifierKey("wk1/witness0000000", WITNESS.public_key().public_bytes_raw(), COSIGNATURE)


@pytest.fixture
def log(tmp_path) -> LogCopy:
    """Genesis, a change of keys and a receipt, with the new key's checkpoint."""
    genesis = prepare(
        "genesis", {"day": "2026-01-02"}, x={"next": hashlib.sha256(RECOVERY.vkey.encode()).hexdigest()}
    )
    journal = Journal.create(tmp_path / "log", signer=SIGNER, by="desk", genesis=genesis)
    change = authorise(RECOVERY, journal.log, journal.settle(), ChangeWish("rotate", NEW.key, "0" * 64, ""))
    journal.change_key(prepare("key", {"day": "2026-01-03"}, x=key_change.public_members(change)), NEW)
    journal.append(prepare("receipt", {"day": "2026-01-04", "origin": "wk1/other00000000"}), {})
    journal.checkpoint(NEW)
    return LogCopy(ORIGIN, journal.log, journal.size, journal.root, journal.log_bytes(), journal.notes()[-1])


def follow(commands, folder):
    for tool in ("openssl", "bash"):
        require(tool)
    script = "\n".join(("set -e", *commands))
    return subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, text=True, check=False)


def facts(log, *evidence, **given) -> Checkable:
    own = replace(log, evidence=evidence)
    return checkable(CourtParts((own,), opened_events((own,), ()), (), **given))


def put(folder, log, *evidence):
    name = file_name(ORIGIN)
    (folder / f"{name}.log").write_bytes(log.lines)
    (folder / f"{name}.{log.size}.note").write_bytes(log.note)
    for one in evidence:
        (folder / f"{name}.{one.name}").write_bytes(one.data)


def test_a_change_of_keys_is_checked_with_the_recovery_key_that_was_committed(log, tmp_path):
    put(tmp_path, log)
    (change,) = facts(log).key_changes
    done = follow(key_change_step(change).commands, tmp_path)
    assert "Verified Successfully" in done.stdout, done.stderr
    assert change.committed in done.stdout
    assert change.committed in log.lines.split(b"\n")[0].decode()


@pytest.mark.parametrize("field", ["auth", "text", "auth_key"])
def test_a_change_that_another_key_signed_or_that_says_something_else_does_not_hold(log, tmp_path, field):
    put(tmp_path, log)
    (change,) = facts(log).key_changes
    other = {
        "auth": base64.b64encode(bytes(64)).decode(),
        "text": change.text.replace("rotate", "revoke"),
        "auth_key": Signer("recovery/1", b"x" * 32).vkey,
    }
    done = follow(key_change_step(replace(change, **{field: other[field]})).commands, tmp_path)
    assert "Verified Successfully" not in done.stdout
    assert field != "auth_key" or change.committed not in done.stdout


def cosigned(log, when=WHEN, flip=0) -> AnchorFile:
    checkpoint = parse_checkpoint(parse_note(log.note).text)
    signed = bytearray(WITNESS.sign(message(WITNESS_KEY, checkpoint, when)))
    signed[3] ^= flip
    return AnchorFile(
        f"{log.size}.peer.cosig", note_bytes(checkpoint.text, cosignature_line(WITNESS_KEY, when, bytes(signed)))
    )


def test_a_cosignature_is_checked_with_the_time_that_the_witness_told(log, tmp_path):
    evidence = cosigned(log)
    put(tmp_path, log, evidence)
    (anchor,) = facts(log, evidence, witnesses=(WITNESS_KEY,)).anchors
    (step,) = anchor_steps(anchor)
    done = follow(step.commands, tmp_path)
    assert "Verified Successfully" in done.stdout, done.stderr
    assert "2030" in done.stdout
    later = [command.replace(str(WHEN), str(WHEN + 1)) for command in step.commands]
    assert "Verified Successfully" not in follow(later, tmp_path).stdout


@pytest.mark.parametrize("case", ["unknown witness", "bad signature"])
def test_a_cosignature_that_does_not_hold_gets_no_command(log, case):
    evidence = cosigned(log, flip=int(case == "bad signature"))
    (anchor,) = facts(log, evidence, witnesses=() if case == "unknown witness" else (WITNESS_KEY,)).anchors
    assert list(anchor_steps(anchor)) == []


def proof(log, index, **changes) -> TlogProof:
    """The proof of one line of three: its neighbours in the tree."""
    leaves = [leaf_hash(line) for line in log.lines.split(b"\n")[:3]]
    pair = hashlib.sha256(b"\1" + leaves[0] + leaves[1]).digest()
    path = {0: (leaves[1], leaves[2]), 1: (leaves[0], leaves[2]), 2: (pair,)}[index]
    return TlogProof(index, path, log.note, log.lines.split(b"\n")[index], **changes)


@pytest.mark.parametrize("index", [0, 1, 2])
def test_a_receipt_in_another_log_is_checked_by_the_small_program(log, tmp_path, index):
    evidence = AnchorFile(f"{log.size}.peer.proof", proof_bytes(proof(log, index)))
    put(tmp_path, log, evidence)
    (anchor,) = facts(log, evidence).anchors
    (step,) = anchor_steps(anchor)
    done = follow(step.commands, tmp_path)
    assert done.stdout == f"entry {index} is among the 3 that {ORIGIN} signed\n", done.stderr


def test_the_small_program_says_no_of_another_line_and_of_what_was_not_committed(log, tmp_path):
    stranger = "WyJ4Il0"
    wrong = replace(proof(log, 2, disclosures=(stranger,)), line=log.lines.split(b"\n")[1])
    evidence = AnchorFile(f"{log.size}.peer.proof", proof_bytes(wrong))
    put(tmp_path, log, evidence)
    (anchor,) = facts(log, evidence).anchors
    (step,) = anchor_steps(anchor)
    done = follow(step.commands, tmp_path)
    assert "entry 2 IS NOT among" in done.stdout
    assert 'NOT COMMITTED ["x"]' in done.stdout


def test_a_bitcoin_proof_names_the_client_that_checks_it():
    (step,) = anchor_steps(CheckableAnchor("desk", 3, "3.bitcoin.ots", "ots", "0" * 64, "1" * 64))
    assert step.commands == ("ots verify -f desk.3.note desk.3.bitcoin.ots",)


def test_evidence_without_its_checkpoint_or_with_another_name_is_passed_over(log):
    other = AnchorFile("99.peer.cosig", cosigned(log).data)
    assert facts(log, other, AnchorFile("../evil", b"x")).anchors == ()


def test_a_name_that_a_device_chose_cannot_leave_its_quotes(tmp_path):
    evil = "wk1/$(touch taken);'`touch taken`'\n-rf"
    key = f"{evil}+00000000+AAAA"
    log = CheckableLog(evil, key, 1, "AAAA", "0" * 64, "1" * 64, "2" * 64, f"{evil} ssh-ed25519 AAAA")
    files = (CheckableFile("original-1", "x", "3" * 64, log.name, 1, "WyJ4Il0'; touch taken;'"),)
    for step in steps(Checkable((log,), files)):
        follow([re.sub("^set -e", "", command) for command in step.commands], tmp_path)
    assert not list(tmp_path.rglob("taken"))
    assert re.fullmatch("[a-z0-9]+", log.name)
    assert file_name("wk1/..") == "log"


def test_an_opening_that_no_event_commits_is_no_fact(log):
    stranger = Opening(log.log, 2, "WyJzYWx0c2FsdHNhbHRzYWx0c2EiLCJvcmlnaW4iLCJ4Il0")
    (event,) = [one for one in opened_events((log,), (stranger,)) if one.event.n == 2]
    assert event.fields == {}
    assert checkable(CourtParts((replace(log),), (event,), (stranger,))).receipts == ()
