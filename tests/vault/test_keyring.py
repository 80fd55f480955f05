import contextlib
import json
import subprocess
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import require
from tests.vault.cells import desk_vault
from witnesskit.custody.signer import Signer
from witnesskit.errors import WitnesskitError
from witnesskit.errors.formats import NewerFormat
from witnesskit.errors.sealing import WrongKey, WrongPassphrase
from witnesskit.errors.vault import BadKeyring, SheetWrong
from witnesskit.formats.age_keys import is_hybrid
from witnesskit.sealing.open import open_bytes
from witnesskit.sealing.rings import custodian_identity, desk_identity, recovery_identity
from witnesskit.sealing.seal import seal_bytes
from witnesskit.vault import layout
from witnesskit.vault.keyring import (
    IssuedInvite,
    Loss,
    custodian_identities,
    desk_identities,
    new_keyring,
    refilled,
    take_number,
)
from witnesskit.vault.keyring_file import KEYRING, dump_keyring, open_keyring, parse_keyring, save_keyring

INVITE = IssuedInvite("ab" * 16, 1, "ABCDEFGHJKMNPQRSTVWX", "2026-12-31", "Aisha")


def test_the_passphrase_opens_the_keyring(desk):
    vault, keyring, _seeds = desk
    assert open_keyring(vault, keyring.passphrase.lower().replace("-", " ")) == keyring


def test_a_wrong_passphrase_changes_nothing(desk):
    vault, keyring, _seeds = desk
    before = (vault.path / KEYRING).read_bytes()
    wrong = keyring.passphrase[:-1] + ("A" if keyring.passphrase[-1] != "A" else "B")
    with pytest.raises(WrongPassphrase):
        open_keyring(vault, wrong)
    with pytest.raises(WrongPassphrase):
        open_keyring(vault, "not one of ours")
    assert (vault.path / KEYRING).read_bytes() == before


def test_the_offline_seeds_are_nowhere_in_the_vault(desk):
    vault, keyring, seeds = desk
    plain = dump_keyring(keyring)
    for seed in (seeds.custodian, seeds.recovery):
        assert seed.hex().encode() not in plain
        for path in vault.path.rglob("*"):
            assert path.is_dir() or seed not in path.read_bytes()
    for text in (repr(keyring), repr(seeds), str(keyring)):
        for secret in (keyring.desk_seed, keyring.signing_seed, seeds.custodian, seeds.recovery):
            assert secret.hex() not in text and repr(secret) not in text
        assert keyring.passphrase not in text


def test_a_desk_opens_records_and_no_originals(desk):
    _vault, keyring, seeds = desk
    own = keyring.own_recipients
    record, original = seal_bytes(b"record", own.desk), seal_bytes(b"original", own.custodian)
    assert open_bytes(record, desk_identities(keyring)) == b"record"
    assert custodian_identities(keyring) == ()
    with pytest.raises(WrongKey):
        open_bytes(original, desk_identities(keyring))
    assert open_bytes(original, [custodian_identity(seeds.custodian, 0)]) == b"original"
    for sealed, plain in ((record, b"record"), (original, b"original")):
        assert open_bytes(sealed, [recovery_identity(seeds.recovery, 0)]) == plain


def test_a_lone_researcher_opens_both(tmp_path):
    vault, keyring, seeds = desk_vault(tmp_path, lone=True)
    keyring = open_keyring(vault, keyring.passphrase)
    assert keyring.lone
    original = seal_bytes(b"original", keyring.own_recipients.custodian)
    assert open_bytes(original, custodian_identities(keyring)) == b"original"
    assert seeds.recovery.hex().encode() not in dump_keyring(keyring)


def test_identities_are_those_of_invites_given_out(desk):
    _vault, keyring, _seeds = desk
    invites = tuple(IssuedInvite(f"{number:032x}", number, "E", "2026-12-31", "x") for number in (1, 2))
    found = desk_identities(replace(keyring, issued=invites))
    assert found == tuple(desk_identity(keyring.desk_seed, number) for number in (2, 1, 0))
    assert desk_identities(keyring, [5]) == (desk_identity(keyring.desk_seed, 5),)


