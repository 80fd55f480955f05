"""Two desks: whom one trusts, what it takes in from another, and what the answer proves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.actions.stage import Stage, make_stage
from witnesskit.actions import peers
from witnesskit.errors import WitnesskitError
from witnesskit.keys import COSIGNATURE, VerifierKey, parse_verifier_key
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
