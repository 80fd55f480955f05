"""A verifier key is public: a log that names it and that it never signed stands on nobody's word."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from tests.actions.desks import refusal
from tests.actions.test_peers import hostile, refused, signer_of
from witnesskit.actions import seen, witnessing
from witnesskit.actions.change_key import KeyWish, change_key
from witnesskit.actions.seen import SeenLog
from witnesskit.custody.journal import Journal
from witnesskit.custody.key_line import ChangeWish, authorise
from witnesskit.custody.prepare import prepare
from witnesskit.custody.signer import Signer
from witnesskit.errors import WitnesskitError
from witnesskit.formats import key_change
from witnesskit.formats.exchange import Exchange, Head, exchange_bytes
from witnesskit.keys import VerifierKey
from witnesskit.vault import state
from witnesskit.verify import CaseFiles, LogFiles, Trust, examine
from witnesskit.verify.verdict import CheckState

RECOVERY = Signer.generate("recovery")
NEXT = hashlib.sha256(RECOVERY.vkey.encode()).hexdigest()


def claims(key: VerifierKey) -> Signer:
    """Somebody who says that he has this key, and has not."""
    signer = Signer.generate(key.name)
    signer.key = key
    return signer


def replaced(journal: Journal, signer: Signer) -> None:
    """The key is replaced as the forger's own recovery key allows."""
    wish = ChangeWish(key_change.ROTATE, signer.key, NEXT)
    change = authorise(RECOVERY, journal.log, journal.settle(), wish)
    journal.change_key(prepare("key", {"day": "2026-01-02"}, x=key_change.public_members(change)), signer)


def begun_by(folder: Path, key: VerifierKey, thief: Signer) -> Journal:
    """A log whose first line names somebody's key, which is replaced at once."""
    genesis = prepare("genesis", {"day": "2026-01-02"}, x={"next": NEXT})
    journal = Journal.create(folder, signer=claims(key), by="desk", genesis=genesis)
    replaced(journal, thief)
    return journal


def ended_by(folder: Path, key: VerifierKey, thief: Signer) -> Journal:
    """A log whose last change of keys names somebody's key, which signed nothing."""
    genesis = prepare("genesis", {"day": "2026-01-02"}, x={"next": NEXT})
    journal = Journal.create(folder, signer=thief, by="desk", genesis=genesis)
    replaced(journal, claims(key))
    return journal


def codes(files: LogFiles, *keys: VerifierKey) -> list[str]:
    return examine(CaseFiles((files,)), Trust(tuple(key.text for key in keys))).codes(CheckState.UNKNOWN)


@pytest.mark.parametrize("forged", [begun_by, ended_by])
def test_a_log_that_only_names_a_trusted_key_stands_on_nobodys_word(tmp_path, forged):
    victim = Signer.generate("wk1/victim0000000")
    journal = forged(tmp_path, victim.key, Signer.generate(victim.origin))
    note = journal.notes()[1 if forged is begun_by else 0]  # the one that the thief signed
    assert "UNTRUSTED" in codes(LogFiles(journal.log_bytes(), (note,)), victim.key)


def test_a_bundle_that_begins_with_a_trusted_key_and_is_signed_by_another_is_refused(desks, tmp_path):
    a, b, _c = desks
    thief = Signer.generate(a.journal.origin)
    forged = begun_by(tmp_path / "forged", a.keys.log, thief)
    error = refused(b, hostile(tmp_path, thief, b, forged))
    assert (error.code, "name of another" in str(error)) == ("CHAIN-REFUSED", True)


def test_a_trusted_desk_brings_no_log_that_begins_with_the_key_of_another(desks, tmp_path):
    a, b, c = desks
    b.trust(c)
    forged = begun_by(tmp_path / "forged", a.keys.log, Signer.generate(a.journal.origin))
    error = refused(b, hostile(tmp_path, signer_of(c), b, c.journal, forged))
    assert (error.code, "name of another" in str(error)) == ("CHAIN-REFUSED", True)


def test_a_held_log_that_only_names_a_desks_key_makes_nobody_that_desk(desks, tmp_path):
    """It came before the desk was trusted, say: then nobody knew whose name that is."""
    a, b, _c = desks
    thief = Signer.generate(a.journal.origin)
    forged = begun_by(tmp_path / "forged", a.keys.log, thief)
    with b.session() as session:
        seen.remember(b.desk, session.keyring, [SeenLog(forged.log_bytes(), forged.notes()[-1])], from_a_desk=True)
        assert witnessing.keys_of(session, a.peer) == (a.keys.log,)
    head = Head(forged.log, forged.notes()[-1])
    path = tmp_path / "told"
    path.write_bytes(exchange_bytes(Exchange(thief.vkey, "2026-01-02", (head,)), thief.sign_note))
    assert refusal(b.hear, path).code == "EXCHANGE-UNKNOWN"


def test_a_bundle_shows_that_the_key_before_the_last_change_was_the_logs(desks):
    """The told key is the first one; who never saw the log gets a checkpoint of each key since."""
    a, b, _c = desks
    told = a.keys.log
    for _ in range(2):
        change_key(a.desk, a.passphrase, KeyWish(a.recovery_sheet))
    (done,) = b.receive(a.send(b))
    assert a.take(*done.answers).new == 2
    with b.session() as session:
        assert witnessing.keys_of(session, replace(a.peer, key=told.text)) == a.journal.keys.keys


def test_no_device_signs_under_the_name_of_a_trusted_desk(desks):
    a, b, _c = desks
    device = b.device("phone")
    (b.folder / "film.txt").write_text("film")
    device.add(b.folder / "film.txt")
    packed = device.pack(b.folder / "stick", signer=device.renamed(a.journal.origin), counter=1, previous="")
    before = state.load_state(b.desk).bundles
    with pytest.raises(WitnesskitError) as caught:
        b.receive(packed.path)
    assert (caught.value.code, caught.value.status) == ("SENDER-UNKNOWN", 8)
    assert state.load_state(b.desk).bundles == before
    (kept,) = (b.desk.path / "quarantine").glob("*.age")
    assert kept.read_bytes() == packed.path.read_bytes()
