import contextlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vault.cells import INVITE, RINGS, config
from witnesskit.errors import WitnesskitError
from witnesskit.errors.formats import NewerFormat
from witnesskit.errors.vault import BadVault, NotTrusted
from witnesskit.model import RecipientSet, VaultKind
from witnesskit.vault.config import dump_config, load_config

WHOLE = replace(config(), rings=RINGS, invite=INVITE)
TEXT = dump_config(WHOLE)


def test_the_file_is_exactly_this():
    assert TEXT.decode() == (
        'format = "witnesskit.vault/1"\nkind = "field"\norigin = "wk1/abcdefghijkmn"\n'
        'key = "wk1/abcdefghijkmn+00000000+AAAA"\npolicy = "protect-filmer"\negress = "socks5h://127.0.0.1:9050"\n'
        '\n[rings]\ncustodian = ["age1custodian", "age1recovery"]\ndesk = ["age1desk", "age1recovery"]\n'
        '\n[invite]\nenrol = "ABCDEFGHJKMNPQRSTVWX"\nid = "' + "ab" * 16 + '"\nnext = "' + "cd" * 32 + '"\n'
        'witness = "wk1/abc+00000000+AAAA"\n'
    )


@pytest.mark.parametrize("found", [WHOLE, config(), config(kind=VaultKind.DESK, rings=RINGS)])
def test_what_is_written_comes_back(found):
    assert load_config(dump_config(found)) == found


def test_before_trust_there_is_nobody_to_seal_to():
    with pytest.raises(NotTrusted):
        _ = config().recipients
    assert WHOLE.recipients == RINGS


@pytest.mark.parametrize("later", ["witnesskit.vault/2", "witnesskit.vault/10"])
def test_a_newer_vault_is_left_alone(later):
    with pytest.raises(NewerFormat):
        load_config(TEXT.replace(b"witnesskit.vault/1", later.encode()) + b"\n[later]\nx = 1\n")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"format = 1\n",
        TEXT[:40],
        TEXT.replace(b"vault/1", b"other/1"),
        TEXT.replace(b'"field"', b'"phone"'),
        TEXT.replace(b'"field"', b"7"),
        TEXT.replace(b"policy", b"polity"),
        TEXT.replace(b"egress", b"extra = 1\negress"),
        TEXT.replace(b', "age1recovery"]', b"]"),
        TEXT.replace(b"age1desk", b"age2desk"),
        TEXT.replace(b"age1desk", b"age1de sk"),
        TEXT.replace(b'["age1desk", "age1recovery"]', b'"age1desk"'),
        TEXT.replace(b"[rings]", b"[strings]"),
        TEXT.replace(b"[invite]", b"[[invite]]"),
        TEXT.replace(b"protect-filmer", b"a\\u0007b"),
        b"x = " + b"[" * 60_000,
        TEXT + b"#" * 70_000,
    ],
)
def test_a_damaged_file_is_refused(data):
    with pytest.raises(BadVault):
        load_config(data)


def test_rings_of_both_kinds_are_neither_written_nor_read():
    hybrid = "age1pq1" + "q" * 1952
    every = replace(WHOLE, rings=RecipientSet((hybrid, hybrid), (hybrid, hybrid)))
    assert load_config(dump_config(every)) == every
    mixed = RecipientSet((hybrid, hybrid), (hybrid, RINGS.desk[1]))
    for rings in (mixed, RecipientSet(RINGS.custodian, (hybrid, hybrid))):
        with pytest.raises(BadVault, match="post-quantum"):
            dump_config(replace(WHOLE, rings=rings))
    with pytest.raises(BadVault, match="post-quantum"):
        load_config(TEXT.replace(b"age1desk", hybrid.encode()))


@pytest.mark.parametrize("value", ['a"b', "a\\b", "a\nb", "é", "x" * 1025])
def test_a_value_that_could_break_out_is_not_written(value):
    with pytest.raises(BadVault):
        dump_config(config(policy=value))


@settings(max_examples=150)
@given(st.integers(0, len(TEXT)), st.binary(max_size=6))
def test_a_mutated_file_leaks_no_other_error(place, data):
    with contextlib.suppress(WitnesskitError):
        load_config(TEXT[:place] + data + TEXT[place + len(data) :])
