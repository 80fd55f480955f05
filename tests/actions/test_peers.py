"""Two desks: whom one trusts, what it takes in from another, and what the answer proves."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.actions.desks import Desk, copy_desk, refusal
from tests.actions.stage import Stage, data_member, days_told, make_stage, silent
from tests.simulators import authorities
from witnesskit.actions import peers, received, seen
from witnesskit.actions.anchor import anchor
from witnesskit.actions.audit import audit
from witnesskit.actions.authorities import AuthorityWish, name_authority
from witnesskit.actions.bundle import bundle
from witnesskit.actions.bundled import BundleWish
from witnesskit.actions.chain_members import log_copy
from witnesskit.actions.change_key import KeyWish, change_key
from witnesskit.actions.import_bundle import ImportWish, import_bundle, open_for_import
from witnesskit.actions.status import status
from witnesskit.actions.verify import VerifyWish, verify
from witnesskit.bundle.pack import write_volume
from witnesskit.bundle.plan import BundlePlan
from witnesskit.custody.journal import Journal
from witnesskit.custody.prepare import prepare
from witnesskit.custody.signer import Signer
from witnesskit.errors import WitnesskitError
from witnesskit.errors.peers import PeerTaken
from witnesskit.formats import disclosure
from witnesskit.formats.checkpoint import SignatureState, parse_checkpoint, parse_note
from witnesskit.formats.cosignature import cosigned_by
from witnesskit.formats.merkle import check_inclusion, leaf_hash
from witnesskit.formats.tlog_proof import TlogProof, parse_proof
from witnesskit.keys import COSIGNATURE, VerifierKey, parse_verifier_key
from witnesskit.sealing.identity import Identity
from witnesskit.vault import state
from witnesskit.vault.keyring import Peer, new_keyring
from witnesskit.vault.keyring_file import dump_keyring, open_keyring, parse_keyring

SOME = VerifierKey("wk1/other00000000", bytes(range(32)))
SOME_WITNESS = VerifierKey("wk1/other00000000/witness", bytes(range(1, 33)), COSIGNATURE)


@pytest.fixture(scope="module")
def two(tmp_path_factory) -> tuple[Stage, Stage]:
    """Two desks that never heard of each other; only read."""
    folder = tmp_path_factory.mktemp("two")
    return make_stage(folder / "a"), make_stage(folder / "b")


def code_of(action, *arguments) -> str:
    with pytest.raises(WitnesskitError) as caught:
        action(*arguments)
    return caught.value.code


def test_a_keyring_of_before_there_were_peers_opens_and_is_written_as_it_was():
    keyring, _seeds = new_keyring()
    data = dump_keyring(keyring)
    assert b"peers" not in data
    assert parse_keyring(data).peers == ()
    told = replace(keyring, peers=(Peer("north", SOME.text, SOME_WITNESS.text), Peer("south", SOME.text)))
    assert parse_keyring(dump_keyring(told)).peers == told.peers


def test_what_a_desk_shows_is_what_another_takes(two):
    a, b = two
    keys = peers.own_keys(a.desk, a.passphrase)
    assert keys.log.text == a.key
    assert keys.witness.name == keys.log.name + "/witness"
    assert parse_verifier_key(keys.witness.text, (COSIGNATURE,)) == keys.witness
    assert len({keys.log.public, keys.witness.public}) == 2
    assert keys.recipient.startswith("age1")
    given = Peer("desk-a", keys.log.text, keys.witness.text)
    assert peers.add_peer(b.desk, b.passphrase, given) == given
    assert peers.add_peer(b.desk, b.passphrase, given) == given
    assert peers.list_peers(b.desk, b.passphrase) == (given,)
    peers.remove_peer(b.desk, b.passphrase, "desk-a")
    assert open_keyring(b.desk, b.passphrase).peers == ()
    assert code_of(peers.remove_peer, b.desk, b.passphrase, "desk-a") == "NO-PEER"


def test_no_name_and_no_key_stands_for_two(stage):
    own = peers.own_keys(stage.desk, stage.passphrase)
    given = Peer("north", SOME.text, SOME_WITNESS.text)
    peers.add_peer(stage.desk, stage.passphrase, given)
    for wrong in (
        replace(given, name="North"),
        replace(given, name=""),
        replace(given, name="../x"),
        replace(given, witness=""),
        Peer("south", SOME.text),
        Peer("south", replace(SOME, public=bytes(32)).text),
        Peer("south", VerifierKey("wk1/south00000000", SOME.public).text),
        Peer("south", VerifierKey("wk1/south00000000", bytes(32)).text, SOME_WITNESS.text),
        Peer("self", own.log.text),
        Peer("self", VerifierKey("wk1/south00000000", bytes(32)).text, own.witness.text),
    ):
        assert code_of(peers.add_peer, stage.desk, stage.passphrase, wrong) == "PEER-TAKEN", wrong
    for wrong in (Peer("south", SOME_WITNESS.text), Peer("south", SOME.text, SOME.text), Peer("south", "x")):
        assert code_of(peers.add_peer, stage.desk, stage.passphrase, wrong).startswith("KEY"), wrong
    assert peers.list_peers(stage.desk, stage.passphrase) == (given,)


def test_an_enrolled_device_is_no_other_desk(stage, device, stick):
    stage.take_in(device.bundle(stick))
    assert (
        code_of(peers.add_peer, stage.desk, stage.passphrase, Peer("north", device.vault.config.key)) == "PEER-TAKEN"
    )


def test_a_field_vault_trusts_no_other_desk(stage, device):
    assert code_of(peers.add_peer, device.vault, "", Peer("north", SOME.text)) == "VAULT-KIND"
    assert code_of(peers.own_keys, device.vault, "") == "VAULT-KIND"


def opened(path: Path) -> tuple[TlogProof, dict]:
    proof = parse_proof(path.read_bytes())
    told = map(disclosure.parse, proof.disclosures)
    return proof, {one.name: one.value for one in told}


def test_a_bundle_of_a_trusted_desk_is_kept_as_it_came_and_answered(desks):
    a, b, _c = desks
    path = a.send(b)
    head, log = (a.journal.size, a.journal.root), a.journal.log
    (done,) = b.receive(path)
    kept = list((b.folder / "desk" / "received").iterdir())
    assert days_told(b.folder / "desk") == []
    assert [one.read_bytes() for one in kept] == [path.read_bytes()]
    assert b.types().count("receipt") == 2  # a's own log and its device's
    proof_path, cosig_path = map(Path, done.answers)
    proof, told = opened(proof_path)
    assert (told["origin"], told["log"], (told["size"], told["root"])) == (a.journal.origin, log, head)
    assert (told["result"], told["bundle"]) == ("complete", done.bundle)
    assert set(told) == {"bundle", "origin", "log", "size", "root", "result", "day"}
    note = parse_note(proof.note)
    assert note.signed_by(b.keys.log) is SignatureState.GOOD
    root = parse_checkpoint(note.text).root
    check_inclusion(proof.index, b.journal.size, leaf_hash(proof.line), proof.hashes, root)
    cosigned = parse_note(cosig_path.read_bytes())
    checkpoint = parse_checkpoint(cosigned.text)
    assert (checkpoint.size, checkpoint.root_text) == head
    assert cosigned_by(cosigned, checkpoint, b.keys.witness)[0] is SignatureState.GOOD


def test_bundles_of_other_desks_are_counted_where_they_lie(desks):
    a, b, _c = desks
    assert status(b.desk).counts["received"] == 0
    b.receive(a.send(b))
    told = status(b.desk)
    assert told.counts["received"] == 1
    assert "1 of them from other desks" in told.sentence


def test_what_another_desk_collected_never_becomes_this_desk_s(desks):
    a, b, _c = desks
    before = {item for item, one in state.load_state(b.desk).items.items() if not one.paper}
    b.receive(a.send(b))
    after = state.load_state(b.desk)
    assert {item for item, one in after.items.items() if not one.paper} == before
    assert all(one.items == () for one in after.bundles.values() if one.sender == a.key)
    assert list(seen.seen_logs(b.desk)) == []  # what it would send on to a court
    assert {log.head.origin for log in seen.known_logs(b.desk)} >= {a.journal.origin}
    found = verify(VerifyWish(b.folder / "desk", passphrase=b.passphrase), silent)
    assert found.counts["items"] == 0


def test_the_same_bundle_again_means_the_same_and_logs_nothing_twice(desks):
    a, b, _c = desks
    path = a.send(b)
    (once,) = b.receive(path)
    lines, told = b.journal.lines(), opened(Path(once.answers[0]))[1]
    (again,) = b.receive(path)
    assert b.journal.lines() == lines
    assert opened(Path(again.answers[0]))[1] == told
    assert again.answers == once.answers
    assert len(list((b.folder / "desk" / "received").iterdir())) == 1


def test_a_kill_between_the_receipt_and_the_answer_logs_nothing_twice(desks, monkeypatch):
    a, b, _c = desks
    path = a.send(b)
    with monkeypatch.context() as patch:
        patch.setattr("witnesskit.actions.peer_bundle._list", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            b.receive(path)
    assert b.types().count("receipt") == 2
    (done,) = b.receive(path)
    assert b.types().count("receipt") == 2
    assert all(Path(answer).is_file() for answer in done.answers)


def test_an_older_bundle_that_comes_later_is_answered_and_takes_nothing_back(desks):
    a, b, _c = desks
    old = a.send(b)
    a.more()
    new = a.send(b)
    b.receive(new)
    held = {log.log: log.lines for log in seen.known_logs(b.desk)}
    (late,) = b.receive(old)
    assert {log.log: log.lines for log in seen.known_logs(b.desk)} == held
    proof, cosig = late.answers
    assert opened(Path(proof))[1]["size"] < a.journal.size
    assert int(Path(cosig).name.split(".")[1]) == a.journal.size  # nothing smaller is cosigned than was seen


def test_a_key_file_opens_what_was_sealed_to_it(desks):
    a, b, _c = desks
    reader = Identity.generate()
    key = b.folder / "reader.txt"
    key.write_text(reader.text + "\n")
    out = a.folder / "out"
    out.mkdir()
    path = Path(bundle(a.desk, BundleWish(out, a.passphrase, "court", reader.recipient), silent).file)
    assert code_of(b.receive, path) == "NOT-FOR-US"
    (done,) = b.receive(path, key=key)
    assert done.unpacked.complete


def refused(desk: Desk, path: Path) -> WitnesskitError:
    """The refusal, after which the desk is as it was."""
    before = desk.contents()
    with pytest.raises(WitnesskitError) as caught:
        desk.receive(path)
    assert desk.contents() == before
    return caught.value


def test_a_desk_that_nobody_vouched_for_is_not_taken_in(desks):
    a, _b, c = desks
    error = refused(c, a.send(c))
    assert (error.code, error.status) == ("SENDER-UNKNOWN", 8)


def test_a_bundle_for_another_desk_does_not_open(desks):
    a, b, c = desks
    c.trust(a)
    assert refused(c, a.send(b)).code == "NOT-FOR-US"


def signer_of(desk: Desk) -> Signer:
    return open_keyring(desk.desk, desk.passphrase).signer(desk.desk.config.origin)


def hostile(folder: Path, signer: Signer, to: Desk, *journals: Journal, **changes) -> Path:
    """A bundle that is signed and sealed correctly, whatever its logs are."""
    logs = [log_copy(journal) for journal in journals]
    chain = [
        data_member(kind, data, origin=log.origin)
        for log in logs
        for kind, data in (("chain", log.lines), ("checkpoint", log.note))
    ]
    members = [*chain, data_member("report", b"<html>", name="report.html")]
    plan = BundlePlan(signer.vkey, 1, "", "court", members, chain=tuple(log.head for log in logs), **changes)
    return write_volume(folder, plan, [to.keys.recipient], signer.sign_note).path


def forged_log(folder: Path, origin: str) -> Journal:
    """A log under the name of another, by a key of its own."""
    genesis = prepare("genesis", {"day": "2026-01-02"}, x={"next": "0" * 64})
    return Journal.create(folder, signer=Signer.generate(origin), by="desk", genesis=genesis)


def test_a_trusted_desk_that_signs_under_another_s_name_is_nobody(desks, tmp_path):
    a, b, c = desks
    b.trust(c)
    as_a = Signer(a.journal.origin, signer_of(c).to_bytes())
    assert refused(b, hostile(tmp_path, as_a, b, c.journal)).code == "BUNDLE-UNPROVEN"
    forged = forged_log(tmp_path / "forged", a.journal.origin)
    assert "name of another" in str(refused(b, hostile(tmp_path, as_a, b, forged)))


def test_a_trusted_desk_that_brings_a_log_under_another_s_name_is_refused(desks, tmp_path):
    a, b, c = desks
    b.trust(c)
    forged = forged_log(tmp_path / "forged", a.journal.origin)
    error = refused(b, hostile(tmp_path, signer_of(c), b, c.journal, forged))
    assert (error.code, error.status) == ("CHAIN-REFUSED", 7)
    assert "name of another" in str(error)


def test_a_trusted_desk_cannot_bring_a_log_that_nobody_vouches_for(desks, tmp_path):
    _a, b, c = desks
    b.trust(c)
    c.collect("field")
    strange = forged_log(tmp_path / "forged", "wk1/strange000000")
    error = refused(b, hostile(tmp_path, signer_of(c), b, c.journal, strange))
    assert (error.code, error.status) == ("BUNDLE-UNPROVEN", 8)
    assert "UNTRUSTED" in str(error)


def test_fewer_events_than_were_seen_and_other_events_than_were_seen_are_refused(desks, tmp_path):
    a, b, c = desks
    b.receive(a.send(b))
    twin = copy_desk(a, tmp_path / "twin")
    for _ in range(12):
        a.more()
    b.receive(a.send(b))
    assert refused(b, twin.send(b)).code == "ROLLBACK"  # a number that was used
    twin.send(c)
    error = refused(b, twin.send(b))
    assert (error.code, error.status) == ("CHAIN-REFUSED", 7)
    assert "ROLLBACK" in str(error)
    for _ in range(20):
        twin.more()
    error = refused(b, twin.send(b))
    assert (error.code, error.status) == ("CHAIN-REFUSED", 7)
    assert "FORK" in str(error)


def test_a_damaged_bundle_of_a_desk_is_not_kept_and_not_answered(desks):
    a, b, _c = desks
    path = a.send(b)
    data = bytearray(path.read_bytes())
    data[-40_000] ^= 1
    path.write_bytes(data)
    assert refused(b, path).status == 7
    assert not (b.folder / "answers").exists()


def test_a_received_bundle_that_is_altered_here_is_told(desks):
    a, b, _c = desks
    b.receive(a.send(b))
    (kept,) = (b.folder / "desk" / "received").iterdir()
    kept.chmod(0o600)
    good = audit(b.desk, b.passphrase, silent)
    kept.write_bytes(kept.read_bytes()[:-1] + b"x")
    bad = audit(b.desk, b.passphrase, silent)
    assert (good.bad, bad.bad, bad.problems) == (0, 1, {"bundles of other desks": "1 missing or changed"})
    found = verify(VerifyWish(b.folder / "desk", passphrase=b.passphrase), silent)
    assert found.state == "CHANGED"


def test_a_second_copy_is_verified_and_counted(desks):
    a, b, _c = desks
    path, shelf = a.send(b), b.folder / "shelf"
    with open_for_import(b.desk, b.passphrase) as desk:
        done = import_bundle(desk, path, ImportWish(b.folder / "answers", shelf), silent)
    assert done.copies == 2
    (copy,) = shelf.iterdir()
    assert copy.read_bytes() == path.read_bytes()


def test_another_content_under_a_number_that_was_taken_in_is_refused(desks, tmp_path):
    a, b, _c = desks
    (done,) = b.receive(a.send(b))
    again = hostile(tmp_path, signer_of(a), b, a.journal, id=done.bundle)
    assert refused(b, again).code == "ID-REUSED"


def test_a_bundle_that_was_changed_on_its_way_into_the_vault_is_refused(desks, monkeypatch):
    """What is verified is the copy: a stick that gives other bytes the second time gains nothing."""
    a, b, _c = desks
    path, other = a.send(b), a.send(b)
    real = received._copy
    monkeypatch.setattr("witnesskit.actions.received._copy", lambda _source, part: real(other, part))
    assert refused(b, path).code == "BUNDLE-DAMAGED"


def test_a_desk_that_replaced_its_key_is_followed_by_its_log(desks, tmp_path):
    """The offline key authorised the new one: nothing has to be told again, except to who never saw the log."""
    a, b, c = desks
    b.trust(c)
    c.trust(b)
    b.receive(a.send(b))
    change_key(a.desk, a.passphrase, KeyWish(a.recovery_sheet))
    assert a.keys.log.text == a.journal.vkey
    (done,) = b.receive(a.send(b))
    assert a.take(*done.answers).new == 2
    assert b.hear(a.tell(tmp_path / "of-a")).ahead == 1
    change_key(b.desk, b.passphrase, KeyWish(b.recovery_sheet))
    (again,) = b.receive(a.send(b))
    proof, cosig = again.answers
    assert refusal(a.take, proof).code == "ANSWER-FOREIGN"  # a holds no log of b
    assert a.take(cosig).new == 1  # the witness key is another one
    peers.remove_peer(a.desk, a.passphrase, "b")
    a.trust(b)
    assert a.take(proof).new == 1


@pytest.mark.parametrize("believed", [("north", "south"), ("north",), ()])
def test_after_a_theft_the_authorities_of_who_receives_prove_what_is_older(desks, tmp_path, believed):
    """The partner's log is anchored before the day of the theft: only who believes two authorities can know it."""
    a, b, _c = desks
    days = 86_400
    with authorities.pair(tmp_path / "roots") as pair:
        for desk, names in ((a, ("north", "south")), (b, believed)):
            for name in names:
                wish = AuthorityWish(name, getattr(pair, name).url, pair.folder / f"{name}.pem")
                name_authority(desk.desk, wish)
        now = int(time.time())
        pair.tell(now - 9 * days)
        anchor(a.desk, a.passphrase)
    theft = time.strftime("%Y-%m-%d", time.gmtime(now - 3 * days))
    change_key(a.desk, a.passphrase, KeyWish(a.recovery_sheet, since=theft))
    path = a.send(b)
    if len(believed) == 2:
        (done,) = b.receive(path)
        assert done.unpacked.complete
    else:
        assert refused(b, path).code == "BUNDLE-UNPROVEN"


def test_a_key_that_nobody_authorised_is_not_followed(desks, tmp_path):
    a, b, _c = desks
    thief = Signer.generate(a.journal.origin)
    assert refused(b, hostile(tmp_path, thief, b, a.journal)).code == "BUNDLE-UNPROVEN"


def test_a_desk_named_again_with_its_witness_key_is_told_apart_from_another_of_its_name(stage):
    peers.add_peer(stage.desk, stage.passphrase, Peer("told-twice", SOME.text))
    with pytest.raises(PeerTaken, match="trusted here already, with another witness key or none"):
        peers.add_peer(stage.desk, stage.passphrase, Peer("told-twice", SOME.text, SOME_WITNESS.text))
