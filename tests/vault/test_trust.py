from dataclasses import replace

import pytest

from witnesskit.custody.signer import Signer
from witnesskit.errors.invite import BadInvite, DeviceAmbiguous, DeviceUnknown, EnrolmentUnknown, EnrolmentUsed
from witnesskit.errors.vault import PoolEmpty, SheetNotConfirmed, SheetTypo, SheetWrong
from witnesskit.formats.invite import parse_invite
from witnesskit.formats.sheet import SheetKind, sheet_text
from witnesskit.sealing import rings
from witnesskit.sealing.open import open_bytes
from witnesskit.sealing.seal import seal_bytes
from witnesskit.vault import trustfile
from witnesskit.vault.keyring import Loss, desk_identities, new_keyring
from witnesskit.vault.sheet_test import SHEET_TEST, confirm_sheet, sheet_test
from witnesskit.vault.trustfile import InviteTerms, issue_invite

TERMS = InviteTerms("Aigerim", "2026-12-31")
FIRST, SECOND = "wk1/first+00000000+A", "wk1/second+00000000+B"


@pytest.fixture
def keyring(desk):
    return replace(desk[1], sheet_confirmed=True)


def test_no_invite_before_the_sheet_was_typed_back(desk):
    vault, keyring, seeds = desk
    with pytest.raises(SheetNotConfirmed):
        issue_invite(keyring, TERMS)
    confirmed = confirm_sheet(vault, keyring, sheet_text(SheetKind.RECOVERY, seeds.recovery).lower())
    assert issue_invite(confirmed, TERMS)


def test_only_the_right_sheet_confirms(desk):
    vault, keyring, seeds = desk
    right = sheet_text(SheetKind.RECOVERY, seeds.recovery)
    with pytest.raises(SheetWrong):
        confirm_sheet(vault, keyring, sheet_text(SheetKind.RECOVERY, seeds.custodian))
    with pytest.raises(SheetWrong):
        confirm_sheet(vault, keyring, sheet_text(SheetKind.CUSTODIAN, seeds.custodian))
    with pytest.raises(SheetTypo):
        confirm_sheet(vault, keyring, right[:-2])
    other, _other_seeds = new_keyring()
    with pytest.raises(SheetWrong):
        confirm_sheet(vault, replace(keyring, own=other.own), right)
    assert (vault.path / SHEET_TEST).read_bytes() != sheet_test(keyring)
    assert not keyring.sheet_confirmed


def test_two_invites_share_nothing_but_their_form(keyring):
    first, rest = issue_invite(keyring, TERMS)
    second, _rest = issue_invite(rest, TERMS)
    one, two = parse_invite(first), parse_invite(second)
    for name in ("id", "desk", "custodian", "recovery", "witness", "next", "enrol"):
        assert getattr(one, name) != getattr(two, name), name
    assert TERMS.name.encode() not in first
    assert keyring.signing_seed.hex().encode() not in first


def test_the_desk_opens_what_an_invite_seals_and_signs_what_it_names(keyring):
    data, after = issue_invite(keyring, TERMS)
    invite, number = parse_invite(data), after.issued[-1].number
    assert open_bytes(seal_bytes(b"record", invite.rings.desk), desk_identities(after)) == b"record"
    key = rings.witness_key(after.desk_seed, number)
    signer = Signer(key.name, rings.witness_seed(after.desk_seed, number))
    assert signer.vkey == invite.witness
    assert rings.next_digest(after.desk_seed, number) == invite.next


def test_a_number_is_used_once_and_the_pool_ends(keyring):
    numbers = []
    for _ in range(64):
        _data, keyring = issue_invite(keyring, TERMS)
        numbers.append(keyring.issued[-1].number)
    assert numbers == list(range(1, 65))
    with pytest.raises(PoolEmpty):
        issue_invite(keyring, TERMS)


def test_an_invite_that_could_not_be_read_is_not_given_out(keyring):
    with pytest.raises(BadInvite):
        issue_invite(keyring, replace(TERMS, valid_until="tomorrow"))


def test_the_first_device_that_shows_the_code_is_the_invited_one(keyring):
    _data, keyring = issue_invite(keyring, TERMS)
    code = keyring.issued[0].enrol
    enrolled = trustfile.enrol(keyring, code, FIRST)
    assert trustfile.trusted_keys(enrolled) == (FIRST,)
    assert trustfile.device_name(enrolled, FIRST) == "Aigerim"
    assert trustfile.enrol(enrolled, code, FIRST) == enrolled
    assert trustfile.enrol(enrolled, "", FIRST) == enrolled
    with pytest.raises(EnrolmentUsed):
        trustfile.enrol(enrolled, code, SECOND)


@pytest.mark.parametrize("code", ["", "0" * 20, "é", "x" * 1000])
def test_a_code_never_given_out_enrols_nobody(keyring, code):
    _data, keyring = issue_invite(keyring, TERMS)
    with pytest.raises(EnrolmentUnknown):
        trustfile.enrol(keyring, code, FIRST)
    assert trustfile.device_name(keyring, FIRST) == ""
    assert trustfile.invite_of(keyring, FIRST) is None


def test_a_device_that_began_a_new_log_stays_known(keyring):
    _data, keyring = issue_invite(keyring, TERMS)
    enrolled = trustfile.enrol(keyring, keyring.issued[0].enrol, FIRST)
    again = trustfile.succeed(enrolled, FIRST, SECOND)
    assert trustfile.trusted_keys(again) == (FIRST, SECOND)
    assert trustfile.succeed(again, FIRST, SECOND) == again
    with pytest.raises(EnrolmentUnknown):
        trustfile.succeed(keyring, FIRST, SECOND)


def test_a_lost_device_is_known_and_not_trusted(keyring):
    _data, keyring = issue_invite(keyring, TERMS)
    enrolled = trustfile.enrol(keyring, keyring.issued[0].enrol, FIRST)
    lost = trustfile.mark_lost(enrolled, enrolled.issued[0], Loss(4))
    assert trustfile.trusted_keys(lost) == ()
    assert trustfile.known_keys(lost) == (FIRST,)
    assert trustfile.device_name(lost, FIRST) == "Aigerim"


def test_a_device_is_found_by_its_persons_name_or_its_origin(keyring):
    for _ in range(2):
        _data, keyring = issue_invite(keyring, TERMS)
    keyring = trustfile.enrol(keyring, keyring.issued[0].enrol, FIRST)
    keyring = trustfile.enrol(keyring, keyring.issued[1].enrol, SECOND)
    first, second = keyring.issued
    assert trustfile.find_device(keyring, "wk1/first") == first
    with pytest.raises(DeviceAmbiguous) as refused:
        trustfile.find_device(keyring, "Aigerim")
    assert refused.value.detail == "wk1/first, wk1/second"
    assert trustfile.find_device(trustfile.mark_lost(keyring, first, Loss(4)), "Aigerim") == second
    for name in ("", "aigerim", "wk1/first+00000000+A"):
        with pytest.raises(DeviceUnknown):
            trustfile.find_device(keyring, name)
