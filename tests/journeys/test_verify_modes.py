"""Every question that ``verify`` answers, asked through the command: a file, a list, a proof, two copies of a log."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.actions.test_trust_folder import certificate
from tests.journeys.conftest import copy_of
from tests.journeys.program import PASSPHRASE_FILE, Folder, Ran
from tests.journeys.test_verifying import unpack
from tests.media_builders.jpeg import Plan, build
from tests.oracles import require
from witnesskit.custody.signer import Signer
from witnesskit.formats.checkpoint import Checkpoint
from witnesskit.formats.merkle import Tree, leaf_hash
from witnesskit.formats.short_id import short_id
from witnesskit.sealing.identity import Identity
from witnesskit.vault import layout
from witnesskit.vault.state import load_state

PHOTO = Path(__file__).resolve().parents[2] / "demo" / "photo.jpg"
UNLOCK = ("--passphrase-file", f"sec/{PASSPHRASE_FILE}")


@pytest.fixture(scope="module")
def parcels(team, tmp_path_factory) -> Folder:
    """A desk with a photo of its own, delivered by a field device; a bag for the public; proofs for public and court."""
    folder = copy_of(team, tmp_path_factory.mktemp("parcels"))
    shutil.copy(PHOTO, folder.path)
    folder.ok("add", "photo.jpg", "--vault", "field")
    for name in ("stick", "bags", "public", "court"):
        (folder.path / name).mkdir()
    folder.ok("bundle", "stick", "--vault", "field")
    (bundle,) = (folder.path / "stick").iterdir()
    shutil.copytree(folder.path / "desk/custody", folder.path / "custody-before")
    folder.desk("import", bundle, "--receipts", "receipts")
    (item,) = folder.ready_for_the_public()
    (folder.path / "item.txt").write_text(item)
    reader = Identity.generate()
    (folder.path / "reader.txt").write_text(reader.text + "\n")
    folder.desk("bundle", "bags", "--audience", "public", "--to", reader.recipient)
    (sealed,) = (folder.path / "bags").iterdir()
    unpack(sealed, reader, folder.path / "bag")
    folder.desk("disclose", item, "--field", "sha256", "--field", "day", "--out", "public")
    folder.desk("disclose", item, "--field", "sha256", "--for", "court", "--out", "court")
    (folder.path / "signer.txt").write_text(desk_key(folder) + "\n")
    return folder


@pytest.fixture
def own(parcels, tmp_path) -> Folder:
    shutil.copytree(parcels.path, tmp_path / "own")
    return Folder(tmp_path / "own")


def desk_key(folder: Folder) -> str:
    return layout.open_vault(folder.path / "desk").config.key


def verify(folder: Folder, *arguments: object) -> Ran:
    return folder.inside("verify", *arguments, "--json")


def signed(folder: Folder, *arguments: object) -> Ran:
    return verify(folder, *arguments, "--signer", "signer.txt")


def public_proof(folder: Folder) -> Path:
    (found,) = (folder.path / "public").iterdir()
    return found


def published(folder: Folder) -> Path:
    """The copy as the public has it."""
    members = [json.loads(line) for line in (folder.path / "bag/members.jsonl").read_text().splitlines()]
    (copy,) = [member for member in members if member["kind"] == "copy"]
    return folder.path / "bag/data" / f"{copy['ordinal']:08d}"


def sealed(folder: Folder) -> Path:
    (found,) = (folder.path / "bags").iterdir()
    return found


# trust


def test_a_trust_folder_takes_the_place_of_a_signer(own):
    (own.path / "trust").mkdir()
    assert verify(own, "bag").status == 8
    assert verify(own, "bag", "--trust", "trust").status == 8
    (own.path / "trust/policy").write_text(f"log {desk_key(own)}\nquorum none\n")
    ran = verify(own, "bag", "--trust", "trust")
    assert (ran.status, ran.json()["state"]) == (0, "UNCHANGED")


@pytest.mark.parametrize("name", ["stray", "policy"])
def test_a_trust_folder_that_cannot_be_used_checks_nothing(own, name):
    (own.path / "trust").mkdir()
    (own.path / "trust" / name).write_text("x")
    ran = verify(own, "bag", "--trust", "trust", "--signer", "signer.txt")
    assert ran.status == 2
    assert ran.codes()[0] in ("TRUST-FOLDER", "TRUST-POLICY")


def test_two_roots_of_one_authority_are_refused(own):
    for name in ("a.pem", "b.pem"):
        (own.path / name).write_bytes(certificate("one") if name == "a.pem" else (own.path / "a.pem").read_bytes())
    ran = signed(own, "bag", "--tsa-root", "a.pem", "--tsa-root", "b.pem")
    assert (ran.status, ran.codes()) == (2, ["TRUST-FOLDER"])
    assert signed(own, "bag", "--tsa-root", "a.pem").status == 0


def test_the_answer_says_how_many_items_and_that_no_time_is_proven(parcels):
    ran = parcels.inside("verify", "desk", *UNLOCK, "--items")
    assert "1 of 1 items disclosed, 0 deleted, 0 unopened" in ran.out
    assert "time unproven" in ran.out
    assert signed(parcels, "bag").json()["word_of"] == [desk_key(parcels).partition("+")[0]]
    assert ran.out.count("\nitem ") >= 1
    told = signed(parcels, "bag").json()
    assert told["interval"] == {"not_before": None, "not_after": None}
    assert all("interval" in item for item in told["items"])
    assert set(told["tally"]) == {"items", "disclosed", "deleted", "unopened"}


# a file in a case


def test_an_original_a_copy_and_a_stranger_are_told_apart(own):
    for file, case, answer, status in (
        ("photo.jpg", ("desk", *UNLOCK), "original", 0),
        (published(own), ("desk", *UNLOCK), "known copy", 0),
        (published(own), (sealed(own), "--key", "reader.txt", "--signer", "signer.txt"), "known copy", 0),
        (published(own), ("bag", "--signer", "signer.txt"), "known copy", 0),
        ("photo.jpg", ("bag", "--signer", "signer.txt"), "neither", 8),
    ):
        ran = verify(own, file, "--in", *case)
        assert (ran.json()["file"]["answer"], ran.status) == (answer, status)
    (own.path / "other.jpg").write_bytes(build(Plan()))
    ran = own.inside("verify", "other.jpg", "--in", "bag", "--signer", "signer.txt")
    assert ran.status == 8
    assert "other.jpg: neither" in ran.out
    assert "UNCHANGED" in ran.out


def test_a_known_file_of_a_case_that_nobody_vouches_for_is_told_with_that(parcels):
    ran = parcels.inside("verify", published(parcels), "--in", "bag")
    assert ran.status == 8
    assert "CANNOT TELL" in ran.out
    assert "known copy" in ran.out
    assert "only as good as" in ran.out


def test_a_known_file_of_a_changed_case_is_told_with_that(own):
    (own.path / "bag/data/00000003").unlink()
    ran = signed(own, "photo.jpg", "--in", "bag")
    assert (ran.status, ran.json()["state"]) == (7, "CHANGED")


# lists


def test_sha256sum_checks_the_list_we_wrote_and_we_know_every_line_of_it(own):
    require("sha256sum")
    for case, place, more in (("bag", "bag", ("--signer", "signer.txt")), ("desk", "desk", UNLOCK)):
        listed = own.path / f"{case}.sha256"
        ran = verify(own, case, *more, "--write-hashes", listed)
        assert ran.status == 0, ran.both
        assert ran.json()["counts"]["hashes"] == len(listed.read_text().splitlines())
        done = subprocess.run(["sha256sum", "-c", "--strict", listed], cwd=own.path / place, capture_output=True)
        assert done.returncode == 0, done.stdout
        back = verify(own, "--hash-list", listed, "--in", case, *more)
        assert back.status == 0, back.both


def test_a_list_of_sha256sum_is_answered_line_by_line(own):
    require("sha256sum")
    (own.path / "new\nline.jpg").write_bytes(build(Plan()))
    names = ["photo.jpg", published(own), "new\nline.jpg"]
    done = subprocess.run(["sha256sum", *names], cwd=own.path, check=True, capture_output=True)
    (own.path / "list").write_bytes(done.stdout)
    ran = verify(own, "--hash-list", "list", "--in", "desk", *UNLOCK)
    assert [item["answer"] for item in ran.json()["items"]] == ["original", "known copy", "not known here"]
    assert ran.status == 8
    (own.path / "list").write_bytes(b"".join(line + b"\r\n" for line in done.stdout.splitlines()[:2]))
    assert verify(own, "--hash-list", "list", "--in", "desk", *UNLOCK).status == 0
    (own.path / "list").write_bytes(done.stdout.splitlines(keepends=True)[0] + b"no line\n")
    ran = verify(own, "--hash-list", "list", "--in", "desk", *UNLOCK)
    assert (ran.status, [one["code"] for one in ran.json()["warnings"]]) == (8, ["HASH-LIST-LINES"])
    (own.path / "list").write_bytes(b"\n# nothing\n")
    assert verify(own, "--hash-list", "list", "--in", "desk", *UNLOCK).codes() == ["HASH-LIST"]


def test_a_list_that_is_there_already_is_not_written_over(own):
    (own.path / "there").write_text("mine")
    assert signed(own, "bag", "--write-hashes", "there").codes() == ["OUTPUT-EXISTS"]
    assert (own.path / "there").read_text() == "mine"


# proofs


def test_a_proof_alone_says_field_by_field_what_is_proven_and_how_much_is_shut(parcels):
    proof = public_proof(parcels)
    ran = parcels.inside("verify", proof, "--signer", "signer.txt")
    assert ran.status == 0, ran.both
    assert "sha256: " in ran.out
    assert "(proven)" in ran.out
    assert "the other 22 digests of this line are withheld or empty, nobody can tell which" in ran.out
    found = signed(parcels, proof).json()["proof"]
    assert (found["event"], set(found["fields"]), found["shut"]) == ("derive", {"sha256", "day"}, 22)


def test_a_proof_of_nobody_proves_nothing(parcels):
    ran = parcels.inside("verify", public_proof(parcels))
    assert ran.status == 8
    assert "(said, not proven)" in ran.out
    assert "(proven)" not in ran.out


def test_a_file_is_the_one_of_its_proof_or_it_is_not(own):
    proof = public_proof(own)
    assert signed(own, published(own), "--proof", proof).status == 0
    ran = signed(own, "photo.jpg", "--proof", proof)
    assert (ran.status, ran.json()["state"]) == (7, "CHANGED")
    data = published(own).read_bytes()
    (own.path / "near.jpg").write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert signed(own, "near.jpg", "--proof", proof).status == 7


def test_a_court_reads_the_field_log_s_own_line_under_the_field_log_s_key(own):
    key = layout.open_vault(own.path / "field").config.key
    (proof,) = (own.path / "court").glob("*-ingest-*")
    ran = verify(own, "photo.jpg", "--proof", proof, "--signer", key)
    assert (ran.status, ran.json()["proof"]["event"]) == (0, "ingest")
    assert signed(own, "photo.jpg", "--proof", proof).status == 8


@pytest.mark.parametrize("place", [0, 30, 200, 900, -1])
def test_a_damaged_proof_is_never_believed(own, place):
    proof = public_proof(own)
    data = bytearray(proof.read_bytes())
    data[place] ^= 2
    proof.write_bytes(data)
    ran = signed(own, proof)
    assert ran.status in (7, 8)


@pytest.mark.parametrize("data", [b"", b"c2sp.org/tlog-proof@v1\n", b"\xff" * 100])
def test_what_is_no_proof_is_said(own, data):
    (own.path / "x.tlog-proof").write_bytes(data)
    ran = signed(own, "x.tlog-proof")
    assert (ran.status, ran.codes()) == (8, ["PROOF-FILE"])


# two copies of a log


def of_two(folder: Folder, one: object, other: object) -> tuple[int, str]:
    ran = verify(folder, one, "--against", other)
    return ran.status, "; ".join(check["sentence"] for check in ran.json().get("checks", ()))


def test_a_log_is_itself_and_continues_what_it_was(parcels):
    assert of_two(parcels, "desk", "desk/custody")[0] == 0
    status, sentence = of_two(parcels, "desk/custody/log.jsonl", "custody-before")
    assert (status, "continues" in sentence) == (0, True)
    assert of_two(parcels, "field", "desk")[0] == 0  # as the desk saw it
    assert of_two(parcels, "bag", "desk")[0] == 0


def test_two_logs_that_have_nothing_to_do_with_each_other_are_not_compared(parcels):
    status, sentence = of_two(parcels, "field", "locked")
    assert (status, "not the same log" in sentence) == (8, True)


def test_two_histories_of_one_log_are_a_fork(own):
    place = own.path / "forged"
    shutil.copytree(own.path / "desk/custody", place)
    for note in (place / "checkpoints").iterdir():
        note.unlink()
    lines = (place / "log.jsonl").read_bytes().splitlines()
    forged = [*lines[:-2], lines[-1]]
    (place / "log.jsonl").write_bytes(b"".join(line + b"\n" for line in forged))
    status, sentence = of_two(own, "desk", "forged")
    assert (status, "two histories" in sentence) == (7, True)


def test_a_copy_whose_signed_root_is_another_is_changed(own):
    signer = Signer.generate("wk1/desk000000000")
    tree = Tree([leaf_hash(b"x")])
    (own.path / "custody-before/checkpoints/1.note").write_bytes(
        signer.note(Checkpoint(signer.origin, 1, tree.root()).text)
    )
    assert of_two(own, "desk", "custody-before")[0] in (7, 8)


# how it is asked


@pytest.mark.parametrize(
    "words",
    [
        (), ("--in", "bag"), ("--hash-list", "signer.txt"), ("bag", "--hash-list", "signer.txt", "--in", "bag"),
        ("photo.jpg", "--in", "bag", "--proof", "signer.txt"), ("bag", "--against", "bag", "--in", "bag"),
        ("photo.jpg", "--in", "bag", "--write-hashes", "x"), ("--write-hashes", "x"),
    ],
)  # fmt: skip
def test_one_question_at_a_time(parcels, words):
    assert (verify(parcels, *words).status, verify(parcels, *words).codes()) == (2, ["USAGE"])


def test_items_are_named_by_their_short_ids_only(parcels):
    ran = parcels.inside("verify", published(parcels), "--in", "desk", *UNLOCK)
    item = next(
        one for one, found in load_state(layout.open_vault(parcels.path / "desk")).items.items() if not found.paper
    )
    assert short_id(item) in ran.out
    assert f"item {item}" not in ran.out
