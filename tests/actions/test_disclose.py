"""A single fact of an item, proven and nothing else: what leaves, what stays shut, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.actions.stage import Device, Quiet, Stage, copy_of
from tests.actions.test_audiences import TOKEN
from witnesskit.actions.add import add
from witnesskit.actions.change_key import KeyWish, change_key
from witnesskit.actions.disclose import disclose, list_fields
from witnesskit.actions.disclosed import Disclosed, DiscloseWish
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.proof_file import verify_proof
from witnesskit.actions.sources import look_through
from witnesskit.actions.trust_folder import outside_trust
from witnesskit.actions.witnessed_note import witnessed_note
from witnesskit.cli.verify_words import interval_lines
from witnesskit.errors import WitnesskitError
from witnesskit.formats import custody_event, disclosure, merkle
from witnesskit.formats.checkpoint import SignatureState, note_bytes, parse_checkpoint, parse_note
from witnesskit.formats.cosignature import cosignature_line, message
from witnesskit.formats.short_id import short_id
from witnesskit.formats.tlog_proof import TlogProof, parse_proof
from witnesskit.keys import COSIGNATURE, VerifierKey, parse_verifier_key
from witnesskit.vault import state

PHOTO = Path(__file__).resolve().parents[2] / "demo" / "photo.jpg"
PUBLIC = ("day", "sha256", "size", "media_type", "essence", "presentation_sha256", "finding")


@pytest.fixture(scope="module")
def collected(first_stage: Stage, tmp_path_factory) -> Stage:
    """A photo with a derivative that may be published, and a text without any copy."""
    stage = copy_of(first_stage, tmp_path_factory.mktemp("collected") / "stage")
    device = Device(stage.folder / "a")
    device.add(PHOTO, stage.folder / "a.txt")
    stage.take_in(device.bundle(stage.folder / "stick"))
    assert len(stage.make_public()) == 1
    return stage


@pytest.fixture
def desk(collected: Stage, tmp_path: Path) -> Stage:
    stage = copy_of(collected, tmp_path / "desk")
    (stage.folder / "out").mkdir()
    return stage


def items(stage: Stage) -> tuple[str, str]:
    """The photo and the text, by short id."""
    found = {item: len(one.capsules) for item, one in state.load_state(stage.desk).items.items() if not one.paper}
    text, photo = sorted(found, key=found.__getitem__)
    return short_id(photo), short_id(text)


def ask(stage: Stage, item: str, *fields: str, audience: str = "public", **more) -> Disclosed:
    wish = DiscloseWish(item, fields, stage.folder / "out", audience, **more)
    return disclose(stage.desk, stage.passphrase, wish)


def refusal(stage: Stage, item: str, *fields: str, **more) -> str:
    with pytest.raises(WitnesskitError) as caught:
        ask(stage, item, *fields, **more)
    return caught.value.code


def proofs(done: Disclosed) -> list[TlogProof]:
    return [parse_proof(Path(one.file).read_bytes()) for one in done.proofs]


def told(proof: TlogProof) -> dict:
    """What the openings say, after every step of docs/spec/proof.md that needs no verifier."""
    event = custody_event.parse(proof.line)
    assert event.n == proof.index
    assert all(disclosure.digest(text) in event.sd for text in proof.disclosures)
    checkpoint = parse_checkpoint(parse_note(proof.note).text)
    leaf = merkle.leaf_hash(proof.line)
    merkle.check_inclusion(proof.index, checkpoint.size, leaf, proof.hashes, checkpoint.root)
    values = [disclosure.parse(text) for text in proof.disclosures]
    return {one.name: one.value for one in values}


def log(stage: Stage) -> list[dict]:
    return [json.loads(line) for line in (stage.folder / "desk/custody/log.jsonl").read_text().splitlines()]


def test_the_public_reads_the_chosen_fields_and_no_other(desk):
    photo, _text = items(desk)
    done = ask(desk, photo, "day", "media_type")
    (proof,) = proofs(done)
    assert set(told(proof)) == {"day", "media_type"}
    assert told(proof)["media_type"] == "image/jpeg"
    key = parse_verifier_key(done.proofs[0].key)
    assert (key.text, parse_note(proof.note).signed_by(key)) == (desk.key, SignatureState.GOOD)
    assert done.proofs[0].shut == 22
    assert {"url", "at", "outcome"} & set(done.withheld)


def test_every_field_that_the_public_may_have_can_be_proven_alone(desk):
    photo, _text = items(desk)
    for name in PUBLIC:
        assert set(told(proofs(ask(desk, photo, name))[0])) == {name}


def test_nothing_of_the_field_stands_in_what_the_public_gets(desk):
    photo, _text = items(desk)
    (proof,) = ask(desk, photo, *PUBLIC).proofs
    data = Path(proof.file).read_bytes()
    raw = b"\n".join([data, parse_proof(data).line, *(text.encode() for text in parse_proof(data).disclosures)])
    public = set(TOKEN.findall(raw + str(told(parse_proof(data))).encode() + Path(proof.file).name.encode()))
    seized = {
        token
        for path in (desk.folder / "a").rglob("*")
        if path.is_file()
        for token in TOKEN.findall(path.read_bytes() + path.name.encode())
    }
    assert len(seized) > 20
    assert not public & seized
    item = next(item for item in state.load_state(desk.desk).items if short_id(item) == photo)
    assert item.encode() not in raw


@pytest.mark.parametrize("name", ["url", "at", "outcome"])
def test_what_the_public_policy_does_not_let_out_is_refused_and_nothing_is_logged(desk, name):
    photo, _text = items(desk)
    exists = name in list_fields(desk.desk, desk.passphrase, photo, "public").decisions
    before = log(desk)
    assert refusal(desk, photo, "day", name) == ("FIELD-WITHHELD" if exists else "NO-FIELD")
    assert log(desk) == before
    assert not list((desk.folder / "out").iterdir())


@pytest.mark.parametrize("name", ["parent", "sealed", "record_sha256", "media", "item", "name", "nonsense"])
def test_no_digest_of_an_original_and_no_tie_to_the_field_is_even_a_field_for_the_public(desk, name):
    photo, _text = items(desk)
    assert refusal(desk, photo, name) == "NO-FIELD"


def test_a_digest_of_a_copy_leaves_only_for_a_copy_that_may_be_published(collected, desk):
    photo, text = items(desk)
    assert refusal(desk, text, "sha256") == "NO-FIELD"
    assert refusal(desk, photo, "sha256", copy="ffffffff") == "NOT-FOR-THE-PUBLIC"
    lossless = {fact["sha256"] for fact in copies(desk, photo) if "parameters" not in fact}
    given = told(proofs(ask(desk, photo, "sha256"))[0])["sha256"]
    assert lossless
    assert given not in lossless


def copies(stage: Stage, short: str) -> list[dict]:
    from witnesskit.actions.opening import open_for_saving
    from witnesskit.actions.report import read_items

    with open_for_saving(stage.desk, stage.passphrase) as session:
        return [dict(fact) for fact in read_items(session, [short])[0].copies]


def test_each_disclosure_is_a_new_event_under_a_number_of_its_own(desk):
    photo, _text = items(desk)
    before = len(log(desk))
    lines = [proofs(ask(desk, photo, "day"))[0].line for _ in range(2)]
    assert len(log(desk)) == before + 2
    ids = {json.loads(line)["item"] for line in lines}
    assert len(ids) == 2
    assert photo not in {short_id(one) for one in ids}


def test_a_court_gets_lines_of_the_field_log_with_the_chosen_fields_alone(desk):
    photo, _text = items(desk)
    done = ask(desk, photo, "sha256", "at", audience="court")
    found = {json.loads(proof.line)["type"]: told(proof) for proof in proofs(done)}
    assert set(found) >= {"observe", "ingest", "derive"}
    assert set(found["ingest"]) == {"sha256", "at"}
    assert all(set(each) <= {"sha256", "at"} for each in found.values())
    assert {json.loads(proof.line)["by"] for proof in proofs(done)} == {"field", "desk"}
    before = len(log(desk))
    assert len(log(desk)) == before


def test_a_court_disclosure_logs_nothing(desk):
    photo, _text = items(desk)
    before = log(desk)
    ask(desk, photo, "outcome", audience="court")
    assert log(desk) == before


def test_the_checkpoint_of_a_field_line_is_signed_by_the_field_log(desk):
    photo, _text = items(desk)
    done = ask(desk, photo, "size", audience="court")
    for written, proof in zip(done.proofs, proofs(done), strict=True):
        key = parse_verifier_key(written.key)
        assert parse_note(proof.note).signed_by(key) is SignatureState.GOOD


def test_a_court_is_refused_what_its_policy_keeps(desk):
    photo, _text = items(desk)
    fields = list_fields(desk.desk, desk.passphrase, photo, "court").decisions
    kept = [name for name, decision in fields.items() if not decision.allowed]
    for name in kept:
        assert refusal(desk, photo, name, audience="court") == "FIELD-WITHHELD"
    assert refusal(desk, photo, "name", audience="court") == "NO-FIELD"  # only the custodian's sheet opens it
    assert fields["sha256"].allowed


def test_the_list_says_what_may_leave(desk):
    photo, text = items(desk)
    allowed = {n for n, d in list_fields(desk.desk, desk.passphrase, photo, "public").decisions.items() if d.allowed}
    assert allowed == set(PUBLIC)
    assert {n for n, d in list_fields(desk.desk, desk.passphrase, text, "public").decisions.items() if d.allowed} == {
        "day"
    }


def test_wrong_wishes_log_nothing(desk):
    photo, _text = items(desk)
    before = desk.contents()
    assert refusal(desk, photo) == "NO-FIELD"
    assert refusal(desk, "2222-22", "day") == "ID-UNKNOWN"
    with pytest.raises(WitnesskitError) as caught:
        disclose(desk.desk, desk.passphrase, DiscloseWish(photo, ("day",), desk.folder / "absent"))
    assert caught.value.code == "NO-FOLDER"
    assert desk.contents() == before


def test_a_proof_that_is_there_already_is_not_written_over(desk):
    photo, _text = items(desk)
    (first, *_others) = ask(desk, photo, "size", audience="court").proofs
    data = Path(first.file).read_bytes()
    assert refusal(desk, photo, "outcome", "size", audience="court") == "OUTPUT-EXISTS"
    assert Path(first.file).read_bytes() == data


def cosign(stage: Stage, size: int, name: str, time: int) -> str:
    """A witness cosigns a checkpoint of the desk; its verifier key."""
    note = parse_note((stage.folder / f"desk/custody/checkpoints/{size}.note").read_bytes())
    private = Ed25519PrivateKey.generate()
    key = VerifierKey(name, private.public_key().public_bytes_raw(), COSIGNATURE)
    checkpoint = parse_checkpoint(note.text)
    line = cosignature_line(key, time, private.sign(message(key, checkpoint, time)))
    folder = stage.folder / "desk/custody/anchors"
    folder.mkdir(exist_ok=True)
    (folder / f"{size}.{name}.cosig").write_bytes(note_bytes(note.text, line))
    return key.text


def test_a_proof_takes_the_oldest_checkpoint_that_witnesses_cosigned(desk):
    before = set(state.load_state(desk.desk).items)
    add(desk.desk, look_through([PHOTO]), desk.passphrase, Quiet())
    (item,) = (
        one for one, found in state.load_state(desk.desk).items.items() if one not in before and not found.paper
    )
    size = len(log(desk))
    keys = {name: cosign(desk, size, name, time) for name, time in (("north", 1795341780), ("south", 1795341840))}
    ask(desk, short_id(item), "day")  # a later checkpoint
    cosign(desk, len(log(desk)), "north", 1795400000)
    done = ask(desk, short_id(item), "sha256", audience="court")
    (ingest,) = [proof for proof in proofs(done) if json.loads(proof.line)["type"] == "ingest"]
    assert parse_checkpoint(parse_note(ingest.note).text).size == size
    assert set(told(ingest)) == {"sha256"}
    folder = desk.folder / "trust"
    folder.mkdir()
    witnesses = "".join(f"witness {name} {key}\n" for name, key in keys.items())
    (folder / "policy").write_text(f"log {desk.key}\n{witnesses}group both all north south\nquorum both\n")
    (file,) = (one.file for one in done.proofs if one.event == "ingest")
    verdict = verify_proof(Path(file), PHOTO, outside_trust((), folder)).answer.verdict
    assert str(verdict.state) == "UNCHANGED"
    assert verdict.interval.not_after.proven
    assert list(interval_lines(verdict.interval)) == [
        "existed before 2026-11-22 10:04 UTC: two authorities, witness north and witness south, say so independently"
    ]


@pytest.mark.parametrize("since", ["", "2026-01-02"])
def test_after_a_change_of_keys_a_proof_is_told_with_the_key_that_signed_it(desk, since):
    """A witnessed checkpoint of before a rotation serves; one of a key that was revoked does not."""
    before = set(state.load_state(desk.desk).items)
    add(desk.desk, look_through([PHOTO]), desk.passphrase, Quiet())
    found = state.load_state(desk.desk).items
    (item,) = (one for one in found if one not in before and not found[one].paper)
    cosign(desk, len(log(desk)), "north", 1795341780)
    old = desk.key
    change_key(desk.desk, desk.passphrase, KeyWish(desk.recovery_sheet, since))
    (proof,) = (one for one in ask(desk, short_id(item), "sha256", audience="court").proofs if one.event == "ingest")
    assert proof.key == (desk.key if since else old)
    assert (
        str(verify_proof(Path(proof.file), PHOTO, outside_trust((proof.key,), None)).answer.verdict.state)
        == "UNCHANGED"
    )


def test_a_cosignature_of_another_text_is_left_out(desk):
    add(desk.desk, look_through([PHOTO]), desk.passphrase, Quiet())
    size = len(log(desk))
    place = desk.folder / "desk/custody/anchors"
    cosign(desk, size, "south", 1795341780)
    (place / f"{size}.south.cosig").write_bytes(
        (place / f"{size}.south.cosig").read_bytes().replace(b"wk1/", b"wk2/")
    )
    with open_for_saving(desk.desk, desk.passphrase) as session:
        note = parse_note(witnessed_note(session, size - 1))
    assert len(note.signatures) == 1


def test_a_field_vault_discloses_nothing(device):
    with pytest.raises(WitnesskitError) as caught:
        disclose(device.vault, "", DiscloseWish("2222-22", ("day",), device.folder))
    assert caught.value.code == "VAULT-KIND"
