"""What a vault keeps under its passphrase: opened by it and by its desk, readable by nobody else, never half written."""

from __future__ import annotations

import pytest

from witnesskit.custody.signer import Signer
from witnesskit.errors.sealing import WrongKey
from witnesskit.errors.vault import BadSealedFile
from witnesskit.limits import CAPSULE_SIZE_MIN
from witnesskit.sealing.identity import Identity
from witnesskit.sealing.seal import seal_bytes
from witnesskit.vault.sealed_files import SealedFiles
from witnesskit.vault.signing import queue_identity

LINK = b"https://site.example/clip/1"


@pytest.fixture
def store(tmp_path):
    identity = Identity.generate()
    return SealedFiles(tmp_path / "sealed", (identity.recipient, Identity.generate().recipient), identity)


def test_what_is_written_is_read_and_nothing_of_it_is_readable(store):
    assert store.read("queue") is None
    store.write("queue", LINK)
    assert store.read("queue") == LINK
    assert store.names() == ("queue",)
    assert LINK not in (store.folder / "queue").read_bytes()


@pytest.mark.parametrize("content", [b"", b"\0", b"\x80", b"\x80\0\0", b"a" * 100_000])
def test_every_content_comes_back_as_it_was(store, content):
    store.write("queue", content)
    assert store.read("queue") == content


def test_a_short_queue_has_the_size_of_an_empty_one(store):
    store.write("one", b"")
    store.write("two", LINK * 100)
    sizes = {(store.folder / name).stat().st_size for name in ("one", "two")}
    assert len(sizes) == 1
    assert sizes.pop() > CAPSULE_SIZE_MIN


def test_another_key_opens_nothing(store):
    store.write("queue", LINK)
    with pytest.raises(WrongKey):
        SealedFiles(store.folder, store.recipients, Identity.generate()).read("queue")


def test_a_file_without_its_end_mark_is_damaged(store):
    store.write("queue", LINK)
    (store.folder / "queue").write_bytes(seal_bytes(b"no mark", store.recipients))
    with pytest.raises(BadSealedFile):
        store.read("queue")


@pytest.mark.parametrize("name", ["", "../state", "a/b", "A", ".hidden"])
def test_a_name_leads_nowhere_else(store, name):
    with pytest.raises(BadSealedFile):
        store.write(name, b"")


def test_the_identity_of_a_field_vault_follows_from_its_signing_key_alone():
    seed = bytes([7]) * 32
    first = queue_identity(Signer("wk1/aaaaaaaaaaaaa", seed))
    assert first == queue_identity(Signer("wk1/bbbbbbbbbbbbb", seed))
    assert first != queue_identity(Signer("wk1/aaaaaaaaaaaaa", bytes([8]) * 32))
    hybrid = queue_identity(Signer("wk1/aaaaaaaaaaaaa", seed), hybrid=True)
    assert hybrid.hybrid
    assert hybrid.secret != first.secret