def test_a_refill_needs_both_sheets_and_repeats_no_number(desk):
    _vault, keyring, seeds = desk
    assert [halves.number for halves in keyring.pool] == list(range(1, 65))
    invites = tuple(IssuedInvite(f"{number:032x}", number, "E", "2026-12-31", "x") for number in (1, 2))
    used = replace(keyring, issued=invites, pool=keyring.pool[2:])
    again = refilled(used, seeds)
    assert [halves.number for halves in again.pool] == list(range(3, 67))
    assert refilled(again, seeds) == again
    empty = replace(keyring, pool=(), issued=tuple(replace(invites[0], number=number) for number in range(1, 65)))
    assert [halves.number for halves in refilled(empty, seeds).pool] == list(range(65, 129))
    for wrong in (replace(seeds, custodian=bytes(32)), replace(seeds, recovery=seeds.custodian)):
        with pytest.raises(SheetWrong):
            refilled(keyring, wrong)


def test_numbers_are_taken_in_order(desk):
    _vault, keyring, _seeds = desk
    first, rest = take_number(keyring)
    assert (first.number, rest.pool[0].number) == (1, 2)


def test_a_saved_keyring_keeps_its_passphrase(tmp_path):
    vault, keyring, _seeds = desk_vault(tmp_path)
    opened = open_keyring(vault, keyring.passphrase)
    save_keyring(vault, replace(opened, sheet_confirmed=True))
    assert open_keyring(vault, keyring.passphrase).sheet_confirmed


def test_a_keyring_without_the_later_members_is_read_with_their_defaults(desk):
    _vault, keyring, _seeds = desk
    plain = dump_keyring(replace(keyring, issued=(INVITE,)))
    assert not {"pending", "post_quantum"} & set(json.loads(plain))
    assert "lost" not in json.loads(plain)["issued"][0]
    found = parse_keyring(plain)
    assert (found.pending_seed, found.post_quantum, found.issued[0].lost) == (None, False, None)


def test_the_later_members_survive_and_show_no_secret(desk):
    _vault, keyring, _seeds = desk
    loss = Loss(7, (("ab" * 32, 3), ("cd" * 32, 2**31)))
    full = replace(
        keyring, pending_seed=b"\x09" * 32, post_quantum=True, issued=(replace(INVITE, lost=loss),), passphrase=""
    )
    assert parse_keyring(dump_keyring(full)) == full
    assert ("09" * 32) not in repr(full)
    assert (loss.confirmed("ab" * 32), loss.confirmed("00" * 32)) == (3, 0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pending", ""),
        ("pending", "09" * 31),
        ("post_quantum", 1),
        ("lost", None),
        ("lost", {"receipt": -1, "logs": {}}),
        ("lost", {"receipt": 1}),
        ("lost", {"receipt": 1, "logs": {"ab": 1}}),
        ("lost", {"receipt": 1, "logs": {"ab" * 32: True}}),
        ("lost", {"receipt": 1, "logs": []}),
    ],
)
def test_a_later_member_of_another_form_is_refused(desk, name, value):
    _vault, keyring, _seeds = desk
    document = json.loads(dump_keyring(replace(keyring, issued=(INVITE,))))
    place = document["issued"][0] if name == "lost" else document
    place[name] = value
    with pytest.raises(BadKeyring):
        parse_keyring(json.dumps(document).encode())


def test_a_pending_key_opens_the_vault_that_names_it_and_signs_under_its_own_name(tmp_path):
    vault, keyring, _seeds = desk_vault(tmp_path)
    fresh = Signer(vault.config.origin, b"\x09" * 32)
    both = replace(keyring, pending_seed=fresh.to_bytes())
    save_keyring(vault, both)
    for key in (vault.config.key, fresh.vkey):
        named = layout.with_config(vault, key=key)
        opened = open_keyring(named, keyring.passphrase)
        assert opened.signer_of(key).vkey == key
    with pytest.raises(BadKeyring):
        both.signer_of(Signer(vault.config.origin, b"\x0a" * 32).vkey)
    save_keyring(vault, keyring)
    with pytest.raises(BadKeyring):
        open_keyring(named, keyring.passphrase)


