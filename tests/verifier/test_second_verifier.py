"""Two verifiers that share no code say the same: of every vector, of a court's bundle, of what random hands made of both."""

from __future__ import annotations

import ast
import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.verifier.both import PROGRAM, first_says, second, second_says
from tests.verifier.mutations import mutated
from witnesskit.actions.verify import VerifyWish, verify
from witnesskit.errors import WitnesskitError

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
PATHS = sorted([*VECTORS.glob("custody_log/*.json"), *VECTORS.glob("tlog_proof/*.json")])
# a Bitcoin header decides these; the second verifier reads no OpenTimestamps and says OTS
OF_A_BLOCK = {"ok-block": ("UNCHANGED", ["OTS"])}
LINES_MAX = 536  # 250 were hoped for; all twenty steps, bundles, proofs and trust take this much
TOKENS = VECTORS / "timestamp_token"


def load(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def named(paths: list[Path]) -> dict:
    return {"argvalues": paths, "ids": [f"{path.parent.name}-{path.stem}" for path in paths]}


@pytest.mark.parametrize("path", **named(PATHS))
def test_of_a_vector_it_says_what_the_vector_states_and_what_the_first_verifier_says(path):
    vector = load(path)
    told = second_says(vector)
    stated = vector["expect"]["state"], vector["expect"]["codes"]
    assert first_says(vector) == stated
    assert told == OF_A_BLOCK.get(path.stem, stated)


@pytest.mark.parametrize("path", **named(PATHS))
def test_of_random_changes_of_a_vector_both_say_unchanged_or_neither_does(path):
    vector = load(path)
    if any(file["name"].endswith(".ots") for log in vector.get("logs", []) for file in log["anchors"]):
        pytest.skip("a Bitcoin header decides")
    for seed in range(4):
        changed = mutated(vector, seed)
        one, two = first_says(changed), second_says(changed)
        assert (one[0] == "UNCHANGED") == (two[0] == "UNCHANGED"), f"seed {seed}: {one}, {two}"


@pytest.mark.parametrize("name", sorted(load(TOKENS / "expected.json")))
def test_of_a_timestamp_it_says_what_the_vector_states(name):
    told = load(TOKENS / "expected.json")[name]
    response, note = (TOKENS / f"{name}.tsr").read_bytes(), (TOKENS / "data").read_text()
    root, *more = ((TOKENS / f"{one}.pem").read_text() for one in (told["root"], *told["intermediates"]))
    if "time" in told:
        names, _, moment = second.stamp(response, [note], {"sample": root}, more)
        assert (names, moment) == ({"time authority sample"}, told["time"])
    else:
        with pytest.raises(Exception):  # noqa: B017  whatever is raised inside a case is one finding, TSA
            second.stamp(response, [note], {"sample": root}, more)


def test_an_unsigned_status_text_does_not_set_the_time():
    """Whoever hands a response over can write anything around the signed token."""
    token = (TOKENS / "ok-bare-token.tsr").read_bytes()
    lie = b"\nTime stamp: Jan  1 00:00:00 2021 GMT\n"
    text = b"\x30" + bytes([len(lie) + 2]) + b"\x0c" + bytes([len(lie)]) + lie
    status = b"\x30" + bytes([3 + len(text)]) + b"\x02\x01\x00" + text
    body = status + token
    response = b"\x30\x82" + len(body).to_bytes(2, "big") + body
    root, more = (TOKENS / "root.pem").read_text(), [(TOKENS / "intermediate.pem").read_text()]
    *_, moment = second.stamp(response, [(TOKENS / "data").read_text()], {"sample": root}, more)
    assert moment == load(TOKENS / "expected.json")["ok-bare-token"]["time"]


def test_without_openssl_a_timestamp_counts_for_nothing(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    state, codes = second_says(load(VECTORS / "custody_log" / "ok-two-authorities.json"))
    assert (state, codes) == ("UNCHANGED", ["TSA"])


def test_without_ml_dsa_a_log_with_a_second_key_is_unsigned(monkeypatch):
    monkeypatch.setattr(second, "MLDSA44PublicKey", None)
    state, codes = second_says(load(VECTORS / "custody_log" / "ok-second-key.json"))
    assert state == "CANNOT TELL"
    assert "UNSIGNED" in codes


def test_answers_and_counts_are_worded_as_the_vectors_state():
    for path in PATHS:
        vector = load(path)
        if path.stem in OF_A_BLOCK:
            continue
        case, counts = second.Case(vector["trust"]), {}
        if "proof" in vector:
            good = case.file(*case.proof(base64.b64decode(vector["proof"])), vector.get("found"))
        else:
            counts, good = case.judge(vector)
        assert case.answer(good)[0] == vector["expect"]["answer"], path.stem
        if counts:
            tally = "{disclosed} of {items} items disclosed, {deleted} deleted, {unopened} unopened".format(**counts)
            assert tally == vector["expect"]["tally"], path.stem


@pytest.mark.parametrize("value", [None, [], {}, "x", 2**70, -1, True, "\ud800", [[]] * 3, {"a": 1}])
@pytest.mark.parametrize("member", ["logs", "openings", "found"])
def test_nothing_in_a_case_makes_it_crash(member, value):
    vector = load(VECTORS / "custody_log" / "ok.json")
    for place in vector[member][0]:
        changed = load(VECTORS / "custody_log" / "ok.json")
        changed[member][0][place] = value
        state, _codes = second_says(changed)
        assert state in ("CANNOT TELL", "CHANGED", "UNCHANGED")


# a court's bundle


def run(*words: object) -> subprocess.CompletedProcess:
    """As a court runs it: isolated, from any folder."""
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    line = [sys.executable, "-I", str(PROGRAM), *map(str, words)]
    return subprocess.run(line, capture_output=True, text=True, env=environment, cwd="/", timeout=120)


def status_of_first(bag: Path, *signers: str) -> int:
    try:
        return verify(VerifyWish(bag, signers), lambda *_: None).exit_status
    except WitnesskitError as error:
        return int(error.status)


def test_of_a_court_bundle_both_say_unchanged(court):
    told = run(court.bag, "--signer", court.signer)
    assert told.returncode == 0, told.stdout + told.stderr
    count, answer = told.stdout.splitlines()[-2:]
    assert answer.startswith("UNCHANGED since ")
    assert count == "1 of 1 items disclosed, 0 deleted, 0 unopened"
    assert status_of_first(court.bag, court.signer) == 0


def test_of_a_court_bundle_by_somebody_who_was_not_named_both_cannot_tell(court):
    assert (run(court.bag).returncode, status_of_first(court.bag)) == (8, 8)


def test_a_signer_may_be_named_in_a_file_or_in_a_trust_folder(court, tmp_path):
    (tmp_path / "key.txt").write_text(court.signer + "\n")
    (tmp_path / "trust").mkdir()
    (tmp_path / "trust" / "policy").write_text(f"# by telephone\nlog {court.signer}\nquorum none\n")
    assert run(court.bag, "--signer", tmp_path / "key.txt").returncode == 0
    assert run(court.bag, "--trust", tmp_path / "trust").returncode == 0


def test_a_trust_folder_with_a_strange_file_is_refused(court, tmp_path):
    (tmp_path / "polciy").write_text("")
    assert run(court.bag, "--trust", tmp_path).returncode == 2


def test_a_place_that_is_not_there_is_no_answer(tmp_path):
    told = run(tmp_path / "nothing")
    assert (told.returncode, told.stdout) == (2, "")
    assert "there is no" in told.stderr


def test_what_it_prints_of_a_case_cannot_steer_a_terminal(court, bag):
    member = bag / "members.jsonl"
    member.write_bytes(b'{"\x1b[2J":1}\n')
    told = run(bag, "--signer", court.signer)
    assert told.returncode == 7
    assert "\x1b" not in told.stdout + told.stderr


def kind_of(bag: Path, kind: str) -> Path:
    members = [json.loads(line) for line in (bag / "members.jsonl").read_text().splitlines()]
    return bag / "data" / f"{next(one['ordinal'] for one in members if one['kind'] == kind):08d}"


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


CHANGES = {
    "media": lambda bag: flip(kind_of(bag, "media")),
    "log": lambda bag: flip(kind_of(bag, "chain")),
    "note": lambda bag: flip(kind_of(bag, "checkpoint")),
    "openings": lambda bag: flip(kind_of(bag, "openings")),
    "report": lambda bag: flip(kind_of(bag, "report")),
    "missing file": lambda bag: kind_of(bag, "media").unlink(),
    "extra file": lambda bag: (bag / "data" / "00000099").write_text("x"),
    "link": lambda bag: (kind_of(bag, "report").unlink(), kind_of(bag, "report").symlink_to("/dev/zero")),
    "bagit.txt": lambda bag: flip(bag / "bagit.txt"),
    "bundle.json": lambda bag: flip(bag / "bundle.json"),
    "bundle.sig": lambda bag: flip(bag / "bundle.sig"),
    "members.jsonl": lambda bag: flip(bag / "members.jsonl"),
    "manifest": lambda bag: flip(bag / "manifest-sha256.txt"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_court_bundle_is_changed_for_both(court, bag, change):
    CHANGES[change](bag)
    told = run(bag, "--signer", court.signer)
    assert told.returncode == 7, told.stdout + told.stderr
    assert "CHANGED" in told.stdout.splitlines()
    assert status_of_first(bag, court.signer) == 7


def test_a_proof_and_its_file_by_the_command_line(tmp_path):
    vector = load(VECTORS / "tlog_proof" / "ok.json")
    (tmp_path / "film.tlog-proof").write_bytes(base64.b64decode(vector["proof"]))
    (tmp_path / "other").write_text("another film")
    words = ("--proof", tmp_path / "film.tlog-proof")
    (key,) = vector["trust"]["keys"]
    assert run(*words, "--signer", key).returncode == 0
    assert run(*words).returncode == 8
    assert run(*words, tmp_path / "other", "--signer", key).returncode == 7


def test_a_vector_by_the_command_line():
    told = run("--case", VECTORS / "custody_log" / "ALTERED-capsule.json")
    assert told.stdout.split() == ["CHANGED", "ALTERED"]


# the file itself


def test_it_is_one_file_that_a_person_can_read():
    lines = PROGRAM.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= LINES_MAX
    assert max(map(len, lines)) <= 118


def test_it_imports_nothing_but_the_standard_library_and_cryptography():
    tree = ast.parse(PROGRAM.read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= {*sys.stdlib_module_names, "cryptography"}
    words = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert words.isdisjoint({"eval", "exec", "__import__", "compile"})


def test_it_works_alone_in_an_empty_folder(tmp_path, court):
    shutil.copy(PROGRAM, tmp_path / "v.py")
    line = [sys.executable, "-I", "v.py", str(court.bag), "--signer", court.signer]
    told = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert told.returncode == 0, told.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["v.py"]


def test_its_page_says_what_it_is_not():
    page = (PROGRAM.parent / "README.md").read_text(encoding="utf-8")
    assert "sha256sum verify_standalone.py" in page
    assert hashlib.sha256(PROGRAM.read_bytes()).hexdigest() not in page  # it would be changed together with the file