def test_a_keyring_of_another_vault_is_told(tmp_path, desk):
    vault, _keyring, _seeds = desk_vault(tmp_path)
    other, passphrase = desk[0], desk[1].passphrase
    (vault.path / KEYRING).write_bytes((other.path / KEYRING).read_bytes())
    with pytest.raises(BadKeyring, match="not the one"):
        open_keyring(vault, passphrase)
    (vault.path / KEYRING).unlink()
    with pytest.raises(BadKeyring):
        open_keyring(vault, passphrase)


HYBRID, HYBRID_SEEDS = new_keyring(hybrid=True)


def test_a_hybrid_desk_has_keys_of_one_kind_and_stays_one():
    halves = (HYBRID.own, *HYBRID.pool)
    assert all(is_hybrid(text) for one in halves for text in (one.custodian, one.recovery))
    assert all(identity.hybrid for identity in desk_identities(HYBRID, [0, 1, 64]))
    assert all(identity.hybrid for identity in custodian_identities(replace(HYBRID, custodian_seed=bytes(32))))
    back = parse_keyring(dump_keyring(HYBRID))
    assert (back, back.hybrid) == (replace(HYBRID, passphrase=""), True)
    again = refilled(replace(HYBRID, pool=HYBRID.pool[60:]), HYBRID_SEEDS)
    assert all(one.hybrid for one in again.pool)
    assert [one.number for one in again.pool] == list(range(61, 125))


def test_a_hybrid_desk_with_one_classical_key_is_refused(desk):
    _vault, keyring, _seeds = desk
    for changed in (
        replace(HYBRID, pool=(*HYBRID.pool[:9], keyring.pool[9], *HYBRID.pool[10:])),
        replace(HYBRID, own=keyring.own),
        replace(HYBRID, own=replace(HYBRID.own, custodian=keyring.own.custodian)),
    ):
        with pytest.raises(BadKeyring, match="post-quantum"):
            parse_keyring(dump_keyring(changed))


def test_what_was_worked_out_once_is_kept_with_the_keyring_only():
    first = HYBRID.desk_identity(7)
    assert HYBRID.desk_identity(7) is first
    assert replace(HYBRID).desk_identity(7) is not first
    assert first.secret.hex() not in repr(HYBRID)


INVITED = replace(new_keyring()[0], issued=(IssuedInvite("1" * 32, 7, "E" * 20, "2026-12-31", "Алма", ("k",)),))
TEXT = dump_keyring(INVITED)


def test_the_stored_form_comes_back():
    assert parse_keyring(TEXT) == INVITED
    assert parse_keyring(dump_keyring(replace(INVITED, custodian_seed=bytes(32)))).lone


@pytest.mark.parametrize(
    "change",
    [
        {"format": "witnesskit.other/1"},
        {"desk": "00"},
        {"signing": 7},
        {"custodian": "zz" * 32},
        {"own": {}},
        {"own": {"number": 2**32, "custodian": "a", "recovery": "b"}},
        {"pool": [1]},
        {"issued": {}},
        {"issued": [{"id": "x"}]},
        {"sheet_confirmed": 1},
        {"more": ""},
    ],
)
def test_a_damaged_form_is_refused(change):
    document = {**json.loads(TEXT), **change}
    if change.get("issued") == {}:
        document["issued"] = {"a": 1}
    with pytest.raises(BadKeyring):
        parse_keyring(json.dumps(document).encode())


def test_a_newer_form_is_left_alone():
    with pytest.raises(NewerFormat):
        parse_keyring(TEXT.replace(b"keyring/1", b"keyring/2"))


@settings(max_examples=100)
@given(st.integers(0, len(TEXT)), st.binary(max_size=6))
def test_a_mutated_form_leaks_no_other_error(place, data):
    with contextlib.suppress(WitnesskitError):
        parse_keyring(TEXT[:place] + data + TEXT[place + len(data) :])


def test_another_age_program_opens_a_record_with_a_derived_identity(desk, tmp_path):
    program = require("age")
    _vault, keyring, _seeds = desk
    (tmp_path / "sealed").write_bytes(seal_bytes(b"record", keyring.own_recipients.desk))
    (tmp_path / "key").write_text(desk_identities(keyring)[0].text + "\n", encoding="ascii")
    answer = subprocess.run(
        [program, "-d", "-i", str(tmp_path / "key"), str(tmp_path / "sealed")], capture_output=True, check=True
    )
    assert answer.stdout == b"record"
